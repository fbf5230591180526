// Tokens that are given instead of signed in for, and servers that want none.
import { Issuer } from './servers/issuer.js';
import { startModern } from './servers/mcp.js';
import { keyfobTest } from './support/keyfob.js';
import { signIn } from './support/client.js';
import { check, equal, match } from './support/test.js';

keyfobTest('given: a server that asks for nothing is told so, and nothing is stored', async (t, keyfob) => {
	const server = await t.use(startModern());
	const end = await keyfob.run(['login', server.url, '--no-browser']);
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stderr + end.stdout, /no sign-in/, 'what is said');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

for (const [what, args, input] of [
	['by flag', (token) => ['--token', token], () => undefined],
	['by - and a pipe', () => ['--token', '-'], (token) => `${token}\n`],
	['by a pipe alone', () => [], (token) => token],
])
	keyfobTest(`given: a token ${what} is proved and kept`, async (t, keyfob) => {
		const issuer = await t.use(new Issuer().start());
		const { tokens } = await signIn(issuer.mcp);
		await keyfob.expect(0, ['login', '--url', issuer.mcp, ...args(tokens.access_token)], { input: input(tokens.access_token) });
		equal((await keyfob.profile(issuer.mcp)).verified, true, 'verified');
		equal(await keyfob.token(issuer.mcp), tokens.access_token, 'the token');
		equal((await keyfob.tools(issuer.mcp)).join(), 'echo', 'tools');
	});

keyfobTest('given: a token that the server refuses is not kept', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	const end = await keyfob.run(['login', '--url', issuer.mcp, '--token', '-'], { input: 'made-up\n' });
	equal(end.code, 3, `exit of ${end.stderr}`);
	check(!end.stderr.includes('made-up'), 'it is not repeated');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('given: where a server takes anything the token is kept as unverified', async (t, keyfob) => {
	const server = await t.use(startModern());
	await keyfob.expect(0, ['login', '--url', server.url, '--token', '-'], { input: 'anything\n' });
	equal((await keyfob.profile(server.url)).verified, false, 'verified');
	match(await keyfob.expect(0, ['status']), /unverified/, 'status');
});

keyfobTest('given: no key, no entry; the right key, everything', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	const key = { KEYFOB_KEY: Buffer.alloc(32, 7).toString('base64') };
	const { tokens } = await signIn(issuer.mcp);
	await keyfob.expect(0, ['login', '--url', issuer.mcp, '--token', '-'], { input: tokens.access_token, env: key });
	await keyfob.expect(5, ['token', issuer.mcp]);
	await keyfob.expect(5, ['token', issuer.mcp], { env: { KEYFOB_KEY: Buffer.alloc(32, 8).toString('base64') } });
	equal((await keyfob.expect(0, ['token', issuer.mcp], { env: key })).trim(), tokens.access_token, 'the token');
});
