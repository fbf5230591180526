// memory: what a running program holds in memory, read as root through /proc/PID/mem.
import { readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

const STEP = 1 << 20;

async function ranges(pid) {
	const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
	return maps.trim().split('\n').map((line) => /^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line))
		.filter(([, , , rights, name]) => rights.startsWith('r') && !/^\[(vvar|vsyscall)/.test(name))
		.map(([, from, to, , name]) => ({ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), name: name || 'anonymous' }));
}

/* Every place where one of the needles (a Map of names to texts) begins: {needle, at, where}. A page that is not there is
 * zero or swapped; what is swapped is none of ours, since secrets are locked. Pieces overlap by the longest needle. */
export async function findInMemory(pid, needles) {
	const found = [];
	const overlap = Math.max(...[...needles.values()].map((text) => text.length));
	const memory = await open(`/proc/${pid}/mem`, 'r');
	try {
		for (const { from, to, name } of await ranges(pid)) {
			const room = Buffer.alloc(STEP + overlap);
			for (let at = from; at < to; at += STEP) {
				const length = Math.min(STEP + overlap, to - at);
				const { bytesRead } = await memory.read(room, 0, length, at).catch(() => ({ bytesRead: 0 }));
				const bytes = room.subarray(0, bytesRead);
				for (const [needle, text] of needles)
					for (let i = bytes.indexOf(text); i >= 0 && i < STEP; i = bytes.indexOf(text, i + 1))
						found.push({ needle, at: (at + i).toString(16), where: name });
			}
		}
	} finally {
		await memory.close();
	}
	return found;
}

/* Whether this process may look into others that hide (CAP_SYS_PTRACE, bit 19). */
export function mayLook() {
	const [, mask] = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
	return (BigInt(`0x${mask}`) >> 19n & 1n) === 1n;
}
