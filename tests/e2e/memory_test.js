// What a running keyfob holds in memory: the tokens that are in use, and no others.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Issuer, close, listen } from './servers/issuer.js';
import { keyfobTest } from './support/keyfob.js';
import { findInMemory, mayLook } from './support/memory.js';
import { here } from './support/program.js';
import { check, equal } from './support/test.js';

/* Of each secret three pieces, so that one that is half overwritten is found too. */
function needles(secrets) {
	const all = new Map();
	for (const [name, secret] of Object.entries(secrets))
		for (const [part, from] of [['begin', 8], ['middle', secret.length >> 1], ['end', secret.length - 16]])
			all.set(`${name} ${part}`, secret.slice(from, from + 16));
	return all;
}

/* How often each secret is there, by the piece found most. */
async function count(pid, secrets) {
	const found = await findInMemory(pid, needles(secrets));
	const counts = {};
	if (process.env.E2E_SHOW)
		console.log(found.map(({ needle, at, where }) => `     ${needle} at ${at} ${where}`).join('\n'));
	for (const name of Object.keys(secrets)) {
		const parts = ['begin', 'middle', 'end'].map((part) => found.filter(({ needle }) => needle === `${name} ${part}`).length);
		counts[name] = Math.max(...parts);
	}
	return counts;
}

function checkGone(counts, names, when) {
	for (const name of names)
		equal(counts[name], 0, `copies of ${name} ${when}`);
}

const file = (name) => `${here}/../vectors/x509/${name}`;
const SECURE = {
	key: readFileSync(file('server.key.pem')),
	cert: Buffer.concat([readFileSync(file('server-local.pem')), readFileSync(file('between.pem'))]),
};

/* A held answer: `reached` is fulfilled when somebody waits there, go() lets them on. */
function barrier() {
	const b = {};
	b.reached = new Promise((resolve) => { b.reach = resolve; });
	b.opened = new Promise((resolve) => { b.go = resolve; });
	b.wait = () => { b.reach(); return b.opened; };
	return b;
}

for (const [way, options, args] of [['plain', {}, []], ['over TLS', { secure: SECURE }, ['--extra-ca', file('root.pem')]]])
	keyfobTest(`memory: only the token in use while a request is under way, and none between requests (${way})`, async (t, keyfob) => {
		if (!mayLook())
			t.skip('looking into a process that hides needs CAP_SYS_PTRACE');
		const issuer = await t.use(new Issuer().start(options));
		issuer.lifetime = 1;
		await keyfob.login(issuer.mcp, ...args);
		const old = issuer.families[0];
		const spent = { A1: old.last, R1: old.refresh };
		await keyfob.expired(issuer.mcp);
		issuer.lifetime = 3600;

		const asked = barrier();
		const rested = barrier();
		issuer.beforeCall = async (message, req, res) => {
			if (message?.method === 'tools/list') {
				issuer.id = message.id;
				await asked.wait();
				/* An event stream that ends and may be taken up again, in three seconds. */
				res.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: 7\nretry: 3000\ndata:\n\n');
				res.on('close', () => rested.reach());
				return true;
			}
			if (req.method === 'GET') {
				res.writeHead(200, { 'content-type': 'text/event-stream' });
				res.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: issuer.id, result: { tools: [{ name: 'late', inputSchema: { type: 'object' } }] } })}\n\n`);
				return true;
			}
			return false;
		};
		const program = keyfob.start(['inspect', issuer.mcp, ...args]);
		await Promise.race([asked.reached, program.ended.then((end) => check(false, `ended early: ${end.stderr}`))]);
		const secrets = { ...spent, A2: issuer.families[0].last, R2: issuer.families[0].refresh };
		equal(issuer.counts.refreshes, 1, 'refreshes');
		check(secrets.A2 !== secrets.A1 && secrets.R2 !== secrets.R1, 'both are new');

		const during = await count(program.pid, secrets);
		checkGone(during, ['A1', 'R1', 'R2'], 'while a request is under way');
		check(during.A2 > 0, 'the token in use is found, so the search finds tokens');

		asked.go();
		await rested.reached;
		await new Promise((resolve) => setTimeout(resolve, 300));
		checkGone(await count(program.pid, secrets), Object.keys(secrets), 'between requests');
		const end = await program.ended;
		equal(end.code, 0, `exit of ${end.stderr}`);
		check(end.stdout.includes('late'), 'the talk was taken up again');
	});

keyfobTest('memory: --token leaves the arguments of the process at once', async (t, keyfob) => {
	const asked = barrier();
	const token = 'given-8d1f4b6a90c3e2d75b1f6c8a4e0d9b37f21c';
	const { server, origin } = await listen((req, res) => asked.wait().then(() => res.writeHead(401).end()));
	t.after(() => close(server));
	const program = keyfob.start(['login', '--url', `${origin}/mcp`, '--token', token]);
	await asked.reached;
	const line = await readFile(`/proc/${program.pid}/cmdline`, 'utf8');
	check(line.includes('--token') && !line.includes(token.slice(6, 20)) && !line.includes(token.slice(-12)), 'the command line shows the flag alone');
	if (mayLook()) {
		const found = await findInMemory(program.pid, needles({ token }));
		check(found.length > 0, 'the token is in use');
		check(!found.some(({ where }) => where === '[stack]'), `the token is still in the arguments: ${JSON.stringify(found)}`);
	}
	asked.go();
	equal((await program.ended).code, 3, 'exit');
});
