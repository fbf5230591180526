// host: an MCP host of `keyfob bridge`: a bare one that says what a test wants to have said, and the clients of the official SDKs.
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { binary } from './keyfob.js';
import { check, until } from './test.js';

export const MODERN = {
	'io.modelcontextprotocol/protocolVersion': '2026-07-28',
	'io.modelcontextprotocol/clientInfo': { name: 'host', version: '1' },
	'io.modelcontextprotocol/clientCapabilities': {},
};

/* Speaks lines of JSON. Whatever comes on stdout must be a message. */
export class Host {
	messages = []; /* that are no answers to its requests */
	answers = new Map();
	#next = 1;
	#parts = [];

	constructor(keyfob, url, args = [], options = {}) {
		this.program = keyfob.start(['bridge', url, ...args], { ...options, input: { stay: true } });
		this.ended = this.program.ended;
		this.program.output.on('data', (text) => this.#read(text));
	}

	#read(text) {
		const lines = text.split('\n');
		while (lines.length > 1) {
			const line = this.#parts.join('') + lines.shift();
			this.#parts = [];
			this.#take(line);
		}
		this.#parts.push(lines[0]);
	}

	#take(line) {
		const message = JSON.parse(line);
		check(message.jsonrpc === '2.0', `no message: ${line}`);
		if (message.id !== undefined && message.method === undefined && message.id !== null) {
			check(!this.answers.has(message.id), `answered twice: ${line.slice(0, 200)}`);
			this.answers.set(message.id, message);
		} else {
			this.messages.push(message);
		}
	}

	say(text) {
		this.program.stdin.write(text);
	}

	send(message) {
		this.say(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
	}

	/* Sends a request; its answer comes by answer(id). */
	ask(method, params = {}) {
		const id = this.#next++;
		this.send({ id, method, params });
		return id;
	}

	answer(id, seconds = 10) {
		return until(() => this.answers.get(id), `an answer to ${id}; ${this.program.stderr}`, seconds);
	}

	call(method, params, seconds) {
		return this.answer(this.ask(method, params), seconds);
	}

	/* The same in the modern era. */
	modern(method, params = {}) {
		return this.call(method, { _meta: MODERN, ...params });
	}

	async open(version = '2025-11-25') {
		const answer = await this.call('initialize', { protocolVersion: version, capabilities: {}, clientInfo: { name: 'host', version: '1' } });
		this.send({ method: 'notifications/initialized' });
		return answer;
	}

	finish() {
		this.program.stdin.end();
		return this.ended;
	}
}

/* A client of an SDK (1 or 2) that starts the bridge itself; `client` is not connected yet. */
export function sdkHost(t, keyfob, sdk, url, { args = [], capabilities = {}, mode } = {}) {
	const server = { command: binary, args: ['bridge', url, ...args], env: keyfob.env(), stderr: 'pipe', maxBufferSize: 64 * 1024 * 1024 };
	const transport = sdk === 1 ? new OldTransport(server) : new StdioClientTransport(server);
	const client = sdk === 1 ? new OldClient({ name: 'host', version: '1' }, { capabilities })
		: new Client({ name: 'host', version: '1' }, { capabilities, ...(mode && { versionNegotiation: { mode } }) });
	const host = { client, transport, said: '' };
	transport.stderr?.on('data', (data) => { host.said += data; });
	host.connect = async () => {
		await client.connect(transport);
		host.pid = transport.pid;
		return client;
	};
	t.after(() => client.close());
	return host;
}

export function isRunning(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
