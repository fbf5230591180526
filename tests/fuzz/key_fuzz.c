/* key: a private key that is taken signs, and one of P-256 has the public half of its number; others are refused with a reason. */
#include "support/fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "oauth/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct key k;
	struct sig_key again;
	struct err e = {0};
	uint8_t signature[SIG_MAX];
	size_t n = 0;

	if (size > KEY_MAX || !arena_new(&a, 512 * 1024))
		return 0;
	if (!key_read(str_make(data, size), &a, &k, &e)) {
		fuzz_check(e.kind != ERR_NONE && e.text[0]);
	} else if (k.sig.alg == SIG_ES256) {
		fuzz_check(sig_sign(&k.sig, S("words"), signature, &n, &e) && n == 2 * SIG_SCALAR);
		fuzz_check(sig_of_scalar(&again, str_make(k.sig.scalar, SIG_SCALAR), &e) && memcmp(again.x, k.sig.x, SIG_POINT) == 0);
	} else if (sig_sign(&k.sig, S("words"), signature, &n, &e)) {
		fuzz_check(n >= SIG_RSA_MIN / 8 && n <= SIG_MAX);
	}
	arena_free(&a);
	return 0;
}
