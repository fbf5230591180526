// Signing in at the SDK 1.x example: its issuer ends in a slash, says "bearer", sends no `iss`, and cannot refresh.
import { follow, keyfobTest } from './support/keyfob.js';
import { startServer } from './support/program.js';
import { check, equal, match, until } from './support/test.js';
import { takes } from './support/client.js';

const example = (t, ...args) => t.use(startServer('sdk_example.js', ...args));

keyfobTest('sign-in: a browser that is a script; then status, token, inspect and logout', async (t, keyfob) => {
	const server = await example(t);
	await keyfob.login(server.url);
	match(await until(() => keyfob.note('page'), 'the browser to end'), /^200 /, 'what the browser was shown');
	equal((await keyfob.note('argv')).split('\n')[0], '1', 'arguments of the browser');

	const profile = await keyfob.profile(server.url);
	equal(profile.state, 'valid', 'state');
	check(profile.issuer.endsWith('/'), 'the issuer keeps its slash');
	equal(profile.resource, server.url, 'resource');
	match(await keyfob.expect(0, ['status']), /localhost/, 'status');

	equal(await takes(server.url, await keyfob.token(server.url)), 200, 'the token');
	check((await keyfob.tools(server.url)).includes('greet'), 'greet is listed');
	match(await keyfob.expect(0, ['inspect', server.url]), /greet/, 'inspect');

	await keyfob.expect(0, ['logout', server.url]);
	await keyfob.expect(3, ['status', server.url]);
	await keyfob.expect(3, ['token', server.url]);
});

for (const [what, part] of [
	['the whole address', (url) => url.href],
	['its query', (url) => url.search.slice(1)],
	['the bare code', (url) => url.searchParams.get('code')],
])
	keyfobTest(`sign-in: pasting ${what}`, async (t, keyfob) => {
		const server = await example(t);
		const login = await keyfob.startLogin(server.url, [], { input: { stay: true } });
		login.stdin.write(`${part(new URL(await follow(login.address)))}\n`);
		const end = await login.ended;
		equal(end.code, 0, `exit of ${end.stderr}`);
		check((await keyfob.tools(server.url)).includes('greet'), 'greet is listed');
	});

keyfobTest('sign-in: wrong pastes are told why, and the wait goes on', async (t, keyfob) => {
	const server = await example(t);
	const login = await keyfob.startLogin(server.url, [], { input: { stay: true } });
	const url = new URL(await follow(login.address));
	const other = new URL(url);
	other.searchParams.set('state', 'another');
	login.stdin.write(`\n${other.href}\nhttp://example.com/\n`);
	login.stdin.write(`${url.href}\n`);
	equal((await login.ended).code, 0, `exit of ${login.stderr}`);
	match(login.stderr, /still waiting: it belongs to another sign-in/, 'what was said of the first');
	match(login.stderr, /still waiting: there is no state in it/, 'what was said of the second');
});

keyfobTest('sign-in: after a refresh that failed at the issuer a new login works', async (t, keyfob) => {
	const server = await example(t, '--lifetime', '2');
	await keyfob.login(server.url);
	await keyfob.expired(server.url);
	const end = await keyfob.run(['token', server.url]);
	equal(end.code, 4, `exit of ${end.stderr}`);
	equal(end.stdout, '', 'stdout');
	match(end.stderr, /server_error.*try again later/, 'what is said');
	match(end.stderr, /keyfob login/, 'what to do next');
	equal((await keyfob.profile(server.url)).state, 'refreshable', 'a failure of the issuer ends nothing: state');
	await keyfob.login(server.url);
	equal((await keyfob.profile(server.url)).state, 'valid', 'state');
	equal(await takes(server.url, await keyfob.token(server.url)), 200, 'the new token');
});

keyfobTest('sign-in: a browser that is not there is no end: the address is shown, a paste finishes', async (t, keyfob) => {
	const server = await example(t);
	const login = keyfob.start(['login', server.url, '--browser', '/nonexistent/browser'], { input: { stay: true } });
	const address = await until(() => /https?:\/\/\S+response_type=code\S*/.exec(login.stderr)?.[0], 'the address');
	login.stdin.write(`${await follow(address)}\n`);
	equal((await login.ended).code, 0, `exit of ${login.stderr}`);
});

keyfobTest('sign-in: a server that is not there is a network failure, quickly', async (_t, keyfob) => {
	const end = await keyfob.run(['login', 'http://127.0.0.1:9/mcp', '--no-browser']);
	equal(end.code, 4, `exit of ${end.stderr}`);
});
