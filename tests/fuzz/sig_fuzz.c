/* sig: a file that is taken as a key is whole, neither cut short nor longer; a P-256 key is written as SEC 1 and read
 * back, but not with another number beside its point; what a key signs is the same each time, and another for
 * other words; in less room it is the same key or none; and of one that was wiped or refused nothing is left. */
#include "support/fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/sig.h"

enum { MOST = 8192, HEAD = 7 /* bytes of SEC 1 before the number */ };

static char memory[16384];

static void write_sec1(struct buf *out, const struct sig_key *k)
{
	buf_add(out, S("\x30\x77\x02\x01\x01\x04\x20"));
	buf_add(out, str_make(k->scalar, sizeof k->scalar));
	buf_add(out, S("\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\xa1\x44\x03\x42\x00\x04"));
	buf_add(out, str_make(k->x, sizeof k->x));
	buf_add(out, str_make(k->y, sizeof k->y));
}

static bool reads(struct str der)
{
	struct arena own;
	struct sig_key k;
	bool read;

	arena_over(&own, memory, sizeof memory);
	read = sig_read_der(&k, der, &own, NULL);
	sig_wipe(&k);
	return read;
}

static void comes_back(const struct sig_key *k)
{
	char file[128];
	struct buf out = buf_over(file, sizeof file);
	struct arena none = {0};
	struct sig_key again;

	write_sec1(&out, k);
	fuzz_check(sig_read_der(&again, buf_str(&out), &none, NULL));
	fuzz_check(memcmp(k->scalar, again.scalar, SIG_SCALAR) == 0 && memcmp(k->x, again.x, SIG_POINT) == 0 &&
		memcmp(k->y, again.y, SIG_POINT) == 0);
	file[HEAD + SIG_SCALAR - 1] ^= 1;
	fuzz_check(!reads(buf_str(&out)));
}

static void signs(const struct sig_key *k)
{
	uint8_t one[SIG_MAX], two[SIG_MAX], other[SIG_MAX];
	size_t n, m;

	fuzz_check(sig_sign(k, S("words"), one, &n, NULL) && sig_sign(k, S("words"), two, &m, NULL));
	fuzz_check(n == m && memcmp(one, two, n) == 0);
	fuzz_check(sig_sign(k, S("other words"), other, &m, NULL) && n == m && memcmp(one, other, n) != 0);
	fuzz_check(k->alg == SIG_ES256 ? n == 2 * SIG_SCALAR : n >= SIG_RSA_MIN / 8 && n <= SIG_MAX);
}

static void is_whole(struct str der)
{
	static char copy[MOST + 1];

	memcpy(copy, der.at, der.len);
	copy[der.len] = 0;
	fuzz_check(!reads(str_make(copy, der.len + 1)));
	fuzz_check(!reads(str_drop_last(der, 1)));
	fuzz_check(!reads(str_first(der, der.len / 2)));
}

static void is_blank(const char *at, const char *end)
{
	while (at < end)
		fuzz_check(!*at++);
}

/* The key in this much room. What it is, is 0 where there was no room, else its first signature's first bytes. */
static uint64_t with(size_t room, struct str der)
{
	struct arena own;
	struct sig_key k;
	struct err e = {0};
	uint8_t signature[SIG_MAX];
	uint64_t start_of_it = 0;
	size_t n;
	const char *start;

	arena_over(&own, memory, room);
	start = own.at;
	if (sig_read_der(&k, der, &own, &e)) {
		fuzz_check(sig_sign(&k, S("words"), signature, &n, NULL));
		memcpy(&start_of_it, signature, sizeof start_of_it);
		sig_wipe(&k);
	} else {
		fuzz_check(e.kind == ERR_LIMIT);
	}
	is_blank(start, own.end);
	is_blank((const char *)k.scalar, (const char *)k.scalar + sizeof k.scalar);
	fuzz_check(!k.rsa);
	return start_of_it;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str der = str_make(data, size);
	struct arena own;
	struct sig_key k;
	struct err e = {0};
	const char *start;

	if (size > MOST)
		return 0;
	arena_over(&own, memory, sizeof memory);
	start = own.at;
	if (!sig_read_der(&k, der, &own, &e)) {
		fuzz_check(e.kind == ERR_INPUT && e.text[0] && !k.rsa);
		is_blank(start, own.end);
		return 0;
	}
	signs(&k);
	if (k.alg == SIG_ES256)
		comes_back(&k);
	sig_wipe(&k);
	is_blank(start, own.end);
	is_whole(der);
	{
		uint64_t whole = with(sizeof memory, der), less = with(size % 4096, der);

		fuzz_check(whole && (!less || less == whole));
	}
	return 0;
}
