#include "crypto/hash.h"

#include <bearssl.h>

#include "base/secret.h"

/* BearSSL copies from where it is told even when there is nothing to copy. */
static const void *bytes_of(struct str s)
{
	return s.at ? s.at : "";
}

void hash_sha256(uint8_t out[static HASH_SHA256], struct str bytes)
{
	br_sha256_context context;

	br_sha256_init(&context);
	br_sha256_update(&context, bytes_of(bytes), bytes.len);
	br_sha256_out(&context, out);
	secret_wipe(&context, sizeof context);
}

void hash_hmac_sha256(uint8_t out[static HASH_SHA256], struct str key, struct str bytes)
{
	br_hmac_key_context keyed;
	br_hmac_context context;

	br_hmac_key_init(&keyed, &br_sha256_vtable, bytes_of(key), key.len);
	br_hmac_init(&context, &keyed, 0);
	br_hmac_update(&context, bytes_of(bytes), bytes.len);
	br_hmac_out(&context, out);
	secret_wipe(&keyed, sizeof keyed);
	secret_wipe(&context, sizeof context);
}

void hash_hkdf(void *out, size_t len, struct str secret, struct str salt, struct str info)
{
	br_hkdf_context context;

	br_hkdf_init(&context, &br_sha256_vtable, bytes_of(salt), salt.len);
	br_hkdf_inject(&context, bytes_of(secret), secret.len);
	br_hkdf_flip(&context);
	br_hkdf_produce(&context, bytes_of(info), info.len, out, len);
	secret_wipe(&context, sizeof context);
}
