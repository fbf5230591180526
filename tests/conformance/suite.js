// suite: the conformance suite as a program: started with keyfob's adapter as its client, bounded in time.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const e2e = join(here, '..', 'e2e');
const program = join(e2e, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

export const build = join(here, '../../build/conformance');

const SCENARIO_MS = 30_000; /* for one; those of a run go side by side */
const RUN_MS = 90_000;

/* The suite binds every address unless its listeners are held to loopback. Returns {code, output}; what hangs is ended
 * with all that it started. */
function start(args, env = {}) {
	const child = spawn(process.execPath, ['--import', join(e2e, 'servers/loopback.js'), program, ...args],
		{ cwd: here, detached: true, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), RUN_MS);
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text) => { output += text; });
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			resolve({ code: code ?? signal, output });
		});
	});
}

/* Runs what args name, with its results in folder; keyfob keeps tokens where persist says. Returns {code, output, scenarios}: those that it said it runs.
 * The suite takes a command apart at blanks: ours has none, whatever folder this is. */
export async function runSuite(args, folder, persist = 'vault') {
	const { code, output } = await start(['client', '--command', './adapter', '--timeout', String(SCENARIO_MS), '-o', folder, ...args], { PERSIST: persist });
	return { code, output, scenarios: [...output.matchAll(/^Starting scenario: (\S+)$/gm)].map(([, name]) => name) };
}

/* The names of all scenarios for a client. */
export async function clientScenarios() {
	const { code, output } = await start(['list', '--client']);
	if (code)
		throw new Error(`the suite does not list its scenarios: ${output}`);
	return [...output.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name);
}
