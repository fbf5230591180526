#include "crypto/scrypt.h"

#include <bearssl.h>
#include <stdint.h>
#include <string.h>

#include "base/len.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum { WORDS = 16, BLOCK = WORDS * 4, ROWS = 4 }; /* of one Salsa20 block */

/* Four words at once: the four quarter rounds of a step do the same, so each works in its own lane. */
typedef uint32_t row __attribute__((vector_size(16)));

/* A block's words by lanes: the diagonals of the square as RFC 7914 numbers it. */
static const unsigned char order[WORDS] = {0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11};

/* One run's memory: p blocks B of 128 r bytes, then two of the same size to mix in, then N of them. */
struct table {
	row *x;
	row *y;
	row *v;
	size_t rows; /* of one block of 128 r bytes */
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

static inline row turn(row x, int bits)
{
	return x << bits | x >> (32 - bits);
}

/* The lanes moved by n places. */
#define SHIFT_1(r) __builtin_shufflevector(r, r, 1, 2, 3, 0)
#define SHIFT_2(r) __builtin_shufflevector(r, r, 2, 3, 0, 1)
#define SHIFT_3(r) __builtin_shufflevector(r, r, 3, 0, 1, 2)

/* Salsa20/8 of b ^ in, left in b (RFC 7914 §3): a step down the columns, then one along the rows. */
static inline void salsa(row b[static ROWS], const row in[static ROWS])
{
	row x0 = b[0] ^= in[0];
	row x1 = b[1] ^= in[1];
	row x2 = b[2] ^= in[2];
	row x3 = b[3] ^= in[3];

	for (int i = 0; i < 4; i++) {
		x1 ^= turn(x0 + x3, 7);
		x2 ^= turn(x1 + x0, 9);
		x3 ^= turn(x2 + x1, 13);
		x0 ^= turn(x3 + x2, 18);
		x1 = SHIFT_3(x1);
		x2 = SHIFT_2(x2);
		x3 = SHIFT_1(x3);
		x3 ^= turn(x0 + x1, 7);
		x2 ^= turn(x3 + x0, 9);
		x1 ^= turn(x2 + x3, 13);
		x0 ^= turn(x1 + x2, 18);
		x1 = SHIFT_1(x1);
		x2 = SHIFT_2(x2);
		x3 = SHIFT_3(x3);
	}
	b[0] += x0;
	b[1] += x1;
	b[2] += x2;
	b[3] += x3;
}

/* scryptBlockMix (RFC 7914 §4): blocks at even places go to the front half of out, odd ones to the back. */
static void mix_block(row *out, const row *in, size_t rows)
{
	size_t blocks = rows / ROWS;
	row b[ROWS];

	memcpy(b, in + (blocks - 1) * ROWS, BLOCK);
	for (size_t i = 0; i < blocks; i++) {
		salsa(b, in + i * ROWS);
		memcpy(out + (i / 2 + (i & 1) * (blocks / 2)) * ROWS, b, BLOCK);
	}
	secret_wipe(b, sizeof b);
}

/* scryptROMix (RFC 7914 §5) of t->x; t->n is even, so the result is back in t->x. */
static void mix_table(const struct table *t)
{
	row *x = t->x;
	row *y = t->y;

	for (size_t i = 0; i < t->n; i++) {
		row *other = i & 1 ? x : y;
		row *from = i & 1 ? y : x;

		memcpy(t->v + i * t->rows, from, t->rows * sizeof *from);
		mix_block(other, from, t->rows);
	}
	for (size_t i = 0; i < t->n; i++) {
		row *other = i & 1 ? x : y;
		row *from = i & 1 ? y : x;
		const row *v = t->v + (from[t->rows - ROWS][0] & (t->n - 1)) * t->rows;

		for (size_t k = 0; k < t->rows; k++)
			from[k] ^= v[k];
		mix_block(other, from, t->rows);
	}
}

/* The block B is little-endian on the outside and lanes within. */
static void mix(uint8_t *b, const struct table *t)
{
	for (size_t i = 0; i < t->rows * 4; i++) {
		const uint8_t *from = b + i / WORDS * BLOCK + order[i % WORDS] * 4;

		t->x[i / 4][i % 4] = (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
	}
	mix_table(t);
	for (size_t i = 0; i < t->rows * 4; i++) {
		uint8_t *to = b + i / WORDS * BLOCK + order[i % WORDS] * 4;

		for (int k = 0; k < 4; k++)
			to[k] = (uint8_t)(t->x[i / 4][i % 4] >> (8 * k));
	}
}

void scrypt_run(void *out, size_t len, struct str passphrase, struct str salt, struct scrypt_cost cost, void *memory)
{
	size_t block = (size_t)2 * BLOCK * cost.r;
	uint8_t *b = memory;
	struct table t = {.rows = block / sizeof(row), .n = (size_t)1 << cost.log_n};

	t.x = (row *)(void *)(b + block * cost.p);
	t.y = t.x + t.rows;
	t.v = t.y + t.rows;
	pbkdf2(b, block * cost.p, passphrase, salt);
	for (unsigned i = 0; i < cost.p; i++)
		mix(b + block * i, &t);
	pbkdf2(out, len, passphrase, str_make(b, block * cost.p));
}
