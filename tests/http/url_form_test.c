#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "http/url.h"

static char memory[4096];

static void escapes_all_but_unreserved(void **state)
{
	char room[1024];
	struct buf out = buf_over(room, sizeof room);
	char all[256];

	(void)state;
	url_escape(&out, S("AZaz09-._~"));
	assert_str(buf_str(&out), "AZaz09-._~");
	buf_wipe(&out);
	url_escape(&out, S(" +&=%/?#\"\0\xc3\xa9\r\n"));
	assert_str(buf_str(&out), "%20%2B%26%3D%25%2F%3F%23%22%00%C3%A9%0D%0A");
	for (int c = 0; c < 256; c++)
		all[c] = (char)c;
	buf_wipe(&out);
	url_escape(&out, str_make(all, sizeof all));
	assert_int_equal(out.len, 66 + 190 * 3);
}

static void reads_the_form_it_wrote(void **state)
{
	static const struct {
		struct str name, value;
	} pairs[] = {
		{S_INIT("grant_type"), S_INIT("urn:ietf:params:oauth:grant-type:device_code")},
		{S_INIT("scope"), S_INIT("a b+c")},
		{S_INIT("empty"), S_INIT("")},
		{S_INIT("a=b&c"), S_INIT("=&+% \r\n\xc3\xa9")},
	};
	char room[512];
	struct buf out = buf_over(room, sizeof room);
	struct arena a;
	struct str rest, name, value;
	struct err e = {0};

	(void)state;
	arena_over(&a, memory, sizeof memory);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		url_form_add(&out, pairs[i].name, pairs[i].value);
	assert_true(str_starts(buf_str(&out), S("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&scope=a%20b%2Bc&empty=&")));
	rest = buf_str(&out);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_ok(url_form_next(&rest, &a, &name, &value, &e), &e);
		assert_true(str_same(name, pairs[i].name));
		assert_true(str_same(value, pairs[i].value));
	}
	assert_false(url_form_next(&rest, &a, &name, &value, &e));
	assert_int_equal(e.kind, ERR_NONE);
}

static void takes_forms_of_others(void **state)
{
	static const struct {
		const char *form, *pairs;
	} cases[] = {
		{"", ""},
		{"&&&", ""},
		{"a", "<a|>"},
		{"a=", "<a|>"},
		{"=b", "<|b>"},
		{"=", "<|>"},
		{"a=b=c", "<a|b=c>"},
		{"a+b=c+d", "<a b|c d>"},
		{"a%2Bb=%26%3d", "<a+b|&=>"},
		{"&a=1&&a=2&", "<a|1><a|2>"},
		{"a;b=c", "<a;b|c>"},
		{"%61=%e9", "<a|\xe9>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char room[64];
		struct buf out = buf_over(room, sizeof room);
		struct arena a;
		struct str rest = str_of(cases[i].form);
		struct str name, value;
		struct err e = {0};

		arena_over(&a, memory, sizeof memory);
		while (url_form_next(&rest, &a, &name, &value, &e))
			buf_print(&out, "<%.*s|%.*s>", STR(name), STR(value));
		assert_int_equal(e.kind, ERR_NONE);
		assert_str(buf_str(&out), cases[i].pairs);
	}
}

static void refuses_bad_escapes_and_zero_bytes(void **state)
{
	static const struct str bad[] = {
		S_INIT("%"), S_INIT("a=%"), S_INIT("a=%4"), S_INIT("a=%4&b"), S_INIT("a=%4g"), S_INIT("a=%g4"), S_INIT("a=%u0041"), S_INIT("a=% 41"),
		S_INIT("a=%00"), S_INIT("%00=a"), S_INIT("a=\0"), S_INIT("a=%-1"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct arena a;
		struct str rest = bad[i];
		struct str name, value;
		struct err e = {0};

		arena_over(&a, memory, sizeof memory);
		assert_false(url_form_next(&rest, &a, &name, &value, &e));
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

static void a_full_arena_is_said(void **state)
{
	char small[64];
	struct arena a;
	struct str rest = S("a=0123456789012345678901234567890123456789012345678901234567890123");
	struct str name, value;
	struct err e = {0};

	(void)state;
	arena_over(&a, small, sizeof small);
	assert_false(url_form_next(&rest, &a, &name, &value, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_all_but_unreserved),
		cmocka_unit_test(reads_the_form_it_wrote),
		cmocka_unit_test(takes_forms_of_others),
		cmocka_unit_test(refuses_bad_escapes_and_zero_bytes),
		cmocka_unit_test(a_full_arena_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
