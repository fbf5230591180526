// mcp: MCP servers made of the official SDKs: 2.x serving both eras, 1.x with sessions; each open, or behind
// an issuer whose JWTs it verifies (signature, issuer, audience, expiry).
import { randomUUID } from 'node:crypto';
import { createMcpExpressApp, getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter, requireBearerAuth } from '@modelcontextprotocol/express';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer, OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import { mcpAuthMetadataRouter as oldMetadataRouter, getOAuthProtectedResourceMetadataUrl as oldMetadataUrl } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { requireBearerAuth as oldRequireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { McpServer as OldMcpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { close, listen } from './issuer.js';
import { addTools } from './tools.js';

function verifier(state, provider, refusal) {
	const keys = createRemoteJWKSet(new URL(`${provider.url}/jwks`));
	return {
		async verifyAccessToken(token) {
			try {
				const { payload } = await jwtVerify(token, keys, { issuer: provider.url, audience: state.url, typ: 'at+jwt' });
				state.taken.push(token);
				return { token, clientId: payload.client_id, scopes: (payload.scope ?? '').split(' '), expiresAt: payload.exp, extra: { cnf: payload.cnf } };
			} catch (error) {
				state.refused.push(token);
				throw refusal(error.message);
			}
		},
	};
}

async function start(name, build) {
	const { server, origin } = await listen((req, res) => app(req, res));
	const state = { url: `${origin}/mcp`, taken: [], refused: [], requests: [], sessions: new Map(), close: () => close(server) };
	const app = await build(state);
	return state;
}

async function metadata(provider) {
	return (await fetch(`${provider.url}/.well-known/openid-configuration`)).json();
}

function note(state) {
	return (req, _res, next) => {
		state.requests.push({ method: req.method, path: req.path, rpc: req.body?.method, version: req.headers['mcp-protocol-version'], authorized: Boolean(req.headers.authorization) });
		next();
	};
}

const SCOPES = ['mcp:tools'];

/* SDK 2.x: the 2026 revision, and 2025 without sessions. guard: another one than the SDK's, such as that of bound.js.
 * add: what gives the server its tools, here and below. */
export function startModern(provider, { guard = requireBearerAuth, add = addTools } = {}) {
	return start('modern', async (state) => {
		const app = createMcpExpressApp();
		app.use(note(state));
		if (provider) {
			provider.resources.add(state.url);
			const resourceServerUrl = new URL(state.url);
			const refuse = (text) => new OAuthError(OAuthErrorCode.InvalidToken, text);
			app.use(mcpAuthMetadataRouter({ oauthMetadata: await metadata(provider), resourceServerUrl, scopesSupported: SCOPES }));
			app.use('/mcp', guard({
				verifier: verifier(state, provider, refuse), requiredScopes: SCOPES,
				resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resourceServerUrl),
			}));
		}
		const handler = toNodeHandler(createMcpHandler(() => add(new McpServer({ name: 'modern', version: '2' }))));
		app.all('/mcp', (req, res) => void handler(req, res, req.body));
		return app;
	});
}

/* SDK 1.x: legacy revisions only, with sessions. */
export function startLegacy(provider, { add = addTools } = {}) {
	return start('legacy', async (state) => {
		const app = createMcpExpressApp();
		app.use(note(state));
		if (provider) {
			provider.resources.add(state.url);
			const resourceServerUrl = new URL(state.url);
			const refuse = (text) => new InvalidTokenError(text);
			app.use(oldMetadataRouter({ oauthMetadata: await metadata(provider), resourceServerUrl, scopesSupported: SCOPES }));
			app.use('/mcp', oldRequireBearerAuth({
				verifier: verifier(state, provider, refuse), requiredScopes: SCOPES,
				resourceMetadataUrl: oldMetadataUrl(resourceServerUrl),
			}));
		}
		app.all('/mcp', (req, res) => void converse(state, add, req, res));
		return app;
	});
}

async function converse(state, add, req, res) {
	let transport = state.sessions.get(req.headers['mcp-session-id']);
	if (!transport && req.method === 'POST' && !req.headers['mcp-session-id'] && isInitializeRequest(req.body)) {
		transport = new StreamableHTTPServerTransport({
			sessionIdGenerator: () => randomUUID(),
			onsessioninitialized: (id) => state.sessions.set(id, transport),
			onsessionclosed: (id) => state.sessions.delete(id),
		});
		await add(new OldMcpServer({ name: 'legacy', version: '1' })).connect(transport);
	}
	if (!transport) {
		const status = req.headers['mcp-session-id'] ? 404 : 400;
		return res.status(status).json({ jsonrpc: '2.0', error: { code: -32000, message: 'No such session' }, id: null });
	}
	await transport.handleRequest(req, res, req.body);
}
