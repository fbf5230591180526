// Servers that keyfob starts itself, and the REST side of 1MCP servers, where they mean it ill.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hostile, flood, silence, status } from './servers/hostile.js';
import { checkEnd } from './support/bounded.js';
import { isRunning } from './support/host.js';
import { keyfobTest } from './support/keyfob.js';
import { onTerminal } from './support/terminal.js';
import { check, until } from './support/test.js';

/* --- Programs --------------------------------------------------------------------------------------------- */

function program(what, script, code, { said, ...more } = {}) {
	keyfobTest(`hostile: stdio: a program that ${what}`, async (t, keyfob) => {
		await checkEnd(keyfob.start(['inspect', '--timeout', '1', '--', 'sh', '-c', script]), { code, said, seconds: 8, ...more });
	});
}

program('prints rubbish', 'printf "hello\\nwörld \\377\\376\\n\\033[31m\\n{}\\n[]\\nnull\\n\\"x\\"\\n7\\n{\\"jsonrpc\\":\\"2.0\\"}\\n"; exit 0', [1, 4]);
program('ends at once', 'exit 0', [1, 4]);
program('fails at once', 'exit 7', [1, 4], { said: /7/ });
program('is killed', 'kill -9 $$', [1, 4], { said: /kill|signal/i });
program('is not there', 'exec /no/such/program', [1, 4]);

/* Those that are waited for, all at once. */
keyfobTest('hostile: stdio: programs that have no end', (t, keyfob) => Promise.all([
	['prints rubbish without end', 'yes rubbish', [1, 4]],
	['prints a line without end', 'yes | tr -d "\\n"', [1, 4], { memory: 160 }],
	['prints nothing, and stays', 'sleep 60', [4], { said: /timed out|answer/ }],
	['stays whatever it is told', 'trap "" TERM HUP INT; while :; do sleep 1; done', [4]],
	['closes its output, and stays', 'exec >&-; sleep 60', [1, 4]],
	['closes its input, and stays', 'exec <&-; sleep 60', [1, 4]],
	['answers as others', `read a; echo '{"jsonrpc":"2.0","id":"other","result":{}}'; echo '{"jsonrpc":"2.0","id":999,"result":{}}'; sleep 60`, [1, 4]],
	['asks without end', `read a; yes '{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}'`, [1, 4]],
	['notes without end', `read a; yes '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"x"}}'`, [1, 4]],
].map(([what, script, code, more = {}]) => checkEnd(keyfob.start(['inspect', '--timeout', '1', '--', 'sh', '-c', script]), { code, seconds: 15, ...more })
	.catch((error) => { throw new Error(`${what}: ${error.message}`); }))), { seconds: 25 });

keyfobTest('hostile: stdio: what a program leaves behind is ended with it', async (t, keyfob) => {
	await Promise.all([['after it', 'sleep 300 & echo $! >"$PIDS"; exit 0'], ['beside it', 'sleep 300 & echo $! >"$PIDS"; wait'], ['deaf', '(trap "" TERM; exec sleep 300) & echo $! >"$PIDS"; wait']].map(async ([name, script]) => {
		const pids = join(keyfob.desk, name.replace(' ', '-'));
		await keyfob.run(['inspect', '--timeout', '1', '--', 'sh', '-c', script.replace('$PIDS', pids)]);
		const pid = Number(await readFile(pids, 'utf8'));
		t.after(() => isRunning(pid) && process.kill(pid, 'SIGKILL'));
		await until(() => !isRunning(pid), `the sleeper ${name} to end`, 4);
	}));
}, { seconds: 25 });

keyfobTest('hostile: stdio: a program sees no secret of ours, and none of our files', async (t, keyfob) => {
	const seen = join(keyfob.desk, 'seen');
	const env = { KEYFOB_PASSPHRASE: 'opensesame', KEYFOB_KEY: Buffer.alloc(32, 7).toString('base64'), KEYFOB_KEY_FILE: '/no/where' };
	await keyfob.run(['inspect', '--timeout', '1', '--', 'sh', '-c', `{ cat /proc/self/environ; ls -l /proc/self/fd; } >'${seen}' 2>&1`], { env });
	const text = await readFile(seen, 'utf8');
	check(text.length > 20 && !text.includes('opensesame') && !text.includes(env.KEYFOB_KEY), 'secrets of the environment');
	check(!/socket:|anon_inode|profiles/.test(text), text);
});

/* --- 1MCP's REST side ----------------------------------------------------------------------------------------- */

const COLOURS = '\u001b[2J\u001b]0;owned\u0007\u202ereversed\r\nkeyfob: done\u009b31m';
const LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;
const JSON_TYPE = { 'content-type': 'application/json' };

/* One answer for all that may be asked of that side. */
function rest(what, answer, { exits = [0, 1] } = {}) {
	keyfobTest(`hostile: 1MCP: ${what}`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start());
		const call = status(404, JSON_TYPE, '{}');
		site.answers = { '/mcp': call, '/': call };
		for (const path of ['inspect', 'instructions', 'tool-invocations'])
			site.answers[`/api/v1/${path}`] = answer;
		for (const args of [['inspect', '--url', site.url], ['inspect', 'files', '--url', site.url], ['inspect', 'files/read', '--url', site.url],
			['instructions', '--url', site.url], ['run', 'files/read', '--url', site.url, '--args', '{}']].slice(exits.includes(4) ? -2 : 0)) {
			const end = await keyfob.run([...args, '--timeout', '1']);
			check(exits.includes(end.code), `exit ${end.signal ?? end.code} of ${args[0]}: ${end.stderr}`);
			check(!LINES.test(end.stderr), `unseen on standard error: ${JSON.stringify(end.stderr)}`);
			end.code && check(end.stderr.length < 1500, `${end.stderr.length} bytes of error`);
		}
		check(site.asked.length < 60, `${site.asked.length} requests`);
		for (const args of exits.includes(4) ? [] : [['inspect', 'files/read'], ['instructions'], ['run', 'files/read', '--args', '{}']])
			await onTerminal(keyfob, [...args, '--url', site.url, '--timeout', '1']);
	}, { seconds: 25 });
}

const all = (text) => ({ kind: 'servers', servers: [{ server: text, type: text, status: text, toolCount: 3, hasInstructions: true }], rendered: text, result: { content: [{ type: 'text', text }] },
	server: text, tool: text, qualifiedName: text, description: text, tools: [{ tool: text, qualifiedName: text, description: text, requiredArgs: 1, optionalArgs: 1 }] });

rest('everything in colours', () => all(COLOURS));
rest('one server in colours', () => ({ ...all(COLOURS), kind: 'server', instructions: COLOURS, totalTools: 5, hasMore: true, nextCursor: COLOURS }));
rest('one tool in colours', () => ({ ...all(COLOURS), kind: 'tool', inputSchema: { type: 'object', properties: { [COLOURS]: { type: COLOURS, description: COLOURS, enum: [COLOURS] } }, required: [COLOURS] } }));
rest('a kind that nobody knows', () => ({ ...all('x'), kind: COLOURS }));
rest('values of no kind', () => ({ kind: 7, servers: 'x', rendered: 7, result: 'x', tools: { a: 1 }, server: [], tool: null }));
rest('lists of no kind', () => ({ kind: 'servers', servers: [7, null, 'x', [], { server: 7 }], rendered: null, result: [] }));
rest('pages without end', () => ({ ...all('x'), kind: 'server', totalTools: 1e9, hasMore: true, nextCursor: 'again' }));
rest('numbers beyond all bounds', (_, res) => res.writeHead(200, JSON_TYPE).end('{"kind":"server","server":"x","rendered":"x","result":{},"totalTools":1e999,"toolCount":-1e999,"tools":[{"tool":"t","requiredArgs":99999999999999999999,"optionalArgs":-1}]}'));
rest('nested deeply', () => `{"kind":"servers","rendered":"x","result":${'['.repeat(50000)}`);
rest('an answer without end', flood('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n', ' '), { exits: [1] });
rest('a refusal in colours', status(400, JSON_TYPE, JSON.stringify({ error: COLOURS })));
rest('a refusal at length', status(403, JSON_TYPE, JSON.stringify({ detail: 'x'.repeat(100000) })));
rest('a redirect', status(302, { location: 'https://evil.example/' }));
rest('no answer', silence, { exits: [4] });
