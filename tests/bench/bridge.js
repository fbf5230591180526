// bridge: what `keyfob bridge` costs beside the same server directly, and beside another bridge in the same run.
// usage: tests/e2e/with-node ../bench/bridge.js
import { fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STARTS = 9;
const CALLS = 2000; /* one after the other, for the times */
const MORE = 8000;  /* fifty at once, for the memory */

/* --- The server, a process of its own ----------------------------------------------------------------- */

function serve() {
	const server = http.createServer(async (req, res) => {
		const { id, method, params } = JSON.parse(Buffer.concat(await req.toArray()).toString() || '{}');
		if (req.method !== 'POST')
			return res.writeHead(405).end();
		if (id === undefined)
			return res.writeHead(202).end();
		const result = method === 'initialize'
			? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'bench', version: '1' } }
			: { content: [{ type: 'text', text: 'x'.repeat(200) }] };
		res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
	});
	server.keepAliveTimeout = 60000;
	server.listen(0, '127.0.0.1', () => process.send(server.address().port));
	process.on('disconnect', () => process.exit());
}

function startServer() {
	const child = fork(fileURLToPath(import.meta.url), ['--server']);
	return new Promise((resolve) => child.once('message', (port) => resolve({ url: `http://127.0.0.1:${port}/mcp`, close: () => child.kill() })));
}

/* --- Hosts ------------------------------------------------------------------------------------------------ */

const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
const call = { name: 'echo', arguments: { text: 'hello' } };
const now = () => Number(process.hrtime.bigint()) / 1e6;

class Stdio {
	#waiting = new Map();
	#rest = '';
	#next = 0;

	constructor(file, args, env) {
		this.child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
		this.child.stdout.setEncoding('utf8').on('data', (text) => {
			const lines = (this.#rest + text).split('\n');
			this.#rest = lines.pop();
			for (const line of lines) {
				const { id } = JSON.parse(line);
				this.#waiting.get(id)?.();
				this.#waiting.delete(id);
			}
		});
	}

	ask(method, params) {
		const id = this.#next++;
		this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
		return new Promise((resolve) => this.#waiting.set(id, resolve));
	}

	async open() {
		await this.ask('initialize', opening);
		this.child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
	}

	rss() {
		return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]);
	}

	close() {
		this.child.stdin.end();
		const late = setTimeout(() => this.child.kill(), 5000);
		return new Promise((resolve) => this.child.once('exit', () => { clearTimeout(late); resolve(); }));
	}
}

class Direct {
	#agent = new http.Agent({ keepAlive: true });
	#next = 0;

	constructor(url) {
		this.url = url;
	}

	ask(method, params) {
		const body = JSON.stringify({ jsonrpc: '2.0', id: this.#next++, method, params });
		return new Promise((resolve, reject) => {
			const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'content-length': Buffer.byteLength(body) };
			http.request(this.url, { method: 'POST', agent: this.#agent, headers }, (res) => {
				res.resume().on('end', resolve);
			}).on('error', reject).end(body);
		});
	}

	close() {
		this.#agent.destroy();
	}
}

/* --- Measures ------------------------------------------------------------------------------------------------ */

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

async function times(n, work) {
	const all = [];
	for (let i = 0; i < n; i++) {
		const begun = now();
		await work();
		all.push(now() - begun);
	}
	return all.sort((a, b) => a - b);
}

async function crowd(n, width, work) {
	let left = n;
	await Promise.all(Array.from({ length: width }, async () => {
		while (left-- > 0)
			await work();
	}));
}

async function measure(start) {
	const starts = [];
	for (let i = 0; i < STARTS; i++) {
		const begun = now();
		const host = start();
		await host.open();
		starts.push(now() - begun);
		await host.close();
	}
	starts.sort((a, b) => a - b);
	const host = start();
	await host.open();
	await new Promise((resolve) => setTimeout(resolve, 300));
	const idle = host.rss();
	await times(200, () => host.ask('tools/call', call));
	const calls = await times(CALLS, () => host.ask('tools/call', call));
	const begun = now();
	await crowd(MORE, 50, () => host.ask('tools/call', call));
	const rate = MORE / ((now() - begun) / 1000);
	const after = host.rss();
	await host.close();
	return { start: at(starts, 0.5), calls, idle, after, rate };
}

async function main() {
	const server = await startServer();
	const folder = mkdtempSync(join(tmpdir(), 'keyfob-bench-'));
	const e2e = fileURLToPath(new URL('../e2e/', import.meta.url));
	const other = join(e2e, 'node_modules/mcp-remote/dist/proxy.js');
	writeFileSync(join(folder, 'xdg-open'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
	const env = { PATH: folder + delimiter + process.env.PATH, HOME: folder, KEYFOB_HOME: join(folder, 'vault'), MCP_REMOTE_CONFIG_DIR: join(folder, 'remote') };
	const bridges = { 'keyfob bridge': () => new Stdio(process.env.KEYFOB, ['bridge', server.url], env) };
	if (existsSync(other))
		bridges['mcp-remote'] = () => new Stdio(process.execPath, [other, server.url, '--transport', 'http-starts'], env);

	const direct = new Direct(server.url);
	await times(200, () => direct.ask('tools/call', call));
	const bare = await times(CALLS, () => direct.ask('tools/call', call));
	direct.close();
	const ms = (x) => x.toFixed(2).padStart(8);
	const mib = (kib) => (kib / 1024).toFixed(1).padStart(8);
	console.log(`directly                 one call takes p50 ${ms(at(bare, 0.5))} ms, p99 ${ms(at(bare, 0.99))} ms`);
	for (const [name, start] of Object.entries(bridges)) {
		const m = await measure(start);
		console.log(`${name.padEnd(16)} start to the answer of initialize ${ms(m.start)} ms`);
		console.log(`${''.padEnd(16)} added to a call: p50 ${ms(at(m.calls, 0.5) - at(bare, 0.5))} ms, p99 ${ms(at(m.calls, 0.99) - at(bare, 0.99))} ms; fifty at once: ${m.rate.toFixed(0)} calls a second`);
		console.log(`${''.padEnd(16)} memory: idle ${mib(m.idle)} MiB, after ${CALLS + MORE + 200} calls ${mib(m.after)} MiB`);
	}
	server.close();
	rmSync(folder, { recursive: true, force: true });
	process.exit(0);
}

await (process.argv[2] === '--server' ? serve() : main());
