// oidc: oidc-provider as the issuer, with a user who says yes to everything and needs no page for it.
// JWT access tokens for the resource asked for (RFC 9068, RFC 8707), registration, client metadata documents,
// PKCE, `iss`, refresh tokens that rotate, revocation, devices, machines with secrets or keys, tokens bound to keys.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { errors, Provider } from 'oidc-provider';
import { close, listen } from './issuer.js';

/* Its advice to operators does not concern a test. */
for (const level of ['info', 'warn']) {
	const say = console[level];
	console[level] = (text, ...more) => /oidc-provider/.test(text) || say(text, ...more);
}

export const CLIENT_DOCUMENT = 'https://keyfob.test/client.json';

/* The document that CLIENT_DOCUMENT names; the provider below "fetches" it from here. */
const clientDocument = {
	client_id: CLIENT_DOCUMENT,
	client_name: 'keyfob',
	redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
	application_type: 'native',
	grant_types: ['authorization_code', 'refresh_token'],
	response_types: ['code'],
	token_endpoint_auth_method: 'none',
};

function key() {
	const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	return { ...privateKey.export({ format: 'jwk' }), kid: 'e2e', use: 'sig', alg: 'RS256' };
}

function proof(how) {
	if (typeof how === 'string')
		return { client_secret: how };
	return how ? { jwks: { keys: [how] }, token_endpoint_auth_signing_alg: how.alg } : {};
}

/* A client of the provider's. `how` it proves itself: a secret, or the public key (JWK) of a pair; undefined: it does not. */
function client(id, method, how, more) {
	return { client_id: id, token_endpoint_auth_method: method, ...proof(how), ...more };
}

export const machine = (id, method, how, grants = []) => client(id, method, how,
	{ grant_types: ['client_credentials', ...grants], redirect_uris: [], response_types: [], scope: 'mcp:tools' });

export const webClient = (id, method, how) => client(id, method, how, {
	redirect_uris: clientDocument.redirect_uris, application_type: 'native', grant_types: clientDocument.grant_types, response_types: ['code'],
});

/* registration, documents: whether clients may register, or be named by a URL. staticScopes: whether the
 * issuer itself lists the scopes of the resources. clients: more of those that it knows. bound: whether it binds tokens
 * to keys (RFC 9449); 'nonce': and wants its nonces in the proofs. The result's `lifetime` and `codeLifetime` (of a device's code;
 * seconds) and `outcome` ('grant' or 'deny') may be changed at any time. */
export async function startProvider({ registration = true, documents = false, staticScopes = true, clients = [], bound = false } = {}) {
	const { server, origin } = await listen((req, res) => handle(req, res));
	const state = {
		url: origin, lifetime: 3600, codeLifetime: 600, outcome: 'grant', resources: new Set(), fetched: [], asked: [],
		counts: { registrations: 0, exchanges: 0, refreshes: 0, errors: [], revocations: 0, destroyed: 0, grants: {} },
		close: () => close(server),
	};
	const scopes = ['mcp:tools', 'mcp:admin'];
	state.about = (resource) => {
		if (!state.resources.has(resource))
			throw new errors.InvalidTarget();
		return { scope: scopes.join(' '), audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: state.lifetime, jwt: { sign: { alg: 'RS256' } } };
	};
	const provider = new Provider(origin, {
		clients: [{
			client_id: 'known-client', redirect_uris: clientDocument.redirect_uris, application_type: 'native',
			token_endpoint_auth_method: 'none', grant_types: clientDocument.grant_types, response_types: ['code'],
		}, ...clients],
		jwks: { keys: [key()] },
		cookies: { keys: [randomUUID()] },
		scopes: staticScopes ? ['openid', 'offline_access', ...scopes] : ['openid', 'offline_access'],
		pkce: { required: () => true },
		findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
		issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
		rotateRefreshToken: true,
		interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
		ttl: { AccessToken: () => state.lifetime, Interaction: 600, Session: 3600, Grant: 3600, RefreshToken: 3600, AuthorizationCode: 60, IdToken: 600, DeviceCode: () => state.codeLifetime, ClientCredentials: () => state.lifetime },
		fetch: async (url, options) => {
			state.fetched.push(String(url));
			if (String(url) !== CLIENT_DOCUMENT)
				throw new Error(`nothing may be fetched from ${url}`);
			return new Response(JSON.stringify(clientDocument), { headers: { 'content-type': 'application/json' } });
		},
		features: {
			devInteractions: { enabled: false },
			registration: { enabled: registration },
			clientIdMetadataDocument: { enabled: documents, ack: 'draft-02' },
			revocation: { enabled: true },
			introspection: { enabled: false },
			clientCredentials: { enabled: true },
			deviceFlow: {
				enabled: true,
				userCodeInputSource: (ctx, form, _out, error) => { ctx.body = error ? `not signed in: ${error.name}` : form; },
				userCodeConfirmSource: (ctx, form) => { ctx.body = form; },
				successSource: (ctx) => { ctx.body = 'signed in'; },
			},
			dPoP: { enabled: Boolean(bound), nonceSecret: bound === 'nonce' ? randomBytes(32) : undefined, requireNonce: () => bound === 'nonce' },
			resourceIndicators: {
				enabled: true,
				defaultResource: () => undefined,
				useGrantedResource: () => true,
				getResourceServerInfo: (_ctx, resource) => state.about(resource),
			},
		},
	});
	const serve = provider.callback();

	async function handle(req, res) {
		if (!req.url.startsWith('/interaction/')) {
			if (req.url.startsWith('/auth?'))
				state.asked.push(Object.fromEntries(new URL(req.url, origin).searchParams));
			return serve(req, res);
		}
		try {
			await provider.interactionFinished(req, res, await decide(req, res), { mergeWithLastSubmission: true });
		} catch (error) {
			res.writeHead(400).end(String(error));
		}
	}

	async function decide(req, res) {
		const { prompt, params, session, grantId } = await provider.interactionDetails(req, res);
		if (state.outcome !== 'grant')
			return { error: 'access_denied', error_description: 'the user said no' };
		if (prompt.name === 'login')
			return { login: { accountId: 'somebody' } };
		const grant = grantId ? await provider.Grant.find(grantId)
			: new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
		if (prompt.details.missingOIDCScope)
			grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
		for (const [resource, missing] of Object.entries(prompt.details.missingResourceScopes ?? {}))
			grant.addResourceScope(resource, missing.join(' '));
		return { consent: { grantId: await grant.save() } };
	}

	/* As an administrator would who ends every grant. */
	state.revokeAll = () => {
		for (const grant of grants)
			provider.RefreshToken.revokeByGrantId(grant);
	};
	const grants = new Set();
	provider.on('refresh_token.saved', ({ grantId }) => grants.add(grantId));
	provider.on('registration_create.success', () => state.counts.registrations++);
	provider.on('grant.success', (ctx) => {
		const type = ctx.oidc.params.grant_type;
		state.counts.grants[type] = (state.counts.grants[type] ?? 0) + 1;
	});
	provider.on('grant.success', (ctx) => state.counts[ctx.oidc.params.grant_type === 'refresh_token' ? 'refreshes' : 'exchanges']++);
	provider.on('grant.error', (_ctx, error) => state.counts.errors.push(error.error_detail ?? error.error_description ?? error.message));
	provider.on('grant.revoked', () => state.counts.revocations++);
	provider.on('refresh_token.destroyed', () => state.counts.destroyed++);
	state.provider = provider;
	return state;
}
