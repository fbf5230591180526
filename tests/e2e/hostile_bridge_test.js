// keyfob bridge between a host that means well and servers that do not.
import { Hostile, RESOURCE, flood, silence, status } from './servers/hostile.js';
import { startCarried } from './servers/carried.js';
import { watchMemory } from './support/bounded.js';
import { Host } from './support/host.js';
import { keyfobTest } from './support/keyfob.js';
import { check, equal, match, until } from './support/test.js';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const EVENTS = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const MIB = 160; /* of memory: a message may have 64 */

/* Ends a host in good order: what it said are lines of JSON (the Host reads them all), and nothing that is not seen is on stderr. */
async function finish(host, seconds = 4) {
	const begun = Date.now();
	const end = await host.finish();
	equal(end.signal ?? end.code, 0, `exit of ${end.stderr}`);
	check(Date.now() - begun < seconds * 1000, `it ended ${Date.now() - begun} ms after the host`);
	check(!UNSEEN.test(end.stderr), `something that is not seen is in ${JSON.stringify(end.stderr.slice(0, 1000))}`);
	check(end.stderr.length < 20000, `${end.stderr.length} bytes of stderr`);
	check(end.stdout === '' || end.stdout.endsWith('\n'), 'the last line has its end');
	return end;
}

const json = (res, text) => res.writeHead(200, { 'content-type': 'application/json' }).end(text);
const good = (id) => JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'fine' }] } });

/* A call that is answered so: its host has one answer in time, and the next call goes well. */
function answers(what, answer, { code, said, text, seconds = 5 } = {}) {
	for (const era of ['legacy', 'modern'])
		keyfobTest(`hostile: bridge: ${what} (${era})`, async (t, keyfob) => {
			const server = await t.use(startCarried());
			server.calls.ill = (x) => answer(x);
			server.calls.well = (x) => x.text('fine');
			const host = new Host(keyfob, server.url, ['--timeout', '1']);
			const memory = watchMemory(host.program);
			const call = (name) => host.answer(host.ask('tools/call', { ...(era === 'modern' && { _meta: {
				'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } }), name, arguments: {} }), seconds);
			if (era === 'legacy')
				await host.open();
			const { error, result } = await call('ill');
			code && equal(error?.code, code, `the code, of ${JSON.stringify({ error, result }).slice(0, 300)}`);
			said && match(error.message, said, 'what is said');
			error && check(!UNSEEN.test(error.message) || error.code < 0, `something that is not seen is in ${JSON.stringify(error.message.slice(0, 300))}`);
			text && equal(result?.content[0].text, text, 'the text');
			equal((await call('well')).result?.content[0].text, 'fine', 'the next call');
			await finish(host);
			check(memory.most < MIB, `${memory.most} MiB of memory were taken`);
		}, { seconds: 20 });
}

answers('an answer with another id', (x) => json(x.res, good('other')), { code: 1005 });
answers('an answer whose id is the same in another kind', (x) => json(x.res, good(String(x.id))), { code: 1005 });
answers('an answer that comes twice', (x) => x.res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${good(x.id)}\n\n`.repeat(2)), { text: 'fine' });
answers('answers to what nobody asked', (x) => x.res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${good(777)}\n\ndata: ${good('x')}\n\ndata: ${good(x.id)}\n\n`), { text: 'fine' });
answers('no JSON', (x) => json(x.res, '{"jsonrpc": \u001b[31m'), { code: 1005 });
answers('two messages in one', (x) => json(x.res, good(x.id) + good(x.id)), { code: 1005 });
answers('JSON that is nested deeply', (x) => json(x.res, `{"jsonrpc":"2.0","id":${x.id},"result":${'['.repeat(200000)}${']'.repeat(200000)}}`));
answers('bytes that are no UTF-8', (x) => json(x.res, Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${x.id},"result":{"content":[{"type":"text","text":"`), Buffer.from([0xff, 0xc0, 0x80, 0x0a]), Buffer.from('"}]}}')])), { code: 1005 });
answers('a line end within a string', (x) => json(x.res, good(x.id).replace('fine', 'fi\nne')), { code: 1005 });
answers('a NUL within a string', (x) => json(x.res, good(x.id).replace('fine', 'fi\0ne')), { code: 1005 });
answers('line ends of other kinds', (x) => json(x.res, `\r\n${good(x.id).replace('"id"', '\r"id"').replace('fine', 'a\u2028b\u2029c\u0085d')}\r\r\n`), { text: 'a\u2028b\u2029c\u0085d' });
answers('a mark of byte order', (x) => json(x.res, `\ufeff${good(x.id)}`));
answers('an answer of 1 GiB', (x) => flood('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"jsonrpc":"2.0","result":"', 'x', 2 ** 30)(x.req), { code: 1005, seconds: 10 });
answers('an event of 1 GiB', (x) => flood(`${EVENTS}data: `, 'x', 2 ** 30)(x.req), { code: 1005, seconds: 10 });
answers('a head without end', (x) => flood('HTTP/1.1 200 OK\r\n', 'a: b\r\n')(x.req));
answers('an answer that stops in the middle', (x) => x.req.socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"json'), { code: 1002 });
answers('a redirect that keeps the method', (x) => x.res.writeHead(307, { location: 'https://evil.example/' }).end(), { code: 1001 });
answers('a refusal in colours', (x) => x.res.writeHead(500, { 'content-type': 'text/plain' }).end('\u001b[2J\u202ered\r\nkeyfob: fine'), { code: 1001 });
answers('an error of the server\'s own, in colours', (x) => x.error({ code: -32000, message: '\u001b[31m\u202e\r\n' }, 400), { code: -32000 });
answers('event ids of 1 MB, and waits of centuries', (x) => x.res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`retry: ${'9'.repeat(400)}\nid: ${'i'.repeat(1e6)}\ndata: ${good(x.id)}\n\n`), { seconds: 5 });

for (const [what, piece] of [['comments', ': still here\n\n'], ['events of no kind', 'event: odd\ndata: x\n\n'], ['notifications', 'data: {"jsonrpc":"2.0","method":"notifications/x"}\n\n']])
	keyfobTest(`hostile: bridge: ${what} without end do not hold up its end, nor fill its memory`, async (t, keyfob) => {
		const server = await t.use(startCarried());
		server.calls.ill = (x) => flood(EVENTS, piece)(x.req);
		const host = new Host(keyfob, server.url);
		const memory = watchMemory(host.program);
		await host.open();
		const id = host.ask('tools/call', { name: 'ill' });
		await sleep(500);
		await finish(host, 5);
		check(host.answers.get(id)?.error, 'the call is answered');
		check(memory.most < MIB, `${memory.most} MiB of memory were taken`);
	});

/* --- Sessions -------------------------------------------------------------------------------------------------- */

keyfobTest('hostile: bridge: a session id that changes with each answer', async (t, keyfob) => {
	const server = await t.use(startCarried());
	let n = 0;
	server.refuses = (message, _req, res) => { message.method !== 'initialize' && res.setHeader('mcp-session-id', `other-${++n}`); };
	server.calls.well = (x) => x.text('fine');
	const host = new Host(keyfob, server.url);
	await host.open();
	for (let i = 0; i < 5; i++)
		equal((await host.call('tools/call', { name: 'well' })).result?.content[0].text, 'fine', 'a call');
	equal(server.of('initialize').length, 1, 'openings');
	await finish(host);
});

keyfobTest('hostile: bridge: sessions that are never known again: openings are counted', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.refuses = (message, req) => (req.method === 'POST' && message.method !== 'initialize' ? 404 : 0);
	const host = new Host(keyfob, server.url, ['--timeout', '2']);
	await host.open();
	for (let i = 0; i < 5; i++)
		check((await host.call('tools/call', { name: 'x' })).error, 'a call fails');
	check(server.of('initialize').length <= 5 * 3 + 1, `${server.of('initialize').length} openings for five calls`);
	const before = server.requests.length;
	await sleep(700);
	check(server.requests.length - before <= 2, `${server.requests.length - before} requests that nobody asked for`);
	await finish(host);
});

for (const id of ['s'.repeat(7000), 'a b', 'a\u00e9'])
	keyfobTest(`hostile: bridge: a session id ${JSON.stringify(id).slice(0, 20)}`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start({ '/mcp': (req, res, body) => {
			const message = JSON.parse(body || '{}');
			res.setHeader('mcp-session-id', id);
			return message.id === undefined ? void res.writeHead(202).end() : { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } } };
		} }));
		const host = new Host(keyfob, site.mcp, ['--timeout', '1']);
		check(await host.open(), 'an answer');
		await host.call('ping');
		check(!site.asked.some(({ headers }) => headers['mcp-session-id'] && headers['mcp-session-id'] !== id), 'ids that were shown');
		await finish(host);
	});

keyfobTest('hostile: bridge: a stream of the server\'s own that ends at once, and says retry: 0, is not asked for again and again', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.listen = (stream) => { stream.say('retry: 0\nid: 1\ndata:\n\n'); stream.end(); };
	const host = new Host(keyfob, server.url);
	await host.open();
	await sleep(1500);
	check(server.of('GET').length <= 20, `${server.of('GET').length} requests in 1.5 s`);
	await finish(host);
});

keyfobTest('hostile: bridge: a call that is to be taken up again for ever', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.ill = (x) => x.res.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: 1\nretry: 0\ndata:\n\n');
	server.listen = (stream) => { stream.say('retry: 0\nid: 1\ndata:\n\n'); stream.end(); };
	const host = new Host(keyfob, server.url);
	await host.open();
	check((await host.call('tools/call', { name: 'ill' }, 10)).error, 'an error');
	check(server.of('GET').length <= 60, `${server.of('GET').length} requests`);
	await finish(host);
}, { seconds: 20 });

/* --- Sign-ins ---------------------------------------------------------------------------------------------------- */

keyfobTest('hostile: bridge: 401 for ever leads to a few sign-ins, however many calls there are', async (t, keyfob) => {
	const site = await t.use(new Hostile().start());
	let signIns = 0;
	const ask = status(401, { 'www-authenticate': `Bearer resource_metadata="${site.url}${RESOURCE}"` });
	Object.assign(site.answers, {
		'/mcp': ask,
		'/authorize': (req, res) => {
			const asked = new URL(req.url, site.url).searchParams;
			signIns++;
			res.writeHead(302, { location: `${asked.get('redirect_uri')}?code=c&state=${asked.get('state')}` }).end();
		},
		'/token': () => ({ access_token: `token-${signIns}`, token_type: 'Bearer', expires_in: 3600 }),
	});
	const host = new Host(keyfob, site.mcp, ['--timeout', '3', '--persist', 'memory', '--browser', await keyfob.browser()]);
	for (let round = 0; round < 15; round++) {
		const ids = Array.from({ length: 3 }, () => host.ask('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } }));
		for (const id of ids)
			equal((await host.answer(id)).error?.code, 1003, 'the code');
	}
	check(signIns <= 8, `${signIns} sign-ins`);
	const { stderr } = await finish(host);
	check(!stderr.includes('token-1'), 'no token is said');
}, { seconds: 40 });

/* --- HTTP+SSE ------------------------------------------------------------------------------------------------------ */

/* A server of HTTP+SSE whose stream says this, and then stays; `others` are the other paths. */
async function sse(t, keyfob, text, { stay = true, args = [], ...others } = {}) {
	const site = await t.use(new Hostile().start());
	const say = typeof text === 'function' ? text : (_, res) => {
		res.writeHead(200, { 'content-type': 'text/event-stream' });
		stay ? res.write(text) : res.end(text);
	};
	Object.assign(site.answers, { '/mcp': (req, res, body) => (req.method === 'GET' ? say(req, res, body) : void res.writeHead(405).end()), ...others });
	return { site, host: new Host(keyfob, site.mcp, ['--transport', 'sse', '--timeout', '1', '--header', 'Authorization: Bearer sesame', ...args]) };
}

for (const [what, endpoint] of [['another origin', (other) => `${other}/messages`], ['another origin by its name alone', (other) => `//${new URL(other).host}/messages`],
	['a name that hides behind another', (other) => `http://127.0.0.1@${new URL(other).host}/`], ['a file', () => 'file:///etc/passwd'], ['a script', () => 'javascript:alert(1)'],
	['colours', () => '/\u001b[31m\u202e'], ['100 kB', () => `/${'x'.repeat(100000)}`], ['nothing', () => '']])
	keyfobTest(`hostile: bridge: an endpoint that is ${what}`, async (t, keyfob) => {
		const other = await t.use(new Hostile().start());
		const { site, host } = await sse(t, keyfob, `event: endpoint\ndata: ${endpoint(other.url)}\n\n`);
		check((await host.open()).error, 'the opening fails');
		equal(other.asked.length, 0, 'requests elsewhere');
		check(site.asked.length < 20, `${site.asked.length} requests`);
		await finish(host);
		check(!host.program.stderr.includes('sesame'), 'no secret is said');
	});

for (const [what, text, more] of [
	['no endpoint ever', ': hello\n\n'],
	['no stream at all', silence],
	['a stream of comments', flood(EVENTS, ': still here\n\n')],
	['messages before the endpoint', `data: ${good(1)}\n\n`.repeat(50)],
	['a line without end', flood(EVENTS, 'x')],
	['a stream that ends at its endpoint', 'retry: 0\nevent: endpoint\ndata: /post\n\n', { stay: false, '/post': status(202) }],
	['another endpoint each time', Array.from({ length: 500 }, (_, i) => `event: endpoint\ndata: /post${i}\n\n`).join(''), {}],
	['an endpoint that takes nothing', 'event: endpoint\ndata: /post\n\n', { '/post': status(500) }],
	['an endpoint that is silent', 'event: endpoint\ndata: /post\n\n', { '/post': silence }],
	['an endpoint that leads elsewhere', 'event: endpoint\ndata: /post\n\n', { '/post': status(307, { location: 'https://evil.example/' }) }],
])
	keyfobTest(`hostile: bridge: HTTP+SSE: ${what}`, async (t, keyfob) => {
		const { site, host } = await sse(t, keyfob, text, more);
		const memory = watchMemory(host.program);
		const { error, result } = await host.open();
		check(error || what.startsWith('messages'), JSON.stringify(result));
		await sleep(300);
		check(site.asked.length < 25, `${site.asked.length} requests`);
		await finish(host);
		check(memory.most < MIB, `${memory.most} MiB of memory were taken`);
	});
