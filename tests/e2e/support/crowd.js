// crowd: many keyfobs at once, each in a PID namespace of its own where the machine permits it.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { start } from './program.js';
import { until } from './test.js';

const WAYS = [
	{ wrap: ['unshare', '-p', '-f', '--kill-child', '--mount-proc'], name: 'separate PID namespaces (unshare -p -f --mount-proc)' },
	{ wrap: ['unshare', '-p', '-f', '--kill-child'], name: 'separate PID namespaces (unshare -p -f)' },
	{ wrap: ['unshare', '-U', '-r', '-p', '-f', '--kill-child', '--mount-proc'], name: 'separate user and PID namespaces (unshare -U -r -p -f --mount-proc)' },
];

let chosen;

/* How to put a program into a PID namespace of its own; none: one namespace for all. */
export async function way() {
	for (const candidate of chosen ? [] : WAYS) {
		const { code } = await start(candidate.wrap[0], [...candidate.wrap.slice(1), 'true'], { env: process.env }).ended.catch(() => ({}));
		if (code === 0) {
			chosen = candidate;
			break;
		}
	}
	chosen ??= { wrap: [], name: 'one PID namespace for all (unshare is not permitted here)' };
	return chosen;
}

async function pidOf(program, wrapped) {
	if (!wrapped)
		return program.pid;
	const children = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8').catch(() => '');
	return Number(children.split(' ')[0]) || 0;
}

async function descriptors(pid) {
	const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
	return Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
}

/* Of the socket that leads from one port of 127.0.0.1 to another. */
async function inodeOf(from, to) {
	const place = (port) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((text) => text.trim().split(/\s+/));
	return lines.find((fields) => fields[1] === place(from) && fields[2] === place(to))?.[9];
}

/* n runs of `keyfob token URL` at once. `arrived` waits until each has the lock file open or has ended. */
export async function crowd(keyfob, url, n) {
	if (process.getuid() !== 0)
		keyfob.t.skip('only root may look at what these processes hold open');
	const { wrap } = await way();
	const members = Array.from({ length: n }, () => ({ program: keyfob.start(['token', url], { wrap }) }));

	async function here(member) {
		member.pid ||= await pidOf(member.program, wrap.length);
		/* Seen from another mount namespace more may stand before the path. */
		member.here ||= !member.program.running ||
			(await descriptors(member.pid)).some((path) => path.includes(keyfob.home));
		return member.here;
	}

	return {
		members,
		arrived: () => until(async () => (await Promise.all(members.map(here))).every(Boolean), `${n} processes at the lock`, 20),
		ends: () => Promise.all(members.map(({ program }) => program.ended)),
		/* The member whose connection leads from this port to that of the gate. */
		owner: (port, gate) => until(async () => {
			const inode = await inodeOf(port, gate.port);
			for (const member of inode ? members : []) {
				member.pid ||= await pidOf(member.program, wrap.length);
				if ((await descriptors(member.pid)).includes(`socket:[${inode}]`))
					return member;
			}
			return null;
		}, `the process that holds port ${port}`),
		/* Kills one member as the kernel would for want of memory, wherever its PID namespace is. */
		async kill(member) {
			process.kill(member.pid, 'SIGKILL');
			await member.program.ended;
		},
	};
}
