// issuer: an authorization server and an MCP server of our own, whose behaviour a test can hold, bend and count.
// Refresh tokens rotate at each use; one that comes twice ends its family (RFC 9700 §4.14.2).
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { startGate } from '../support/gate.js';

const secret = (kind) => `${kind}-${randomUUID()}${randomUUID()}`.replaceAll('-', '');
const digest = (verifier) => createHash('sha256').update(verifier).digest('base64url');

export async function listen(handler, port = 0) {
	const server = http.createServer(handler);
	await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
	return { server, origin: `http://127.0.0.1:${server.address().port}`, port: server.address().port };
}

export function close(server) {
	server.closeAllConnections();
	return new Promise((resolve) => server.close(resolve));
}

async function body(req) {
	const pieces = [];
	for await (const piece of req)
		pieces.push(piece);
	return Buffer.concat(pieces).toString();
}

function send(res, status, value, headers = {}) {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(text);
}

class Refusal extends Error {
	constructor(error, description, status = 400) {
		super(description);
		this.answer = { status, body: { error, error_description: description } };
	}
}

/* What a test may set: lifetime (seconds), refreshes (whether refresh tokens are given), forgives
 * (a spent refresh token is taken as if it were not), outcome ('grant' or an error code for the callback), iss ('right', 'absent' or another string), and the two
 * hooks around the token endpoint: beforeToken(form, req) may give the answer {status, body} itself;
 * afterToken(form, answer, req) runs when all is decided and nothing is sent. beforeCall(message, req, res)
 * runs before an authorized request is answered; when it returns true, it has answered. */
export class Issuer {
	lifetime = 3600;
	refreshes = true;
	forgives = false;
	outcome = 'grant';
	iss = 'right';
	beforeToken = null;
	afterToken = null;
	beforeCall = null;
	scopes = ['mcp:tools'];
	counts = { registrations: 0, authorizations: 0, exchanges: 0, refreshes: 0, reuses: 0, revocations: 0, calls: 0, refused: 0 };
	secrets = new Set();
	clients = new Map();
	codes = new Map();
	families = [];

	/* secure: options of a TLS server; then both are found at https://localhost. */
	async start({ secure } = {}) {
		const issuer = await listen((req, res) => this.#serve(req, res));
		const resource = await listen((req, res) => this.#resource(req, res));
		const base = secure ? 'https://localhost' : 'http://127.0.0.1';
		this.servers = [issuer.server, resource.server];
		this.gate = await startGate(issuer.port, secure);
		this.door = await startGate(resource.port, secure);
		this.url = `${base}:${this.gate.port}`;
		this.origin = `${base}:${this.door.port}`;
		this.mcp = `${this.origin}/mcp`;
		return this;
	}

	async close() {
		await Promise.all([this.gate.close(), this.door.close()]);
		await Promise.all(this.servers.map(close));
	}

	#keep(kind) {
		const value = secret(kind);
		this.secrets.add(value);
		return value;
	}

	async #serve(req, res) {
		const url = new URL(req.url, this.url);
		try {
			switch (`${req.method} ${url.pathname}`) {
			case 'GET /.well-known/oauth-authorization-server':
				return send(res, 200, this.#metadata());
			case 'POST /register':
				return send(res, 201, this.#register(JSON.parse(await body(req))));
			case 'GET /authorize':
				return this.#authorize(url.searchParams, res);
			case 'POST /token':
				return await this.#token(new URLSearchParams(await body(req)), req, res);
			case 'POST /revoke':
				this.#revoke(new URLSearchParams(await body(req)));
				return send(res, 200, '');
			default:
				return send(res, 404, { error: 'not_found' });
			}
		} catch (error) {
			const answer = error.answer ?? { status: 500, body: { error: 'server_error', error_description: String(error) } };
			return send(res, answer.status, answer.body);
		}
	}

	#metadata() {
		return {
			issuer: this.url,
			authorization_endpoint: `${this.url}/authorize`,
			token_endpoint: `${this.url}/token`,
			registration_endpoint: `${this.url}/register`,
			revocation_endpoint: `${this.url}/revoke`,
			response_types_supported: ['code'],
			grant_types_supported: ['authorization_code', 'refresh_token'],
			code_challenge_methods_supported: ['S256'],
			token_endpoint_auth_methods_supported: ['none'],
			authorization_response_iss_parameter_supported: true,
			scopes_supported: this.scopes,
		};
	}

	#register(wish) {
		if (wish.redirect_uris?.length < 1)
			throw new Refusal('invalid_redirect_uri', 'no redirect URI');
		const client = { ...wish, client_id: randomUUID(), token_endpoint_auth_method: 'none' };
		this.clients.set(client.client_id, client);
		this.counts.registrations++;
		return client;
	}

	#authorize(query, res) {
		const client = this.clients.get(query.get('client_id'));
		const uri = query.get('redirect_uri');
		if (!client || !client.redirect_uris.includes(uri))
			return send(res, 400, { error: 'invalid_request', error_description: 'client or redirect URI not known' });
		this.counts.authorizations++;
		const answer = new URL(uri);
		if (query.get('state'))
			answer.searchParams.set('state', query.get('state'));
		if (this.iss !== 'absent')
			answer.searchParams.set('iss', this.iss === 'right' ? this.url : this.iss);
		if (this.outcome === 'grant') {
			if (query.get('response_type') !== 'code' || query.get('code_challenge_method') !== 'S256' || query.get('resource') !== this.mcp)
				throw new Refusal('invalid_request', `not as this issuer wants it: ${query}`);
			const code = this.#keep('code');
			this.codes.set(code, Object.fromEntries(query));
			answer.searchParams.set('code', code);
		} else {
			answer.searchParams.set('error', this.outcome);
			answer.searchParams.set('error_description', 'the user said no');
		}
		res.writeHead(302, { location: answer.href }).end();
	}

	async #token(form, req, res) {
		let answer = await this.beforeToken?.(form, req);
		if (!answer) {
			try {
				answer = { status: 200, body: form.get('grant_type') === 'refresh_token' ? this.#refresh(form) : this.#exchange(form) };
			} catch (error) {
				if (!error.answer)
					throw error;
				answer = error.answer;
				this.counts.refused++;
			}
			await this.afterToken?.(form, answer, req);
		}
		send(res, answer.status, answer.body, answer.headers);
	}

	#exchange(form) {
		const asked = this.codes.get(form.get('code'));
		this.codes.delete(form.get('code'));
		if (!asked || asked.client_id !== form.get('client_id') || asked.redirect_uri !== form.get('redirect_uri'))
			throw new Refusal('invalid_grant', 'code, client and redirect URI do not go together');
		if (digest(form.get('code_verifier') ?? '') !== asked.code_challenge)
			throw new Refusal('invalid_grant', 'the verifier is not the one of the challenge');
		if (form.get('resource') !== asked.resource)
			throw new Refusal('invalid_target', 'another resource than was authorized');
		this.counts.exchanges++;
		const family = { alive: true, access: new Set(), scope: asked.scope ?? '', client: asked.client_id };
		this.families.push(family);
		return this.#issue(family);
	}

	#refresh(form) {
		const token = form.get('refresh_token');
		const family = this.families.find((f) => f.client === form.get('client_id') && (f.refresh === token || f.spent?.has(token)));
		if (!family?.alive)
			throw new Refusal('invalid_grant', 'this refresh token is not known');
		if (family.refresh !== token && !this.forgives) {
			this.counts.reuses++;
			family.alive = false;
			throw new Refusal('invalid_grant', 'this refresh token was used before');
		}
		this.counts.refreshes++;
		return this.#issue(family);
	}

	#issue(family) {
		const answer = { access_token: this.#keep('access'), token_type: 'Bearer', expires_in: this.lifetime, scope: family.scope };
		family.access.add(answer.access_token);
		family.expires = Date.now() + this.lifetime * 1000;
		family.last = answer.access_token;
		if (this.refreshes) {
			(family.spent ??= new Set()).add(family.refresh);
			family.refresh = answer.refresh_token = this.#keep('refresh');
		}
		return answer;
	}

	#revoke(form) {
		const token = form.get('token');
		const family = this.families.find((f) => f.refresh === token || f.access.has(token));
		this.counts.revocations++;
		if (family)
			family.alive = false;
	}

	/* A token passes while its family lives, it is the last of it, and its time has not come. */
	takes(token) {
		return this.families.some((f) => f.alive && f.last === token && f.expires > Date.now());
	}

	async #resource(req, res) {
		const path = new URL(req.url, this.origin).pathname;
		const text = await body(req);
		if (path === '/.well-known/oauth-protected-resource/mcp')
			return send(res, 200, { resource: this.mcp, authorization_servers: [this.url], scopes_supported: this.scopes });
		if (path !== '/mcp')
			return send(res, 404, { error: 'not_found' });
		const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
		if (!this.takes(token)) {
			const error = token ? 'error="invalid_token", ' : '';
			const metadata = `${this.origin}/.well-known/oauth-protected-resource/mcp`;
			return send(res, 401, { error: 'unauthorized' }, { 'www-authenticate': `Bearer ${error}resource_metadata="${metadata}"` });
		}
		this.counts.calls++;
		const message = req.method === 'POST' ? JSON.parse(text) : null;
		if (await this.beforeCall?.(message, req, res))
			return;
		if (!message)
			return send(res, 405, { error: 'method_not_allowed' });
		if (message.id === undefined)
			return res.writeHead(202).end();
		send(res, 200, { jsonrpc: '2.0', id: message.id, ...answerTo(message) });
	}
}

function answerTo({ method, params }) {
	switch (method) {
	case 'initialize':
		return { result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'scripted', version: '1' } } };
	case 'ping':
		return { result: {} };
	case 'tools/list':
		return { result: { tools: [{ name: 'echo', description: 'Says what it was told', inputSchema: { type: 'object' } }] } };
	case 'tools/call':
		return { result: { content: [{ type: 'text', text: JSON.stringify(params.arguments) }] } };
	default:
		return { error: { code: -32601, message: 'Method not found' } };
	}
}
