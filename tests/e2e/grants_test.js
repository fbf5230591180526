// The grants that need no browser here: a machine of its own, and a code that is entered elsewhere.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProvider } from './servers/oidc.js';
import { startModern } from './servers/mcp.js';
import { activate } from './support/activate.js';
import { keyfobTest } from './support/keyfob.js';
import { said } from './support/program.js';
import { takes } from './support/client.js';
import { check, equal, match } from './support/test.js';

async function both(t) {
	const provider = await t.use(startProvider());
	return { provider, server: await t.use(startModern(provider)) };
}

async function machine(keyfob) {
	const secret = join(keyfob.desk, 'secret');
	await writeFile(secret, 'machine-secret-of-32-characters-x\n');
	await chmod(secret, 0o600);
	return ['--grant', 'client_credentials', '--client-id', 'machine', '--client-secret-file', secret];
}

keyfobTest('grants: client credentials need nobody, now or when the token has run out', async (t, keyfob) => {
	const { provider, server } = await both(t);
	provider.lifetime = 2;
	const end = await keyfob.run(['login', server.url, ...await machine(keyfob)]);
	equal(end.code, 0, `exit of ${end.stderr}`);
	check(!/Open this address/.test(end.stderr), 'nobody is asked');
	const first = await keyfob.token(server.url);
	await keyfob.expired(server.url);
	const second = await keyfob.token(server.url);
	check(first !== second, 'another token');
	equal(await takes(server.url, second), 200, 'the token');
	const profile = await keyfob.profile(server.url);
	equal(profile.grantType, 'client_credentials', 'grant');
	equal(profile.refreshable, true, 'refreshable');
	equal(provider.counts.refreshes, 0, 'refresh tokens spent');
});

keyfobTest('grants: a machine that keeps nothing on disk', async (t, keyfob) => {
	const { server } = await both(t);
	const end = await keyfob.run(['run', server.url, '--script', '-', '--persist', 'memory', ...await machine(keyfob)], {
		input: '{"method":"tools/list"}\n' });
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stdout, /greet/, 'what is listed');
	equal(end.stderr, '', 'stderr');
});

keyfobTest('grants: a code that is entered elsewhere', async (t, keyfob) => {
	const { provider, server } = await both(t);
	const login = keyfob.start(['login', server.url, '--grant', 'device-code', '--json'], { input: { stay: true } });
	const [, code] = await said(login, 'stderr', /enter this code there:\s+(\S+)/);
	const [address] = await said(login, 'stderr', /https?:\/\/\S+user_code=\S+/);
	check(address.includes(code), 'the address holds the code');
	match(await activate(address), /signed in|success/i, 'the last page');
	const end = await login.ended;
	equal(end.code, 0, `exit of ${end.stderr}`);
	equal(JSON.parse(end.stdout).stored, true, 'the one document');
	equal(await takes(server.url, await keyfob.token(server.url)), 200, 'the token');
	equal((await keyfob.profile(server.url)).grantType, 'device_code', 'grant');
	check(provider.counts.exchanges >= 1, 'exchanges');
});
