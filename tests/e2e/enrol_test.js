// Signing in where a server asks for it: run, with a vault, with memory alone, and with nowhere to keep anything.
import { access, readdir } from 'node:fs/promises';
import { startProvider } from './servers/oidc.js';
import { startModern } from './servers/mcp.js';
import { keyfobTest } from './support/keyfob.js';
import { startServer } from './support/program.js';
import { check, equal, match } from './support/test.js';

const example = (t, ...args) => t.use(startServer('sdk_example.js', ...args));
const LIST = '{"method":"tools/list"}\n';

const exists = (path) => access(path).then(() => true, () => false);

/* Two requests of one client; the browser is a script. */
async function list(keyfob, url, more = [], options = {}) {
	return keyfob.run(['run', url, '--script', '-', '--browser', await keyfob.browser(), ...more], { input: LIST + LIST, ...options });
}

keyfobTest('enrol: run signs in by itself, and what it kept serves the next ones', async (t, keyfob) => {
	const server = await example(t);
	const end = await list(keyfob, server.url);
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stdout, /greet/, 'what is listed');
	match(end.stderr, /Open this address/, 'what is said');
	const profile = await keyfob.profile(server.url);
	equal(profile.state, 'valid', 'state');
	const again = await list(keyfob, server.url);
	equal(again.code, 0, `exit of ${again.stderr}`);
	check(!/Open this address/.test(again.stderr), 'nobody is asked again');
});

keyfobTest('enrol: in memory alone nothing is left on disk', async (t, keyfob) => {
	const server = await example(t);
	const end = await list(keyfob, server.url, ['--persist', 'memory']);
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stdout, /greet/, 'what is listed');
	equal((await readdir(keyfob.disk)).join(), 'tmp', 'what is on disk');
	equal((await readdir(`${keyfob.disk}/tmp`)).length, 0, 'files in tmp');
});

keyfobTest('enrol: in memory a token is refreshed as in a vault', async (t, keyfob) => {
	const provider = await t.use(startProvider());
	const server = await t.use(startModern(provider));
	provider.lifetime = 2;
	const program = keyfob.start(['run', server.url, '--script', '-', '--persist', 'memory', '--browser', await keyfob.browser()], {
		input: { stay: true } });
	program.stdin.write(LIST);
	await new Promise((resolve) => setTimeout(resolve, 3500));
	program.stdin.end(LIST);
	const end = await program.ended;
	equal(end.code, 0, `exit of ${end.stderr}`);
	equal(end.stderr.match(/Open this address/g)?.length, 1, 'sign-ins');
	check(provider.counts.refreshes >= 1, 'refreshed');
	check(!await exists(keyfob.home), 'no vault');
});

keyfobTest('enrol: with no home what comes is kept in memory, and that is said once', async (t, keyfob) => {
	const server = await example(t);
	const end = await list(keyfob, server.url, [], { env: { HOME: '', KEYFOB_HOME: '', XDG_CONFIG_HOME: '' } });
	equal(end.code, 0, `exit of ${end.stderr}`);
	match(end.stdout, /greet/, 'what is listed');
	equal(end.stderr.match(/kept in memory/g)?.length, 1, 'times that it is said');
});

keyfobTest('enrol: a login never falls back', async (t, keyfob) => {
	const server = await example(t);
	const end = await keyfob.run(['login', server.url, '--no-browser'], { env: { HOME: '', KEYFOB_HOME: '', XDG_CONFIG_HOME: '' } });
	equal(end.code, 5, `exit of ${end.stderr}`);
	match(end.stderr, /--persist memory/, 'what is named');
});

keyfobTest('enrol: a vault with another key is an error, no reason to fall back', async (t, keyfob) => {
	const server = await example(t);
	await keyfob.login(server.url);
	const end = await list(keyfob, server.url, [], { env: { KEYFOB_KEY: Buffer.alloc(32).toString('base64') } });
	equal(end.code, 5, `exit of ${end.stderr}`);
	check(!/kept in memory/.test(end.stderr), 'no fallback');
});

keyfobTest('enrol: without a browser and a terminal the login is named', async (t, keyfob) => {
	const server = await example(t);
	const end = await keyfob.run(['run', server.url, '--script', '-'], { input: LIST });
	equal(end.code, 3, `exit of ${end.stderr}`);
	match(end.stderr, /keyfob login http/, 'what to do next');
});
