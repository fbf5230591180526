// idp: who vouches for workloads and for a company's people: signs tokens for the former, ID tokens for the latter, and exchanges
// these for assertions at other issuers (RFC 8693, draft-ietf-oauth-identity-assertion-authz-grant).
import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { close, listen } from './issuer.js';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TYPE = 'urn:ietf:params:oauth:token-type:';

export async function startIdp() {
	const { publicKey, privateKey } = await generateKeyPair('ES256');
	const { server, origin } = await listen((req, res) => void exchange(req, res));
	const sign = (claims, typ = 'JWT') => new SignJWT({ jti: randomUUID(), ...claims }).setProtectedHeader({ alg: 'ES256', typ })
		.setIssuer(origin).setIssuedAt().setExpirationTime('5m').sign(privateKey);

	const idp = {
		issuer: origin, endpoint: `${origin}/token`, jwk: { ...await exportJWK(publicKey), alg: 'ES256' }, exchanges: [],
		/* What a workload holds, for one issuer. */
		workloadToken: (audience, subject = 'workload') => sign({ sub: subject, aud: audience }),
		/* What somebody who signed in here holds, for the client that is given. */
		idToken: (client) => sign({ sub: 'somebody', aud: client }),
		close: () => close(server),
	};

	async function answer(form, authorization) {
		if (form.grant_type !== 'urn:ietf:params:oauth:grant-type:token-exchange' || form.requested_token_type !== `${TYPE}id-jag` || form.subject_token_type !== `${TYPE}id_token`)
			throw new Error(`this is no such exchange: ${JSON.stringify({ ...form, subject_token: undefined })}`);
		const client = form.client_id ?? Buffer.from(authorization.split(' ')[1], 'base64').toString().split(':')[0];
		const { payload } = await jwtVerify(form.subject_token, publicKey, { issuer: origin, audience: client });
		idp.exchanges.push(form);
		const jag = await sign({ sub: payload.sub, aud: form.audience, resource: form.resource, scope: form.scope }, 'oauth-id-jag+jwt');
		return { issued_token_type: `${TYPE}id-jag`, access_token: jag, token_type: 'N_A', expires_in: 300 };
	}

	async function exchange(req, res) {
		const form = Object.fromEntries(new URLSearchParams(Buffer.concat(await req.toArray()).toString()));
		const { status, body } = await answer(form, req.headers.authorization ?? '').then((value) => ({ status: 200, body: value }),
			(error) => ({ status: 400, body: { error: 'invalid_request', error_description: error.message } }));
		res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
	}
	return idp;
}

/* Lets a provider of oidc.js take what the IdP signed for it (RFC 7523 §2.1). `typ` of what it takes: an ID-JAG, or undefined. */
export function trust(provider, idp, { typ } = {}) {
	const { provider: as } = provider;
	as.registerGrantType(JWT_BEARER, async (ctx) => {
		const { assertion, resource, scope } = ctx.oidc.params;
		let claims;
		try {
			({ payload: claims } = await jwtVerify(assertion, createLocalJWKSet({ keys: [idp.jwk] }), { issuer: idp.issuer, audience: provider.url, typ }));
		} catch (error) {
			ctx.status = 400;
			ctx.body = { error: 'invalid_grant', error_description: error.message };
			return;
		}
		provider.assertions.push(claims);
		const token = new as.ClientCredentials({ client: ctx.oidc.client, scope: scope ?? 'mcp:tools' });
		token.resourceServer = new as.ResourceServer(claims.resource ?? resource, await provider.about(claims.resource ?? resource));
		ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer', scope: token.scope };
	}, ['assertion', 'resource', 'scope']);
	provider.assertions = [];
}
