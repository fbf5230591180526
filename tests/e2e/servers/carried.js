// carried: an MCP server of our own for `keyfob bridge`: bare HTTP, each answer as a test wants it.
import { randomUUID } from 'node:crypto';
import { close, listen } from './issuer.js';

/* What a test may set: calls[NAME](exchange) answers a tools/call of that tool; listen(stream) gets the stream of a GET;
 * refuses(message, req) may give the status of a refusal. What it may read: requests, sessions, open (streams of GET). */
export class Carried {
	calls = {};
	requests = [];
	sessions = new Set();
	streams = [];
	open = 0;
	most = 0;
	tools = [];

	async start({ port = 0 } = {}) {
		const { server, origin } = await listen((req, res) => this.#serve(req, res).catch((error) => res.destroy(error)), port);
		server.keepAliveTimeout = 60000;
		this.server = server;
		this.port = server.address().port;
		this.url = `${origin}/mcp`;
		return this;
	}

	async close() {
		await close(this.server);
	}

	of(rpc) {
		return this.requests.filter((one) => one.rpc === rpc || one.method === rpc);
	}

	async #serve(req, res) {
		const pieces = [];
		for await (const piece of req)
			pieces.push(piece);
		const text = Buffer.concat(pieces).toString();
		const message = text ? JSON.parse(text) : {};
		const note = { method: req.method, rpc: message.method, message, text, headers: req.headers, gone: false };
		this.requests.push(note);
		res.on('close', () => { note.gone = !res.writableFinished; });
		const refusal = this.refuses?.(message, req, res);
		if (refusal === 'done')
			return;
		if (refusal)
			return res.writeHead(refusal).end();
		if (message.params?._meta?.['io.modelcontextprotocol/protocolVersion'])
			return this.#answer(req, res, message);
		const session = req.headers['mcp-session-id'];
		if (message.method === 'initialize')
			return this.#initialize(res, message);
		if (!this.sessions.has(session))
			return res.writeHead(session ? 404 : 400).end();
		if (req.method === 'DELETE') {
			this.sessions.delete(session);
			return res.writeHead(200).end();
		}
		if (req.method === 'GET')
			return this.#listen(req, res);
		if (message.id === undefined || message.method === undefined) {
			this.note?.(message);
			return res.writeHead(202).end();
		}
		return this.#answer(req, res, message);
	}

	#initialize(res, { id, params }) {
		const session = randomUUID();
		this.sessions.add(session);
		res.setHeader('mcp-session-id', session);
		this.#json(res, { id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'carried', version: '1' } } });
	}

	#json(res, message, status = 200) {
		res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', ...message }));
	}

	#listen(req, res) {
		if (!this.listen)
			return res.writeHead(405).end();
		const stream = this.stream(res);
		stream.last = req.headers['last-event-id'];
		this.streams.push(stream);
		this.listen(stream);
	}

	/* An event stream: send(message, id), say(text), end(). */
	stream(res) {
		res.writeHead(200, { 'content-type': 'text/event-stream' });
		res.flushHeaders();
		return {
			res,
			say: (text) => res.write(text),
			send: (message, id) => res.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`),
			end: () => res.end(),
			cut: () => res.destroy(),
		};
	}

	async #answer(req, res, message) {
		const { id, method, params } = message;
		const exchange = {
			id, params, req, res, message,
			json: (result) => this.#json(res, { id, result }),
			error: (error, status) => this.#json(res, { id, error }, status),
			text: (text) => this.#json(res, { id, result: { content: [{ type: 'text', text }] } }),
			stream: () => this.stream(res),
		};
		this.open++;
		this.most = Math.max(this.most, this.open);
		res.on('close', () => this.open--);
		if (method === 'tools/list')
			return this.list ? this.list(exchange) : exchange.json({ tools: this.tools });
		if (method === 'tools/call' && this.calls[params.name])
			return this.calls[params.name](exchange);
		if (method === 'ping')
			return exchange.json({});
		if (this.methods?.[method])
			return this.methods[method](exchange);
		return exchange.error({ code: -32601, message: 'Method not found' }, params?._meta ? 404 : 200);
	}
}

export function startCarried(options) {
	return new Carried().start(options);
}
