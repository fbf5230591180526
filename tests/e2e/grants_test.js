// The grants that need no browser here, clients that prove themselves, and tokens bound to a key; oidc-provider issues them all.
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { boundGuard } from './servers/bound.js';
import { JWT_BEARER, startIdp, trust } from './servers/idp.js';
import { machine, startProvider, webClient } from './servers/oidc.js';
import { startLegacy, startModern } from './servers/mcp.js';
import { enterCode } from './support/browser.js';
import { takes } from './support/client.js';
import { keyfobTest } from './support/keyfob.js';
import { said } from './support/program.js';
import { check, equal, match } from './support/test.js';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const SECRET = 'a secret with blanks: & = + %';

async function both(t, options, start = startModern, ...more) {
	const provider = await t.use(startProvider(options));
	return { provider, server: await t.use(start(provider, ...more)) };
}

/* Something that keyfob reads from a file of its user's. */
async function file(keyfob, name, text) {
	const path = join(keyfob.desk, name);
	await writeFile(path, text, { mode: 0o600 });
	return path;
}

function pair(alg) {
	const { publicKey, privateKey } = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
	return {
		jwk: { ...publicKey.export({ format: 'jwk' }), alg, use: 'sig' },
		pem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
		privateJwk: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg }),
	};
}

/* --- A code that is entered elsewhere ------------------------------------------------------- */

async function startDevice(keyfob, url, ...more) {
	const program = keyfob.start(['login', url, '--grant', 'device_code', ...more]);
	await said(program, 'stderr', /Or open this one, which holds the code:\n\n\s+\S+/);
	program.address = /^\s+(https?:\S+)$/m.exec(program.stderr)[1];
	program.code = /code there:\n\n\s+(\S+)$/m.exec(program.stderr)[1];
	return program;
}

keyfobTest('grants: a device code that somebody enters elsewhere signs in, and its token is refreshed', async (t, keyfob) => {
	const { provider, server } = await both(t);
	provider.lifetime = 8;
	const program = await startDevice(keyfob, server.url);
	equal(await enterCode(program.address, program.code), 'signed in', 'the last page');
	const end = await program.ended;
	equal(end.code, 0, `exit of ${end.stderr}`);
	equal(provider.counts.grants[DEVICE], 1, 'grants');
	equal(await takes(server.url, await keyfob.token(server.url)), 200, 'its token');
	await keyfob.expired(server.url);
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
	equal(provider.counts.refreshes, 1, 'refreshes');
}, { seconds: 40 });

keyfobTest('grants: a device code that is refused elsewhere ends the login with that word', async (t, keyfob) => {
	const { provider, server } = await both(t);
	const program = await startDevice(keyfob, server.url);
	match(await enterCode(program.address, program.code, { abort: 'yes' }), /AbortedError/, 'the last page');
	const end = await program.ended;
	check(end.code === 1 || end.code === 3, `exit ${end.code} of ${end.stderr}`);
	match(end.stderr, /denied|refused|said no/, 'what is said');
	equal(provider.counts.grants[DEVICE], undefined, 'grants');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('grants: a device code that nobody enters runs out, and the login with it', async (t, keyfob) => {
	const { provider, server } = await both(t);
	provider.codeLifetime = 3;
	const end = await keyfob.run(['login', server.url, '--grant', 'device_code']);
	equal(end.code, 3, `exit of ${end.stderr}`);
	match(end.stderr.trimEnd().split('\n').at(-1), /code|in time/, 'what is said');
});

/* --- Machines, and clients that prove themselves ----------------------------------------------- */

for (const [method, start] of [['client_secret_basic', startModern], ['client_secret_post', startLegacy]])
	keyfobTest(`grants: a machine with ${method} gets a token without anybody, and the next one by itself`, async (t, keyfob) => {
		const { provider, server } = await both(t, { clients: [machine('robot', method, SECRET)] }, start);
		provider.lifetime = 2;
		await keyfob.expect(0, ['login', server.url, '--grant', 'client_credentials', '--client-id', 'robot',
			'--client-secret-file', await file(keyfob, 'secret', `${SECRET}\n`)]);
		equal(await takes(server.url, await keyfob.token(server.url)), 200, 'its token');
		await keyfob.expired(server.url);
		equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
		check(provider.counts.grants.client_credentials >= 2, 'it was asked for again');
		equal(provider.counts.errors.join(), '', 'errors at the issuer');
		check(!keyfob.said.includes(SECRET), 'the secret is not said');
	});

keyfobTest('grants: a machine that keeps nothing on disk', async (t, keyfob) => {
	const { server } = await both(t, { clients: [machine('robot', 'client_secret_basic', SECRET)] });
	const end = await keyfob.run(['run', server.url, '--script', '-', '--persist', 'memory', '--grant', 'client_credentials',
		'--client-id', 'robot', '--client-secret-file', await file(keyfob, 'secret', SECRET)], { input: '{"method":"tools/list"}\n' });
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stdout, /greet/, 'what is listed');
	equal(end.stderr, '', 'stderr');
});

keyfobTest('grants: a wrong secret is told with what to look at', async (t, keyfob) => {
	const { server } = await both(t, { clients: [machine('robot', 'client_secret_basic', SECRET)] });
	const end = await keyfob.run(['login', server.url, '--grant', 'client_credentials', '--client-id', 'robot',
		'--client-secret-file', await file(keyfob, 'secret', 'another')]);
	check(end.code === 1 || end.code === 3, `exit ${end.code} of ${end.stderr}`);
	match(end.stderr, /secret/, 'what is said');
});

for (const alg of ['ES256', 'RS256'])
	for (const form of ['pem', 'privateJwk'])
		keyfobTest(`grants: a machine proves itself by ${alg}, its key in ${form}`, async (t, keyfob) => {
			const key = pair(alg);
			const { provider, server } = await both(t, { clients: [machine('robot', 'private_key_jwt', key.jwk)] });
			await keyfob.expect(0, ['login', server.url, '--grant', 'client_credentials', '--client-id', 'robot',
				'--client-key-file', await file(keyfob, 'key', key[form])]);
			equal(await takes(server.url, await keyfob.token(server.url)), 200, 'its token');
			equal(provider.counts.grants.client_credentials, 1, 'grants');
		});

for (const alg of ['ES256', 'RS256'])
	keyfobTest(`grants: a client that proves itself by ${alg} signs somebody in, and refreshes`, async (t, keyfob) => {
		const key = pair(alg);
		const { provider, server } = await both(t, { registration: false, clients: [webClient('known', 'private_key_jwt', key.jwk)] });
		provider.lifetime = 2;
		await keyfob.login(server.url, '--client-id', 'known', '--client-key-file', await file(keyfob, 'key', key.pem));
		equal(provider.asked[0].client_id, 'known', 'client');
		await keyfob.expired(server.url);
		equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
		equal(provider.counts.refreshes, 1, 'refreshes');
		equal(provider.counts.errors.join(), '', 'errors at the issuer');
	});

keyfobTest('grants: another key than the one registered is refused, and nothing is kept', async (t, keyfob) => {
	const { server } = await both(t, { clients: [machine('robot', 'private_key_jwt', pair('ES256').jwk)] });
	const end = await keyfob.run(['login', server.url, '--grant', 'client_credentials', '--client-id', 'robot',
		'--client-key-file', await file(keyfob, 'key', pair('ES256').pem)]);
	check(end.code === 1 || end.code === 3, `exit ${end.code} of ${end.stderr}`);
	match(end.stderr, /key/, 'what is said');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

/* --- Assertions: somebody else vouches ----------------------------------------------------------- */

/* An issuer that takes what an IdP signed, and a server that it issues tokens for. */
async function vouched(t, client, options) {
	const idp = await t.use(startIdp());
	const made = await both(t, { clients: [client] });
	trust(made.provider, idp, options);
	made.provider.lifetime = 2;
	return { idp, ...made };
}

keyfobTest('grants: a workload signs in by the token that it was given, and again by the one that came in its place', async (t, keyfob) => {
	const { idp, provider, server } = await vouched(t, machine('workload', 'none', undefined, [JWT_BEARER]));
	const path = await file(keyfob, 'assertion', await idp.workloadToken(provider.url));
	await keyfob.expect(0, ['login', server.url, '--grant', 'jwt_bearer', '--client-id', 'workload', '--assertion-file', path]);
	await keyfob.expired(server.url);
	await file(keyfob, 'assertion', `${await idp.workloadToken(provider.url, 'another')}\n`);
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
	equal(provider.assertions[0].sub, 'workload', 'the first');
	equal(provider.assertions.at(-1).sub, 'another', 'the last');
});

keyfobTest('grants: a workload whose token is for another issuer is refused, and nothing is kept', async (t, keyfob) => {
	const { idp, server } = await vouched(t, machine('workload', 'none', undefined, [JWT_BEARER]));
	const path = await file(keyfob, 'assertion', await idp.workloadToken('https://elsewhere.example'));
	const end = await keyfob.run(['login', server.url, '--grant', 'jwt_bearer', '--client-id', 'workload', '--assertion-file', path]);
	check(end.code === 1 || end.code === 3, `exit ${end.code} of ${end.stderr}`);
	match(end.stderr, /assertion/, 'what is said');
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('grants: an ID token is exchanged at the company, and what comes of it here, each time anew', async (t, keyfob) => {
	const { idp, provider, server } = await vouched(t, machine('keyfob-here', 'client_secret_basic', SECRET, [JWT_BEARER]), { typ: 'oauth-id-jag+jwt' });
	const id = await idp.idToken('keyfob-there');
	await keyfob.expect(0, ['login', server.url, '--grant', 'enterprise', '--client-id', 'keyfob-here', '--client-secret-file', await file(keyfob, 'secret', SECRET),
		'--id-token-file', await file(keyfob, 'id', id), '--idp-token-endpoint', idp.endpoint, '--idp-client-id', 'keyfob-there']);
	const [asked] = idp.exchanges;
	equal(asked.audience, provider.url, 'audience');
	equal(asked.resource, server.url, 'resource');
	equal(asked.subject_token, id, 'ID token');
	await keyfob.expired(server.url);
	equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
	check(idp.exchanges.length >= 2 && provider.assertions.length >= 2, 'both were asked again');
	for (const token of [id, SECRET])
		check(!keyfob.said.includes(token), 'no secret is said');
});

/* --- Tokens bound to a key (RFC 9449) ----------------------------------------------------------- */

const payload = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

for (const bound of [true, 'nonce']) {
	const guarded = async (t) => {
		const guard = boundGuard({ nonces: bound === 'nonce' });
		return { ...await both(t, { bound }, startModern, { guard }), guard };
	};
	const how = bound === 'nonce' ? 'where issuer and server want their nonces' : 'with a proof for each request';

	keyfobTest(`grants: a bound token is used ${how}`, async (t, keyfob) => {
		const { provider, server, guard } = await guarded(t);
		await keyfob.login(server.url, '--dpop');
		equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
		await keyfob.expect(0, ['run', server.url, 'add', '--args', '{"a":2,"b":3}']);
		check(guard.proofs.length >= 2, 'proofs were taken');
		check(guard.proofs.every(({ nonce }) => (nonce !== undefined) === (bound === 'nonce')), 'each has the nonce that is wanted');
		check(payload(server.taken.at(-1)).cnf.jkt, 'the token is bound');
		equal(provider.counts.exchanges, 1, 'sign-ins');
	});

	keyfobTest(`grants: a bound token is refreshed with the same key ${how}`, async (t, keyfob) => {
		const { provider, server } = await guarded(t);
		provider.lifetime = 2;
		await keyfob.login(server.url, '--dpop');
		await keyfob.tools(server.url);
		const { jkt } = payload(server.taken.at(-1)).cnf;
		await keyfob.expired(server.url);
		equal((await keyfob.tools(server.url)).join(), 'add,greet', 'tools');
		equal(payload(server.taken.at(-1)).cnf.jkt, jkt, 'the key');
		check(provider.counts.refreshes >= 1, 'refreshed');
	});
}

keyfobTest('grants: a machine may have its tokens bound too', async (t, keyfob) => {
	const guard = boundGuard();
	const { provider, server } = await both(t, { bound: true, clients: [machine('robot', 'client_secret_basic', SECRET)] }, startModern, { guard });
	await keyfob.expect(0, ['run', server.url, 'greet', '--args', '{"name":"you"}', '--dpop', '--grant', 'client_credentials', '--client-id', 'robot',
		'--client-secret-file', await file(keyfob, 'secret', SECRET), '--persist', 'memory']);
	check(guard.proofs.length >= 1, 'proofs were taken');
	equal(provider.counts.grants.client_credentials, 1, 'grants');
});

keyfobTest('grants: a bound token that is printed is of no use without its key, and that is said', async (t, keyfob) => {
	const { server } = await both(t, { bound: true }, startModern, { guard: boundGuard() });
	await keyfob.login(server.url, '--dpop');
	const end = await keyfob.run(['token', server.url]);
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stderr, /bound/, 'the warning');
	equal(await takes(server.url, end.stdout.trim()), 401, 'the token alone');
});
