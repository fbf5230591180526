// What run makes of arguments and results, of errors, of notifications, of Ctrl-C.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startScripted } from './servers/scripted.js';
import { watchMemory } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';
import { said } from './support/program.js';
import { check, equal, match, until } from './support/test.js';

const text = (value) => ({ content: [{ type: 'text', text: value }] });
const never = () => new Promise(() => {});
const PNG = Buffer.from('not really a picture');

const TOOLS = {
	say: Object.assign((args) => text(JSON.stringify(args)), { schema: { type: 'object', properties: { n: { type: 'integer' }, what: { type: 'string' } }, required: ['what'] } }),
	draw: () => ({ content: [{ type: 'text', text: 'a picture:' }, { type: 'image', mimeType: 'image/png', data: PNG.toString('base64') }] }),
	colour: () => text('\u001b[31mred\u001b[0m'),
	weigh: () => ({ content: [], structuredContent: { grams: 7 } }),
	odd: () => '{ "jsonrpc" : "2.0", "id":$ID, "result":{ "resultType":"complete",  "content": [ ], "n":1.50 } }',
	fail: () => ({ ...text('it broke'), isError: true }),
	refuse: () => Object.assign(new Error('not today'), { code: -32050 }),
	work: (_, tell, params) => {
		tell('notifications/progress', { progressToken: params._meta.progressToken ?? 0, progress: 1, total: 2, message: 'half' });
		tell('notifications/message', { level: 'info', logger: 'db', data: 'a row' });
		return text('done');
	},
	never,
	fill: () => text('x'.repeat(1 << 20)),
	flood: () => text('x'.repeat(10 << 20)),
};

const server = (t) => t.use(startScripted(TOOLS));

keyfobTest('run: arguments by flag, by file, by pipe', async (t, keyfob) => {
	const { url } = await server(t);
	const run = (args, options) => keyfob.expect(0, ['run', url, 'say', ...args], options);
	equal(await run(['--arg', 'n=5', '--arg', 'what=5']), '{"n":5,"what":"5"}\n', 'typed');
	equal(await run(['--args', '{"what":"x"}', '--arg', 'n=1']), '{"what":"x","n":1}\n', 'both');
	equal(await run([], { input: 'some words\n' }), '{"what":"some words"}\n', 'a text');
	equal(await run([], { input: '{"what":"x"}\n' }), '{"what":"x"}\n', 'an object');
	const late = await keyfob.run(['run', url, 'say', '--timeout', '1'], { input: { stay: true } });
	equal(late.code, 2, `exit of ${late.stderr}`);
	match(late.stderr, /standard input was not closed in time; --args/, 'what it waited for');
	equal(await keyfob.expect(0, ['run', url, 'weigh'], { input: { stay: true } }), '{\n  "grams": 7\n}\n', 'a tool without arguments waits for none');
	equal((await keyfob.run(['run', url, 'say', '--arg', 'n=five'])).code, 2, 'a value of the wrong type');
});

keyfobTest('run: a result of 10 MiB', async (t, keyfob) => {
	const { url } = await server(t);
	equal((await keyfob.expect(0, ['run', url, 'flood', '--quiet'])).length, (10 << 20) + 1, 'bytes');
});

keyfobTest('run: results as text, as JSON, byte for byte, cut, and into a file', async (t, keyfob) => {
	const { url } = await server(t);
	const run = (...args) => keyfob.expect(0, ['run', url, ...args, '--quiet']);
	equal(await run('colour'), '\u001b[31mred\u001b[0m\n', 'into a pipe it goes as it is');
	equal(await run('draw'), 'a picture:\n[image, image/png, 20 bytes]\n', 'a picture');
	equal(await run('odd', '--raw'), '{ "resultType":"complete",  "content": [ ], "n":1.50 }\n', 'raw');
	equal(await run('odd', '--json'), '{"resultType":"complete","content":[],"n":1.50}\n', 'on one line');
	equal(await run('odd', '--format', 'json'), '{\n  "resultType": "complete",\n  "content": [],\n  "n": 1.50\n}\n', 'laid out');
	equal(await run('say', '--arg', 'what=abcdefgh', '--max-chars', '12'), '{"what":"abc\n... (12 of 20 characters)\n', 'cut');
	const path = join(keyfob.disk, 'picture.png');
	await run('draw', '--output', path);
	equal(await readFile(path, 'utf8'), PNG.toString(), 'the file');
	equal((await keyfob.run(['run', url, 'colour', '--output', path])).code, 1, 'no file to save');
});

keyfobTest('run: a tool that fails, a call that is refused, a name that is mistyped', async (t, keyfob) => {
	const { url } = await server(t);
	const failed = await keyfob.run(['run', url, 'fail']);
	equal([failed.code, failed.stdout].join(), '1,it broke\n', 'what it says');
	match(failed.stderr, /^keyfob: the tool fail says that it failed$/m, 'and what keyfob says');
	const asJson = await keyfob.run(['run', url, 'fail', '--json']);
	equal([asJson.code, JSON.parse(asJson.stdout).isError].join(), '1,true', 'one document');
	const refused = await keyfob.run(['run', url, 'refuse']);
	equal([refused.code, refused.stdout].join(), '1,', 'a refusal');
	match(refused.stderr, /not today \(-32050\)/, 'and why');
	match((await keyfob.run(['run', url, 'sya'])).stderr, /no tool 'sya', did you mean 'say'\?/, 'a near name');
});

keyfobTest('run: progress and logs stay out of a pipe, unless --verbose', async (t, keyfob) => {
	const { url } = await server(t);
	const plain = await keyfob.run(['run', url, 'work']);
	equal([plain.stdout, plain.stderr].join('|'), 'done\n|', 'nothing but the result');
	match((await keyfob.run(['run', url, 'work', '--verbose'])).stderr, /^info db: a row$/m, 'a log');
});

keyfobTest('run: Ctrl-C takes the call back', async (t, keyfob) => {
	const one = await server(t);
	const program = keyfob.start(['run', one.url, 'never']);
	await until(() => one.asked.some(({ method }) => method === 'tools/call'), 'the call');
	program.kill('SIGINT');
	const end = await program.ended;
	equal(end.code, 130, `exit of ${end.stderr}`);
	await until(() => one.cancelled === 1, 'the server to see it');
});

keyfobTest('run: a script may listen while it goes on', async (t, keyfob) => {
	const one = await server(t);
	const program = keyfob.start(['run', one.url, '--script', '-'], { input: { stay: true, text: '{"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}\n' } });
	await said(program, 'stdout', /"method":"subscriptions\/listen"/);
	one.tell('notifications/tools/list_changed');
	await said(program, 'stdout', /^\{"method":"notifications\/tools\/list_changed","params":\{.*\}\}$/m);
	program.stdin.end('{"method":"tools/call","params":{"name":"say","arguments":{"what":"x"}}}\n');
	const end = await program.ended;
	equal(end.code, 0, `exit of ${end.stderr}`);
	check(end.stdout.trimEnd().split('\n').every((line) => JSON.parse(line).method), 'all lines are JSON');
});

keyfobTest('run: a script ends at a line that is no request, and at a server that is gone', async (t, keyfob) => {
	const { url } = await server(t);
	const wrong = await keyfob.run(['run', url, '--script', '-'], { input: '{"method":"tools/list"}\n{"methd":"tools/list"}\n{"method":"tools/list"}\n' });
	equal([wrong.code, wrong.stdout.trimEnd().split('\n').length].join(), '2,1', 'one answer');
	match(wrong.stderr, /standard input, line 2: /, 'which line');
	equal((await keyfob.run(['run', 'http://127.0.0.1:9/mcp', '--script', '-'], { input: '{"method":"tools/list"}\n' })).code, 4, 'nobody there');
});

keyfobTest('run: a script may be answered with more than fits into memory at once', async (t, keyfob) => {
	const { url } = await server(t);
	const program = keyfob.start(['run', url, '--script', '-'], { input: '{"method":"tools/call","params":{"name":"fill","arguments":{}}}\n'.repeat(40) });
	const watch = watchMemory(program);
	const end = await watch.ended;
	equal([end.code, end.stdout.trimEnd().split('\n').length].join(), '0,40', `answers; ${end.stderr}`);
	check(watch.most < 32, `${watch.most} MiB of memory were taken`);
});
