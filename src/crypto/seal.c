#include "crypto/seal.h"

#include <bearssl.h>

#include "base/secret.h"

static const uint8_t nonce[12];

/* Either way the tag is that of the encrypted bytes. */
static void run(const uint8_t *key, struct str extra, void *data, size_t len, uint8_t *tag, bool encrypt)
{
	br_poly1305_run poly1305 = br_poly1305_ctmulq_get();
	br_chacha20_run chacha20 = br_chacha20_sse2_get();

	if (!poly1305)
		poly1305 = br_poly1305_ctmul_run;
	if (!chacha20)
		chacha20 = br_chacha20_ct_run;
	poly1305(key, nonce, data, len, extra.at ? extra.at : "", extra.len, tag, chacha20, encrypt);
}

void seal_close(const uint8_t key[static SEAL_KEY], struct str extra, void *data, size_t len, uint8_t tag[static SEAL_TAG])
{
	run(key, extra, data, len, tag, true);
}

bool seal_open(const uint8_t key[static SEAL_KEY], struct str extra, void *data, size_t len, const uint8_t tag[static SEAL_TAG])
{
	uint8_t wanted[SEAL_TAG];
	bool same;

	run(key, extra, data, len, wanted, false);
	same = secret_same(str_make(wanted, SEAL_TAG), str_make(tag, SEAL_TAG));
	secret_wipe(wanted, sizeof wanted); /* it would let a forger mend the tag */
	if (!same)
		secret_wipe(data, len);
	return same;
}
