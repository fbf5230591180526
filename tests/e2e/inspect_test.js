// Talking with servers of both eras, open and guarded.
import { close, Issuer, listen } from './servers/issuer.js';
import { startProvider } from './servers/oidc.js';
import { startLegacy, startModern } from './servers/mcp.js';
import { keyfobTest } from './support/keyfob.js';
import { startServer } from './support/program.js';
import { check, equal, match, until } from './support/test.js';

keyfobTest('inspect: a modern server, open: no handshake', async (t, keyfob) => {
	const server = await t.use(startModern());
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
	check(!server.requests.some(({ rpc }) => rpc === 'initialize'), 'no initialize');
	equal(server.requests.find(({ rpc }) => rpc === 'tools/list').version, '2026-07-28', 'revision');
});

keyfobTest('inspect: a legacy server, open: a session that is begun and ended', async (t, keyfob) => {
	const server = await t.use(startLegacy());
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
	check(server.requests.some(({ rpc }) => rpc === 'notifications/initialized'), 'initialized');
	await until(() => server.sessions.size === 0, 'the session to end');
});

for (const [era, start] of [['modern', startModern], ['legacy', startLegacy]])
	keyfobTest(`inspect: a ${era} server, guarded: every request carries the token`, async (t, keyfob) => {
		const provider = await t.use(startProvider());
		const server = await t.use(start(provider));
		const before = await keyfob.run(['inspect', server.url]);
		equal(before.code, 3, `exit of ${before.stderr}`);
		match(before.stderr, /keyfob login http/, 'what to do next');
		await keyfob.login(server.url);
		server.requests.length = 0;
		equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
		check(server.requests.filter(({ path }) => path === '/mcp').every(({ authorized }) => authorized), 'each is authorized');
		match(await keyfob.expect(0, ['inspect', server.url]), /greet[^]*Greets somebody/, 'the listing');
	});

keyfobTest('inspect: the reference server', async (t, keyfob) => {
	const server = await t.use(startServer('everything.js'));
	const tools = await keyfob.tools(server.url);
	check(tools.includes('echo') && tools.length > 5, `tools: ${tools}`);
	const whole = JSON.parse(await keyfob.expect(0, ['inspect', server.url, '--json']));
	check(whole.tools.every(({ inputSchema }) => inputSchema?.type === 'object'), 'schemas are there');
});

keyfobTest('inspect: a server that takes the connection and says nothing is given up by the time limit', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	issuer.door.shut = true;
	for (const args of [['inspect', issuer.mcp], ['login', issuer.mcp, '--no-browser']]) {
		const end = await keyfob.run([...args, '--timeout', '1']);
		equal(end.code, 4, `exit of ${end.stderr}`);
	}
}, { seconds: 10 });

keyfobTest('inspect: a modern tool whose arguments no client can mirror is left out, with a warning', async (t, keyfob) => {
	const tool = (name, header) => ({ name, inputSchema: { type: 'object', properties: { p: { type: 'string', 'x-mcp-header': header } } } });
	const about = { 'server/discover': { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }, 'tools/list': { tools: [tool('good', 'Region'), tool('bad', 'not a name')] } };
	const { server, origin } = await listen(async (req, res) => {
		const { id, method } = JSON.parse(Buffer.concat(await req.toArray()));
		res.setHeader('content-type', 'application/json');
		res.end(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...about[method] } }));
	});
	t.after(() => close(server));
	equal((await keyfob.tools(`${origin}/mcp`)).join(), 'good', 'tools');
	match(keyfob.said, /bad is left out: x-mcp-header/, 'the warning');
});
