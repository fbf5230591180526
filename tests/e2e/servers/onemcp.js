// onemcp: a 1MCP server in small: two servers behind one address, told by its REST side, or (rest: false) by MCP alone,
// where tools are called SERVER_1mcp_TOOL. With `token` it is guarded.
import { close, listen } from './issuer.js';

const BEHIND = {
	files: [
		{ name: 'read', description: 'Reads a file', inputSchema: { type: 'object', properties: { path: { type: 'string' }, head: { type: 'integer' } }, required: ['path'] } },
		{ name: 'list', description: 'Lists a folder', inputSchema: { type: 'object', properties: {} } },
		{ name: 'fail', description: 'Fails', inputSchema: { type: 'object', properties: {} } },
	],
	clock: [{ name: 'now', description: 'Tells the time', inputSchema: { type: 'object', properties: { zone: { type: 'string' } } } }],
};

const SECTIONS = '=== PLAYBOOK ===\n\nBe brief.\n\n=== SERVER SUMMARY ===\n\nfiles: 3 tools\nclock: 1 tool\n\n=== SERVER DETAILS ===\n\nfiles: Reads files.\n';

const counts = ({ inputSchema: { properties, required = [] } }) =>
	({ requiredArgs: required.length, optionalArgs: Object.keys(properties).length - required.length });

const call = (tool, args) => tool === 'fail'
	? { content: [{ type: 'text', text: 'no such thing' }], isError: true }
	: { content: [{ type: 'text', text: `${tool} ${JSON.stringify(args)}` }] };

function summary(server) {
	return { server, type: 'external', status: 'connected', available: true, loadTracked: true, toolCount: BEHIND[server].length, hasInstructions: server === 'files' };
}

function inspect(query) {
	const [server, tool] = (query.get('target') ?? '').split('/');
	if (!server)
		return [200, { kind: 'servers', servers: Object.keys(BEHIND).map(summary) }];
	const tools = BEHIND[server];
	if (!tools)
		return [404, { error: `Server not found: ${server}` }];
	if (tool) {
		const found = tools.find(({ name }) => name === tool);
		return found ? [200, { kind: 'tool', server, tool, qualifiedName: `${server}_1mcp_${tool}`, description: found.description, inputSchema: found.inputSchema }]
			: [404, { error: `Tool not found: ${server}/${tool}` }];
	}
	const from = Number(query.get('cursor') ?? 0);
	const end = query.get('all') === 'true' ? tools.length : Math.min(tools.length, from + Number(query.get('limit') ?? 20));
	return [200, {
		kind: 'server', ...summary(server), instructions: null, totalTools: tools.length, hasMore: end < tools.length,
		...(end < tools.length ? { nextCursor: String(end) } : {}),
		tools: tools.slice(from, end).map((one) => ({ tool: one.name, qualifiedName: `${server}_1mcp_${one.name}`, description: one.description, ...counts(one) })),
	}];
}

function invoke({ tool: name, args }) {
	const [server, tool] = name.split('/');
	return BEHIND[server]?.some((one) => one.name === tool) ? [200, { result: call(tool, args), server, tool }] : [404, { error: `Tool not found: ${name}` }];
}

function rest(method, url, body) {
	switch (`${method} ${url.pathname}`) {
	case 'GET /api/v1/inspect':
		return inspect(url.searchParams);
	case 'GET /api/v1/instructions':
		return [200, { rendered: SECTIONS, templateIdentity: 'default', fallback: false }];
	case 'POST /api/v1/tool-invocations':
		return invoke(body);
	default:
		return null;
	}
}

function mcp({ id, method, params }) {
	const about = {
		'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
		'tools/list': () => ({ tools: Object.entries(BEHIND).flatMap(([server, tools]) => tools.map((tool) => ({ ...tool, name: `${server}_1mcp_${tool.name}` }))) }),
		'tools/call': () => call(params.name.split('_1mcp_')[1], params.arguments),
	}[method];
	return about ? { jsonrpc: '2.0', id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...about() } }
		: { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
}

export async function startOneMcp({ rest: hasRest = true, token } = {}) {
	const state = { asked: [] };
	const { server, origin } = await listen(async (req, res) => {
		const url = new URL(req.url, origin);
		const text = Buffer.concat(await req.toArray()).toString();
		const body = text ? JSON.parse(text) : undefined;
		const send = (status, value) => res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
		state.asked.push(`${req.method} ${req.url}`);
		if (token && req.headers.authorization !== `Bearer ${token}`)
			return res.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
		const answer = hasRest && rest(req.method, url, body);
		if (answer)
			return send(...answer);
		if (url.pathname === '/mcp' && req.method === 'POST')
			return send(200, mcp(body));
		res.writeHead(404, { 'content-type': 'text/html' }).end('<html>');
	});
	return Object.assign(state, { url: origin, close: () => close(server) });
}
