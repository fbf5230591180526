#include "support/test.h"

#include "oauth/quote.h"

static void foreign_words_become_one_plain_short_line(void **state)
{
	static const struct {
		const char *foreign, *shown;
	} cases[] = {
		{"", ""},
		{"the code  has expired ", "the code has expired"},
		{"\x1b[2Jx\ny\"z\x7f\xc2\x9b", "?[2Jx?y?z???"},
		{"code 0123456789012345678901234567890123456789 x", "code 0123456789012345678901234567890123456789 x"},
		{"code 01234567890123456789012345678901234567890 x", "code [...] x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(quote_of(str_of(cases[i].foreign)).text, cases[i].shown);
}

static void what_is_too_long_is_cut(void **state)
{
	static char words[1000];
	struct quote q;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof words; i++)
		words[i] = i % 4 == 3 ? ' ' : 'w';
	q = quote_of(str_of(words));
	assert_true(strlen(q.text) <= QUOTE_MAX);
	assert_string_equal(q.text + strlen(q.text) - 3, "...");
	assert_memory_equal(q.text, "www www ", 8);
	memset(words, 'w', sizeof words - 1);
	q = quote_url(str_of(words));
	assert_true(strlen(q.text) <= QUOTE_MAX && strlen(q.text) >= 3);
	assert_string_equal(q.text + strlen(q.text) - 3, "...");
}

static void a_url_is_shown_without_its_query(void **state)
{
	(void)state;
	assert_string_equal(quote_url(S("https://h/a-path-that-is-longer-than-forty-bytes-in-all?secret")).text,
		"https://h/a-path-that-is-longer-than-forty-bytes-in-all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_words_become_one_plain_short_line),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(a_url_is_shown_without_its_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
