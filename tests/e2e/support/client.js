// client: a small MCP client of our own, to know that the servers work before keyfob meets them.
import { createHash, randomBytes } from 'node:crypto';
import { follow } from './browser.js';

const REDIRECT = 'http://127.0.0.1:9/callback';

async function json(answer) {
	const text = await answer.text();
	if (!answer.ok)
		throw new Error(`${answer.url} answered ${answer.status}: ${text.slice(0, 300)}`);
	return JSON.parse(text);
}

export async function discover(server) {
	const probe = await fetch(server, { method: 'POST', headers: HEADERS, body: JSON.stringify(INITIALIZE) });
	const challenge = probe.headers.get('www-authenticate') ?? '';
	await probe.body?.cancel();
	const at = /resource_metadata="([^"]+)"/.exec(challenge)?.[1];
	if (probe.status !== 401 || !at)
		return null;
	const resource = await json(await fetch(at));
	const issuer = resource.authorization_servers[0];
	const metadata = await json(await fetch(`${issuer.replace(/\/$/, '')}/.well-known/oauth-authorization-server`)
		.then((answer) => answer.ok ? answer : fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)));
	if (metadata.issuer !== issuer)
		throw new Error(`the issuer calls itself ${metadata.issuer}, not ${issuer}`);
	return { resource, issuer, metadata };
}

/* client: an identifier that the issuer knows; without one, register. */
export async function signIn(server, { client, redirect = REDIRECT } = {}) {
	const { resource, issuer, metadata } = await discover(server);
	const registration = client ? { client_id: client } : await json(await fetch(metadata.registration_endpoint, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({
			client_name: 'reference', redirect_uris: [redirect], application_type: 'native', token_endpoint_auth_method: 'none',
			grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
		}),
	}));
	const verifier = randomBytes(32).toString('base64url');
	const state = randomBytes(16).toString('base64url');
	const url = new URL(metadata.authorization_endpoint);
	url.search = new URLSearchParams({
		response_type: 'code', client_id: registration.client_id, redirect_uri: redirect, state, resource: resource.resource,
		scope: resource.scopes_supported.join(' '), code_challenge_method: 'S256',
		code_challenge: createHash('sha256').update(verifier).digest('base64url'),
	});
	const answer = new URL(await follow(url.href)).searchParams;
	if (answer.get('state') !== state)
		throw new Error('another state came back');
	const session = { server, issuer, metadata, resource, client: registration.client_id, callback: answer };
	session.tokens = await token(session, { grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: redirect, code_verifier: verifier });
	return session;
}

async function token({ metadata, resource, client }, form) {
	return json(await fetch(metadata.token_endpoint, {
		method: 'POST',
		body: new URLSearchParams({ client_id: client, resource: resource.resource, ...form }),
	}));
}

export async function refresh(session) {
	session.tokens = { ...session.tokens, ...await token(session, { grant_type: 'refresh_token', refresh_token: session.tokens.refresh_token }) };
	return session.tokens;
}

export async function revoke({ metadata, client }, value, kind) {
	const answer = await fetch(metadata.revocation_endpoint, { method: 'POST', body: new URLSearchParams({ client_id: client, token: value, token_type_hint: kind }) });
	return answer.status;
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const INITIALIZE = {
	jsonrpc: '2.0', id: 1, method: 'initialize',
	params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'reference', version: '1' } },
};

async function post(url, message, headers) {
	const answer = await fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(message) });
	const text = await answer.text();
	const data = /event-stream/.test(answer.headers.get('content-type') ?? '') ? /^data: ?(\{.*)$/m.exec(text)?.[1] : text;
	let value;
	try { value = JSON.parse(data); } catch { /* not every answer has a body */ }
	return { status: answer.status, headers: answer.headers, message: value };
}

/* The names of a legacy server's tools, over its session if it has one. */
export async function listTools(url, access) {
	const headers = access ? { authorization: `Bearer ${access}` } : {};
	const begun = await post(url, INITIALIZE, headers);
	if (begun.status !== 200)
		throw new Error(`initialize answered ${begun.status}`);
	headers['mcp-protocol-version'] = begun.message.result.protocolVersion;
	if (begun.headers.get('mcp-session-id'))
		headers['mcp-session-id'] = begun.headers.get('mcp-session-id');
	await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
	const list = await post(url, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, headers);
	return list.message.result.tools.map(({ name }) => name);
}

/* The same of a modern server: one request, no handshake. */
export async function listToolsModern(url, access) {
	const list = await post(url, {
		jsonrpc: '2.0', id: 1, method: 'tools/list',
		params: {
			_meta: {
				'io.modelcontextprotocol/protocolVersion': '2026-07-28',
				'io.modelcontextprotocol/clientInfo': { name: 'reference', version: '1' },
				'io.modelcontextprotocol/clientCapabilities': {},
			},
		},
	}, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list', ...(access ? { authorization: `Bearer ${access}` } : {}) });
	if (!list.message?.result)
		throw new Error(`tools/list answered ${list.status}: ${JSON.stringify(list.message)}`);
	return list.message.result.tools.map(({ name }) => name);
}

/* Whether a server takes a token. */
export async function takes(url, access) {
	return (await post(url, INITIALIZE, { authorization: `Bearer ${access}` })).status;
}
