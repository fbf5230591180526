// The same tools over every transport: Streamable HTTP, the HTTP with SSE of 2024, and a program's standard input and output.
import { startLegacy, startModern } from './servers/mcp.js';
import { keyfobTest } from './support/keyfob.js';
import { here, startServer } from './support/program.js';
import { check, equal, match } from './support/test.js';

const everything = `${here}node_modules/@modelcontextprotocol/server-everything/dist/index.js`;
const program = (...args) => ['--', process.execPath, ...args];

/* Where a server is: what comes first on the command line, and what last. */
const EVERYTHING = [
	['Streamable HTTP', async (t) => [[(await t.use(startServer('everything.js'))).url], []]],
	['HTTP with SSE', async (t) => [[(await t.use(startServer('everything.js', 'sse'))).url], []]],
	['stdio', async () => [[], program(everything, 'stdio')]],
];

for (const [name, find] of EVERYTHING) {
	keyfobTest(`transports: the reference server over ${name}: inspect`, async (t, keyfob) => {
		const [before, behind] = await find(t);
		const { tools } = JSON.parse(await keyfob.expect(0, ['inspect', ...before, '--json', ...behind]));
		check(tools.length > 5 && tools.every(({ inputSchema }) => inputSchema?.type === 'object'), 'tools with their schemas');
	});

	keyfobTest(`transports: the reference server over ${name}: run`, async (t, keyfob) => {
		const [before, behind] = await find(t);
		const run = (tool, ...args) => keyfob.expect(0, ['run', ...before, tool, ...args, ...behind]);
		equal((await run('echo', '--args', '{"message":"hi there"}')).trim(), 'Echo: hi there', 'echo');
		match(await run('get-sum', '--arg', 'a=2', '--arg', 'b=40'), /\b42\b/, 'sum');
		match(await run('trigger-long-running-operation', '--args', '{"duration":1,"steps":4}'), /completed/i, 'the slow one');
	});

	keyfobTest(`transports: the reference server over ${name}: a script is one conversation`, async (t, keyfob) => {
		const [before, behind] = await find(t);
		const requests = [
			['tools/list'], ['resources/list'], ['resources/templates/list'], ['prompts/list'],
			['prompts/get', { name: 'simple-prompt' }],
			['tools/call', { name: 'echo', arguments: { message: 'é€😀 \u0007 "quoted"\n' } }],
			['resources/read', { uri: 'demo://resource/dynamic/text/1' }],
		];
		const input = requests.map(([method, params]) => `${JSON.stringify({ method, params })}\n`).join('');
		const answers = (await keyfob.expect(0, ['run', ...before, '--script', '-', ...behind], { input })).trimEnd().split('\n').map((line) => JSON.parse(line));
		equal(answers.map(({ method }) => method).join(), requests.map(([method]) => method).join(), 'methods');
		check(answers.every(({ result }) => result), 'each has a result');
		equal(answers[5].result.content[0].text, 'Echo: é€😀 \u0007 "quoted"\n', 'text that is not plain');
		check(answers[6].result.contents[0].text, 'a resource');
	});

	keyfobTest(`transports: the reference server over ${name}: its questions come through while a tool is called`, async (t, keyfob) => {
		const [before, behind] = await find(t);
		const input = '{"method":"tools/list"}\n{"method":"tools/call","params":{"name":"trigger-elicitation-request","arguments":{}}}\n';
		const lines = (await keyfob.expect(0, ['run', ...before, '--script', '-', '--elicit', 'defaults', ...behind], { input })).trimEnd().split('\n').map((line) => JSON.parse(line));
		check(lines[0].result.tools.some((tool) => tool.name === 'trigger-elicitation-request'), 'the tool is there');
		match(JSON.stringify(lines[1].result.content), /declined to provide/, 'a name is required, which nobody gave');
	});

	keyfobTest(`transports: the reference server over ${name}: what is refused or fails has status 1`, async (t, keyfob) => {
		const [before, behind] = await find(t);
		const input = '{"method":"resources/read","params":{"uri":"demo://nowhere"}}\n{"method":"tools/call","params":{"name":"echo","arguments":{"message":"on"}}}\n';
		const [first, second] = (await keyfob.expect(1, ['run', ...before, '--script', '-', ...behind], { input })).trimEnd().split('\n').map((line) => JSON.parse(line));
		check(Number.isInteger(first.error.code), 'the first is an error');
		equal(second.result.content[0].text, 'Echo: on', 'the next is answered');
		match((await keyfob.run(['run', ...before, 'no-such-tool', ...behind])).stderr, /no-such-tool/, 'what is said');
	});
}

const SDKS = [
	['2.x over HTTP', async (t) => [[(await t.use(startModern())).url], []]],
	['1.x over HTTP', async (t) => [[(await t.use(startLegacy())).url], []]],
	['2.x over stdio', async () => [[], program(`${here}servers/stdio.js`)]],
	['1.x over stdio', async () => [[], program(`${here}servers/stdio.js`, 'old')]],
];

for (const [name, find] of SDKS)
	keyfobTest(`transports: a server of the SDK ${name}`, async (t, keyfob) => {
		const [before, behind] = await find(t);
		const { tools } = JSON.parse(await keyfob.expect(0, ['inspect', ...before, '--json', ...behind]));
		equal(tools.map((tool) => tool.name).join(), 'add,greet', 'tools');
		equal((await keyfob.expect(0, ['run', ...before, 'add', '--args', '{"a":-1.5,"b":3}', ...behind])).trim(), '1.5', 'sum');
		equal((await keyfob.expect(0, ['run', ...before, 'greet', '--arg', 'name=wörld', ...behind])).trim(), 'Hello, wörld', 'greeting');
		const wrong = await keyfob.run(['run', ...before, 'add', '--args', '{"a":"one"}', ...behind]);
		equal(wrong.code, 1, `exit of ${wrong.stderr}`);
	});
