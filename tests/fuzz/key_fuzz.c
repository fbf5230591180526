/* key: a private key that is taken signs, and one of P-256 has the public half of its number; others are refused with a
 * reason; what stands before a key's text and behind it in blanks changes nothing; in less room it is the same
 * key, or none for want of room; and when it is wiped its number is nowhere but in the text. */
#include "support/fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "oauth/key.h"

static char memory[4 << 20];

/* What the key signs first, or nothing where it is none. */
static bool sign_with(struct str text, size_t room, uint8_t signature[static SIG_MAX], size_t *n, struct err *e)
{
	struct arena own;
	struct sig_key again;
	struct key k;

	*n = 0;
	arena_over(&own, memory, room);
	if (!key_read(text, &own, &k, e))
		return false;
	fuzz_check(sig_sign(&k.sig, S("words"), signature, n, NULL));
	again = k.sig;
	if (k.sig.alg == SIG_ES256) {
		fuzz_check(*n == 2 * SIG_SCALAR);
		fuzz_check(sig_of_scalar(&again, str_make(k.sig.scalar, SIG_SCALAR), e) && memcmp(again.x, k.sig.x, SIG_POINT) == 0);
	} else {
		fuzz_check(*n >= SIG_RSA_MIN / 8 && *n <= SIG_MAX);
	}
	key_wipe(&k);
	fuzz_check(!k.sig.rsa && !k.kid.len);
	/* A number with few bytes in it stands anywhere. */
	if (again.alg == SIG_ES256 && memchr(again.scalar, 0, SIG_SCALAR) == NULL)
		fuzz_check(!memmem(memory, (size_t)(own.at - memory), again.scalar, SIG_SCALAR));
	arena_reset(&own);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char padded[KEY_MAX];
	struct str text = str_make(data, size);
	struct err e = {0};
	uint8_t whole[SIG_MAX], other[SIG_MAX];
	size_t n, m;

	if (size > KEY_MAX - 4)
		return 0;
	if (!sign_with(text, sizeof memory, whole, &n, &e)) {
		fuzz_check((e.kind == ERR_INPUT || e.kind == ERR_LIMIT) && e.text[0]);
		return 0;
	}
	if (sign_with(text, size * 7 % 8192, other, &m, &e))
		fuzz_check(n == m && memcmp(whole, other, n) == 0);
	else
		fuzz_check(e.kind == ERR_LIMIT);
	padded[0] = '\n';
	memcpy(padded + 1, data, size);
	memcpy(padded + 1 + size, "\r\n", 2);
	fuzz_check(sign_with(str_make(padded, size + 3), sizeof memory, other, &m, &e) && n == m && memcmp(whole, other, n) == 0);
	return 0;
}
