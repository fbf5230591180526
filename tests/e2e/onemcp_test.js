// Talking with a 1MCP server: by its REST side where there is one, else by MCP.
import { startModern } from './servers/mcp.js';
import { startOneMcp } from './servers/onemcp.js';
import { keyfobTest } from './support/keyfob.js';
import { check, equal, match } from './support/test.js';

for (const [side, rest] of [['REST', true], ['MCP', false]]) {
	keyfobTest(`1MCP by ${side}: servers, the tools of one, one tool`, async (t, keyfob) => {
		const one = await t.use(startOneMcp({ rest }));
		const text = await keyfob.expect(0, ['inspect', '--url', one.url]);
		match(text, /^SERVER .*TOOLS$/m, 'a table');
		match(text, /^files .* 3$/m, 'a server in it');
		match(await keyfob.expect(0, ['inspect', 'files', '--url', `${one.url}/mcp`]), /read .*\n +Reads a file/, 'its tools');
		match(await keyfob.expect(0, ['inspect', 'files/read', '--url', one.url]), /path +string\n +head +integer, optional[^]*"required": \[/, 'one of them');
		equal(one.asked.some((line) => line.includes('/mcp')), !rest, 'MCP is spoken only where there is nothing else');
	});

	keyfobTest(`1MCP by ${side}: the kinds of its documents`, async (t, keyfob) => {
		const one = await t.use(startOneMcp({ rest }));
		const inspect = async (...args) => JSON.parse(await keyfob.expect(0, ['inspect', ...args, '--url', one.url, '--json']));
		const servers = await inspect();
		equal(servers.kind, 'servers', 'kind');
		equal(servers.servers.map(({ server, toolCount }) => `${server} ${toolCount}`).join(), 'files 3,clock 1', 'servers');
		const server = await inspect('files', '--limit', '2');
		equal([server.kind, server.server, server.totalTools, server.hasMore, server.nextCursor].join(), 'server,files,3,true,2', 'a page');
		equal(JSON.stringify(server.tools[0]), '{"tool":"read","qualifiedName":"files_1mcp_read","description":"Reads a file","requiredArgs":1,"optionalArgs":1}', 'a tool in it');
		equal((await inspect('files', '--limit', '2', '--cursor', '2')).tools.map(({ tool }) => tool).join(), 'fail', 'the next page');
		equal((await inspect('files', '--limit', '2', '--all')).tools.length, 3, 'all');
		const tool = await inspect('files/read');
		equal([tool.kind, tool.server, tool.tool, tool.qualifiedName].join(), 'tool,files,read,files_1mcp_read', 'a tool');
		equal(tool.inputSchema.required.join(), 'path', 'its schema');
	});

	keyfobTest(`1MCP by ${side}: a tool is called`, async (t, keyfob) => {
		const one = await t.use(startOneMcp({ rest }));
		const run = (code, args, options) => keyfob.expect(code, ['run', ...args, '--url', one.url], options);
		equal(await run(0, ['files/read', '--arg', 'path=7', '--arg', 'head=7']), 'read {"path":"7","head":7}\n', 'typed arguments');
		equal(await run(0, ['files/read'], { input: 'a b\n' }), 'read {"path":"a b"}\n', 'a text that is piped in');
		equal(await run(0, ['files/read'], { input: '{"path":"x"}' }), 'read {"path":"x"}\n', 'an object that is piped in');
		equal(JSON.parse(await run(0, ['clock/now', '--json'])).content[0].text, 'now {}', 'the result as JSON');
		equal(await run(1, ['files/fail']), 'no such thing\n', 'what a failing tool says');
		await run(1, ['files/raed', '--args', '{}']);
		match(keyfob.said, rest ? /Tool not found: files\/raed/ : /no tool 'files\/raed'/, 'a tool that is not there');
	});
}

keyfobTest('1MCP: instructions', async (t, keyfob) => {
	const one = await t.use(startOneMcp());
	match(await keyfob.expect(0, ['instructions', '--url', one.url]), /=== PLAYBOOK ===[^]*=== SERVER SUMMARY ===[^]*=== SERVER DETAILS ===/, 'sections');
	check(JSON.parse(await keyfob.expect(0, ['instructions', '--url', one.url, '--json'])).rendered.includes('Be brief'), 'as JSON');
});

keyfobTest('instructions of any server: the same sections', async (t, keyfob) => {
	const server = await t.use(startModern());
	const text = await keyfob.expect(0, ['instructions', server.url]);
	match(text, /=== PLAYBOOK ===[^]*=== SERVER SUMMARY ===[^]*Server: modern 2[^]*=== SERVER DETAILS ===[^]*greet \(name\)/, 'sections');
	equal(JSON.parse(await keyfob.expect(0, ['instructions', server.url, '--json'])).tools.length, 2, 'tools as JSON');
});

keyfobTest('1MCP: a server that is not there is named, a token is used, and without one the login is', async (t, keyfob) => {
	const one = await t.use(startOneMcp({ token: 'tk-good' }));
	const refused = await keyfob.run(['inspect', '--url', one.url]);
	equal(refused.code, 3, `exit of ${refused.stderr}`);
	match(refused.stderr, /keyfob login/, 'what to do');
	await keyfob.expect(0, ['login', '--url', one.url], { input: 'tk-good\n' });
	await keyfob.expect(0, ['inspect', '--url', one.url]);
	await keyfob.expect(1, ['inspect', 'nowhere', '--url', one.url]);
	match(keyfob.said, /Server not found: nowhere/, 'the reason');
});

keyfobTest('1MCP: without a URL the only sign-in is meant, or the only one of a 1MCP server', async (t, keyfob) => {
	equal((await keyfob.run(['inspect'])).code, 2, 'nobody is signed in');
	const one = await t.use(startOneMcp({ token: 'tk-good' }));
	await keyfob.expect(0, ['login', '--url', one.url], { input: 'tk-good\n' });
	match(await keyfob.expect(0, ['inspect']), /^files /m, 'the only one');
	const other = await t.use(startModern());
	await keyfob.expect(0, ['login', '--url', other.url], { input: 'tk-other\n' });
	match(await keyfob.expect(0, ['inspect']), /^files /m, 'the only 1MCP server');
	equal(await keyfob.expect(0, ['run', 'clock/now', '--args', '{}']), 'now {}\n', 'and a call');
	const third = await t.use(startOneMcp({ token: 'tk-third' }));
	await keyfob.expect(0, ['login', '--url', third.url], { input: 'tk-third\n' });
	const unclear = await keyfob.run(['inspect']);
	equal(unclear.code, 2, 'which?');
	match(unclear.stderr, /--url http/, 'how to name one');
});
