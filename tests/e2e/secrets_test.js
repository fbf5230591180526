// Where secrets must not be: process titles, environments of others, output, errors, the disk.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Issuer } from './servers/issuer.js';
import { follow, keyfobTest } from './support/keyfob.js';
import { check, equal, until } from './support/test.js';

/* As it is, and as encodings would hide it from a naive search. */
function faces(secret) {
	const bytes = Buffer.from(secret);
	return [bytes, ...['base64', 'base64url', 'hex'].map((face) => Buffer.from(bytes.toString(face).replace(/=+$/, '').slice(0, -1)))];
}

function checkAbsent(issuer, bytes, where) {
	const text = Buffer.from(bytes);
	for (const secret of issuer.secrets)
		check(!faces(secret).some((face) => text.includes(face)), `a secret (${secret.slice(0, 7)}...) is in ${where}`);
}

async function checkDisk(issuer, keyfob) {
	for (const name of await readdir(keyfob.disk, { recursive: true })) {
		const path = join(keyfob.disk, name);
		const about = await lstat(path);
		checkAbsent(issuer, name, 'a file name');
		if (about.isFile())
			checkAbsent(issuer, await readFile(path), name);
		if (path.startsWith(keyfob.home))
			equal(about.mode & 0o077, 0, `permissions of ${name} for others`);
	}
}

/* Holds the next request at the token endpoint while look() looks. */
function lookDuring(issuer, look) {
	issuer.afterToken = async () => {
		issuer.afterToken = null;
		await look();
	};
}

keyfobTest('secrets: in no process title, environment, output, error or file, --verbose or not', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	issuer.lifetime = 1;
	issuer.beforeToken = (form) => {
		for (const name of ['code_verifier', 'refresh_token', 'code'])
			form.get(name) && issuer.secrets.add(form.get(name));
	};
	const passphrase = 'a passphrase of the environment';
	const env = { KEYFOB_PASSPHRASE: passphrase };
	issuer.secrets.add(passphrase);

	/* The first login gives the code by paste, the second by a browser that keeps its environment. */
	const login = await keyfob.startLogin(issuer.mcp, ['--verbose'], { env, input: { stay: true } });
	lookDuring(issuer, () => checkAbsent(issuer, login.stdout + login.stderr, 'what a login shows'));
	login.stdin.write(`${await follow(login.address)}\n`);
	equal((await login.ended).code, 0, `exit of ${login.stderr}`);
	await keyfob.expect(0, ['login', issuer.mcp, '--verbose', '--browser', await keyfob.browser()], { env });
	checkAbsent(issuer, await keyfob.note('environ'), 'the environment of the browser');
	checkAbsent(issuer, await keyfob.note('argv'), 'the arguments of the browser');
	await checkDisk(issuer, keyfob);

	await until(async () => JSON.parse(await keyfob.expect(0, ['status', '--json'], { env })).profiles[0].state !== 'valid', 'the token to run out');
	const refresh = keyfob.start(['token', issuer.mcp, '--verbose'], { env });
	let looked = false;
	lookDuring(issuer, async () => {
		for (const file of ['cmdline', 'comm'])
			checkAbsent(issuer, await readFile(`/proc/${refresh.pid}/${file}`), `/proc/PID/${file}`);
		await checkDisk(issuer, keyfob);
		looked = true;
	});
	equal((await refresh.ended).code, 0, `exit of ${refresh.stderr}`);
	check(looked, 'the look happened');

	/* Failures talk more than successes do. */
	issuer.beforeToken = (form) => ({ status: 400, body: { error: 'invalid_request', error_description: 'please send your refresh token again', echo: form.get('refresh_token') } });
	await until(async () => JSON.parse(await keyfob.expect(0, ['status', '--json'], { env })).profiles[0].state !== 'valid', 'the token to run out');
	await keyfob.run(['token', issuer.mcp, '--verbose'], { env });
	await keyfob.run(['inspect', issuer.mcp, '--verbose'], { env });
	issuer.beforeToken = null;
	for (const args of [['status'], ['status', '--json'], ['inspect', issuer.mcp, '--verbose'], ['vault', 'info'], ['logout', issuer.mcp, '--verbose']])
		await keyfob.run(args, { env });
	checkAbsent(issuer, keyfob.said, 'what keyfob said');
	await checkDisk(issuer, keyfob);
	check(keyfob.said.length > 200 && issuer.secrets.size > 8, 'there was something to find');
}, { seconds: 60 });

keyfobTest('secrets: the disk holds nothing in the clear though the key lies beside it', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start());
	await keyfob.login(issuer.mcp);
	await checkDisk(issuer, keyfob);
	equal((await lstat(keyfob.home)).mode & 0o777, 0o700, 'permissions of the folder');
	for (const name of await readdir(keyfob.home))
		equal((await lstat(join(keyfob.home, name))).mode & 0o777, 0o600, `permissions of ${name}`);
});
