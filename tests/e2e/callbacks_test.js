// What else may come to the loopback listener while a sign-in waits.
import { Issuer } from './servers/issuer.js';
import { follow, keyfobTest } from './support/keyfob.js';
import { check, equal, match } from './support/test.js';

async function waiting(t, keyfob) {
	const issuer = await t.use(new Issuer().start());
	const login = await keyfob.startLogin(issuer.mcp);
	return { issuer, login, callback: new URL(login.address).searchParams.get('redirect_uri') };
}

keyfobTest('callback: strays are turned away and the wait goes on', async (t, keyfob) => {
	const { issuer, login, callback } = await waiting(t, keyfob);
	const right = await follow(login.address);
	const state = new URL(right).searchParams.get('state');
	for (const [what, url, init] of [
		['nothing', callback],
		['another path', new URL('/favicon.ico', callback)],
		['another state', `${callback}?code=stolen&state=another`],
		['an error with another state', `${callback}?error=access_denied&state=another`],
		['no state', `${callback}?code=stolen`],
		['two states', `${callback}?code=stolen&state=${state}&state=another`],
		['a POST', right, { method: 'POST', body: 'x=y' }],
	]) {
		const status = await fetch(url, init).then((answer) => answer.status, () => 0);
		check(status === 0 || status >= 400, `${what} got ${status}`);
		check(login.running, `${what} ended the wait: ${login.stderr}`);
	}
	equal((await fetch(right)).status, 200, 'the right one');
	const end = await login.ended;
	equal(end.code, 0, `exit of ${end.stderr}`);
	equal(issuer.counts.exchanges, 1, 'exchanges');
});

keyfobTest('callback: an error from the issuer ends the wait with its word', async (t, keyfob) => {
	const { issuer, login } = await waiting(t, keyfob);
	issuer.outcome = 'access_denied';
	await fetch(await follow(login.address));
	const end = await login.ended;
	check(end.code === 1 || end.code === 3, `exit ${end.code}`);
	match(end.stderr, /denied/, 'what is said');
	equal(issuer.counts.exchanges, 0, 'exchanges');
});

for (const [what, iss] of [['another issuer', 'http://127.0.0.1:1'], ['no issuer, though it was promised', 'absent']])
	keyfobTest(`callback: ${what} in it, and the code goes nowhere`, async (t, keyfob) => {
		const { issuer, login } = await waiting(t, keyfob);
		issuer.iss = iss;
		await fetch(await follow(login.address));
		issuer.iss = 'right';
		const right = await fetch(await follow(login.address)).then(({ status }) => status, () => 0);
		const end = await login.ended;
		check(end.code === 0 ? right === 200 : issuer.counts.exchanges === 0, `exit ${end.code}, ${issuer.counts.exchanges} exchanges`);
		check(!end.stderr.includes('the user said no'), 'nothing of it is shown');
		check(issuer.counts.refused === 0, 'the mixed-up code was never sent');
	});

keyfobTest('callback: fifty strays at once change nothing', async (t, keyfob) => {
	const { login, callback } = await waiting(t, keyfob);
	const answers = await Promise.all(Array.from({ length: 50 }, (_, i) =>
		fetch(`${callback}?code=c${i}&state=s${i}`).then(({ status }) => status, () => 0)));
	check(!answers.includes(200), 'none is let in');
	check(login.running, 'it still waits');
	await fetch(await follow(login.address));
	equal((await login.ended).code, 0, `exit of ${login.stderr}`);
});

keyfobTest('callback: a flood ends the wait in good order, and nothing is stored', async (t, keyfob) => {
	const { issuer, login, callback } = await waiting(t, keyfob);
	for (let i = 0; i < 40 && login.running; i++)
		await Promise.all(Array.from({ length: 5 }, () => fetch(`${callback}?code=c&state=s`).catch(() => {})));
	if (login.running)
		await fetch(await follow(login.address));
	const end = await login.ended;
	check(end.signal === null && [0, 1, 3].includes(end.code), `exit ${end.code}`);
	equal(issuer.counts.exchanges, end.code === 0 ? 1 : 0, 'exchanges');
});

keyfobTest('callback: the wait has an end', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	const end = await keyfob.run(['login', issuer.mcp, '--no-browser', '--timeout', '1']);
	equal(end.code, 3, `exit of ${end.stderr}`);
	match(end.stderr, /in time/, 'what is said');
});
