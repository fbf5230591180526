// oidc-provider in front of servers made of the official SDKs: registration, documents, rotation, revocation.
import { readdir } from 'node:fs/promises';
import { CLIENT_DOCUMENT, startProvider } from './servers/oidc.js';
import { startLegacy, startModern } from './servers/mcp.js';
import { keyfobTest } from './support/keyfob.js';
import { takes } from './support/client.js';
import { check, equal, match } from './support/test.js';

async function both(t, options, start = startModern) {
	const provider = await t.use(startProvider(options));
	return { provider, server: await t.use(start(provider)) };
}

keyfobTest('provider: registers once, and each token is for this server alone', async (t, keyfob) => {
	const { provider, server } = await both(t);
	const other = await t.use(startModern(provider));
	await keyfob.login(server.url);
	const [asked] = provider.asked;
	equal(asked.resource, server.url, 'resource asked for');
	equal(asked.code_challenge_method, 'S256', 'PKCE');
	equal(await takes(server.url, await keyfob.token(server.url)), 200, 'its own server');
	equal(await takes(other.url, await keyfob.token(server.url)), 401, 'another server');
	await keyfob.expect(3, ['token', other.url]);
	await keyfob.login(server.url);
	equal(provider.counts.registrations, 1, 'registrations');
	equal(provider.counts.exchanges, 2, 'exchanges');
});

keyfobTest('provider: scopes that only the server knows do not hinder a registration', async (t, keyfob) => {
	const { provider, server } = await both(t, { staticScopes: false });
	await keyfob.login(server.url);
	equal(provider.counts.registrations, 1, 'registrations');
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
});

keyfobTest('provider: a client metadata document instead of a registration', async (t, keyfob) => {
	const { provider, server } = await both(t, { documents: true });
	await keyfob.login(server.url, '--client-metadata-url', CLIENT_DOCUMENT);
	equal(provider.asked[0].client_id, CLIENT_DOCUMENT, 'client');
	equal(provider.counts.registrations, 0, 'registrations');
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
});

keyfobTest('provider: a client that is known already', async (t, keyfob) => {
	const { provider, server } = await both(t, { registration: false });
	await keyfob.login(server.url, '--client-id', 'known-client');
	equal(provider.asked[0].client_id, 'known-client', 'client');
	equal((await keyfob.profile(server.url)).clientId, 'known-client', 'client kept');
});

keyfobTest('provider: without registration, document or client the error says what to give', async (t, keyfob) => {
	const { server } = await both(t, { registration: false });
	const end = await keyfob.run(['login', server.url, '--no-browser']);
	check(end.code !== 0, 'it fails');
	match(end.stderr, /--client-id/, 'what to do');
});

keyfobTest('provider: a document that nobody can fetch ends on a page there, and here by the time limit', async (t, keyfob) => {
	const { server } = await both(t, { registration: false, documents: true });
	const end = await keyfob.run(['login', server.url, '--timeout', '3', '--browser', await keyfob.browser(),
		'--client-metadata-url', 'https://keyfob.test/nowhere.json']);
	equal(end.code, 3, `exit of ${end.stderr}`);
	match(end.stderr, /in time.*--client-metadata-url/, 'what is said');
});

keyfobTest('provider: tokens that live for seconds are refreshed, each rotation kept, by commands that share only the vault', async (t, keyfob) => {
	const { provider, server } = await both(t);
	provider.lifetime = 2;
	await keyfob.login(server.url);
	const seen = new Set();
	for (let i = 0; i < 3; i++) {
		await keyfob.expired(server.url);
		const token = await keyfob.token(server.url);
		equal(await takes(server.url, token), 200, 'the fresh token');
		check(!seen.has(token), 'it is another one each time');
		seen.add(token);
	}
	equal(provider.counts.refreshes, 3, 'refreshes');
	equal(provider.counts.errors.join(), '', 'errors at the issuer');
	equal(provider.counts.exchanges, 1, 'sign-ins');
}, { seconds: 60 });

keyfobTest('provider: a token that is valid is used as it is', async (t, keyfob) => {
	const { provider, server } = await both(t);
	await keyfob.login(server.url);
	equal(await keyfob.token(server.url), await keyfob.token(server.url), 'token');
	await keyfob.tools(server.url);
	equal(provider.counts.refreshes, 0, 'refreshes');
});

keyfobTest('provider: inspect refreshes by itself, in both eras', async (t, keyfob) => {
	const { provider, server } = await both(t);
	const legacy = await t.use(startLegacy(provider));
	provider.lifetime = 2;
	for (const { url } of [server, legacy]) {
		await keyfob.login(url);
		await keyfob.expired(url);
		equal((await keyfob.tools(url)).join(), 'add,greet', 'tools');
	}
	equal(provider.counts.refreshes, 2, 'refreshes');
});

keyfobTest('provider: logout is seen there', async (t, keyfob) => {
	const { provider, server } = await both(t);
	await keyfob.login(server.url);
	await keyfob.expect(0, ['logout', server.url]);
	equal(provider.counts.revocations, 1, 'grants revoked');
	equal(provider.counts.errors.join(), '', 'errors at the issuer');
	await keyfob.expect(3, ['token', server.url]);
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('provider: logout forgets also where the issuer is gone, and says so', async (t, keyfob) => {
	const { provider, server } = await both(t);
	await keyfob.login(server.url);
	await provider.close();
	const end = await keyfob.run(['logout', server.url]);
	equal(end.code, 0, 'exit');
	match(end.stderr, /valid|revoke/i, 'the warning');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('provider: revoked behind its back, the refresh token is spent once and then a login is named', async (t, keyfob) => {
	const { provider, server } = await both(t);
	provider.lifetime = 2;
	await keyfob.login(server.url);
	const { clientId } = await keyfob.profile(server.url);
	await keyfob.expired(server.url);
	provider.revokeAll();
	for (let i = 0; i < 2; i++) {
		const end = await keyfob.run(['token', server.url]);
		equal(end.code, 3, `exit of ${end.stderr}`);
		match(end.stderr, /keyfob login http/, 'what to do next');
	}
	equal(provider.counts.errors.length, 1, 'refused refreshes');
	await keyfob.login(server.url);
	equal((await keyfob.profile(server.url)).clientId, clientId, 'the registration is used again: client');
	equal(await takes(server.url, await keyfob.token(server.url)), 200, 'the new token');
});

keyfobTest('provider: the scope is what the server names, or what was asked for', async (t, keyfob) => {
	const { provider, server } = await both(t);
	const words = (text) => text.split(' ').filter((word) => word.startsWith('mcp:')).sort().join(' ');
	await keyfob.login(server.url);
	equal(words(provider.asked.at(-1).scope), 'mcp:tools', 'scope of the server');
	await keyfob.login(server.url, '--scope', 'mcp:tools mcp:admin');
	equal(words(provider.asked.at(-1).scope), 'mcp:admin mcp:tools', 'scope asked for');
	equal(words((await keyfob.profile(server.url)).scope), 'mcp:admin mcp:tools', 'scope granted');
});

keyfobTest('provider: a user who says no ends the login with that word', async (t, keyfob) => {
	const { provider, server } = await both(t);
	provider.outcome = 'deny';
	const end = await keyfob.run(['login', server.url, '--browser', await keyfob.browser()]);
	check(end.code === 1 || end.code === 3, `exit ${end.code} of ${end.stderr}`);
	match(end.stderr, /denied/, 'what is said');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('provider: --persist memory --print leaves nothing on the disk', async (t, keyfob) => {
	const { server } = await both(t);
	const token = (await keyfob.login(server.url, '--persist', 'memory', '--print')).trim();
	equal(await takes(server.url, token), 200, 'the printed token');
	equal((await readdir(keyfob.disk, { recursive: true })).filter((name) => name !== 'tmp').join(), '', 'files');
});
