// MCP servers that mean it ill, to one who is signed in: what they answer to inspect.
import { Hostile, drip, flood, head, raw, silence, status } from './servers/hostile.js';
import { checkEnd } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';

const GIB = 2 ** 30;
const EVENTS = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const event = (value) => `data: ${JSON.stringify(value)}\n\n`;

/* A server of the legacy era until it is asked for its tools; what it answers then is `tools(message)`'s affair, and what
 * when a stream is taken up again, `resumed`'s. */
function legacy(tools, { resumed = status(405), goodbye = status(200), session } = {}) {
	let asked;
	return (req, res, body) => {
		if (req.method === 'DELETE')
			return goodbye(req, res);
		if (req.method !== 'POST')
			return resumed(req, res, asked);
		const message = asked = JSON.parse(body);
		if (message.method === 'initialize' && session)
			res.setHeader('mcp-session-id', session);
		if (message.method === 'initialize')
			return { jsonrpc: '2.0', id: message.id, result: { protocolVersion: message.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'ill', version: '1' } } };
		if (message.id === undefined)
			return void res.writeHead(202).end();
		if (message.method !== 'tools/list')
			return { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'Method not found' } };
		return tools(message, req, res);
	};
}

/* However the first request is answered. */
function first(what, code, said, answer, more = {}) {
	keyfobTest(`hostile: talk: ${what}`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start({ '/mcp': answer }));
		await checkEnd(keyfob.start(['inspect', site.mcp, '--timeout', `${more.timeout ?? 2}`]), { code, said, seconds: more.seconds });
	});
}

/* However the tools are listed. */
function tools(what, code, said, answer, more = {}) {
	first(`tools: ${what}`, code, said, legacy(answer, more), more);
}

const result = (message, list) => ({ jsonrpc: '2.0', id: message.id, result: { tools: list } });
const TOOL = { name: 'good', description: 'fine', inputSchema: { type: 'object' } };

/* --- HTTP ------------------------------------------------------------------------------ */

first('no head, ever', 4, /timed out after 2 s/, silence);
first('half a head', 4, /timed out/, raw('HTTP/1.1 200 OK\r\nContent-Ty', { stay: true }));
first('a head that drips', 4, /timed out/, drip('HTTP/1.1 200 OK\r\n', 'a: b\r\n', 50));
first('closed at once', 4, /closed/, (req) => void req.socket.destroy());
first('a length and chunks', 1, null, head('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'));
first('two lengths', 1, null, head('Content-Length: 5\r\nContent-Length: 6', 'hello!'));
first('a length below zero', 1, null, head('Content-Length: -1'));
first('a length beyond all bounds', 1, null, head('Content-Length: 99999999999999999999999'));
first('a chunk beyond all bounds', 1, null, head('Content-Type: application/json\r\nTransfer-Encoding: chunked', 'ffffffffffffffffff\r\n'));
first('a chunk below zero', 1, null, head('Content-Type: application/json\r\nTransfer-Encoding: chunked', '-1\r\n'));
first('chunk extensions without end', 1, null, flood('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1;', 'x=y;'));
first('trailers without end', 1, null, flood('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', 'a: b\r\n'));
first('an encoding that nobody asked for', 1, null, head('Transfer-Encoding: gzip, chunked', '0\r\n\r\n'));
first('a folded field', 1, null, head('A: b\r\n c: d\r\nContent-Length: 0'));
first('lines that end in LF alone', 1, null, raw('HTTP/1.1 200 OK\nContent-Length: 2\n\n{}'));
first('a field with a blank before its colon', 1, null, head('Content-Length : 2', '{}'));
first('a NUL in the head', 1, null, head('A: b\0c\r\nContent-Length: 2', '{}'));
first('a hundred thousand fields', 1, null, flood('HTTP/1.1 200 OK\r\n', 'a: b\r\n'));
first('one field without end', 1, null, flood('HTTP/1.1 200 OK\r\na: ', 'b'));
first('a status line without end', 1, null, flood('HTTP/1.1 200 ', 'O'));
first('interim answers without end', 4, /timed out/, flood('', 'HTTP/1.1 100 Continue\r\n\r\n'));
first('another protocol', 1, null, raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'));
first('HTTP/9', 1, null, raw('HTTP/9.9 200 OK\r\n\r\n'));
first('SSH', 1, null, raw('SSH-2.0-OpenSSH_9.0\r\n'));
first('a status of 999', 1, null, raw('HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n'));
first('a status of -1', 1, null, raw('HTTP/1.1 -1 What\r\nContent-Length: 0\r\n\r\n'));
first('an answer that is cut short', 4, /closed|cut/, raw(`${JSON_HEAD}content-length: 100\r\n\r\n{"jsonrpc"`));
first('a redirect elsewhere', 1, /HTTP 302/, status(302, { location: 'https://evil.example/' }));
first('a redirect that keeps the method', 1, /HTTP 307/, status(307, { location: 'https://evil.example/' }));
first('a body of 1 GiB', 1, null, flood(`${JSON_HEAD}content-length: ${GIB}\r\n\r\n`, ' ', GIB));
first('a body without end', 1, null, flood(`${JSON_HEAD}\r\n`, ' '));
first('another type', 1, null, status(200, { 'content-type': 'text/html' }, '<html>\u001b[31m'));
first('thousands of challenges', 3, null, (_, res) => void res.writeHead(401, { 'www-authenticate': Array(90).fill(`Bearer ${Array(50).fill('a="b"').join(', ')}, Basic realm="y"`) }).end());
first('a session id of 7 kB', 1, /session/, legacy(silence, { session: 's'.repeat(7000) }));
first('errors in colours', 1, null, (req, res, body) => ({ jsonrpc: '2.0', id: JSON.parse(body || '{}').id ?? 1, error: { code: -32000, message: '\u001b[31mred\u202e\r\nkeyfob: done' } }));
first('errors of 1 MB', 1, null, (req, res, body) => ({ jsonrpc: '2.0', id: JSON.parse(body || '{}').id ?? 1, error: { code: -32000, message: 'x'.repeat(1e6) } }));

/* --- JSON-RPC -------------------------------------------------------------------------- */

tools('of no list', 1, null, (m) => ({ jsonrpc: '2.0', id: m.id, result: { tools: 'all' } }));
tools('no result at all', 1, null, (m) => ({ jsonrpc: '2.0', id: m.id }));
tools('a result and an error', 1, null, (m) => ({ ...result(m, [TOOL]), error: { code: 1, message: 'no' } }));
tools('another id', 1, null, (m) => ({ ...result(m, [TOOL]), id: 'other' }));
tools('an id of another kind', 1, null, (m) => ({ ...result(m, [TOOL]), id: [m.id] }));
tools('a batch', 1, null, (m) => [result(m, [TOOL])]);
tools('no JSON', 1, null, () => 'not JSON');
tools('JSON that is nested deeply', 1, null, (m) => `{"jsonrpc":"2.0","id":${JSON.stringify(m.id)},"result":{"tools":${'['.repeat(100000)}`);
tools('pages without end', 1, null, (m) => ({ jsonrpc: '2.0', id: m.id, result: { tools: [TOOL], nextCursor: 'again' } }));
tools('names in colours', 0, null, (m) => result(m, [{ ...TOOL, name: '\u001b[31mred', description: 'a\u202eb\u001b]0;x\u0007\r\nc' }]));
tools('of no kind', 0, null, (m) => result(m, [7, null, 'x', [], { name: 8 }]));
tools('a hundred thousand of them', 0, null, (m) => result(m, Array(100000).fill({ name: 'x', inputSchema: {} })));

/* --- Event streams ---------------------------------------------------------------------- */

const stream = (text) => (m, req) => void req.socket.end(EVENTS + (typeof text === 'function' ? text(m) : text));
tools('comments without end', 4, /timed out/, (_, req) => flood(EVENTS, ': still here\n\n')(req));
tools('comments that drip', 4, /timed out/, (_, req) => drip(EVENTS, ':\n', 50)(req));
tools('an event of 100 MiB', 1, null, (_, req) => flood(`${EVENTS}data: `, 'x', 100 << 20)(req));
tools('lines of data without end', 1, null, (_, req) => flood(EVENTS, 'data: x\n')(req));
tools('a stream that ends in the middle', 1, null, stream('data: {"jsonrpc":"2.0",'));
tools('a stream that ends at once', 1, null, stream(''));
tools('events without end that are no answer', 4, /timed out/, (_, req) => flood(EVENTS, event({ jsonrpc: '2.0', method: 'notifications/message', params: {} }))(req));
tools('requests without end', 1, /too many/, (_, req) => flood(EVENTS, event({ jsonrpc: '2.0', id: 'r', method: 'ping' }))(req));
tools('answers to others first', 0, null, stream((m) => event({ ...result(m, []), id: 77 }) + event(result(m, [TOOL]))));
tools('the answer twice', 0, null, stream((m) => event(result(m, [TOOL])) + event(result(m, []))));
const again = `${EVENTS}id: 1\nretry: 1\ndata:\n\n`;
tools('a stream that is to be taken up again, for ever', 1, null, (_, req) => void req.socket.end(again), { resumed: raw(again) });
tools('a stream that is taken up again and leads elsewhere', 1, /302/, (_, req) => void req.socket.end(again), { resumed: status(302, { location: 'https://evil.example/' }) });
tools('a wait of years', 4, /timed out/, stream('id: 1\nretry: 99999999999999999999\ndata:\n\n'), { resumed: silence, seconds: 15, timeout: 1 });
tools('a wait of a minute', 4, /keeps us waiting/, stream('id: 1\nretry: 60000\ndata:\n\n'), { resumed: silence, seconds: 15, timeout: 1 });
tools('a goodbye that is never answered', 0, null, (m) => result(m, [TOOL]), { session: 's-1', goodbye: silence, timeout: 60 });
tools('a goodbye that drips', 0, null, (m) => result(m, [TOOL]), { session: 's-1', goodbye: drip('HTTP/1.1 200 OK\r\n\r\n', ' ', 50), timeout: 60 });
