#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "sys/text.h"

static void shows_what_cannot_be_seen(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"plain", "plain"},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"a\nb\r\tc", "a\\x0ab\\x0d\\x09c"},
		{"\033[31mred\007", "\\x1b[31mred\\x07"},
		{"\033]0;title\033\\", "\\x1b]0;title\\x1b\\"},
		{"del\x7f", "del\\x7f"},
		{"c1 \xc2\x9b" "31m", "c1 \\u{009b}31m"},
		{"bidi \xe2\x80\xae" "txt.exe", "bidi \\u{202e}txt.exe"},
		{"isolate \xe2\x81\xa6", "isolate \\u{2066}"},
		{"zero\xe2\x80\x8bwidth", "zero\\u{200b}width"},
		{"line\xe2\x80\xa8sep", "line\\u{2028}sep"},
		{"bom \xef\xbb\xbf", "bom \\u{feff}"},
		{"tag \xf3\xa0\x80\xa1", "tag \\u{e0021}"},
		{"raw \x9b", "raw \\x9b"},
		{"cut \xe2\x82", "cut \\xe2\\x82"},
		{"long \xc0\xaf", "long \\xc0\\xaf"},
		{"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
		{"beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80"},
		{"back\\slash", "back\\slash"},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(text_shown(str_of(cases[i].in), &a), cases[i].out);
	assert_str(text_shown(str_make("a\0b", 3), &a), "a\\x00b");
	arena_free(&a);
}

static void json_of_others_shows_and_stays_the_same_json(void **state)
{
	static const char *const cases[][2] = {
		{"\"caf\xc3\xa9 \xf0\x9f\x98\x80\"\n", "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"\n"},
		{"\033[1mown\033[0m\t\r\n", "\033[1mown\033[0m\t\r\n"},
		{"\"c1 \xc2\x9b" "31m\"", "\"c1 \\u009b31m\""},
		{"\"del\x7f\"", "\"del\\u007f\""},
		{"\"\xe2\x80\xae" "txt\xe2\x81\xa6\"", "\"\\u202etxt\\u2066\""},
		{"\"tag \xf3\xa0\x80\xa1\"", "\"tag \\udb40\\udc21\""},
		{"\xe2\x80\xae", "\\u202e"},
		{"raw \x9b", "raw \x9b"},
		{"", ""},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str rest = str_of(cases[i][0]);
		struct buf out = buf_in(&a, 0);
		char escape[TEXT_ESCAPE];

		do {
			buf_add(&out, text_cut_shown(&rest, escape));
			buf_add(&out, str_of(escape));
		} while (rest.len);
		assert_str(buf_str(&out), cases[i][1]);
	}
	arena_free(&a);
}

static void lines_and_tabs_stay_in_text_of_many_lines(void **state)
{
	static const char *const cases[][2] = {
		{"a\nb", "a\nb"},
		{"a\r\nb\n", "a\nb\n"},
		{"\n\n\ta\t", "\n\n\ta\t"},
		{"a\rb", "a\\x0db"},
		{"a\r\tb\r", "a\\x0d\tb\\x0d"},
		{"\033[31mred\n", "\\x1b[31mred\n"},
		{"", ""},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = buf_in(&a, 0);

		text_show_lines(&out, str_of(cases[i][0]));
		assert_str(buf_str(&out), cases[i][1]);
	}
	arena_free(&a);
}

static void cuts_what_is_long(void **state)
{
	static char text[5000];
	struct arena a;
	struct str shown;

	(void)state;
	assert_true(arena_new(&a, 65536));
	memset(text, 'x', sizeof text);
	shown = text_shown(str_make(text, sizeof text), &a);
	assert_int_equal(shown.len, 4096 + 3);
	assert_true(str_ends(shown, S("x...")));
	assert_int_equal(text_shown(str_make(text, 4096), &a).len, 4096);
	arena_free(&a);
}

static void a_word_of_a_command_is_quoted_where_a_shell_would_see_something_in_it(void **state)
{
	static const char *const cases[][2] = {
		{"https://mcp.example:8080/a-b_c/%20+x,y@z", "https://mcp.example:8080/a-b_c/%20+x,y@z"},
		{"~root", "'~root'"},
		{"https://h/?a=1&b=2", "'https://h/?a=1&b=2'"},
		{"https://h/;reboot", "'https://h/;reboot'"},
		{"http://[::1]/", "'http://[::1]/'"},
		{"it's", "'it'\\''s'"},
		{"'", "''\\'''"},
		{"$(x)`y`\"", "'$(x)`y`\"'"},
		{"", "''"},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(text_quoted(str_of(cases[i][0]), &a), cases[i][1]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_cannot_be_seen),
		cmocka_unit_test(json_of_others_shows_and_stays_the_same_json),
		cmocka_unit_test(lines_and_tabs_stay_in_text_of_many_lines),
		cmocka_unit_test(cuts_what_is_long),
		cmocka_unit_test(a_word_of_a_command_is_quoted_where_a_shell_would_see_something_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
