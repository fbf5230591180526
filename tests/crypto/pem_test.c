#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/pem.h"

/* "LABEL=bytes;" of each block, then the number of broken ones. */
static void assert_blocks(const char *text, const char *wanted)
{
	char memory[2][2048];
	struct buf out = buf_over(memory[0], sizeof memory[0]);
	struct buf bytes = buf_over(memory[1], sizeof memory[1]);
	struct str rest = str_of(text);
	struct str label;
	size_t broken = 0;

	while (pem_next(&rest, &label, &bytes, &broken))
		buf_print(&out, "%.*s=%.*s;", STR(label), STR(buf_str(&bytes)));
	buf_print(&out, "%zu", broken);
	assert_str(buf_str(&out), wanted);
}

#define BEGIN "-----BEGIN A-----\n"
#define END "-----END A-----\n"

static void reads_blocks_whatever_stands_around_them(void **state)
{
	static const struct {
		const char *text, *blocks;
	} cases[] = {
		{BEGIN "Zm9v\n" END, "A=foo;0"},
		{"words\n" BEGIN "Zm9v\n" END "more\n" BEGIN "YmFy\n" END, "A=foo;A=bar;0"},
		{BEGIN "Zm9v\n-----END A-----", "A=foo;0"},
		{"-----BEGIN A B-----\r\nZm\r\n9v\r\n-----END A B-----\r\n", "A B=foo;0"},
		{BEGIN "Z\nm\n9\nv\n" END, "A=foo;0"},
		{BEGIN "  Zm 9v\t\n\n" END, "A=foo;0"},
		{BEGIN "Zm9vYg==\n" END, "A=foob;0"},
		{BEGIN "Zm9vYg=\n=\n" END, "A=foob;0"},
		{BEGIN END, "A=;0"},
		{"-----BEGIN -----\nZm9v\n-----END -----\n", "=foo;0"},
		{"", "0"},
		{"-----END A-----\nZm9v\n", "0"},
		{" -----BEGIN A-----\nZm9v\n" END, "0"},
		{"-----BEGIN A----\nZm9v\n" END, "0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_blocks(cases[i].text, cases[i].blocks);
}

static void passes_over_broken_blocks_and_counts_them(void **state)
{
	static const struct {
		const char *text, *blocks;
	} cases[] = {
		{BEGIN "Zm9v\n", "1"},
		{BEGIN "Zm9v\n-----END B-----\n" BEGIN "YmFy\n" END, "A=bar;1"},
		{BEGIN "Zm9v\n" BEGIN "YmFy\n" END, "A=bar;1"},
		{BEGIN "Zm9\n" END, "1"},
		{BEGIN "Zm9v!aaa\n" END, "1"},
		{BEGIN "Zg==Zm9v\n" END, "1"},
		{BEGIN "Zm9v====\n" END, "1"},
		{BEGIN "Zh==\n" END, "1"},
		{BEGIN "Zm9-\n" END, "1"},
		{BEGIN "Proc-Type: 4,ENCRYPTED\n\nZm9v\n" END BEGIN "YmFy\n" END, "A=bar;1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_blocks(cases[i].text, cases[i].blocks);
}

static void a_block_larger_than_its_buffer_is_broken(void **state)
{
	char memory[4];
	struct buf bytes = buf_over(memory, sizeof memory);
	struct str rest = S(BEGIN "Zm9vYg==\n" END BEGIN "Zm9vYmE=\n" END BEGIN "Zm9v\n" END);
	struct str label;
	size_t broken = 0;

	(void)state;
	assert_true(pem_next(&rest, &label, &bytes, &broken));
	assert_str(buf_str(&bytes), "foob");
	assert_true(pem_next(&rest, &label, &bytes, &broken));
	assert_str(buf_str(&bytes), "foo");
	assert_int_equal(broken, 1);
	assert_false(pem_next(&rest, &label, &bytes, NULL));
}

static void reads_what_it_wrote_at_every_length(void **state)
{
	char bytes[200];
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 1 << 16));
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	for (size_t len = 0; len < sizeof bytes; len++) {
		struct arena scratch = a;
		struct buf text = buf_in(&scratch, 0);
		struct buf back = buf_in(&scratch, 0);
		struct str rest;
		struct str label;

		pem_write(&text, S("SOME BYTES"), str_make(bytes, len));
		rest = buf_str(&text);
		assert_true(pem_next(&rest, &label, &back, NULL));
		assert_str(label, "SOME BYTES");
		assert_true(str_same(buf_str(&back), str_make(bytes, len)));
		assert_int_equal(rest.len, 0);
	}
	arena_free(&a);
}

static void keys_and_certificates_are_read_alike(void **state)
{
	static const char *const bodies[] = {"Zm9v", "Zm9v\nYmFy", "Zm 9v", "Zg==", "Zm9vZg==", "Zm9v!aaa", "Zm9", "Zh==", "Zg==\nZm9v", "\x80\x80\x80\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		char memory[2][100];
		struct buf bytes[2] = {buf_over(memory[0], 100), buf_over(memory[1], 100)};
		bool read[2];

		for (int k = 0; k < 2; k++) {
			const char *name = k ? "PRIVATE KEY" : "CERTIFICATE";
			char text[200];
			struct str rest = str_make(text, (size_t)snprintf(text, sizeof text, "-----BEGIN %s-----\n%s\n-----END %s-----\n", name, bodies[i], name));
			struct str label;

			read[k] = pem_next(&rest, &label, &bytes[k], NULL);
		}
		assert_int_equal(read[0], read[1]);
		assert_true(str_same(buf_str(&bytes[0]), buf_str(&bytes[1])));
	}
}

static void folds_at_64_characters(void **state)
{
	char memory[512];
	char bytes[49] = {0};
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	pem_write(&out, S("A"), str_make(bytes, sizeof bytes));
	assert_str(buf_str(&out), BEGIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAA==\n" END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_blocks_whatever_stands_around_them),
		cmocka_unit_test(passes_over_broken_blocks_and_counts_them),
		cmocka_unit_test(a_block_larger_than_its_buffer_is_broken),
		cmocka_unit_test(reads_what_it_wrote_at_every_length),
		cmocka_unit_test(keys_and_certificates_are_read_alike),
		cmocka_unit_test(folds_at_64_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
