// program: other programs: started, fed, read, waited for, and ended by their own pid.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './test.js';

export const here = fileURLToPath(new URL('..', import.meta.url));

/* A running program: its pid, stdout and stderr so far, and `ended`, a promise of {code, signal, stdout, stderr}. */
export function start(file, args, { env, input, cwd = here } = {}) {
	const child = spawn(file, args, { env, cwd, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
	const program = { pid: child.pid, stdout: '', stderr: '', stdin: child.stdin, output: child.stdout, running: true };
	child.stdin?.on('error', () => {});
	for (const stream of ['stdout', 'stderr'])
		child[stream].setEncoding('utf8').on('data', (text) => { program[stream] += text; });
	program.ended = new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => {
			program.running = false;
			resolve({ code, signal, stdout: program.stdout, stderr: program.stderr });
		});
	});
	program.ended.catch(() => { program.running = false; });
	program.kill = (signal = 'SIGKILL') => program.running && child.kill(signal);
	program.close = async () => {
		program.kill();
		await program.ended.catch(() => {});
	};
	/* `stay` keeps stdin open after the input, as a terminal would. */
	if (input !== undefined)
		input.stay ? child.stdin.write(input.text ?? '') : child.stdin.end(input);
	return program;
}

/* The first match of pattern in what the program has said so far. */
export function said(program, stream, pattern, seconds = 10) {
	return until(() => {
		const found = pattern.exec(program[stream]);
		if (!found && !program.running)
			throw new Error(`ended without saying ${pattern}: ${program.stdout}${program.stderr}`);
		return found;
	}, `${pattern} on ${stream}`, seconds);
}

/* A server of servers/, as a process of its own. */
export async function startServer(file, ...args) {
	const program = start(process.execPath, ['--import', './servers/loopback.js', `servers/${file}`, ...args], { env: { PATH: process.env.PATH, HOME: '/nonexistent' } });
	program.url = (await said(program, 'stdout', /^ready (\S+)$/m, 20))[1];
	return program;
}
