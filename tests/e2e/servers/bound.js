// bound: the guard of a server that takes tokens bound to a key alone, each with a proof of its own (RFC 9449 §7).
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

const NONCE_USES = 2; /* then there is another one */

class Refusal extends Error {
	constructor(error, description) {
		super(description);
		this.error = error;
	}
}

function want(condition, text, error = 'invalid_dpop_proof') {
	if (!condition)
		throw new Refusal(error, text);
}

/* Proofs that were seen, and the nonce of the moment: undefined where none is wanted. */
class Proofs {
	seen = [];
	nonce;
	#uses = 0;

	constructor(nonces) {
		this.nonce = nonces ? 'nonce-0' : undefined;
	}

	async check(req, url, token, { cnf }) {
		want(req.headers.dpop, 'there is no proof');
		const { payload, protectedHeader } = await jwtVerify(req.headers.dpop, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] });
		want(payload.htm === req.method && payload.htu === url, `the proof is for ${payload.htm} ${payload.htu}`);
		want(Math.abs(Date.now() / 1000 - payload.iat) < 60, 'the proof is old');
		want(payload.ath === createHash('sha256').update(token).digest('base64url'), 'the proof is for another token');
		want(cnf?.jkt === await calculateJwkThumbprint(protectedHeader.jwk), 'the token is bound to another key', 'invalid_token');
		want(payload.nonce === this.nonce, 'the proof has another nonce', 'use_dpop_nonce');
		want(payload.jti && !this.seen.some(({ jti }) => jti === payload.jti), 'the proof was seen before');
		this.seen.push(payload);
		if (this.nonce && ++this.#uses % NONCE_USES === 0)
			this.nonce = `nonce-${this.#uses}`;
	}
}

/* For startModern. `proofs` of the result are the payloads that were accepted, in order. */
export function boundGuard({ nonces = false } = {}) {
	const proofs = new Proofs(nonces);
	const guard = ({ verifier, resourceMetadataUrl }) => async (req, res, next) => {
		const [, scheme, token] = /^(\S+) (\S+)$/.exec(req.headers.authorization ?? '') ?? [];
		try {
			want(scheme, '', '');
			want(scheme.toLowerCase() === 'dpop', 'the scheme is not DPoP', 'invalid_token');
			req.auth = await verifier.verifyAccessToken(token);
			await proofs.check(req, `${new URL(resourceMetadataUrl).origin}${req.originalUrl}`, token, req.auth.extra);
			if (proofs.nonce)
				res.setHeader('dpop-nonce', proofs.nonce);
			next();
		} catch ({ error = 'invalid_token', message }) {
			const about = error ? `error="${error}", error_description="${message}", ` : '';
			res.setHeader('www-authenticate', `DPoP ${about}algs="ES256", scope="mcp:tools", resource_metadata="${resourceMetadataUrl}"`);
			if (error === 'use_dpop_nonce')
				res.setHeader('dpop-nonce', proofs.nonce);
			res.status(401).json({ error, error_description: message });
		}
	};
	return Object.assign(guard, { proofs: proofs.seen });
}
