#include "crypto/scrypt.h"

#include <stdint.h>
#include <string.h>

#include "base/len.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <bearssl.h>

enum { WORDS = 16, BLOCK = WORDS * 4 }; /* of one Salsa20 block */

/* One run's memory: p blocks B of 128 r bytes, then two of the same size to mix in, then N of them. */
struct table {
	uint32_t *x;
	uint32_t *y;
	uint32_t *v;
	size_t words; /* of one block of 128 r bytes */
	size_t n;
};

size_t scrypt_memory(struct scrypt_cost cost)
{
	size_t block = len_mul(2 * BLOCK, cost.r);
	size_t blocks = len_add(len_add((size_t)1 << cost.log_n, cost.p), 2);

	return len_mul(block, blocks);
}

/* PBKDF2-HMAC-SHA-256 with one iteration (RFC 8018 §5.2), which is all that scrypt asks for. */
static void pbkdf2(void *out, size_t len, struct str passphrase, struct str salt)
{
	br_hmac_key_context keyed;
	br_hmac_context context;
	uint8_t piece[HASH_SHA256];
	uint8_t *to = out;

	br_hmac_key_init(&keyed, &br_sha256_vtable, passphrase.at ? passphrase.at : "", passphrase.len);
	for (uint32_t i = 1; len; i++) {
		uint8_t number[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
		size_t n = len_min(len, sizeof piece);

		br_hmac_init(&context, &keyed, 0);
		br_hmac_update(&context, salt.at ? salt.at : "", salt.len);
		br_hmac_update(&context, number, sizeof number);
		br_hmac_out(&context, piece);
		memcpy(to, piece, n);
		to += n;
		len = len_sub(len, n);
	}
	secret_wipe(&keyed, sizeof keyed);
	secret_wipe(&context, sizeof context);
	secret_wipe(piece, sizeof piece);
}

static inline uint32_t turn(uint32_t x, unsigned bits)
{
	return x << bits | x >> (32 - bits);
}

static inline void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*b ^= turn(*a + *d, 7);
	*c ^= turn(*b + *a, 9);
	*d ^= turn(*c + *b, 13);
	*a ^= turn(*d + *c, 18);
}

/* Salsa20/8 of b ^ in, left in b (RFC 7914 §3). */
static void salsa(uint32_t b[static WORDS], const uint32_t in[static WORDS])
{
	uint32_t x[WORDS];

	for (int i = 0; i < WORDS; i++)
		x[i] = b[i] ^= in[i];
	for (int i = 0; i < 4; i++) {
		quarter(x + 0, x + 4, x + 8, x + 12);
		quarter(x + 5, x + 9, x + 13, x + 1);
		quarter(x + 10, x + 14, x + 2, x + 6);
		quarter(x + 15, x + 3, x + 7, x + 11);
		quarter(x + 0, x + 1, x + 2, x + 3);
		quarter(x + 5, x + 6, x + 7, x + 4);
		quarter(x + 10, x + 11, x + 8, x + 9);
		quarter(x + 15, x + 12, x + 13, x + 14);
	}
	for (int i = 0; i < WORDS; i++)
		b[i] += x[i];
}

/* scryptBlockMix (RFC 7914 §4): blocks at even places go to the front half of out, odd ones to the back. */
static void mix_block(uint32_t *out, const uint32_t *in, size_t words)
{
	size_t blocks = words / WORDS;
	uint32_t b[WORDS];

	memcpy(b, in + (blocks - 1) * WORDS, BLOCK);
	for (size_t i = 0; i < blocks; i++) {
		salsa(b, in + i * WORDS);
		memcpy(out + (i / 2 + (i & 1) * (blocks / 2)) * WORDS, b, BLOCK);
	}
	secret_wipe(b, sizeof b);
}

/* scryptROMix (RFC 7914 §5) of t->x; t->n is even, so the result is back in t->x. */
static void mix_table(const struct table *t)
{
	uint32_t *x = t->x;
	uint32_t *y = t->y;

	for (size_t i = 0; i < t->n; i++) {
		uint32_t *other = i & 1 ? x : y;
		uint32_t *from = i & 1 ? y : x;

		memcpy(t->v + i * t->words, from, t->words * 4);
		mix_block(other, from, t->words);
	}
	for (size_t i = 0; i < t->n; i++) {
		uint32_t *other = i & 1 ? x : y;
		uint32_t *from = i & 1 ? y : x;
		const uint32_t *v = t->v + (from[t->words - WORDS] & (t->n - 1)) * t->words;

		for (size_t k = 0; k < t->words; k++)
			from[k] ^= v[k];
		mix_block(other, from, t->words);
	}
}

/* The block B is little-endian on the outside and words within. */
static void mix(uint8_t *b, const struct table *t)
{
	for (size_t i = 0; i < t->words; i++)
		t->x[i] = (uint32_t)b[4 * i] | (uint32_t)b[4 * i + 1] << 8 |
			(uint32_t)b[4 * i + 2] << 16 | (uint32_t)b[4 * i + 3] << 24;
	mix_table(t);
	for (size_t i = 0; i < t->words; i++)
		for (unsigned k = 0; k < 4; k++)
			b[4 * i + k] = (uint8_t)(t->x[i] >> (8 * k));
}

void scrypt_run(void *out, size_t len, struct str passphrase, struct str salt, struct scrypt_cost cost, void *memory)
{
	size_t block = (size_t)2 * BLOCK * cost.r;
	uint8_t *b = memory;
	struct table t = {.words = block / 4, .n = (size_t)1 << cost.log_n};

	t.x = (uint32_t *)(void *)(b + block * cost.p);
	t.y = t.x + t.words;
	t.v = t.y + t.words;
	pbkdf2(b, block * cost.p, passphrase, salt);
	for (unsigned i = 0; i < cost.p; i++)
		mix(b + block * i, &t);
	pbkdf2(out, len, passphrase, str_make(b, block * cost.p));
}
