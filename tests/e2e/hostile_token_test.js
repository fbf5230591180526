// Token endpoints that mean it ill: at the exchange of a code, and when a token is refreshed.
import { Issuer } from './servers/issuer.js';
import { Hostile, flood, raw, silence, status } from './servers/hostile.js';
import { checkEnd, digestOf } from './support/bounded.js';
import { follow, keyfobTest } from './support/keyfob.js';
import { said } from './support/program.js';
import { check, equal } from './support/test.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const good = { access_token: 'fresh-token', token_type: 'Bearer', expires_in: 3600 };
const json = (value, more = {}) => () => ({ status: 200, body: value, ...more });

/* The socket itself is answered; what comes back of it is for nobody. */
const onWire = (answer) => (_, req) => {
	answer(req);
	return new Promise(() => {});
};

/* Each: what comes, the exit status (at a refresh 3 for 1, unless it is said) and what is said. */
const bad = [
	['that holds a line end', 1, /token/, json({ ...good, access_token: 'a\r\nX-Injected: 1' })],
	['that holds a NUL', 1, /token/, json({ ...good, access_token: 'a\u0000b' })],
	['that is not ASCII', 1, /token/, json({ ...good, access_token: 'tok\u202een' })],
	['that holds a blank', 1, /token/, json({ ...good, access_token: 'a b' })],
	['of 60 kB', 1, /token/, json({ ...good, access_token: 'a'.repeat(60000) })],
	['of 10 MB', 1, /longer/, json({ ...good, access_token: 'a'.repeat(1e7) }), 1],
	['that is a number', 1, /access_token/, json({ ...good, access_token: 7 })],
	['that is empty', 1, /access_token/, json({ ...good, access_token: '' })],
	['that is missing', 1, /access_token/, json({ token_type: 'Bearer' })],
	['of another type', 1, /Bearer/, json({ ...good, token_type: 'mac' })],
	['with a refresh token that holds a line end', 1, /token/, json({ ...good, refresh_token: 'a\nb' })],
	['twice in one answer', 1, null, () => ({ status: 200, body: '{"access_token":"a","access_token":"b","token_type":"Bearer"}' })],
	['in an answer that is no JSON', 1, /JSON/, json('<html>\u001b[31m')],
	['in a list', 1, null, json('[]')],
	['in an answer that is nested deeply', 1, null, json('['.repeat(50000))],
	['in an answer without end', 1, /longer/, onWire(flood(`${OK}\r\n`, ' ')), 1],
	['in an answer that is cut short', 4, /closed|cut/, onWire(raw(`${OK}content-length: 500\r\n\r\n{"access_token":`))],
	['in an answer that never comes', 4, /timed out after 2 s/, onWire(silence)],
	['by way of a redirect', 1, null, () => ({ status: 307, body: '', headers: { location: 'https://evil.example/token' } })],
	['not, in colours', 1, null, () => ({ status: 400, body: { error: '\u001b[31mno', error_description: 'a\u202eb\r\nkeyfob: Signed in', error_uri: 'javascript:alert(1)' } })],
	['not, at length', 1, null, () => ({ status: 400, body: { error: 'x'.repeat(20000), error_description: 'y'.repeat(20000) } })],
	['not now', 4, /later/, () => ({ status: 503, body: 'busy' })],
];

for (const [what, code, said, answer, refreshCode = code === 1 ? 3 : code] of bad) {
	keyfobTest(`hostile: exchange: a token ${what}`, async (t, keyfob) => {
		const issuer = await t.use(new Issuer().start());
		issuer.beforeToken = answer;
		const before = await digestOf(keyfob.home);
		const login = await keyfob.startLogin(issuer.mcp, ['--timeout', '2']);
		const ended = checkEnd(login, { code, said });
		await Promise.all([follow(login.address).then(fetch).catch(() => {}), ended]);
		equal(await digestOf(keyfob.home), before, 'what is kept');
	});
	keyfobTest(`hostile: refresh: a token ${what}`, async (t, keyfob) => {
		const issuer = await t.use(new Issuer().start());
		issuer.lifetime = 1;
		await keyfob.login(issuer.mcp);
		await keyfob.expired(issuer.mcp);
		const before = await digestOf(keyfob.home);
		issuer.beforeToken = answer;
		const end = await checkEnd(keyfob.start(['token', issuer.mcp, '--timeout', '2']), { code: refreshCode, said });
		equal(end.stdout, '', 'standard output');
		equal(await digestOf(keyfob.home), before, 'what is kept');
		/* A sign-in that was good is good still. */
		issuer.beforeToken = null;
		issuer.lifetime = 3600;
		equal(await keyfob.token(issuer.mcp), issuer.families[0].last, 'the token of an issuer that has come to its senses');
	});
}

/* Lifetimes that mean nothing are no reason to throw a token away; keyfob asks the server instead. */
for (const lifetime of [-1, -(2 ** 63), 0, 1e400, '1e400', 9.5e18, '99999999999999999999999', 'soon', null, true, [], '-5', 1e-9])
	keyfobTest(`hostile: refresh: a lifetime of ${JSON.stringify(lifetime)}`, async (t, keyfob) => {
		const issuer = await t.use(new Issuer().start());
		issuer.lifetime = 1;
		await keyfob.login(issuer.mcp);
		await keyfob.expired(issuer.mcp);
		issuer.beforeToken = () => ({ status: 200, body: JSON.stringify({ ...good, expires_in: 'EXPIRES' }).replace('"EXPIRES"', lifetime === 1e400 ? '1e400' : JSON.stringify(lifetime)) });
		const end = await checkEnd(keyfob.start(['token', issuer.mcp, '--timeout', '2']), { code: 0 });
		equal(end.stdout.trim(), 'fresh-token', 'the token');
		const { expiresAt, state } = await keyfob.profile(issuer.mcp);
		check(!expiresAt || Date.parse(expiresAt) > Date.now(), `${expiresAt}, ${state}`);
	});

const COLOURS = '\u001b[2J\u202ereversed\r\nkeyfob: Signed in\u0007\u200b';

keyfobTest('hostile: exchange: a code that was pasted is refused in colours, and asked for once more', async (t, keyfob) => {
	let refused = 0;
	const site = await t.use(new Hostile().start({
		'/token': (req, res) => {
			refused++;
			status(400, { 'content-type': 'application/json' }, JSON.stringify({ error: 'invalid_grant', error_description: COLOURS }))(req, res);
		},
	}));
	const login = await keyfob.startLogin(site.mcp, ['--timeout', '2'], { input: { stay: true } });
	login.stdin.write('bare-code-1\n');
	await said(login, 'stderr', /was not taken/);
	login.stdin.write('not\u001b]0;owned\u0007 a \u202e code\n');
	await checkEnd(login, { code: 3, said: /in time/ });
	equal(refused, 1, 'codes that were tried');
});

keyfobTest('hostile: the refusal that the browser brings is in colours', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	const login = await keyfob.startLogin(issuer.mcp, ['--timeout', '4']);
	const asked = new URL(login.address).searchParams;
	const back = new URL(asked.get('redirect_uri'));
	for (const [name, value] of [['state', asked.get('state')], ['iss', issuer.url], ['error', 'access_denied'], ['error_description', COLOURS], ['error_uri', 'javascript:alert(1)']])
		back.searchParams.set(name, value);
	const [page] = await Promise.all([fetch(back).then((answer) => answer.text()), checkEnd(login, { code: 1, said: /denied/ })]);
	check(!page.includes('reversed') && !page.includes('javascript'), 'nothing of it is on the page');
});
