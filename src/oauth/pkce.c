#include "oauth/pkce.h"

#include "base/b64.h"
#include "base/buf.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

static void write(char out[static PKCE_TEXT], const uint8_t bytes[static HASH_SHA256])
{
	struct buf b = buf_over(out, PKCE_TEXT);

	b64_url_encode(&b, str_make(bytes, HASH_SHA256));
}

static void draw(char out[static PKCE_TEXT], struct rng *rng)
{
	uint8_t bytes[HASH_SHA256];

	rng_fill(rng, bytes, sizeof bytes);
	write(out, bytes);
	secret_wipe(bytes, sizeof bytes);
}

void pkce_draw(struct pkce *p, struct rng *rng)
{
	draw(p->verifier, rng);
	draw(p->state, rng);
	pkce_challenge_of(p->challenge, pkce_verifier(p));
}

void pkce_wipe(struct pkce *p)
{
	secret_wipe(p, sizeof *p);
}

struct str pkce_verifier(const struct pkce *p)
{
	return str_make(p->verifier, PKCE_TEXT);
}

struct str pkce_challenge(const struct pkce *p)
{
	return str_make(p->challenge, PKCE_TEXT);
}

struct str pkce_state(const struct pkce *p)
{
	return str_make(p->state, PKCE_TEXT);
}

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

bool pkce_challenge_of(char out[static PKCE_TEXT], struct str verifier)
{
	uint8_t digest[HASH_SHA256];

	if (verifier.len < PKCE_VERIFIER_MIN || verifier.len > PKCE_VERIFIER_MAX)
		return false;
	for (size_t i = 0; i < verifier.len; i++)
		if (!is_unreserved(verifier.at[i]))
			return false;
	hash_sha256(digest, verifier);
	write(out, digest);
	secret_wipe(digest, sizeof digest);
	return true;
}
