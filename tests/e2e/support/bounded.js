// bounded: keyfob against a peer that means it ill: it ends in time, in little memory, with its status and one line.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, equal, match } from './test.js';

const MEMORY_MAX = 64; /* MiB */

/* Follows the most memory that the program ever held, while it runs; in MiB. */
export function watchMemory(program) {
	const watch = { most: 0 };
	const look = async () => {
		const text = await readFile(`/proc/${program.pid}/status`, 'utf8').catch(() => '');
		watch.most = Math.max(watch.most, Number(/^VmHWM:\s*(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024);
	};
	const timer = setInterval(look, 5);
	look();
	watch.ended = program.ended.finally(() => clearInterval(timer));
	return watch;
}

/* What others may not do to the screen: controls, line ends, directions, nothing that is not seen. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/* One line, the error, in words that one may show. */
export function checkSaid(stderr, said) {
	check(!UNSEEN.test(stderr), `something that is not seen is in ${JSON.stringify(stderr)}`);
	const lines = stderr.trimEnd().split('\n');
	match(lines.at(-1), /^keyfob: /, 'the last line');
	equal(lines.filter((line) => line.startsWith('keyfob:')).length, 1, `lines of error in ${JSON.stringify(stderr)}`);
	check(lines.at(-1).length < 700, `a line of ${lines.at(-1).length} characters`);
	if (said)
		match(lines.at(-1), said, 'what is said');
}

/* All that is kept on disk, lock files aside, as one digest. */
export async function digestOf(folder) {
	const hash = createHash('sha256');
	for (const entry of (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((e) => e.isFile() && !e.name.endsWith('.lock')).sort())
		hash.update(entry.name).update(await readFile(join(entry.parentPath, entry.name)));
	return hash.digest('hex');
}

/* Waits for a program that was started, and checks how it ended. code may be several; memory is in MiB. */
export async function checkEnd(program, { code, said, seconds = 5, memory = MEMORY_MAX }) {
	const begun = Date.now();
	const watch = watchMemory(program);
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`still running after ${seconds} s: ${program.stderr}`)), seconds * 1000);
	});
	const end = await Promise.race([watch.ended, late]).finally(() => clearTimeout(timer));
	if (process.env.E2E_SHOW)
		console.log(`     ${((Date.now() - begun) / 1000).toFixed(2)} s, ${watch.most.toFixed(1)} MiB, ${end.signal ?? end.code}: ${end.stderr.slice(0, 900)}`);
	check([code].flat().includes(end.signal ?? end.code), `exit ${end.signal ?? end.code}, expected ${code}, of ${end.stderr}`);
	check(watch.most < memory, `${watch.most} MiB of memory were taken`);
	check(!UNSEEN.test(end.stdout), `something that is not seen is in ${JSON.stringify(end.stdout.slice(0, 2000))}`);
	if (end.code)
		checkSaid(end.stderr, said);
	return end;
}
