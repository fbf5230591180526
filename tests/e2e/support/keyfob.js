// keyfob: the binary under test, with a home of its own for each test, and everything that it ever said.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { follow } from './browser.js';
import { here, said, start } from './program.js';
import { check, test, until } from './test.js';

export const binary = process.env.KEYFOB;

/* A test that needs the binary: body(t, keyfob). */
export function keyfobTest(name, body, bounds) {
	test(name, async (t) => {
		if (!binary)
			t.skip('no binary');
		await body(t, await Keyfob.make(t));
	}, bounds);
}

export class Keyfob {
	/* All that keyfob wrote, `token` on stdout aside: no secret may be in it. */
	said = '';

	static async make(t) {
		const keyfob = new Keyfob();
		const directory = await t.directory();
		keyfob.t = t;
		keyfob.disk = join(directory, 'disk'); /* all that keyfob may write to */
		keyfob.desk = join(directory, 'desk'); /* what the test writes */
		keyfob.home = join(keyfob.disk, 'vault');
		for (const path of [keyfob.disk, join(keyfob.disk, 'tmp'), keyfob.desk])
			await mkdir(path);
		return keyfob;
	}

	env(more = {}) {
		return { PATH: process.env.PATH, HOME: this.disk, TMPDIR: join(this.disk, 'tmp'), KEYFOB_HOME: this.home, ...more };
	}

	start(args, { input, env, wrap = [] } = {}) {
		const [file, ...rest] = [...wrap, binary, ...args];
		const program = start(file, rest, { env: this.env(env), input, cwd: this.disk });
		this.t.after(() => program.close());
		program.ended = program.ended.then((end) => {
			this.said += end.stderr + (args.includes('token') || args.includes('--print') ? '' : end.stdout);
			if (process.env.E2E_SHOW && args[0] !== 'status')
				console.log(`     $ keyfob ${args.join(' ')}\n${`${end.stdout}${end.stderr}(${end.signal ?? end.code})`.replaceAll(/^/gm, '     ')}`);
			return { ...end, args };
		});
		return program;
	}

	/* Runs to the end. */
	run(args, options) {
		return this.start(args, options).ended;
	}

	/* Runs to the end, which must be this exit status; returns what was on stdout. */
	async expect(code, args, options) {
		return expectEnd(await this.run(args, options), code);
	}

	/* A program for --browser: tests/e2e/browser, noting its environment. */
	async browser() {
		const path = join(this.desk, 'browser');
		await writeFile(path, `#!/bin/sh\ntr '\\0' '\\n' </proc/$$/environ >'${this.desk}/environ'\nprintf '%s\\n' "$#" "$1" >'${this.desk}/argv'\n` +
			`NODE_EXTRA_CA_CERTS='${process.env.NODE_EXTRA_CA_CERTS}' exec '${process.execPath}' '${here}/browser' "$1" >'${this.desk}/page' 2>&1\n`);
		await chmod(path, 0o755);
		return path;
	}

	async login(url, ...more) {
		return this.expect(0, ['login', url, '--browser', await this.browser(), ...more]);
	}

	/* Starts a login that waits for its callback; `address` is the URL that it shows. */
	async startLogin(url, more = [], options) {
		const program = this.start(['login', url, '--no-browser', ...more], options);
		program.address = (await said(program, 'stderr', /https?:\/\/\S+[?&]response_type=code\S*|https?:\/\/\S+[?&]client_id=\S+/))[0];
		return program;
	}

	async status(...args) {
		return JSON.parse(await this.expect(0, ['status', '--json', ...args]));
	}

	async profile(url) {
		return (await this.status()).profiles.find(({ identity }) => identity === new URL(url).origin);
	}

	async token(url) {
		return (await this.expect(0, ['token', url])).trimEnd();
	}

	async tools(url) {
		return JSON.parse(await this.expect(0, ['inspect', url, '--json'])).tools.map(({ name }) => name);
	}

	/* Waits until the access token of this server has run out by the vault's own account. */
	expired(url) {
		return until(async () => (await this.profile(url)).state !== 'valid', 'the token to run out', 15);
	}

	note(name) {
		return readFile(join(this.desk, name), 'utf8');
	}
}

export function expectEnd(end, code) {
	check(end.code === code, `keyfob ${end.args.join(' ')} ended with ${end.signal ?? end.code}, expected ${code}\n${end.stdout}${end.stderr}`);
	return end.stdout;
}

export { follow };
