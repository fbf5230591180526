#include "support/test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/scrypt.h"

/* The first three are the examples of RFC 7914 §12; the others were computed with another implementation. */
static void matches_rfc_7914(void **state)
{
	static const struct {
		const char *passphrase, *salt;
		struct scrypt_cost cost;
		const char *key;
	} cases[] = {
		{"", "", {4, 1, 1},
			"77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
			"fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
		{"password", "NaCl", {10, 8, 16},
			"fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
			"2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"},
		{"pleaseletmein", "SodiumChloride", {14, 8, 1},
			"7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
			"d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"},
		{"k", "s", {1, 3, 5},
			"0717a5bfa4eba862d04f7f47827f7d80128957b8c5f4940804412e9471be7c6a"
			"bd77c42966887ee9822677026b036935f93956af95af141fab3c0e8ca8df25cb"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		void *memory = malloc(scrypt_memory(cases[i].cost));
		char text[160];
		struct buf hex = buf_over(text, sizeof text);
		uint8_t key[64];

		assert_non_null(memory);
		scrypt_run(key, sizeof key, str_of(cases[i].passphrase), str_of(cases[i].salt), cases[i].cost, memory);
		hex_encode(&hex, str_make(key, sizeof key));
		assert_str(buf_str(&hex), cases[i].key);
		free(memory);
	}
}

static void a_shorter_key_is_the_beginning_of_a_longer_one(void **state)
{
	const struct scrypt_cost cost = {4, 1, 1};
	_Alignas(16) char memory[4096];
	uint8_t whole[64];

	(void)state;
	assert_true(scrypt_memory(cost) <= sizeof memory);
	scrypt_run(whole, sizeof whole, S("p"), S("s"), cost, memory);
	for (size_t len = 0; len < sizeof whole; len++) {
		uint8_t some[65] = {0};

		scrypt_run(some, len, S("p"), S("s"), cost, memory);
		assert_memory_equal(some, whole, len);
		assert_int_equal(some[len], 0);
	}
}

static void memory_that_cannot_be_counted_is_the_most(void **state)
{
	(void)state;
	assert_true(scrypt_memory((struct scrypt_cost){31, ~0U, ~0U}) > (size_t)1 << 62);
	assert_int_equal(scrypt_memory((struct scrypt_cost){15, 8, 1}), (32768 + 3) * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_rfc_7914),
		cmocka_unit_test(a_shorter_key_is_the_beginning_of_a_longer_one),
		cmocka_unit_test(memory_that_cannot_be_counted_is_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
