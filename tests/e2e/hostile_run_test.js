// What a server may answer to a call of its tools, and what it may ask back.
import { readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hostile, flood } from './servers/hostile.js';
import { checkEnd } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';
import { onTerminal } from './support/terminal.js';
import { check, equal } from './support/test.js';

const EVENTS = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const COLOURS = '\u001b[2J\u001b]0;owned\u0007\u202ereversed\r\nkeyfob: done\u009b31m';

/* A modern server of one tool, `tool`: call(message, req, res) answers it. */
function modern(call, tool = {}) {
	return (req, res, body) => {
		const m = req.method === 'POST' ? JSON.parse(body) : {};
		const done = (value) => ({ jsonrpc: '2.0', id: m.id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...value } });
		switch (m.method) {
		case 'server/discover':
			return done({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } });
		case 'tools/list':
			return done({ tools: [{ name: 'tool', inputSchema: { type: 'object', properties: {} }, ...tool }] });
		case 'tools/call':
			return call(m, req, res, done);
		default:
			return void res.writeHead(405).end();
		}
	};
}

/* The same of the legacy era, which may ask by requests of its own; `answered` are the host's answers. */
function legacy(call, answered = []) {
	return (req, res, body) => {
		const m = req.method === 'POST' ? JSON.parse(body) : {};
		const done = (result) => ({ jsonrpc: '2.0', id: m.id, result });
		switch (m.method) {
		case 'initialize':
			return done({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } });
		case 'tools/list':
			return done({ tools: [{ name: 'tool', inputSchema: { type: 'object', properties: {} } }] });
		case 'tools/call':
			return call(m, req, res, done);
		case 'server/discover':
			return void res.writeHead(400).end();
		case undefined:
			req.method === 'POST' && answered.push(m);
			return void res.writeHead(req.method === 'POST' ? 202 : 405).end();
		default:
			return void res.writeHead(202).end();
		}
	};
}

async function run(t, keyfob, answer, { args = [], code = 0, said, seconds = 6, tool = 'tool', wrap, input } = {}) {
	const site = await t.use(new Hostile().start({ '/mcp': answer }));
	const program = keyfob.start(['run', site.mcp, tool, '--timeout', '2', ...args], { input });
	return { site, end: await checkEnd(program, { code, said, seconds }) };
}

const text = (value, more = {}) => ({ content: [{ type: 'text', text: value }], ...more });

/* --- What is shown ------------------------------------------------------------------------------------------- */

for (const [what, result] of [
	['a text', text(COLOURS)],
	['a failure', text(COLOURS, { isError: true })],
	['a link', { content: [{ type: 'resource_link', uri: `https://x/${COLOURS}`, name: COLOURS, description: COLOURS, mimeType: COLOURS }] }],
	['an image', { content: [{ type: 'image', data: 'AAAA', mimeType: COLOURS }] }],
	['a resource', { content: [{ type: 'resource', resource: { uri: COLOURS, mimeType: COLOURS, text: COLOURS } }] }],
	['a kind', { content: [{ type: COLOURS, text: 'x' }] }],
	['a structure', { content: [], structuredContent: { [COLOURS]: COLOURS } }],
])
	keyfobTest(`hostile: run: ${what} in colours does nothing to a terminal`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start({ '/mcp': modern((m, req, res, done) => done(result)) }));
		for (const more of [[], ['--format', 'json'], ['--format', 'compact'], ['--verbose'], ['--raw'], ['--json']]) {
			const { stdout } = await onTerminal(keyfob, ['run', site.mcp, 'tool', '--timeout', '2', ...more]);
			check(stdout.length > 2, 'something is shown');
		}
	});

for (const [what, call, options] of [
	['a structure that is nested ten thousand deep', (m) => `{"jsonrpc":"2.0","id":${JSON.stringify(m.id)},"result":{"resultType":"complete","content":[],"structuredContent":${'{"a":'.repeat(10000)}1${'}'.repeat(10000)}}}`, { code: null }],
	['a result of 1 GiB', (m, req) => flood('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"x":"', 'x', 2 ** 30)(req), { code: 1, seconds: 10 }],
	['an event of 1 GiB', (m, req) => flood(`${EVENTS}data: "`, 'x', 2 ** 30)(req), { code: 1, seconds: 10 }],
	['no content', (m, q, s, done) => done({}), { code: null }],
	['content of no kind', (m, q, s, done) => done({ content: [7, null, 'x', [], {}, { type: 'text' }, { type: 'text', text: 7 }, { type: 'image', data: '*', mimeType: 7 }] }), { code: null }],
	['content that is no list', (m, q, s, done) => done({ content: 'x' }), { code: null }],
	['a kind of result that nobody knows', (m, q, s, done) => done({ resultType: 'odd', content: [] }), { code: 1 }],
	['a hundred thousand pieces', (m, q, s, done) => done({ content: Array(100000).fill({ type: 'text', text: 'x' }) }), { code: null }],
	['a request of the server on its stream', (m, req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} })}\n\n`), { code: 1 }],
])
	keyfobTest(`hostile: run: ${what}`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start({ '/mcp': modern(call) }));
		const program = keyfob.start(['run', site.mcp, 'tool', '--timeout', '2']);
		const code = options.code ?? (await keyfob.run(['run', site.mcp, 'tool', '--timeout', '2'])).code;
		check([0, 1].includes(code), `exit ${code}`);
		await checkEnd(program, { ...options, code });
	});

keyfobTest('hostile: run: a hundred thousand notes of progress, of all numbers', async (t, keyfob) => {
	const site = await t.use(new Hostile().start({ '/mcp': modern((m, req, res) => {
		const token = JSON.stringify(m.params._meta?.progressToken ?? 1);
		const note = (progress, total, message = COLOURS) => `data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${progress},"total":${total},"message":${JSON.stringify(message)}}}\n\n`;
		res.writeHead(200, { 'content-type': 'text/event-stream' });
		for (const [a, b] of [[1e308, 1e308], ['1e400', '-1e400'], [-1, 0], [0, 0], ['"NaN"', 'null'], [1, -5], [5, 1e-320], ['9'.repeat(400), '1'], [2 ** 63, 1]])
			res.write(note(a, b));
		for (let i = 0; i < 100; i++)
			res.write(note(i, 1000, 'x'.repeat(10)).repeat(1000));
		res.write(note(1, 1, 'y'.repeat(100000)));
		res.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: m.id, result: { resultType: 'complete', ...text('done') } })}\n\n`);
	}) }));
	const end = await checkEnd(keyfob.start(['run', site.mcp, 'tool', '--timeout', '5']), { code: 0, seconds: 10 });
	equal(end.stdout.trim(), 'done', 'the result');
	const loud = await keyfob.run(['run', site.mcp, 'tool', '--timeout', '5', '--verbose']);
	equal(loud.code, 0, 'the exit');
	check(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(loud.stderr.replaceAll('\r', '')), 'what is said');
	await onTerminal(keyfob, ['run', site.mcp, 'tool', '--timeout', '5']);
}, { seconds: 40 });

keyfobTest('hostile: run: tools that are listed as JSON do nothing to a terminal, and come as they were through a pipe', async (t, keyfob) => {
	const tool = { name: 'tool', title: COLOURS, description: COLOURS, inputSchema: { type: 'object', properties: {} } };
	const site = await t.use(new Hostile().start({ '/mcp': modern(() => {}, tool) }));
	for (const more of [[], ['--json'], ['--verbose']]) {
		const { stdout } = await onTerminal(keyfob, ['inspect', site.mcp, '--timeout', '2', ...more]);
		if (more[0] === '--json')
			equal(JSON.parse(stdout).tools[0].description, COLOURS, 'the same JSON');
	}
	check((await keyfob.expect(0, ['inspect', site.mcp, '--json'])).includes(JSON.stringify(COLOURS)), 'through a pipe');
});

/* --- Files --------------------------------------------------------------------------------------------------------- */

const PICTURE = Buffer.from('not really a picture').toString('base64');

for (const mimeType of ['image/png', '../../etc/passwd', 'image/../../x', 'text/html', '/', '', 'x'.repeat(10000), COLOURS])
	keyfobTest(`hostile: run: --output writes the file that was named, whatever the type is (${JSON.stringify(mimeType).slice(0, 30)})`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start({ '/mcp': modern((m, q, s, done) => done({ content: [{ type: 'image', data: PICTURE, mimeType }] })) }));
		await checkEnd(keyfob.start(['run', site.mcp, 'tool', '--timeout', '2', '-o', 'picture']), { code: 0 });
		equal((await readdir(keyfob.disk)).filter((name) => name !== 'vault').sort().join(), 'picture,tmp', 'files');
		equal(await readFile(join(keyfob.disk, 'picture'), 'utf8'), 'not really a picture', 'the file');
	});

keyfobTest('hostile: run: --output does not write by way of a link, nor where something is that is no file', async (t, keyfob) => {
	const site = await t.use(new Hostile().start({ '/mcp': modern((m, q, s, done) => done({ content: [{ type: 'image', data: PICTURE, mimeType: 'image/png' }] })) }));
	const treasure = join(keyfob.desk, 'treasure');
	await writeFile(treasure, 'gold');
	await symlink(treasure, join(keyfob.disk, 'link'));
	await symlink(join(keyfob.desk, 'new'), join(keyfob.disk, 'dangling'));
	for (const name of ['link', 'dangling', '/dev/null', '/dev/stdout', 'tmp', 'picture/', 'no/such/folder'])
		check((await keyfob.run(['run', site.mcp, 'tool', '--timeout', '2', '-o', name])).code !== 0, `${name} is refused`);
	equal(await readFile(treasure, 'utf8'), 'gold', 'what the link leads to');
	check(!(await readdir(keyfob.desk)).includes('new'), 'what the dangling link leads to');
});

for (const data of ['****', 'A', '='.repeat(100), 7, `${PICTURE}\u0000`])
	keyfobTest(`hostile: run: --output and data that are no base64 (${JSON.stringify(data).slice(0, 20)})`, async (t, keyfob) => {
		const { end } = await run(t, keyfob, modern((m, q, s, done) => done({ content: [{ type: 'image', data, mimeType: 'image/png' }] })), { args: ['-o', 'picture'], code: 1 });
		check(end.stderr.length > 10 && !(await readdir(keyfob.disk)).includes('picture'), 'no file is left');
	});

/* --- Names and fields ------------------------------------------------------------------------------------------------ */

for (const name of ['../../etc', 'a\r\nX: y', `a${COLOURS}`, 'x'.repeat(5000), '=?base64?eA==?=', ' blank ', '\u00e9'])
	keyfobTest(`hostile: run: a tool that is called ${JSON.stringify(name).slice(0, 40)}`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start({ '/mcp': modern((m, q, s, done) => done(text(m.params.name === name ? 'the same' : 'another')), { name }) }));
		const end = await keyfob.run(['run', site.mcp, '--script', '-', '--timeout', '2'], { input: `${JSON.stringify({ method: 'tools/list' })}\n${JSON.stringify({ method: 'tools/call', params: { name, arguments: {} } })}\n` });
		check([0, 1].includes(end.code), `exit ${end.signal ?? end.code}: ${end.stderr}`);
		for (const { headers } of site.asked)
			check(!headers.x && /^[\x20-\x7e]*$/.test(headers['mcp-name'] ?? ''), JSON.stringify(headers['mcp-name']));
		await checkEnd(keyfob.start(['inspect', site.mcp, '--timeout', '2']), { code: 0 });
	});

keyfobTest('hostile: run: fields that a schema wants repeated are those of its own kind, and hold no line ends', async (t, keyfob) => {
	const names = ['Authorization', 'Host', 'Mcp-Session-Id', 'Content-Length', 'a b', 'a\r\nX-Evil: 1', '', 'Mcp-Method', 'Cookie'];
	for (const name of names) {
		const schema = { type: 'object', properties: { v: { type: 'string', 'x-mcp-header': name } } };
		const site = await t.use(new Hostile().start({ '/mcp': modern((m, q, s, done) => done(text('ok')), { inputSchema: schema }) }));
		for (const value of ['a\r\nX-Evil: 1', 'Bearer stolen', '\u0000', '=?base64?eA==?=', 'x'.repeat(50000)]) {
			const end = await keyfob.run(['run', site.mcp, 'tool', '--timeout', '2', '--args', JSON.stringify({ v: value })]);
			check([0, 1].includes(end.code), `exit ${end.signal ?? end.code} for ${JSON.stringify(name)}: ${end.stderr}`);
		}
		for (const { headers } of site.asked) {
			check(!headers['x-evil'] && !headers.authorization && !headers.cookie && !headers['mcp-session-id'], JSON.stringify(headers).slice(0, 400));
			equal(headers.host, new URL(site.url).host, 'the host');
			for (const [field, value] of Object.entries(headers))
				check(/^[\x20-\x7e]*$/.test(value), `${field}: ${JSON.stringify(value)}`);
		}
	}
}, { seconds: 20 });

keyfobTest('hostile: run: a field of the user\'s that holds a line end is refused', async (t, keyfob) => {
	const site = await t.use(new Hostile().start());
	for (const command of ['run', 'inspect', 'bridge', 'instructions'].filter((c) => c !== 'inspect'))
		for (const field of ['X: a\r\nY: b', 'X: a\nY: b', 'X\r\n: a', 'X', ': a', 'Host: x', 'Content-Length: 5', 'X: \u0000'].filter((f) => !f.includes('\u0000'))) {
			const end = await keyfob.run([command, site.mcp, ...(command === 'run' ? ['tool'] : []), '--header', field], { input: '' });
			equal(end.code, 2, `exit of ${command} ${JSON.stringify(field)}: ${end.stderr}`);
		}
	const variable = await keyfob.run(['run', site.mcp, 'tool', '--header', 'X: ${EVIL}'], { env: { EVIL: 'a\r\nY: b' } });
	check(variable.code !== 0, 'by way of a variable');
	equal(site.asked.length, 0, 'requests');
});

/* --- What it asks back ------------------------------------------------------------------------------------------------- */

const FORM = (properties = {}, more = {}) => ({ method: 'elicitation/create', params: { mode: 'form', message: 'Please', requestedSchema: { type: 'object', properties }, ...more } });
const wants = (inputRequests, more = {}) => (m, q, s, done) => done({ resultType: 'input_required', inputRequests, ...more });

for (const [what, call, max = 20] of [
	['input for ever', wants({ form: FORM({ a: { type: 'string', default: 'x' } }) }, { requestState: 's' })],
	['nothing, for ever', wants(undefined, { requestState: 's' })],
	['input of ten thousand kinds', wants(Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`k${i}`, FORM({ a: { type: 'string', default: 'x' } })])))],
	['input, with a state of 1 MB', wants({ form: FORM({ a: { type: 'string', default: 'x' } }) }, { requestState: 's'.repeat(1e6) })],
	['input of no kind', wants({ form: 7, other: { method: 'tools/call', params: {} } })],
	['input by a method that is not its', wants({ form: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } } })],
	['a state that is no text', wants(undefined, { requestState: { a: 1 } })],
	['a form that is nested deeply', (m) => `{"jsonrpc":"2.0","id":${JSON.stringify(m.id)},"result":{"resultType":"input_required","inputRequests":{"f":{"method":"elicitation/create","params":{"message":"x","requestedSchema":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}}}}}`],
])
	for (const how of ['defaults', 'decline'])
		keyfobTest(`hostile: run: a server that wants ${what} (${how})`, async (t, keyfob) => {
			const { site } = await run(t, keyfob, modern(call), { args: ['--elicit', how], code: 1, seconds: 8 });
			check(site.asked.length <= max + 5, `${site.asked.length} requests`);
		});

for (const [what, request] of [
	['a script', { url: 'javascript:alert(1)' }], ['a file', { url: 'file:///etc/passwd' }], ['a flag', { url: '--help' }], ['colours', { url: `https://x/${COLOURS}` }],
	['a host behind a name', { url: 'https://bank.example@evil.example/' }], ['plain http', { url: 'http://evil.example/' }], ['nothing', { url: undefined }],
])
	keyfobTest(`hostile: run: a server that sends its user to ${what}`, async (t, keyfob) => {
		let answer;
		const call = (m, q, s, done) => {
			if (!m.params.inputResponses)
				return done({ resultType: 'input_required', inputRequests: { go: { method: 'elicitation/create', params: { mode: 'url', message: COLOURS, elicitationId: 'e', ...request } } } });
			answer = m.params.inputResponses.go;
			return done(text('went on'));
		};
		const browser = await keyfob.browser();
		const site = await t.use(new Hostile().start({ '/mcp': modern(call) }));
		for (const how of ['defaults', 'decline']) {
			answer = undefined;
			const end = await keyfob.run(['run', site.mcp, 'tool', '--timeout', '2', '--elicit', how, '--browser', browser]);
			check([0, 1].includes(end.code), `exit ${end.signal ?? end.code}: ${end.stderr}`);
			check(answer?.action !== 'accept', `it says ${JSON.stringify(answer)}`);
			check(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(end.stderr), JSON.stringify(end.stderr));
		}
		check(!(await readdir(keyfob.desk)).includes('argv'), 'no browser was opened');
	});

for (const method of ['sampling/createMessage', 'roots/list', 'elicitation/create', 'tools/call', 'x'.repeat(10000), COLOURS])
	keyfobTest(`hostile: run: a legacy server that asks for ${JSON.stringify(method).slice(0, 40)}, which was not offered`, async (t, keyfob) => {
		const answered = [];
		const { end } = await run(t, keyfob, legacy((m, req, res) => {
			res.writeHead(200, { 'content-type': 'text/event-stream' });
			res.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 'q', method, params: { message: 'x', requestedSchema: { type: 'object', properties: {} } } })}\n\n`);
			const timer = setInterval(() => {
				if (!answered.length)
					return;
				clearInterval(timer);
				res.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: m.id, result: text('went on') })}\n\n`);
			}, 10);
			res.on('close', () => clearInterval(timer));
		}, answered), { args: ['--elicit', 'decline'] });
		equal(end.stdout.trim(), 'went on', 'the result');
		equal(answered[0].id, 'q', 'the id');
		check(answered[0].error || answered[0].result.action === 'decline', JSON.stringify(answered[0]));
	});
