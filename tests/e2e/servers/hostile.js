// hostile: a guarded MCP server and its issuer on one port, any answer of which a test may replace, down to the bytes.
import http from 'node:http';
import { close } from './issuer.js';

export const RESOURCE = '/.well-known/oauth-protected-resource/mcp';
export const ISSUER = '/.well-known/oauth-authorization-server';

/* answers: functions by path, (req, res, body) => whatever; what they return as a value is sent as JSON, a string as it
 * is, with status 200. */
export class Hostile {
	answers = {};
	asked = [];

	async start(answers = {}) {
		this.server = http.createServer({ keepAlive: true }, (req, res) => this.#serve(req, res));
		this.server.on('connection', (socket) => socket.on('error', () => {}));
		this.server.on('clientError', (_, socket) => socket.destroy());
		await new Promise((resolve, reject) => this.server.once('error', reject).listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		this.mcp = `${this.url}/mcp`;
		this.answers = {
			'/mcp': (_, res) => void res.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${this.url}${RESOURCE}"` }).end(),
			[RESOURCE]: () => this.resource,
			[ISSUER]: () => this.issuer,
			'/register': (_req, _res, body) => ({ ...JSON.parse(body), client_id: 'client-1', token_endpoint_auth_method: 'none' }),
			...answers,
		};
		return this;
	}

	get resource() {
		return { resource: this.mcp, authorization_servers: [this.url] };
	}

	get issuer() {
		return {
			issuer: this.url,
			authorization_endpoint: `${this.url}/authorize`,
			token_endpoint: `${this.url}/token`,
			registration_endpoint: `${this.url}/register`,
			response_types_supported: ['code'],
			code_challenge_methods_supported: ['S256'],
			token_endpoint_auth_methods_supported: ['none'],
		};
	}

	close() {
		return close(this.server);
	}

	async #serve(req, res) {
		const pieces = [];
		for await (const piece of req)
			pieces.push(piece);
		this.asked.push({ method: req.method, path: req.url, headers: req.headers });
		const answer = this.answers[req.url.split('?')[0]];
		if (!answer)
			return res.writeHead(404).end();
		const value = await answer(req, res, Buffer.concat(pieces).toString());
		if (value !== undefined && !res.headersSent)
			res.writeHead(200, { 'content-type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value));
	}
}

/* --- Ways to answer ------------------------------------------------------------------- */

/* These very bytes, and then the end, unless `stay`. */
export const raw = (bytes, { stay = false } = {}) => (req) => void (stay ? req.socket.write(bytes) : req.socket.end(bytes));

export const head = (fields, body = '') => raw(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${body}`);

export const status = (code, fields = {}, body = '') => (_, res) => void res.writeHead(code, fields).end(body);

/* Nothing, ever. */
export const silence = () => undefined;

/* The same bytes again and again, as fast as they are taken, until the other end goes or `bytes` were sent. */
export function flood(first, piece, bytes = Infinity) {
	return (req) => {
		const { socket } = req;
		const block = Buffer.from(piece.repeat(Math.ceil(65536 / piece.length)));
		const go = () => {
			while (bytes > 0 && !socket.destroyed) {
				bytes -= block.length;
				if (!socket.write(block))
					return;
			}
			if (!socket.destroyed)
				socket.end();
		};
		socket.on('drain', go);
		socket.write(first);
		go();
	};
}

/* One byte of it at a time. */
export function drip(first, piece, every_ms) {
	return (req) => {
		const { socket } = req;
		let at = 0;
		socket.write(first);
		const timer = setInterval(() => socket.destroyed ? clearInterval(timer) : socket.write(piece[at++ % piece.length]), every_ms);
		socket.on('close', () => clearInterval(timer));
	};
}
