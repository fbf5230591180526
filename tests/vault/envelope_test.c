#include "support/test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "support/world.h"
#include "vault/envelope.h"
#include "vault/pack.h"

enum { ROOM = 8192 };

static struct test_rng rng;
static char file[ROOM];
static const uint8_t data_key[SLOT_SECRET] = {7};
static const uint8_t key[SLOT_SECRET] = {9};

/* A file with two slots, a key and a passphrase, and this body. */
static struct buf write_file(struct str body)
{
	struct envelope v = {.generation = 5, .slots = 2, .next_slot = 9};
	struct buf out = buf_over(file, sizeof file);
	struct err e = {0};

	test_rng_start(&rng, 1);
	rng_fill(&rng.rng, v.id, sizeof v.id);
	v.slot[0] = (struct slot){.id = 3, .type = SLOT_KEY, .created_at = 1700000000};
	v.slot[1] = (struct slot){.id = 8, .type = SLOT_PASSPHRASE, .log_n = 15, .created_at = 1700000001};
	rng_fill(&rng.rng, v.slot[1].kdf_salt, SLOT_SALT);
	for (size_t i = 0; i < 2; i++)
		slot_wrap(&v.slot[i], &rng.rng, str_make(v.id, ENVELOPE_ID), key, data_key);
	assert_ok(envelope_write(&v, &rng.rng, data_key, body, &out, &e), &e);
	return out;
}

/* Makes the digest right again, so that what is behind it is looked at. */
static void sign(struct buf *b)
{
	uint8_t digest[HASH_SHA256];
	struct str all = str_drop_last(buf_str(b), sizeof digest);

	hash_sha256(digest, all);
	memcpy(b->at + all.len, digest, sizeof digest);
}

static void set(struct buf *b, size_t at, uint64_t value, unsigned bytes)
{
	uint8_t *where = (uint8_t *)b->at + at;

	pack_number(&where, value, bytes);
	sign(b);
}

static void what_is_written_is_read_and_opened_again(void **state)
{
	char room[256];
	struct buf b = write_file(S("the body")), body = buf_over(room, sizeof room);
	struct envelope v;
	enum envelope_fault fault;
	struct err e = {0};
	uint8_t opened[SLOT_SECRET];

	(void)state;
	assert_int_equal(b.len, ENVELOPE_HEAD + 2 * SLOT_BYTES + 8 + 16 + 32);
	assert_ok(envelope_read(buf_str(&b), &v, &fault, &e), &e);
	assert_int_equal(fault, ENVELOPE_FINE);
	assert_int_equal(v.generation, 5);
	assert_int_equal(v.slots, 2);
	assert_int_equal(v.next_slot, 9);
	assert_int_equal(v.slot[0].id, 3);
	assert_int_equal(v.slot[1].type, SLOT_PASSPHRASE);
	assert_int_equal(v.slot[1].log_n, 15);
	assert_int_equal(v.slot[1].created_at, 1700000001);
	for (size_t i = 0; i < 2; i++) {
		assert_true(slot_unwrap(&v.slot[i], str_make(v.id, ENVELOPE_ID), key, opened));
		assert_memory_equal(opened, data_key, sizeof opened);
		assert_false(slot_unwrap(&v.slot[i], str_make(v.id, ENVELOPE_ID), data_key, opened));
	}
	assert_true(envelope_open(&v, data_key, &body));
	assert_str(buf_str(&body), "the body");
	body = buf_over(room, sizeof room);
	assert_false(envelope_open(&v, key, &body));
	assert_int_equal(body.len, 0);
}

static void an_empty_body_is_a_body(void **state)
{
	char room[16];
	struct buf b = write_file(S("")), body = buf_over(room, sizeof room);
	struct envelope v;
	enum envelope_fault fault;
	struct err e = {0};

	(void)state;
	assert_ok(envelope_read(buf_str(&b), &v, &fault, &e), &e);
	assert_true(envelope_open(&v, data_key, &body));
}

static void a_flipped_byte_anywhere_is_damage(void **state)
{
	struct buf b = write_file(S("the body"));
	struct envelope v;
	enum envelope_fault fault;

	(void)state;
	for (size_t i = 0; i < b.len; i++) {
		b.at[i] ^= 0x20;
		assert_false(envelope_read(buf_str(&b), &v, &fault, NULL));
		assert_int_equal(fault, ENVELOPE_DAMAGED);
		b.at[i] ^= 0x20;
	}
}

static void a_file_cut_anywhere_or_grown_is_damage(void **state)
{
	struct buf b = write_file(S("the body"));
	struct envelope v;
	enum envelope_fault fault;

	(void)state;
	for (size_t len = 0; len < b.len; len++) {
		assert_false(envelope_read(str_first(buf_str(&b), len), &v, &fault, NULL));
		assert_int_equal(fault, ENVELOPE_DAMAGED);
	}
	buf_add_char(&b, 0);
	assert_false(envelope_read(buf_str(&b), &v, &fault, NULL));
}

enum { SLOT_0 = ENVELOPE_HEAD, SLOT_1 = ENVELOPE_HEAD + SLOT_BYTES };

static void a_hostile_header_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		unsigned bytes;
		uint64_t value;
		enum envelope_fault fault;
	} cases[] = {
		{"version 0", 8, 2, 0, ENVELOPE_NEWER},
		{"version 2", 8, 2, 2, ENVELOPE_NEWER},
		{"version 65535", 8, 2, 65535, ENVELOPE_NEWER},
		{"no slots", 10, 2, 0, ENVELOPE_DAMAGED},
		{"one slot, where two stand", 10, 2, 1, ENVELOPE_DAMAGED},
		{"nine slots", 10, 2, 9, ENVELOPE_DAMAGED},
		{"65535 slots", 10, 2, 65535, ENVELOPE_DAMAGED},
		{"no body", 12, 4, 0, ENVELOPE_DAMAGED},
		{"a body shorter than its tag", 12, 4, 15, ENVELOPE_DAMAGED},
		{"a body one byte longer", 12, 4, 25, ENVELOPE_DAMAGED},
		{"a body of 4 GiB", 12, 4, UINT32_MAX, ENVELOPE_DAMAGED},
		{"a body that wraps around", 12, 4, UINT32_MAX - ENVELOPE_HEAD, ENVELOPE_DAMAGED},
		{"a next slot that is taken", 72, 4, 8, ENVELOPE_DAMAGED},
		{"what must be zero", 76, 4, 1, ENVELOPE_DAMAGED},
		{"slot number 0", SLOT_0, 4, 0, ENVELOPE_DAMAGED},
		{"the same slot number twice", SLOT_0, 4, 8, ENVELOPE_DAMAGED},
		{"a slot of type 0", SLOT_0 + 4, 1, 0, ENVELOPE_DAMAGED},
		{"a slot of type 3", SLOT_0 + 4, 1, 3, ENVELOPE_DAMAGED},
		{"a key with scrypt parameters", SLOT_0 + 5, 1, 15, ENVELOPE_DAMAGED},
		{"a key with a salt", SLOT_0 + 16, 1, 1, ENVELOPE_DAMAGED},
		{"scrypt 2^0", SLOT_1 + 5, 1, 0, ENVELOPE_DAMAGED},
		{"scrypt 2^14", SLOT_1 + 5, 1, 14, ENVELOPE_DAMAGED},
		{"scrypt 2^19", SLOT_1 + 5, 1, 19, ENVELOPE_DAMAGED},
		{"scrypt 2^255", SLOT_1 + 5, 1, 255, ENVELOPE_DAMAGED},
		{"scrypt r=9", SLOT_1 + 6, 1, 9, ENVELOPE_DAMAGED},
		{"scrypt p=2", SLOT_1 + 7, 1, 2, ENVELOPE_DAMAGED},
	};
	struct envelope v;
	enum envelope_fault fault;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = write_file(S("the body"));

		set(&b, cases[i].at, cases[i].value, cases[i].bytes);
		e = (struct err){0};
		if (envelope_read(buf_str(&b), &v, &fault, &e) || fault != cases[i].fault || e.kind != ERR_VAULT)
			fail_msg("%s: fault %d, \"%s\"", cases[i].what, (int)fault, e.text);
	}
}

static void three_passphrases_are_too_many(void **state)
{
	struct envelope v = {.generation = 1, .slots = 3, .next_slot = 4};
	struct buf out = buf_over(file, sizeof file);
	enum envelope_fault fault;
	struct err e = {0};

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		v.slot[i] = (struct slot){.id = i + 1, .type = SLOT_PASSPHRASE, .log_n = 15};
	assert_ok(envelope_write(&v, &rng.rng, data_key, S("x"), &out, &e), &e);
	assert_false(envelope_read(buf_str(&out), &v, &fault, &e));
	assert_non_null(strstr(e.text, "two passphrase"));
}

static void a_file_above_the_limit_is_neither_written_nor_read(void **state)
{
	size_t most = ENVELOPE_FILE_MAX - ENVELOPE_HEAD - SLOT_BYTES - 16 - 32;
	char *body = calloc(1, most + 1), *room = malloc(ENVELOPE_FILE_MAX + 1);
	struct envelope v = {.slots = 1, .next_slot = 2, .slot = {{.id = 1, .type = SLOT_KEY}}};
	struct buf out = buf_over(room, ENVELOPE_FILE_MAX + 1);
	enum envelope_fault fault;
	struct err e = {0};

	(void)state;
	test_rng_start(&rng, 1);
	assert_ok(envelope_write(&v, &rng.rng, data_key, str_make(body, most), &out, &e), &e);
	assert_int_equal(out.len, ENVELOPE_FILE_MAX);
	assert_ok(envelope_read(buf_str(&out), &v, &fault, &e), &e);
	out.len = 0;
	assert_false(envelope_write(&v, &rng.rng, data_key, str_make(body, most + 1), &out, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_false(envelope_read(str_make(room, ENVELOPE_FILE_MAX + 1), &v, &fault, &e));
	free(body);
	free(room);
}

static void the_same_content_never_seals_to_the_same_bytes(void **state)
{
	struct envelope v = {.slots = 1, .next_slot = 2, .slot = {{.id = 1, .type = SLOT_KEY}}};
	char room[2][1024];
	struct buf one = buf_over(room[0], sizeof room[0]), two = buf_over(room[1], sizeof room[1]);

	(void)state;
	test_rng_start(&rng, 1);
	assert_true(envelope_write(&v, &rng.rng, data_key, S("the body"), &one, NULL));
	assert_true(envelope_write(&v, &rng.rng, data_key, S("the body"), &two, NULL));
	assert_false(str_same(str_span(buf_str(&one), ENVELOPE_HEAD + SLOT_BYTES, 8),
		str_span(buf_str(&two), ENVELOPE_HEAD + SLOT_BYTES, 8)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_and_opened_again),
		cmocka_unit_test(an_empty_body_is_a_body),
		cmocka_unit_test(a_flipped_byte_anywhere_is_damage),
		cmocka_unit_test(a_file_cut_anywhere_or_grown_is_damage),
		cmocka_unit_test(a_hostile_header_is_refused),
		cmocka_unit_test(three_passphrases_are_too_many),
		cmocka_unit_test(a_file_above_the_limit_is_neither_written_nor_read),
		cmocka_unit_test(the_same_content_never_seals_to_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
