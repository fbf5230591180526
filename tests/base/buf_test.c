#include "support/test.h"

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/hex.h"

static void grows_in_its_arena_up_to_its_limit(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 100);
	for (int i = 0; i < 100; i++)
		buf_add_char(&b, 'x');
	assert_false(b.full);
	assert_int_equal(b.len, 100);
	buf_add_char(&b, 'y');
	assert_true(b.full);
	assert_int_equal(b.len, 100);
	arena_free(&a);
}

static void keeps_nothing_of_what_does_not_fit(void **state)
{
	char memory[4];
	struct buf b = buf_over(memory, sizeof memory);

	(void)state;
	buf_add(&b, S("abc"));
	buf_add(&b, S("de"));
	assert_true(b.full);
	assert_str(buf_str(&b), "abc");
}

static void moves_when_something_was_taken_behind_it(void **state)
{
	struct arena a;
	struct buf b;
	const char *before;

	(void)state;
	assert_true(arena_new(&a, 4096));
	b = buf_in(&a, 0);
	buf_add(&b, S("secret"));
	before = b.at;
	assert_non_null(arena_take(&a, 8));
	for (int i = 0; i < 200; i++)
		buf_add_char(&b, '.');
	assert_ptr_not_equal(before, b.at);
	assert_memory_equal(before, "\0\0\0\0\0\0", 6);
	assert_memory_equal(b.at, "secret.", 7);
	arena_free(&a);
}

static void reset_wipes_what_a_scratch_used(void **state)
{
	struct arena a;
	struct arena scratch;
	char *secret;

	(void)state;
	assert_true(arena_new(&a, 4096));
	scratch = a;
	secret = arena_take(&scratch, 64);
	memset(secret, 's', 64);
	arena_reset(&a);
	for (int i = 0; i < 64; i++)
		assert_int_equal(secret[i], 0);
	arena_free(&a);
}

static void base64url_matches_rfc_4648(void **state)
{
	static const struct {
		const char *bytes, *url, *padded;
	} cases[] = {
		{"", "", ""},
		{"f", "Zg", "Zg=="},
		{"fo", "Zm8", "Zm8="},
		{"foo", "Zm9v", "Zm9v"},
		{"foob", "Zm9vYg", "Zm9vYg=="},
		{"fooba", "Zm9vYmE", "Zm9vYmE="},
		{"\xfb\xff\xfe", "-__-", "+//+"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char memory[3][64];
		struct buf url = buf_over(memory[0], 64);
		struct buf padded = buf_over(memory[1], 64);
		struct buf back = buf_over(memory[2], 64);

		b64_url_encode(&url, str_of(cases[i].bytes));
		b64_encode(&padded, str_of(cases[i].bytes));
		assert_str(buf_str(&url), cases[i].url);
		assert_str(buf_str(&padded), cases[i].padded);
		assert_true(b64_url_decode(&back, buf_str(&url)));
		assert_str(buf_str(&back), cases[i].bytes);
		buf_wipe(&back);
		assert_true(b64_decode(&back, buf_str(&padded)));
		assert_str(buf_str(&back), cases[i].bytes);
	}
}

static void base64_refuses_what_is_not(void **state)
{
	static const char *const bad[] = {"A", "Zg=", "Z g", "Zh", "Zm9", "Zg==", "Zm+v", "\x80\x80\x80\x80"};
	char memory[64];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(b64_url_decode(&out, str_of(bad[i])));
		assert_int_equal(out.len, 0);
	}
	assert_false(b64_decode(&out, S("Zg")));
	assert_false(b64_decode(&out, S("Zg=a")));
	assert_false(hex_decode(&out, S("abc")));
	assert_false(hex_decode(&out, S("0g")));
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_in_its_arena_up_to_its_limit),
		cmocka_unit_test(keeps_nothing_of_what_does_not_fit),
		cmocka_unit_test(moves_when_something_was_taken_behind_it),
		cmocka_unit_test(reset_wipes_what_a_scratch_used),
		cmocka_unit_test(base64url_matches_rfc_4648),
		cmocka_unit_test(base64_refuses_what_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
