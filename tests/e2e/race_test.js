// Twenty processes at the moment of expiry, at an issuer that ends a family when a refresh token comes twice.
import { Issuer } from './servers/issuer.js';
import { startModern } from './servers/mcp.js';
import { startProvider } from './servers/oidc.js';
import { crowd, way } from './support/crowd.js';
import { expectEnd, keyfobTest } from './support/keyfob.js';
import { takes } from './support/client.js';
import { check, equal, match, until } from './support/test.js';

const MANY = 20;

/* An issuer, and a sign-in there whose access token has just run out; the next one will live long. */
async function expiredSignIn(t, keyfob) {
	const issuer = await t.use(new Issuer().start());
	issuer.lifetime = 1;
	await keyfob.login(issuer.mcp);
	issuer.lifetime = 3600;
	await keyfob.expired(issuer.mcp);
	issuer.gate.cut();
	return issuer;
}

/* Holds the answers of the token endpoint until the returned function is called. */
function hold(issuer, hook) {
	let release;
	const released = new Promise((resolve) => { release = resolve; });
	const held = [];
	issuer[hook] = async (_form, ...rest) => {
		held.push(rest.at(-1));
		await released;
	};
	return { held, release: () => { issuer[hook] = null; release(); } };
}

function checkWinners(issuer, ends) {
	for (const end of ends)
		equal(expectEnd(end, 0).trimEnd(), issuer.families.at(-1).last, 'the answer');
	equal(issuer.counts.refreshes, 1, 'refreshes at the issuer');
	equal(issuer.counts.reuses, 0, 'reuses at the issuer');
}

keyfobTest(`race: ${MANY} processes, one refresh, ${MANY} equal answers, in ${(await way()).name}`, async (t, keyfob) => {
	const issuer = await expiredSignIn(t, keyfob);
	const held = hold(issuer, 'afterToken');
	const all = await crowd(keyfob, issuer.mcp, MANY);
	await all.arrived();
	held.release();
	const ends = await all.ends();
	equal(ends.length, MANY, 'answers');
	checkWinners(issuer, ends);
	equal(await takes(issuer.mcp, ends[0].stdout.trim()), 200, 'the token');
}, { seconds: 60 });

keyfobTest('race: the same at the issuer\'s own pace, three times', async (t, keyfob) => {
	for (let i = 0; i < 3; i++) {
		const issuer = await expiredSignIn(t, keyfob);
		checkWinners(issuer, await (await crowd(keyfob, issuer.mcp, MANY)).ends());
	}
}, { seconds: 90 });

keyfobTest('race: the same at oidc-provider', async (t, keyfob) => {
	const provider = await t.use(startProvider());
	const server = await t.use(startModern(provider));
	provider.lifetime = 1;
	await keyfob.login(server.url);
	provider.lifetime = 3600;
	await keyfob.expired(server.url);
	const ends = await (await crowd(keyfob, server.url, MANY)).ends();
	equal(new Set(ends.map((end) => expectEnd(end, 0))).size, 1, 'different answers');
	equal(await takes(server.url, ends[0].stdout.trim()), 200, 'the token');
	equal(provider.counts.refreshes, 1, 'refreshes');
	equal(provider.counts.errors.join(), '', 'errors at the issuer');
}, { seconds: 60 });

keyfobTest(`race: the winner killed before its request left: ${MANY - 1} answers, one refresh`, async (t, keyfob) => {
	const issuer = await expiredSignIn(t, keyfob);
	issuer.gate.shut = true;
	const all = await crowd(keyfob, issuer.mcp, MANY);
	const socket = await until(() => issuer.gate.held[0], 'the winner to connect');
	const winner = await all.owner(socket.remotePort, issuer.gate);
	await all.arrived();
	await all.kill(winner);
	issuer.gate.held.shift().destroy();
	issuer.gate.open();
	const survivors = (await all.ends()).filter((_end, i) => all.members[i] !== winner);
	equal(survivors.length, MANY - 1, 'survivors');
	checkWinners(issuer, survivors);
}, { seconds: 60 });

keyfobTest('race: the winner killed after the issuer rotated: the others try once, name the login, and keep the vault whole', async (t, keyfob) => {
	const other = await t.use(new Issuer().start());
	await keyfob.login(other.mcp);
	const issuer = await expiredSignIn(t, keyfob);
	const held = hold(issuer, 'afterToken');
	const all = await crowd(keyfob, issuer.mcp, MANY);
	const request = await until(() => held.held[0], 'the issuer to rotate');
	const winner = await all.owner(issuer.gate.clientOf(request.socket.remotePort), issuer.gate);
	await all.arrived();
	await all.kill(winner);
	held.release();
	for (const [i, end] of (await all.ends()).entries()) {
		if (all.members[i] === winner)
			continue;
		equal(expectEnd(end, 3), '', 'stdout');
		match(end.stderr, /keyfob login http/, 'what to do next');
	}
	equal(issuer.counts.refreshes, 1, 'refreshes');
	equal(issuer.counts.reuses, 1, 'tries with the old token');
	match(await keyfob.expect(0, ['vault', 'info']), /./, 'vault info');
	equal((await keyfob.status()).profiles.length, 2, 'sign-ins kept');
	equal(await takes(other.mcp, await keyfob.token(other.mcp)), 200, 'the other sign-in');
	await keyfob.login(issuer.mcp);
	equal(issuer.counts.registrations, 1, 'registrations');
	equal(await takes(issuer.mcp, await keyfob.token(issuer.mcp)), 200, 'the new sign-in');
}, { seconds: 60 });

keyfobTest('race: a login while a refresh is under way is kept, even when that refresh is refused', async (t, keyfob) => {
	const issuer = await expiredSignIn(t, keyfob);
	let asked = false;
	let refuse;
	const refusal = new Promise((resolve) => {
		refuse = () => resolve({ status: 400, body: { error: 'invalid_grant' } });
	});
	issuer.beforeToken = (form) => {
		if (form.get('grant_type') !== 'refresh_token')
			return undefined;
		asked = true;
		return refusal;
	};
	const waiting = keyfob.start(['token', issuer.mcp]);
	await until(() => asked, 'the refresh to be asked for');
	await keyfob.login(issuer.mcp);
	refuse();
	const end = await waiting.ended;
	equal(expectEnd(end, 0).trimEnd(), issuer.families.at(-1).last, 'the answer');
	equal((await keyfob.profile(issuer.mcp)).state, 'valid', 'state');
	check(issuer.families.at(-1).alive, 'the newer family lives');
});

keyfobTest('race: killed at any moment of a refresh, the vault opens and holds what it held', async (t, keyfob) => {
	const other = await t.use(new Issuer().start());
	await keyfob.login(other.mcp);
	const kept = await keyfob.token(other.mcp);
	const issuer = await t.use(new Issuer().start());
	await keyfob.login(issuer.mcp);
	issuer.forgives = true;
	const begun = Date.now();
	await keyfob.run(['token', issuer.mcp, '--min-ttl', '3600']);
	const whole = Date.now() - begun;
	let killed = 0;
	for (let i = 0; i < 60; i++) {
		const run = keyfob.start(['token', issuer.mcp, '--min-ttl', '3600']);
		await new Promise((resolve) => setTimeout(resolve, 1.5 * whole * (i % 12) / 12));
		run.kill();
		killed += (await run.ended).signal === 'SIGKILL';
		equal(await keyfob.token(other.mcp), kept, 'the other sign-in');
	}
	equal((await keyfob.profile(issuer.mcp)).refreshable, true, 'the one that was refreshed');
	check(killed > 5 && issuer.counts.refreshes > 5, `${killed} were killed, ${issuer.counts.refreshes} refreshed`);
}, { seconds: 60 });

keyfobTest('race: logins at many servers at once are all kept', async (t, keyfob) => {
	const issuers = await Promise.all(Array.from({ length: 8 }, () => t.use(new Issuer().start())));
	const browser = await keyfob.browser();
	const ends = await Promise.all(issuers.map(({ mcp }) => keyfob.run(['login', mcp, '--browser', browser])));
	ends.forEach((end) => expectEnd(end, 0));
	equal((await keyfob.status()).profiles.length, 8, 'sign-ins kept');
}, { seconds: 60 });

keyfobTest('race: a token that the server refuses before its time is refreshed once', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	await keyfob.login(issuer.mcp);
	issuer.families[0].expires = 0;
	equal((await keyfob.tools(issuer.mcp)).join(), 'echo', 'tools');
	equal(issuer.counts.refreshes, 1, 'refreshes');
});

keyfobTest('race: an issuer that answers 500, or nothing in time, ends no sign-in', async (t, keyfob) => {
	const issuer = await expiredSignIn(t, keyfob);
	issuer.beforeToken = () => ({ status: 500, body: 'down' });
	await keyfob.expect(4, ['token', issuer.mcp]);
	issuer.beforeToken = () => new Promise(() => {});
	const end = await keyfob.run(['token', issuer.mcp, '--timeout', '1']);
	equal(end.code, 4, `exit of ${end.stderr}`);
	issuer.beforeToken = null;
	equal(await keyfob.token(issuer.mcp), issuer.families[0].last, 'the answer in the end');
	equal(issuer.counts.refreshes, 1, 'refreshes');
});
