// Issuers and servers that mean it ill to a token that is bound to a key (RFC 9449), and those that never have enough.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hostile, ISSUER, RESOURCE, status } from './servers/hostile.js';
import { checkEnd, digestOf } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';
import { check, equal, match } from './support/test.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const SECRET = 'the-secret-of-a-machine-7b1e';
const bound = { access_token: 'bound-token', token_type: 'DPoP', expires_in: 3600 };

/* A machine that signs in with its token bound. `server`: what /mcp answers to one who has a token. */
async function machine(t, keyfob, { token = () => bound, issuer = {}, server } = {}) {
	const site = await t.use(new Hostile().start());
	const ask = site.answers['/mcp'];
	site.tokens = [];
	site.answers[ISSUER] = () => ({ ...site.issuer, grant_types_supported: ['client_credentials'], token_endpoint_auth_methods_supported: ['client_secret_basic'],
		dpop_signing_alg_values_supported: ['ES256'], ...issuer });
	site.answers['/token'] = (req, res, body) => {
		site.tokens.push({ proof: req.headers.dpop, body });
		return token(req, res, body, site);
	};
	site.answers['/mcp'] = (req, res, body) => (req.headers.authorization && server ? server(req, res, body, site) : ask(req, res, body));
	const secret = join(keyfob.desk, 'secret');
	await writeFile(secret, SECRET, { mode: 0o600 });
	site.login = ['login', site.mcp, '--dpop', '--timeout', '2', '--grant', 'client_credentials', '--client-id', 'robot', '--client-secret-file', secret];
	return site;
}

const payload = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

let nonces = 0;
const another = () => `nonce-${++nonces}`;

keyfobTest('hostile: bound: an issuer that wants another nonce each time is left', async (t, keyfob) => {
	const site = await machine(t, keyfob, { token: (_, res) => void res.writeHead(400, { ...JSON_TYPE, 'dpop-nonce': another() }).end('{"error":"use_dpop_nonce"}') });
	await checkEnd(keyfob.start(site.login), { code: 1, said: /nonce/ });
	check(site.tokens.length <= 3, `${site.tokens.length} requests for a token`);
	equal(new Set(site.tokens.map(({ proof }) => payload(proof).jti)).size, site.tokens.length, 'proofs, each its own');
});

for (const [what, nonce] of [['of 10 kB', 'n'.repeat(10000)], ['of no ASCII', '\u00e9\u00ff'], ['with blanks and quotes', 'a "b" c'], ['that is empty', ''], ['that comes twice', ['a-1', 'b-2']]])
	keyfobTest(`hostile: bound: a nonce ${what}`, async (t, keyfob) => {
		const site = await machine(t, keyfob, { token: (_, res) => void res.writeHead(400, { ...JSON_TYPE, 'dpop-nonce': nonce }).end('{"error":"use_dpop_nonce"}') });
		const end = await checkEnd(keyfob.start(site.login), { code: 1 });
		check(site.tokens.length <= 3, `${site.tokens.length} requests for a token`);
		check(!end.stderr.includes('n'.repeat(200)), 'it is not repeated');
		const server = await machine(t, keyfob, { server: (_, res) => void res.writeHead(401, { 'dpop-nonce': nonce, 'www-authenticate': 'DPoP error="use_dpop_nonce"' }).end() });
		await keyfob.expect(0, server.login);
		await checkEnd(keyfob.start(['inspect', server.mcp, '--timeout', '2']), { code: 3 });
		check(server.asked.filter(({ path }) => path === '/mcp').length <= 10, 'requests to the server');
	});

keyfobTest('hostile: bound: a server that wants another nonce each time is left, and no new tokens are asked for without end', async (t, keyfob) => {
	const site = await machine(t, keyfob, { server: (_, res) => void res.writeHead(401, { 'dpop-nonce': another(), 'www-authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"' }).end() });
	await keyfob.expect(0, site.login);
	const begun = site.asked.length;
	await checkEnd(keyfob.start(['inspect', site.mcp, '--timeout', '2']), { code: 3 });
	check(site.asked.length - begun <= 12, `${site.asked.length - begun} requests`);
	check(site.tokens.length <= 4, `${site.tokens.length} tokens`);
});

keyfobTest('hostile: bound: a server that asks for a bearer does not get the bound token as one', async (t, keyfob) => {
	const site = await machine(t, keyfob, { server: (_, res, _body, s) => void res.writeHead(401, { 'www-authenticate': `Bearer error="invalid_token", resource_metadata="${s.url}${RESOURCE}"` }).end() });
	await keyfob.expect(0, site.login);
	await checkEnd(keyfob.start(['inspect', site.mcp, '--timeout', '2']), { code: 3 });
	const shown = site.asked.filter(({ path, headers }) => path === '/mcp' && headers.authorization);
	check(shown.length >= 1 && shown.every(({ headers }) => headers.authorization.startsWith('DPoP ') && headers.dpop), JSON.stringify(shown.map(({ headers }) => headers.authorization)));
	check(site.asked.length < 30, `${site.asked.length} requests`);
});

for (const [what, options, said] of [
	['a bearer token where a bound one was asked for', { token: () => ({ ...bound, token_type: 'Bearer' }) }, /DPoP|bound|Bearer/],
	['a token of no type', { token: () => ({ ...bound, token_type: undefined }) }, /token_type/],
	['keys of another kind alone', { issuer: { dpop_signing_alg_values_supported: ['RS256', 'none'] } }, /DPoP|ES256|dpop/],
	['kinds of keys in colours', { issuer: { dpop_signing_alg_values_supported: ['\u001b[31m', 7, null] } }, null],
])
	keyfobTest(`hostile: bound: an issuer that offers ${what}`, async (t, keyfob) => {
		const site = await machine(t, keyfob, options);
		const before = await digestOf(keyfob.home);
		await checkEnd(keyfob.start(site.login), { code: 1, said });
		equal(await digestOf(keyfob.home), before, 'what is kept');
	});

keyfobTest('hostile: bound: a token that is refreshed as a bearer is not taken', async (t, keyfob) => {
	const site = await machine(t, keyfob, { token: () => ({ ...bound, expires_in: 1 }) });
	await keyfob.expect(0, site.login);
	await keyfob.expired(site.mcp);
	site.answers['/token'] = () => ({ access_token: 'unbound', token_type: 'Bearer', expires_in: 3600 });
	const end = await checkEnd(keyfob.start(['token', site.mcp, '--timeout', '2']), { code: 3 });
	equal(end.stdout, '', 'standard output');
	await keyfob.run(['inspect', site.mcp, '--timeout', '2']);
	check(!site.asked.some(({ headers }) => headers.authorization?.includes('unbound')), 'it goes nowhere');
});

/* --- Never enough: sign-ins and scopes ------------------------------------------------------------------------ */

/* A site where everybody who is asked signs in at once; `signIns` counts. answer(req, res, body, site): of /mcp with a token. */
async function eager(t, answer) {
	const site = await t.use(new Hostile().start());
	const ask = site.answers['/mcp'];
	site.signIns = [];
	Object.assign(site.answers, {
		'/authorize': (req, res) => {
			const asked = new URL(req.url, site.url).searchParams;
			const back = new URL(asked.get('redirect_uri'));
			site.signIns.push(asked.get('scope'));
			back.searchParams.set('code', 'code');
			back.searchParams.set('state', asked.get('state'));
			res.writeHead(302, { location: back.href }).end();
		},
		'/token': (_req, _res, body) => ({ access_token: `token-${site.signIns.length}`, token_type: 'Bearer', expires_in: 3600, refresh_token: 'r',
			scope: new URLSearchParams(body).get('scope') ?? undefined }),
		'/mcp': (req, res, body) => (req.headers.authorization ? answer(req, res, body, site) : ask(req, res, body)),
	});
	return site;
}

const LIST = '{"method":"tools/list"}\n';
const CALL = (i) => `{"method":"tools/call","params":{"name":"t${i}","arguments":{}}}\n`;

keyfobTest('hostile: scopes: a server that refuses every token is left after a few sign-ins', async (t, keyfob) => {
	const site = await eager(t, (_, res, _body, s) => void res.writeHead(401, { 'www-authenticate': `Bearer error="invalid_token", resource_metadata="${s.url}${RESOURCE}"` }).end());
	await checkEnd(keyfob.start(['run', site.mcp, '--script', '-', '--browser', await keyfob.browser(), '--timeout', '5'], { input: LIST }), { code: 3, said: /refuses|spent/, seconds: 15 });
	check(site.signIns.length <= 2, `${site.signIns.length} sign-ins`);
	check(site.asked.length < 60, `${site.asked.length} requests`);
});

keyfobTest('hostile: scopes: a server that names another issuer each time', async (t, keyfob) => {
	const site = await eager(t, (_, res, _body, s) => void res.writeHead(401, { 'www-authenticate': `Bearer error="invalid_token", resource_metadata="${s.url}${RESOURCE}"` }).end());
	let n = 0;
	const others = [];
	for (let i = 0; i < 6; i++)
		others.push(await eager(t, () => {}));
	site.answers[RESOURCE] = () => ({ resource: site.mcp, authorization_servers: [others[n++ % others.length].url] });
	await checkEnd(keyfob.start(['run', site.mcp, '--script', '-', '--browser', await keyfob.browser(), '--timeout', '5'], { input: LIST }), { code: 3, seconds: 15 });
	check(others.reduce((sum, { signIns }) => sum + signIns.length, 0) <= 2, 'sign-ins');
	check(!others.some(({ asked }) => asked.some(({ headers }) => headers.authorization)), 'no token goes to an issuer');
});

keyfobTest('hostile: scopes: a server that wants another scope each time is left', async (t, keyfob) => {
	let n = 0;
	const site = await eager(t, (_, res) => void res.writeHead(403, { 'www-authenticate': `Bearer error="insufficient_scope", scope="more:${++n}"` }).end());
	await checkEnd(keyfob.start(['run', site.mcp, '--script', '-', '--browser', await keyfob.browser(), '--timeout', '5'], { input: LIST }), { code: 3, said: /scope/, seconds: 20 });
	check(site.signIns.length <= 3, `${site.signIns.length} sign-ins`);
	check(site.asked.length < 80, `${site.asked.length} requests`);
});

keyfobTest('hostile: scopes: another scope for each call of a script: the sign-ins have an end', async (t, keyfob) => {
	let n = 0;
	const site = await eager(t, (req, res, body) => {
		const message = req.method === 'POST' ? JSON.parse(body) : {};
		if (message.method === 'tools/call')
			return void res.writeHead(403, { 'www-authenticate': `Bearer error="insufficient_scope", scope="more:${++n}"` }).end();
		if (message.method === 'server/discover' || message.id === undefined)
			return void res.writeHead(message.id === undefined ? 202 : 404).end();
		return { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' }, tools: [] } };
	});
	const input = Array.from({ length: 30 }, (_, i) => CALL(i)).join('');
	const end = await keyfob.run(['run', site.mcp, '--script', '-', '--browser', await keyfob.browser(), '--timeout', '5'], { input });
	check(end.code === 1 || end.code === 3, `exit ${end.signal ?? end.code}: ${end.stderr.slice(-600)}`);
	check(site.signIns.length <= 10, `${site.signIns.length} sign-ins`);
}, { seconds: 60 });

for (const [what, scope, code = 3] of [
	['of 60 kB', 'a:b '.repeat(15000), 1],
	['of 4 kB', 'a:b '.repeat(1000)],
	['of one word of 4 kB', 'a'.repeat(4000)],
	['that breaks out of quotes', `a'; touch owned; '`],
	['with substitutions', 'a$(touch owned) `id` \\"b\\"'],
	['of a flag', '--token x --print'],
	['in colours', '\u001b[31mred\u0007', 1],
])
	keyfobTest(`hostile: scopes: a challenge ${what}`, async (t, keyfob) => {
		const site = await eager(t, (_, res) => {
			res.socket.end(`HTTP/1.1 403 Forbidden\r\nwww-authenticate: Bearer error="insufficient_scope", scope="${scope}"\r\ncontent-length: 0\r\n\r\n`);
		});
		await keyfob.login(site.mcp);
		const end = await checkEnd(keyfob.start(['inspect', site.mcp, '--timeout', '2']), { code });
		/* What is to be pasted into a shell is one command and its own flags. */
		const command = /keyfob login \S+(.*)$/m.exec(end.stderr)?.[1] ?? '';
		match(command, /^( --scope '[^']*')?$/, 'what is proposed');
	});
