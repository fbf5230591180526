// Issuers that mean it ill where no browser is: device codes, machines, workloads, a company's sign-in.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hostile, ISSUER, RESOURCE, flood, silence, status } from './servers/hostile.js';
import { checkEnd, digestOf } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';
import { check, equal, match } from './support/test.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const COLOURS = '\u001b[2J\u202ereversed\r\nkeyfob: Signed in\u0007\u200b';
const JSON_TYPE = { 'content-type': 'application/json' };
const refusal = (error, more = {}) => status(400, JSON_TYPE, JSON.stringify({ error, ...more }));

/* A site whose issuer knows every grant; `tokens` are the forms that came to its token endpoint. */
async function issuerOf(t, more = {}, answers = () => ({})) {
	const site = await t.use(new Hostile().start());
	site.tokens = [];
	site.answers[ISSUER] = () => ({
		...site.issuer, device_authorization_endpoint: `${site.url}/device`,
		token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
		grant_types_supported: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code', 'client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
		...more,
	});
	const { '/token': token = refusal('invalid_grant'), ...others } = answers(site);
	Object.assign(site.answers, others);
	site.answers['/token'] = (req, res, body) => {
		site.tokens.push({ form: new URLSearchParams(body), authorization: req.headers.authorization, at: Date.now() });
		return token(req, res, body);
	};
	return site;
}

async function file(keyfob, name, text) {
	const path = join(keyfob.desk, name);
	await writeFile(path, text, { mode: 0o600 });
	return path;
}

/* --- Device codes (RFC 8628) ------------------------------------------------------------------------------ */

const code = (site, more = {}) => ({ device_code: 'device-1', user_code: 'ABCD-EFGH', verification_uri: `${site.url}/enter`, expires_in: 300, interval: 1, ...more });
const DEVICE = ['--grant', 'device_code', '--timeout', '1', '--no-browser'];

/* How keyfob ends where the device endpoint answers so; nothing is kept. */
async function device(t, keyfob, { answer, token, code: exit, said, seconds, args = DEVICE }) {
	const site = await issuerOf(t, {}, (s) => ({ '/device': (...x) => (typeof answer === 'function' ? answer(...x, s) : code(s, answer)), ...(token && { '/token': token }) }));
	const end = await checkEnd(keyfob.start(['login', site.mcp, ...args]), { code: exit, said, seconds });
	equal(end.stdout, '', 'standard output');
	return { site, end };
}

for (const [what, answer, said] of [
	...['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'ftp://127.0.0.1/', '-oProxyCommand=x', '$(touch /tmp/owned)', '', 'http://plain.example/',
		'https://a\nb/', 'https://\u001b[2J/', 'https://user:secret@127.0.0.1/', 'https://[::1', 7, null, `https://x/${'y'.repeat(30000)}`]
		.map((uri) => [`the address ${JSON.stringify(uri).slice(0, 50)}`, { verification_uri: uri, verification_url: undefined }, /verification_ur/]),
	['a code in colours', { user_code: COLOURS }, /user_code/],
	['a code of 10 kB', { user_code: 'A'.repeat(10000) }, /user_code/],
	['a code that is empty', { user_code: '' }, /user_code/],
	['a code that is a number', { user_code: 12345678 }, /user_code/],
	['a device code with line ends', { device_code: 'a\r\nb' }, /device_code/],
	['a device code of 50 kB', { device_code: 'd'.repeat(50000) }, null],
	['no device code', { device_code: undefined }, /device_code/],
	['an answer without end', flood(`${OK}\r\n`, ' '), /longer|larger/],
	['an answer that is no JSON', () => '<html>\u001b[31m', /JSON/],
	['an answer that is nested deeply', () => '{"device_code":'.repeat(20000), null],
	['a redirect', status(307, { location: 'https://evil.example/' }), null],
	['a refusal in colours', refusal('invalid_request', { error_description: COLOURS, error_uri: 'javascript:alert(1)' }), null],
	['a refusal at length', refusal('x'.repeat(20000), { error_description: 'y'.repeat(20000) }), null],
])
	keyfobTest(`hostile: device: ${what}`, async (t, keyfob) => {
		const before = await digestOf(keyfob.home);
		const { site } = await device(t, keyfob, { answer, code: 1, said });
		equal(site.tokens.length, 0, 'polls');
		equal(await digestOf(keyfob.home), before, 'what is kept');
	});

keyfobTest('hostile: device: times that mean nothing neither hurry nor stop it', async (t, keyfob) => {
	const odd = [0, -1, 1e12, 0.001, '0', 1e300, -1e300, null, []];
	const cases = [...odd.map((interval) => ({ interval })), ...odd.map((expires_in) => ({ expires_in })), { expires_in: undefined, interval: undefined }];
	await Promise.all(cases.map(async (answer) => {
		const { site } = await device(t, keyfob, { answer, token: refusal('authorization_pending'), code: 3, said: /in time/, seconds: 20 });
		check(site.tokens.length <= 1, `${site.tokens.length} polls within a second of ${JSON.stringify(answer)}`);
	}));
});

keyfobTest('hostile: device: slow_down for ever slows it down', async (t, keyfob) => {
	const { site } = await device(t, keyfob, { answer: {}, token: refusal('slow_down'), code: 3, said: /in time/, seconds: 12, args: [...DEVICE.slice(0, 2), '--timeout', '2', '--no-browser'] });
	equal(site.tokens.length, 1, 'polls: the second one would come six seconds later');
});

keyfobTest('hostile: device: codes that are wanted elsewhere, or held back', async (t, keyfob) => {
	await Promise.all([
		['redirected', status(307, { location: 'https://evil.example/' }), 1],
		['without end', flood(`${OK}\r\n`, ' '), null],
		['no answer', silence, null],
		['in colours', refusal(COLOURS, { error_description: COLOURS }), 1],
		['a token with line ends', () => ({ access_token: 'a\r\nb', token_type: 'Bearer' }), 1],
		['a token of another type', () => ({ access_token: 'a', token_type: 'mac' }), 1],
	].map(async ([, token, exit]) => {
		const program = keyfob.start(['login', (await issuerOf(t, {}, (s) => ({ '/device': () => code(s), '/token': token }))).mcp, ...DEVICE.slice(0, 2), '--no-browser', '--timeout', '2']);
		const end = await program.ended;
		check(exit ? end.code === exit : [1, 3, 4].includes(end.code), `exit ${end.signal ?? end.code}: ${end.stderr}`);
		check(!/[\u001b\u202e\u0007]/.test(end.stderr), `unseen in ${JSON.stringify(end.stderr)}`);
	}));
	equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
});

keyfobTest('hostile: device: an address with the code in it that will not do is left out', async (t, keyfob) => {
	const browser = await keyfob.browser();
	const wait = { token: refusal('authorization_pending'), code: 3, said: /in time/, seconds: 10 };
	await Promise.all(['javascript:alert(1)', '--help', `http://127.0.0.1/${COLOURS}`, 'https://x/"; id; "', `https://x/${'x'.repeat(30000)}`, 7].map(async (complete, i) => {
		const { site, end } = await device(t, keyfob, { answer: { verification_uri_complete: complete }, ...wait, args: i ? DEVICE : [...DEVICE.slice(0, 4), '--browser', browser] });
		check(!/which holds the code/.test(end.stderr), end.stderr);
		i || equal(await keyfob.note('argv'), `1\n${site.url}/enter\n`, 'what the browser is given');
	}));
});

/* --- Machines, workloads, a company's sign-in: the answer is final ------------------------------------------- */

const SECRET = 'the-secret-of-a-machine-7b1e';
const ASSERTION = `${'a'.repeat(40)}.${'b'.repeat(40)}.${'c'.repeat(40)}`;
const bearers = [
	['client_credentials', 'client_credentials', async (keyfob) => ['--client-id', 'robot', '--client-secret-file', await file(keyfob, 'secret', SECRET)]],
	['jwt_bearer', 'urn:ietf:params:oauth:grant-type:jwt-bearer', async (keyfob) => ['--client-id', 'robot', '--assertion-file', await file(keyfob, 'assertion', ASSERTION)]],
];
const given = { access_token: 'fresh-token', token_type: 'Bearer', expires_in: 3600 };

for (const [grant, type, argsOf] of bearers) {
	for (const [what, token, exits, said] of [
		['invalid_grant', refusal('invalid_grant', { error_description: COLOURS }), [1, 3], null],
		['invalid_client', refusal('invalid_client'), [1, 3], null],
		['unsupported_grant_type', refusal('unsupported_grant_type'), [1, 3], null],
		['a redirect', status(307, { location: 'https://evil.example/token' }), [1], null],
		['a token of another type', () => ({ ...given, token_type: 'mac' }), [1], /Bearer/],
		['a token with line ends', () => ({ ...given, access_token: 'a\r\nX: y' }), [1], null],
		['an answer without end', flood(`${OK}\r\n`, ' '), [1], null],
		['no answer', silence, [4], /timed out/],
	])
		keyfobTest(`hostile: ${grant}: ${what} is final`, async (t, keyfob) => {
			const site = await issuerOf(t, {}, () => ({ '/token': token }));
			const before = await digestOf(keyfob.home);
			const end = await keyfob.run(['login', site.mcp, '--grant', grant, '--timeout', '1', ...await argsOf(keyfob)]);
			check(exits.includes(end.code), `exit ${end.signal ?? end.code}: ${end.stderr}`);
			check(!/[\u001b\u202e\u0007]|Open this/.test(end.stderr), `what is said: ${JSON.stringify(end.stderr)}`);
			said && match(end.stderr, said, 'what is said');
			equal(site.tokens.length, 1, 'requests for a token');
			equal(site.tokens[0].form.get('grant_type'), type, 'the grant');
			check(!site.asked.some(({ path }) => /^\/(authorize|device|register)/.test(path)), 'nothing else is tried');
			check(!keyfob.said.includes(SECRET) && !keyfob.said.includes(ASSERTION), 'no secret is said');
			equal(await digestOf(keyfob.home), before, 'what is kept');
		});

	keyfobTest(`hostile: ${grant}: a server that turns to another issuer gets nothing for it`, async (t, keyfob) => {
		const site = await issuerOf(t, {}, () => ({ '/token': () => ({ ...given, expires_in: 1 }) }));
		const other = await issuerOf(t, {}, () => ({ '/token': () => ({ ...given }) }));
		await keyfob.expect(0, ['login', site.mcp, '--grant', grant, ...await argsOf(keyfob)]);
		site.answers[RESOURCE] = () => ({ resource: site.mcp, authorization_servers: [other.url] });
		await keyfob.expired(site.mcp);
		site.answers['/token'] = refusal('invalid_client');
		for (const args of [['token', site.mcp], ['inspect', site.mcp, '--timeout', '2'], ['login', site.mcp, '--no-browser', '--timeout', '1']]) {
			const end = await keyfob.run(args);
			check(end.code !== 0, `exit of ${args[0]}`);
		}
		for (const { form, authorization } of other.tokens)
			check(!authorization && !form.get('client_secret') && !form.get('assertion') && !form.get('refresh_token'), `${form}`);
		check(!other.asked.some(({ headers }) => headers.authorization), 'no credential came to the other issuer');
	});
}

const ID_TOKEN = `${'i'.repeat(40)}.${'d'.repeat(40)}.${'t'.repeat(40)}`;
const TYPE = 'urn:ietf:params:oauth:token-type:';
const jag = { issued_token_type: `${TYPE}id-jag`, access_token: ASSERTION, token_type: 'N_A', expires_in: 300 };

async function enterprise(t, keyfob, answer) {
	const site = await issuerOf(t, {}, () => ({ '/token': () => given }));
	const idp = await t.use(new Hostile().start({ '/idp': answer }));
	const end = await keyfob.run(['login', site.mcp, '--grant', 'enterprise', '--timeout', '1', '--client-id', 'app', '--client-secret-file', await file(keyfob, 'secret', SECRET),
		'--id-token-file', await file(keyfob, 'id', ID_TOKEN), '--idp-token-endpoint', `${idp.url}/idp`, '--idp-client-id', 'here']);
	for (const { path, headers } of site.asked)
		check(!`${path}${JSON.stringify(headers)}`.includes(ID_TOKEN), 'the ID token stays at the provider');
	check(!site.tokens.some(({ form }) => `${form}`.includes(ID_TOKEN)), 'the ID token stays at the provider');
	for (const secret of [SECRET, ID_TOKEN, ASSERTION])
		check(!end.stderr.includes(secret), 'no secret is said');
	return { site, idp, end };
}

keyfobTest('hostile: enterprise: what is right is taken', async (t, keyfob) => {
	const { site, end } = await enterprise(t, keyfob, () => jag);
	equal(end.code, 0, `exit of ${end.stderr}`);
	equal(site.tokens[0].form.get('assertion'), ASSERTION, 'the assertion');
});

for (const [what, answer, exits] of [
	['an access token in its place', () => ({ ...jag, issued_token_type: `${TYPE}access_token`, token_type: 'Bearer' }), [1]],
	['an assertion that calls itself a token', () => ({ ...jag, token_type: 'Bearer' }), [1]],
	['a type in colours', () => ({ ...jag, issued_token_type: COLOURS }), [1]],
	['no type', () => ({ ...jag, issued_token_type: undefined }), [1]],
	['the ID token again, as it came', () => ({ ...jag, access_token: ID_TOKEN, issued_token_type: `${TYPE}id_token` }), [1]],
	['an assertion with line ends', () => ({ ...jag, access_token: 'a\r\nb' }), [1]],
	['an assertion of 1 MB', () => ({ ...jag, access_token: 'a'.repeat(1e6) }), [1]],
	['an answer without end', flood(`${OK}\r\n`, ' '), [1]],
	['no answer', silence, [4]],
	['a redirect', status(307, { location: 'https://evil.example/' }), [1]],
	['a refusal in colours', refusal('invalid_request', { error_description: COLOURS }), [1, 3]],
])
	keyfobTest(`hostile: enterprise: the provider gives ${what}, and the server's issuer is not asked`, async (t, keyfob) => {
		const { site, idp, end } = await enterprise(t, keyfob, answer);
		check(exits.includes(end.code), `exit ${end.signal ?? end.code}: ${end.stderr}`);
		check(!/[\u001b\u202e\u0007]|Open this/.test(end.stderr), `what is said: ${JSON.stringify(end.stderr)}`);
		equal(site.tokens.length, 0, 'requests for a token');
		equal(idp.asked.length, 1, 'exchanges');
		equal((await keyfob.status()).profiles.length, 0, 'sign-ins kept');
	});
