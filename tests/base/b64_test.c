#include "support/test.h"

#include "base/b64.h"
#include "base/buf.h"

static void matches_rfc_4648(void **state)
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
		{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
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

static void uses_each_digit_in_order(void **state)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char bytes[48], text[64];
	struct buf out = buf_over(bytes, sizeof bytes);
	struct buf back = buf_over(text, sizeof text);

	(void)state;
	assert_true(b64_decode(&out, S("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")));
	b64_encode(&back, buf_str(&out));
	assert_memory_equal(back.at, plain, 64);
	buf_wipe(&back);
	b64_url_encode(&back, buf_str(&out));
	assert_memory_equal(back.at, url, 64);
}

/* Every byte value, in each place of a group of four, as both alphabets see it. */
static void takes_its_own_digits_and_no_others(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		bool plain = letter || c == '+' || c == '/';
		bool url = letter || c == '-' || c == '_';

		for (size_t place = 0; place < 4; place++) {
			char text[] = "AAAA", memory[8];
			struct buf out = buf_over(memory, sizeof memory);

			text[place] = (char)c;
			assert_int_equal(b64_url_decode(&out, str_make(text, 4)), url);
			assert_int_equal(out.len, url ? 3 : 0);
			buf_wipe(&out);
			if (c != '=') /* in the last place it is padding */
				assert_int_equal(b64_decode(&out, str_make(text, 4)), plain);
		}
	}
}

static void refuses_what_is_not(void **state)
{
	static const char *const bad_url[] = {"A", "Zg=", "Z g", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "AAAAA", "Zm9v\n", "\x80\x80\x80\x80"};
	static const char *const bad[] = {"Zg", "Zg=", "Zg=a", "=", "==", "===", "====", "A===", "Zh==", "Zm9=", "Zm-v", "Zm_v", "Zg==Zg==", "Zm9v Zg==", "Zm\n9v"};
	char memory[64];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	buf_add(&out, S("kept"));
	for (size_t i = 0; i < sizeof bad_url / sizeof *bad_url; i++) {
		assert_false(b64_url_decode(&out, str_of(bad_url[i])));
		assert_str(buf_str(&out), "kept");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(b64_decode(&out, str_of(bad[i])));
		assert_str(buf_str(&out), "kept");
	}
}

static void fails_where_there_is_no_room(void **state)
{
	char memory[5];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	assert_false(b64_url_decode(&out, S("Zm9vYmFy")));
	assert_int_equal(out.len, 0);
	buf_wipe(&out);
	assert_true(b64_url_decode(&out, S("Zm9vYmE")));
	b64_encode(&out, S("f"));
	assert_true(out.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_rfc_4648),
		cmocka_unit_test(uses_each_digit_in_order),
		cmocka_unit_test(takes_its_own_digits_and_no_others),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(fails_where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
