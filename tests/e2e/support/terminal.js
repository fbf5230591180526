// terminal: keyfob on a terminal that script(1) lends, and what may come to it.
import { start } from './program.js';
import { binary } from './keyfob.js';
import { check } from './test.js';

/* Controls, but for line ends, tabs and keyfob's own clearing of a line and colours, and what turns directions. */
const OBEYED = /\u001b(?!\[(K|[0-9;]*m))|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/* Runs to the end; what came to the terminal is stdout. */
export async function onTerminal(keyfob, args) {
	const quoted = [binary, ...args].map((arg) => `'${arg}'`).join(' ');
	const program = start('script', ['-qec', quoted, '/dev/null'], { env: keyfob.env({ NO_COLOR: '1' }), cwd: keyfob.disk });
	keyfob.t.after(() => program.close());
	const end = await program.ended;
	check(!OBEYED.test(end.stdout), `what a terminal gets of ${args.slice(0, 1)} ${args.slice(-2)}: ${JSON.stringify(end.stdout.slice(0, 900))}`);
	return end;
}
