// The servers by themselves, with a client of our own: what keyfob is to be tested against does what it should.
import { CLIENT_DOCUMENT, startProvider } from './servers/oidc.js';
import { Issuer } from './servers/issuer.js';
import { startLegacy, startModern } from './servers/mcp.js';
import { discover, listTools, listToolsModern, refresh, revoke, signIn, takes } from './support/client.js';
import { startServer } from './support/program.js';
import { check, equal, test } from './support/test.js';

const fails = (promise) => promise.then(() => false, () => true);

test('counterparts: the SDK 1.x example signs in, takes its token, and answers a refresh with 500', async (t) => {
	const server = await t.use(startServer('sdk_example.js', '--lifetime', '3600'));
	const session = await signIn(server.url);
	check(session.issuer.endsWith('/'), 'its issuer ends in a slash');
	equal(session.tokens.token_type, 'bearer', 'token type');
	check((await listTools(server.url, session.tokens.access_token)).includes('greet'), 'greet is there');
	const answer = await fetch(session.metadata.token_endpoint, {
		method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: session.client, refresh_token: session.tokens.refresh_token }),
	});
	equal(answer.status, 500, 'refresh');
});

test('counterparts: oidc-provider registers, rotates, revokes; SDK 2.x takes its JWT in both eras', async (t) => {
	const provider = await t.use(startProvider());
	const server = await t.use(startModern(provider));
	const session = await signIn(server.url);
	equal(session.callback.get('iss'), provider.url, 'iss');
	equal(JSON.parse(Buffer.from(session.tokens.access_token.split('.')[0], 'base64url')).typ, 'at+jwt', 'typ');
	equal((await listTools(server.url, session.tokens.access_token)).join(), 'add,greet', 'tools');
	equal((await listToolsModern(server.url, session.tokens.access_token)).join(), 'add,greet', 'tools');
	const { access_token: before, refresh_token: old } = session.tokens;
	await refresh(session);
	check(session.tokens.refresh_token !== old && session.tokens.access_token !== before, 'both tokens are new');
	equal(await takes(server.url, `${before}x`), 401, 'a bent token');
	equal(await revoke(session, session.tokens.refresh_token, 'refresh_token'), 200, 'revocation');
	equal(provider.counts.revocations, 1, 'grants revoked');
	check(await fails(refresh(session)), 'a revoked token refreshes nothing');
});

test('counterparts: oidc-provider knows a client by its metadata document; SDK 1.x takes its JWT in a session', async (t) => {
	const provider = await t.use(startProvider({ registration: false, documents: true }));
	const server = await t.use(startLegacy(provider));
	provider.lifetime = 2;
	const session = await signIn(server.url, { client: CLIENT_DOCUMENT, redirect: 'http://127.0.0.1:12345/callback' });
	equal(session.tokens.expires_in, 2, 'expires_in');
	equal((await listTools(server.url, session.tokens.access_token)).join(), 'add,greet', 'tools');
	equal(server.sessions.size, 1, 'sessions');
	equal(provider.fetched.join(), CLIENT_DOCUMENT, 'documents fetched');
});

test('counterparts: open servers ask for nothing', async (t) => {
	const modern = await t.use(startModern());
	const legacy = await t.use(startLegacy());
	const everything = await t.use(startServer('everything.js'));
	for (const { url } of [modern, legacy, everything]) {
		equal(await discover(url), null, 'challenge');
		check((await listTools(url)).length > 1, `${url} has tools`);
	}
	check(await fails(listToolsModern(legacy.url)), 'the legacy server is legacy');
});

test('counterparts: the scripted issuer rotates, counts, and ends a family on reuse', async (t) => {
	const issuer = await t.use(new Issuer().start());
	const session = await signIn(issuer.mcp);
	const old = session.tokens.refresh_token;
	equal((await listTools(issuer.mcp, session.tokens.access_token)).join(), 'echo', 'tools');
	await refresh(session);
	equal(await takes(issuer.mcp, session.tokens.access_token), 200, 'the new token');
	equal(issuer.counts.refreshes, 1, 'refreshes');
	session.tokens.refresh_token = old;
	check(await fails(refresh(session)), 'a spent token refreshes nothing');
	equal(issuer.counts.reuses, 1, 'reuses');
	equal(await takes(issuer.mcp, session.tokens.access_token), 401, 'a token of an ended family');
});
