// scripted: a modern MCP server whose tools a test writes: functions of (arguments, tell, params) to a result, a promise of one, or an Error
// that becomes a JSON-RPC error; tell sends a notification before. `cancelled` counts calls whose client went away.
import { close, listen } from './issuer.js';

export async function startScripted(tools, about = {}) {
	const state = { asked: [], cancelled: 0 };
	const list = Object.keys(tools).map((name) => ({ name, inputSchema: tools[name].schema ?? { type: 'object', properties: {} } }));
	const { server, origin } = await listen(async (req, res) => {
		if (req.method !== 'POST')
			return res.writeHead(405).end();
		const message = JSON.parse(Buffer.concat(await req.toArray()).toString());
		const { id, method, params } = message;
		const done = (value) => ({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });
		const error = (code, text, data) => ({ jsonrpc: '2.0', id, error: { code, message: text, data } });
		const json = (value, status = 200) => res.writeHead(status, { 'content-type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value));
		state.asked.push(message);
		if (method === 'server/discover')
			return json(done({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private', ...about }));
		if (method === 'tools/list')
			return json(done({ tools: list, ttlMs: 0, cacheScope: 'private' }));
		if (method === 'subscriptions/listen')
			return listenOn(res, id);
		if (method !== 'tools/call')
			return json(error(-32601, 'Method not found'), 404);
		const tool = tools[params.name];
		if (!tool)
			return json(error(-32602, `Unknown tool: ${params.name}`));
		res.on('close', () => { state.cancelled += !res.writableEnded; });
		res.writeHead(200, { 'content-type': 'text/event-stream' });
		const send = (value) => res.write(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`);
		const result = await tool(params.arguments, (name, more) => send({ jsonrpc: '2.0', method: name, params: more }), params);
		send(typeof result === 'string' ? result.replace('$ID', JSON.stringify(id)) : result instanceof Error ? error(result.code, result.message) : done(result));
		res.end();
	});

	function listenOn(res, id) {
		const tag = { 'io.modelcontextprotocol/subscriptionId': id };
		res.writeHead(200, { 'content-type': 'text/event-stream' });
		state.tell = (method, params = {}) => res.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, _meta: tag } })}\n\n`);
		state.tell('notifications/subscriptions/acknowledged', { notifications: { toolsListChanged: true } });
	}

	return Object.assign(state, { url: `${origin}/mcp`, close: () => close(server) });
}
