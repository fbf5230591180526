// keyfob bridge: hosts on one side, servers of every kind on the other.
import { readFile } from 'node:fs/promises';
import { Issuer } from './servers/issuer.js';
import { startCarried } from './servers/carried.js';
import { startLegacy, startModern } from './servers/mcp.js';
import { startProvider } from './servers/oidc.js';
import { Host, isRunning, MODERN, sdkHost } from './support/host.js';
import { keyfobTest } from './support/keyfob.js';
import { startServer } from './support/program.js';
import { check, equal, match, until } from './support/test.js';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const textOf = (result) => result.content[0].text;

async function rejection(promise) {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	throw new Error('it was expected to fail');
}

/* --- The official clients as hosts --------------------------------------------------------------------- */

const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } };

/* The handlers and schemas of the two SDKs go by other names. */
async function teach(sdk, client) {
	const replies = {
		'sampling/createMessage': () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'a sampled word' } }),
		'elicitation/create': () => ({ action: 'accept', content: { name: 'Ada', check: true } }),
		'roots/list': () => ({ roots: [{ uri: 'file:///only/root', name: 'only' }] }),
	};
	const heard = [];
	const notifications = ['notifications/message', 'notifications/resources/updated', 'notifications/progress'];
	if (sdk === 1) {
		const types = await import('@modelcontextprotocol/sdk/types.js');
		client.setRequestHandler(types.CreateMessageRequestSchema, replies['sampling/createMessage']);
		client.setRequestHandler(types.ElicitRequestSchema, replies['elicitation/create']);
		client.setRequestHandler(types.ListRootsRequestSchema, replies['roots/list']);
		client.setNotificationHandler(types.LoggingMessageNotificationSchema, (n) => { heard.push(n); });
		client.setNotificationHandler(types.ResourceUpdatedNotificationSchema, (n) => { heard.push(n); });
	} else {
		for (const [method, reply] of Object.entries(replies))
			client.setRequestHandler(method, reply);
		for (const method of notifications.slice(0, 2))
			client.setNotificationHandler(method, (n) => { heard.push(n); });
	}
	return heard;
}

for (const sdk of [1, 2])
	keyfobTest(`bridge: every kind of message passes between the client of SDK ${sdk} and the reference server`, async (t, keyfob) => {
		const server = await t.use(startServer('everything.js'));
		const host = sdkHost(t, keyfob, sdk, server.url, { capabilities });
		const heard = await teach(sdk, host.client);
		const client = await host.connect();
		equal(client.getServerVersion().name, 'mcp-servers/everything', 'the server');
		check((await client.listTools()).tools.length > 8, 'tools');
		equal(textOf(await client.callTool({ name: 'echo', arguments: { message: 'ä\n\u2028"' } })), 'Echo: ä\n\u2028"', 'a call');
		check((await client.listPrompts()).prompts.length > 2, 'prompts');
		check((await client.getPrompt({ name: 'simple-prompt' })).messages.length, 'a prompt');
		const { resources } = await client.listResources();
		check(resources.length > 2, 'resources');
		check((await client.readResource({ uri: resources[0].uri })).contents.length, 'a resource');
		const { resourceTemplates } = await client.listResourceTemplates();
		check(resourceTemplates.length, 'templates');
		check((await client.complete({ ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'E' } })).completion.values.length, 'completions');
		match(textOf(await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'say', maxTokens: 10 } })), /a sampled word/, 'a sampling');
		match(JSON.stringify(await client.callTool({ name: 'trigger-elicitation-request', arguments: {} })), /Ada/, 'an elicitation');
		match(JSON.stringify(await client.callTool({ name: 'get-roots-list', arguments: {} })), /only/, 'roots');
		const progress = [];
		const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } };
		const options = { onprogress: (p) => progress.push(p) };
		await (sdk === 1 ? client.callTool(long, undefined, options) : client.callTool(long, options));
		check(progress.length >= 3, `progress: ${progress.length}`);
		await client.setLoggingLevel('debug');
		const uri = 'demo://resource/dynamic/text/1';
		await client.subscribeResource({ uri });
		await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
		await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
		await until(() => heard.some(({ method }) => method === 'notifications/message'), 'a log message', 12);
		await until(() => heard.some(({ method }) => method === 'notifications/resources/updated'), 'an update', 12);
		await client.unsubscribeResource({ uri });
		match((await rejection(client.callTool({ name: 'no-such-tool', arguments: {} }).then((r) => { throw new Error(textOf(r)); }))).message, /not found/, 'an error');
		const begun = Date.now();
		await client.close();
		check(Date.now() - begun < 1500, `it ended in ${Date.now() - begun} ms`);
		check(!isRunning(host.pid), 'no process is left');
	}, { seconds: 60 });

for (const mode of ['auto', { pin: '2026-07-28' }])
	keyfobTest(`bridge: the client of SDK 2 speaks the revision without sessions, ${mode === 'auto' ? 'as it finds out' : 'from the start'}`, async (t, keyfob) => {
		const server = await t.use(startModern());
		const client = await sdkHost(t, keyfob, 2, server.url, { mode }).connect();
		equal((await client.listTools()).tools.length, 2, 'tools');
		equal(textOf(await client.callTool({ name: 'add', arguments: { a: 20, b: 22 } })), '42', 'a call');
		check(server.requests.every(({ rpc, version }) => rpc !== 'initialize' && version === '2026-07-28'), JSON.stringify(server.requests));
	});

keyfobTest('bridge: a host that knows both kinds finds a legacy server behind it', async (t, keyfob) => {
	const server = await t.use(startLegacy());
	const client = await sdkHost(t, keyfob, 2, server.url, { mode: 'auto' }).connect();
	equal(textOf(await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })), '3', 'a call');
	equal(server.requests.filter(({ rpc }) => rpc === 'initialize').length, 1, 'openings');
	await client.close();
	await until(() => server.sessions.size === 0, 'the session to end');
});

for (const [era, start] of [['modern', startModern], ['legacy', startLegacy]])
	keyfobTest(`bridge: a ${era} server, guarded: nobody signed in is told what to do; then it just works`, async (t, keyfob) => {
		const provider = await t.use(startProvider());
		const server = await t.use(start(provider));
		const host = new Host(keyfob, server.url);
		const request = () => (era === 'modern' ? host.modern('tools/list') : host.call('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }));
		const refused = await request();
		equal(refused.error?.code, 1003, 'the code');
		match(refused.error.message, /keyfob login http/, 'what to do');
		await request();
		equal(host.program.stderr.match(/keyfob login/g)?.length, 1, 'how often that is said');
		await keyfob.login(server.url);
		check((await request()).result, 'an answer after the sign-in');
		equal((await host.finish()).code, 0, 'the exit');
	});

/* --- Many at once, large, slow ---------------------------------------------------------------------------- */

for (const era of ['legacy', 'modern'])
	keyfobTest(`bridge: a thousand calls at once are answered in whatever order the answers come (${era})`, async (t, keyfob) => {
		const server = await t.use(startCarried());
		const waiting = [];
		server.calls.wait = (x) => waiting.push(x);
		const host = new Host(keyfob, server.url);
		if (era === 'legacy')
			await host.open();
		const ids = [];
		for (let i = 0; i < 1000; i++)
			ids.push(host.ask('tools/call', { ...(era === 'modern' && { _meta: MODERN }), name: 'wait', arguments: { i } }));
		await until(() => waiting.length === 1000, `all to arrive (${waiting.length})`, 20);
		for (const x of waiting.reverse())
			x.params.arguments.i % 2 ? x.text(String(x.params.arguments.i)) : (() => {
				const s = x.stream();
				s.send({ id: x.id, result: { content: [{ type: 'text', text: String(x.params.arguments.i) }] } });
				s.end();
			})();
		for (const [i, id] of ids.entries())
			equal(textOf((await host.answer(id, 20)).result), String(i), 'an answer');
		equal((await host.finish()).code, 0, 'the exit');
	}, { seconds: 60 });

keyfobTest('bridge: a result of 10 MiB passes byte for byte, as JSON and as an event, to a host that reads slowly', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const large = 'ä€😀x'.repeat(1024 * 1024);
	server.calls.json = (x) => x.text(large);
	server.calls.event = (x) => {
		const s = x.stream();
		s.send({ id: x.id, result: { content: [{ type: 'text', text: large }] } });
		s.end();
	};
	const host = new Host(keyfob, server.url);
	await host.open();
	for (const name of ['json', 'event']) {
		const id = host.ask('tools/call', { name });
		host.program.pause?.();
		equal(textOf((await host.answer(id, 20)).result), large, name);
	}
	await host.finish();
}, { seconds: 60 });

keyfobTest('bridge: what is written over several lines arrives on one, numbers as they were', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.odd = (x) => x.res.writeHead(200, { 'content-type': 'application/json' })
		.end(`{\r\n  "jsonrpc": "2.0",\n  "id": ${x.id},\n  "result": {"n": 1.000000000000000000001e+2,\n "s": "\\ud800"}\n}\n`);
	const host = new Host(keyfob, server.url);
	await host.open();
	const id = host.ask('tools/call', { name: 'odd' });
	await host.answer(id);
	match(host.program.stdout, /"result": \{"n": 1\.000000000000000000001e\+2,  "s": "\\ud800"\} \}/, 'the line');
	host.say('{ "jsonrpc": "2.0", "id" : 1e3, "method":"ping", "params":{"n":123456789012345678901234567890} }\n');
	await until(() => server.of('ping').length, 'the ping');
	equal(server.of('ping')[0].text, '{ "jsonrpc": "2.0", "id" : 1e3, "method":"ping", "params":{"n":123456789012345678901234567890} }', 'the body');
	await host.finish();
});

keyfobTest('bridge: what comes drop by drop is passed on as it comes, in the order of its stream', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.slow = async (x) => {
		const s = x.stream();
		for (let i = 0; i < 20; i++) {
			s.send({ method: 'notifications/progress', params: { progressToken: 1, progress: i } });
			await sleep(20);
		}
		const text = `data: ${JSON.stringify({ jsonrpc: '2.0', id: x.id, result: { ok: true } })}\n\n`;
		for (const c of text) {
			s.say(c);
			await sleep(2);
		}
		s.end();
	};
	const host = new Host(keyfob, server.url);
	await host.open();
	const id = host.ask('tools/call', { name: 'slow' });
	await until(() => host.messages.length >= 5, 'the first notes');
	check(!host.answers.has(id), 'they come before the answer');
	check((await host.answer(id)).result.ok, 'the answer');
	equal(host.messages.map(({ params }) => params.progress).join(), [...Array(20).keys()].join(), 'the order');
	await host.finish();
});

keyfobTest('bridge: while the host takes nothing, no more than a little is held for it', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const piece = 'x'.repeat(64 * 1024);
	let sent = 0;
	server.calls.flood = async (x) => {
		const s = x.stream();
		for (; sent < 600; sent++)
			if (!s.send({ method: 'notifications/message', params: { data: piece } }))
				await new Promise((resolve) => s.res.once('drain', resolve));
		s.send({ id: x.id, result: {} });
		s.end();
	};
	const host = new Host(keyfob, server.url);
	await host.open();
	host.program.output.pause();
	const id = host.ask('tools/call', { name: 'flood' });
	await until(() => sent > 20, 'the flood');
	await sleep(1000);
	check(sent < 400, `the server could say ${sent} of 600 pieces`);
	const held = Number(/VmRSS:\s*(\d+)/.exec(await readFile(`/proc/${host.program.pid}/status`, 'utf8'))[1]);
	check(held < 12 * 1024, `the bridge holds ${held} KiB`);
	host.program.output.resume();
	await host.answer(id, 20);
	equal(host.messages.length, 600, 'pieces');
	await host.finish();
}, { seconds: 40 });

/* --- Cancelling ---------------------------------------------------------------------------------------------- */

keyfobTest('bridge: a modern call that is cancelled ends its connection; the server is told nothing else', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const waiting = [];
	server.calls.wait = (x) => waiting.push(x);
	const host = new Host(keyfob, server.url);
	const id = host.ask('tools/call', { _meta: MODERN, name: 'wait' });
	await until(() => waiting.length, 'the call');
	host.send({ method: 'notifications/cancelled', params: { requestId: id, reason: 'enough' } });
	await until(() => server.of('tools/call')[0].gone, 'the end of its connection');
	check((await host.modern('ping')).result, 'others go on');
	equal(server.of('notifications/cancelled').length, 0, 'notifications');
	check(!host.answers.has(id), 'no answer');
	await host.finish();
});

keyfobTest('bridge: a legacy call that is cancelled is cancelled by the notification', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const waiting = [];
	server.calls.wait = (x) => waiting.push(x);
	const host = new Host(keyfob, server.url);
	await host.open();
	const id = host.ask('tools/call', { name: 'wait' });
	await until(() => waiting.length, 'the call');
	host.send({ method: 'notifications/cancelled', params: { requestId: id, reason: 'enough' } });
	await until(() => server.of('notifications/cancelled').length, 'the notification');
	equal(server.of('notifications/cancelled')[0].message.params.requestId, id, 'the id');
	await host.call('ping');
	check(!host.answers.has(id), 'no answer');
	await host.finish();
});

/* --- Modern: heads and tools ----------------------------------------------------------------------------------- */

const annotated = (name, header = 'Region') => ({ name, inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': header }, n: { type: 'integer', 'x-mcp-header': 'N' } } } });

keyfobTest('bridge: the head of a modern call repeats what its tool wants repeated', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.tools = [annotated('good'), annotated('bad', 'not a name'), { name: 'plain', inputSchema: { type: 'object' } }];
	server.calls.good = (x) => x.text('done');
	const host = new Host(keyfob, server.url);
	const { result } = await host.modern('tools/list');
	equal(result.tools.map(({ name }) => name).join(), 'good,plain', 'tools');
	match(host.program.stderr, /The tool bad is left out: x-mcp-header of region is no name/, 'why one is not there');
	await host.modern('tools/call', { name: 'good', arguments: { region: 'zürich', n: 7 } });
	const { headers } = server.of('tools/call')[0];
	equal(headers['mcp-method'], 'tools/call', 'Mcp-Method');
	equal(headers['mcp-name'], 'good', 'Mcp-Name');
	equal(headers['mcp-param-region'], `=?base64?${Buffer.from('zürich').toString('base64')}?=`, 'Mcp-Param-Region');
	equal(headers['mcp-param-n'], '7', 'Mcp-Param-N');
	equal(headers['mcp-protocol-version'], '2026-07-28', 'the revision');
	check(!headers['mcp-session-id'], 'no session');
	await host.finish();
});

keyfobTest('bridge: a tool whose wishes are not known yet is looked up once the server misses them', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.tools = [annotated('good')];
	server.calls.good = (x) => (x.req.headers['mcp-param-region'] === 'eu' ? x.text('done') : x.error({ code: -32020, message: 'Mcp-Param-Region is missing' }, 400));
	const host = new Host(keyfob, server.url);
	equal(textOf((await host.modern('tools/call', { name: 'good', arguments: { region: 'eu' } })).result), 'done', 'the answer');
	equal(server.of('tools/list').length, 1, 'lists');
	check(!host.messages.length && host.answers.size === 1, 'the host saw nothing of that');
	equal((await host.modern('tools/call', { name: 'good', arguments: { region: 'us' } })).error.code, -32020, 'what stays refused');
	await host.finish();
});

keyfobTest('bridge: a subscription stays open beside other calls, and ends when the host cancels it', async (t, keyfob) => {
	const server = await t.use(startCarried());
	let stream;
	server.methods = { 'subscriptions/listen': (x) => {
		stream = x.stream();
		stream.send({ method: 'notifications/subscriptions/acknowledged', params: { _meta: { 'io.modelcontextprotocol/subscriptionId': x.id } } });
	} };
	const host = new Host(keyfob, server.url);
	const id = host.ask('subscriptions/listen', { _meta: MODERN, notifications: { toolsListChanged: true } });
	await until(() => host.messages.length === 1, 'the acknowledgement');
	check((await host.modern('ping')).result, 'another call');
	stream.send({ method: 'notifications/tools/list_changed' });
	await until(() => host.messages.length === 2, 'a notification');
	host.send({ method: 'notifications/cancelled', params: { requestId: id } });
	await until(() => server.of('subscriptions/listen')[0].gone, 'the end of the stream');
	await host.finish();
});

keyfobTest('bridge: a modern server that asks something of its own breaks the protocol: the call fails', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.ask = (x) => {
		const s = x.stream();
		s.send({ id: 's1', method: 'sampling/createMessage', params: {} });
	};
	const host = new Host(keyfob, server.url);
	const { error } = await host.modern('tools/call', { name: 'ask' });
	equal(error.code, 1005, 'the code');
	equal(host.messages.length, 0, 'what else the host got');
	await host.finish();
});

/* --- Failures ---------------------------------------------------------------------------------------------------- */

keyfobTest('bridge: each refusal becomes an error with the id of its request', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const raw = (status, type, text) => (x) => x.res.writeHead(status, { 'content-type': type }).end(text);
	const cases = {
		null_id: [raw(400, 'application/json', '{"jsonrpc":"2.0","error":{"code":-32600,"message":"mine"},"id":null}'), -32600, /mine/],
		no_id: [raw(500, 'application/json', '{"jsonrpc":"2.0","error":{"code":7,"message":"mine"}}'), 7, /mine/],
		html: [raw(502, 'text/html', '<h1>Bad Gateway</h1>'), 1001, /502/],
		empty: [raw(503, 'text/plain', ''), 1001, /503/],
		forbidden: [raw(403, 'text/plain', 'no'), 1001, /403/],
		page: [raw(200, 'text/html', '<h1>Hello</h1>'), 1005, /text\/html/],
		nothing: [raw(202, 'text/plain', ''), 1005, /without an answer/],
		broken: [raw(200, 'application/json', '{"jsonrpc":"2.0","id":1,"result":{}'), 1005, /JSON/],
		other: [raw(200, 'application/json', '{"jsonrpc":"2.0","id":"other","result":{}}'), 1005, /without an answer/],
		cut: [(x) => { x.res.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }); x.res.write('{'); setTimeout(() => x.res.destroy(), 30); }, 1002, /./],
		closed: [(x) => x.res.destroy(), 1002, /closed/],
		stream: [(x) => { const s = x.stream(); s.say(': hm\n\n'); s.end(); }, 1005, /without an answer/],
		mute: [(x) => x.stream().cut(), 1002, /./],
	};
	const host = new Host(keyfob, server.url);
	await host.open();
	for (const [name, [reply]] of Object.entries(cases))
		server.calls[name] = reply;
	for (const [name, [, code, pattern]] of Object.entries(cases))
		for (const era of [{}, { _meta: MODERN }]) {
			const answer = await host.call('tools/call', { ...era, name });
			equal(answer.error?.code, code, `${name}: ${JSON.stringify(answer)}`);
			match(answer.error.message, pattern, name);
		}
	equal(host.answers.get(2 + 2 * 2).error.data.status, 502, 'the status in data');
	await host.finish();
});

keyfobTest('bridge: a server that is not there, or says nothing, fails in time', async (t, keyfob) => {
	const server = await t.use(startCarried());
	await server.close();
	const host = new Host(keyfob, server.url);
	equal((await host.modern('tools/list')).error.code, 1002, 'nobody listens');
	await host.finish();
	const mute = await t.use(startCarried());
	mute.methods = { mute: () => {} };
	const patient = new Host(keyfob, mute.url, ['--timeout', '1']);
	match((await patient.modern('mute')).error.message, /timed out/, 'nothing comes');
	await patient.finish();
});

keyfobTest('bridge: what the host says that is no message is answered so', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const host = new Host(keyfob, server.url);
	await host.open();
	host.say('nonsense\n{"jsonrpc":"2.0"}\n\n\r\n');
	await until(() => host.messages.length === 2, 'two errors');
	equal(host.messages.map(({ error }) => error.code).join(), '-32700,-32600', 'codes');
	host.say('[{"jsonrpc":"2.0","id":"a","method":"ping"},{"jsonrpc":"2.0","id":"b","method":"ping"}]\n');
	check((await host.answer('a')).result && (await host.answer('b')).result, 'a batch');
	await host.finish();
});

/* --- Sessions, streams, restarts --------------------------------------------------------------------------------- */

keyfobTest('bridge: requests before the session is open wait for it', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const order = [];
	server.refuse = undefined;
	server.refuses = (message) => { order.push(message.method); };
	const host = new Host(keyfob, server.url);
	const opening = host.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } });
	host.send({ method: 'notifications/initialized' });
	const list = host.ask('tools/list');
	await host.answer(opening);
	check((await host.answer(list)).result, 'the list');
	equal(order.filter(Boolean).join(), 'initialize,notifications/initialized,tools/list', 'the order');
	await host.finish();
});

keyfobTest('bridge: the stream of the server is kept, and taken up again where it broke', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.listen = () => {};
	const host = new Host(keyfob, server.url);
	await host.open();
	await until(() => server.streams.length === 1, 'the stream');
	server.streams[0].say('retry: 150\n\n');
	server.streams[0].send({ id: 'q1', method: 'roots/list' }, 'e1');
	await until(() => host.messages.length === 1, 'a question');
	host.send({ id: 'q1', result: { roots: [] } });
	await until(() => server.requests.some(({ message }) => message.id === 'q1' && message.result), 'its answer');
	const begun = Date.now();
	server.streams[0].cut();
	await until(() => server.streams.length === 2, 'the stream again');
	check(Date.now() - begun >= 140, `it came back after ${Date.now() - begun} ms`);
	equal(server.streams[1].last, 'e1', 'Last-Event-ID');
	server.streams[1].send({ id: 'q1', method: 'roots/list' }, 'e1');
	server.streams[1].send({ method: 'notifications/tools/list_changed' }, 'e2');
	await until(() => host.messages.length === 2, 'a notification');
	equal(host.messages[1].method, 'notifications/tools/list_changed', 'what came once is not told twice');
	await host.finish();
	equal(server.sessions.size, 0, 'sessions');
});

keyfobTest('bridge: a call whose stream breaks is taken up again by its event id', async (t, keyfob) => {
	const server = await t.use(startCarried());
	let call;
	server.calls.poll = (x) => {
		call = x.id;
		const s = x.stream();
		s.say('id: p1\nretry: 120\ndata:\n\n');
		s.end();
	};
	server.listen = (stream) => {
		if (stream.last === 'p1') {
			stream.send({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }, 'p2');
			setTimeout(stream.cut, 50);
		} else if (stream.last === 'p2') {
			stream.send({ id: call, result: { content: [{ type: 'text', text: 'at last' }] } }, 'p3');
			stream.end();
		}
	};
	const host = new Host(keyfob, server.url);
	await host.open();
	const last = await host.call('tools/call', { name: 'poll' });
	equal(last.result && textOf(last.result), 'at last', JSON.stringify(last));
	equal(server.of('tools/call').length, 1, 'calls');
	equal(host.messages.length, 1, 'notes');
	await host.finish();
});

keyfobTest('bridge: a server that is killed and started again: calls under way fail, the session is renewed, the stream comes back', async (t, keyfob) => {
	const server = await startCarried();
	const waiting = [];
	server.listen = () => {};
	server.calls.wait = (x) => waiting.push(x);
	const host = new Host(keyfob, server.url);
	await host.open();
	await until(() => server.streams.length === 1, 'the stream');
	const lost = host.ask('tools/call', { name: 'wait' });
	await until(() => waiting.length, 'the call');
	await server.close();
	equal((await host.answer(lost)).error.code, 1002, 'the call under way');
	equal((await host.call('ping')).error.code, 1002, 'a call while it is away');
	const again = await t.use(startCarried({ port: server.port }));
	again.listen = () => {};
	again.calls.add = (x) => x.text('3');
	equal(textOf((await host.call('tools/call', { name: 'add' })).result), '3', 'a call afterwards');
	equal(again.of('initialize').length, 1, 'openings');
	equal(again.of('notifications/initialized').length, 1, 'and what follows them');
	await until(() => again.streams.length === 1, 'the stream');
	again.streams[0].send({ method: 'notifications/tools/list_changed' });
	await until(() => host.messages.length === 1, 'a notification');
	equal([...host.answers.values()].filter(({ id }) => id === 1).length, 1, 'the host saw one opening');
	await host.finish();
	equal(again.sessions.size, 0, 'sessions');
}, { seconds: 40 });

keyfobTest('bridge: the reference server, killed and started again on its port, is met anew', async (t, keyfob) => {
	const server = await startServer('everything.js');
	const host = new Host(keyfob, server.url);
	await host.open();
	await server.close();
	check((await host.call('tools/list')).error, 'a call while it is away');
	const again = await t.use(startServer('everything.js', new URL(server.url).port));
	check((await host.call('tools/list')).result.tools.length, 'a call afterwards');
	await host.finish();
}, { seconds: 40 });

keyfobTest('bridge: many calls find the session gone: it is renewed once, and all are answered', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.add = (x) => x.text('3');
	const host = new Host(keyfob, server.url);
	await host.open();
	server.sessions.clear();
	const ids = Array.from({ length: 30 }, () => host.ask('tools/call', { name: 'add' }));
	for (const id of ids)
		equal(textOf((await host.answer(id)).result), '3', 'an answer');
	equal(server.of('initialize').length, 2, 'openings');
	server.refuses = (message) => (message.method === 'initialize' ? 503 : 0);
	server.sessions.clear();
	equal((await host.call('tools/call', { name: 'add' })).error.code, 1006, 'a session that cannot be had');
	server.refuses = undefined;
	equal(textOf((await host.call('tools/call', { name: 'add' })).result), '3', 'once it can');
	await host.finish();
});

/* --- HTTP+SSE ------------------------------------------------------------------------------------------------------ */

for (const args of [[], ['--transport', 'sse']])
	keyfobTest(`bridge: a server of HTTP+SSE is spoken to, ${args.length ? 'as it was said' : 'as it turns out'}`, async (t, keyfob) => {
		const server = await t.use(startServer('everything.js', 'sse'));
		for (const sdk of [1, 2]) {
			const host = sdkHost(t, keyfob, sdk, server.url, { args, capabilities });
			await teach(sdk, host.client);
			const client = await host.connect();
			equal(textOf(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })), 'Echo: hi', 'a call');
			match(textOf(await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'say', maxTokens: 10 } })), /a sampled word/, 'a sampling');
			const many = await Promise.all(Array.from({ length: 50 }, (_, i) => client.callTool({ name: 'get-sum', arguments: { a: i, b: 1 } })));
			many.forEach((result, i) => match(textOf(result), new RegExp(`is ${i + 1}\\.`), 'a sum'));
			await client.close();
			check(!isRunning(host.pid), 'no process is left');
		}
	}, { seconds: 40 });

keyfobTest('bridge: a host that knows both kinds finds a server of HTTP+SSE', async (t, keyfob) => {
	const server = await t.use(startServer('everything.js', 'sse'));
	const client = await sdkHost(t, keyfob, 2, server.url, { mode: 'auto' }).connect();
	equal(textOf(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })), 'Echo: hi', 'a call');
});

keyfobTest('bridge: a server of HTTP+SSE that is killed and started again: calls under way fail, then it is met anew', async (t, keyfob) => {
	const server = await startServer('everything.js', 'sse');
	const host = new Host(keyfob, server.url);
	check((await host.open()).result, 'the opening');
	const lost = host.ask('tools/call', { name: 'trigger-long-running-operation', arguments: { duration: 20, steps: 2 } });
	await host.call('ping');
	await server.close();
	equal((await host.answer(lost)).error.code, 1002, 'the call under way');
	check((await host.call('tools/list')).error, 'a call while it is away');
	const again = await t.use(startServer('everything.js', 'sse', new URL(server.url).port));
	check((await host.call('tools/list')).result.tools.length, 'a call afterwards');
	equal((await host.finish()).code, 0, 'the exit');
}, { seconds: 40 });

keyfobTest('bridge: what is no MCP server of any kind is said to be none', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.refuses = () => 404;
	for (const args of [[], ['--transport', 'sse'], ['--transport', 'http']]) {
		const host = new Host(keyfob, server.url, args);
		const { error } = await host.open();
		check(error.code === 1001 || error.code === 1002 || error.code === 1005, JSON.stringify(error));
		match(error.message, /404/, 'the reason');
		await host.finish();
	}
});

/* --- Tokens -------------------------------------------------------------------------------------------------------- */

keyfobTest('bridge: a token that runs out in the middle of thirty calls is refreshed once, and all are answered', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	issuer.lifetime = 4;
	await keyfob.login(issuer.mcp);
	const streams = [];
	issuer.beforeCall = (message, req, res) => {
		if (req.method !== 'GET')
			return false;
		res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
		streams.push(res);
		return true;
	};
	const host = new Host(keyfob, issuer.mcp);
	await host.open();
	await until(() => streams.length === 1, 'the stream');
	const before = issuer.counts.refreshes;
	for (const family of issuer.families)
		family.expires = 0;
	issuer.lifetime = 3600;
	streams[0].destroy();
	const ids = Array.from({ length: 30 }, (_, i) => host.ask('tools/call', { name: 'echo', arguments: { i } }));
	for (const [i, id] of ids.entries())
		equal(textOf((await host.answer(id)).result), `{"i":${i}}`, 'an answer');
	await until(() => streams.length === 2, 'the stream again');
	equal(issuer.counts.refreshes - before, 1, 'refreshes');
	equal(issuer.counts.reuses, 0, 'refresh tokens used twice');
	await host.finish();
	for (const secret of issuer.secrets)
		check(!keyfob.said.includes(secret), 'a secret was said');
});

keyfobTest('bridge: fields of the user go along, and stand for the token', async (t, keyfob) => {
	const server = await t.use(startCarried());
	const host = new Host(keyfob, server.url, ['--header', 'Authorization: Bearer ${MY_TOKEN}', '--header', 'X-Team: blue'], { env: { MY_TOKEN: 'sesame' } });
	await host.open();
	await host.finish();
	check(server.requests.every(({ headers }) => headers.authorization === 'Bearer sesame' && headers['x-team'] === 'blue'), 'on every request');
	check(!keyfob.said.includes('sesame'), 'it is not said');
});

keyfobTest('bridge: with a browser it signs in by itself, in memory', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	const host = new Host(keyfob, issuer.mcp, ['--persist', 'memory', '--browser', await keyfob.browser()]);
	await host.open();
	equal(textOf((await host.call('tools/call', { name: 'echo', arguments: {} })).result), '{}', 'a call');
	equal(issuer.counts.authorizations, 1, 'sign-ins');
	await host.finish();
});

/* --- The end --------------------------------------------------------------------------------------------------------- */

keyfobTest('bridge: a host that says all it has and closes gets its answers', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.slow = (x) => setTimeout(() => x.text('slow'), 700);
	const lines = [{ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } },
		{ method: 'notifications/initialized' }, { id: 2, method: 'tools/call', params: { name: 'slow' } }];
	const end = await keyfob.run(['bridge', server.url], { input: lines.map((m) => JSON.stringify({ jsonrpc: '2.0', ...m })).join('\n') });
	equal(end.code, 0, 'the exit');
	equal(end.stdout.trim().split('\n').map((line) => JSON.parse(line).id).join(), '1,2', 'answers');
	equal(server.sessions.size, 0, 'sessions');
});

keyfobTest('bridge: calls that do not end are dropped, with an error, two seconds after the host closed', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.never = () => {};
	const host = new Host(keyfob, server.url);
	await host.open();
	const id = host.ask('tools/call', { name: 'never' });
	await until(() => server.of('tools/call').length, 'the call');
	const begun = Date.now();
	const end = await host.finish();
	equal(end.code, 0, 'the exit');
	check(Date.now() - begun < 3500, `it took ${Date.now() - begun} ms`);
	equal(host.answers.get(id)?.error.code, 1007, 'the error');
	equal(server.sessions.size, 0, 'sessions');
});

keyfobTest('bridge: SIGTERM ends it at once, and the session with it', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.calls.never = () => {};
	server.listen = () => {};
	const host = new Host(keyfob, server.url);
	await host.open();
	await until(() => server.streams.length === 1, 'the stream');
	host.ask('tools/call', { name: 'never' });
	await until(() => server.of('tools/call').length, 'the call');
	const begun = Date.now();
	host.program.kill('SIGTERM');
	equal((await host.ended).code, 0, 'the exit');
	check(Date.now() - begun < 1500, `it took ${Date.now() - begun} ms`);
	equal(server.sessions.size, 0, 'sessions');
});

keyfobTest('bridge: a server that does not take the goodbye does not hold it up', async (t, keyfob) => {
	const server = await t.use(startCarried());
	server.refuses = (message, req) => (req.method === 'DELETE' ? 'done' : 0);
	const host = new Host(keyfob, server.url);
	await host.open();
	const begun = Date.now();
	equal((await host.finish()).code, 0, 'the exit');
	check(Date.now() - begun < 2000, `it took ${Date.now() - begun} ms`);
});
