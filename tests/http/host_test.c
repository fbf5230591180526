#include "support/test.h"

#include "base/buf.h"
#include "http/host.h"

static void writes_v6_as_rfc_5952_says(void **state)
{
	static const struct {
		const char *text, *written; /* NULL: refused */
	} cases[] = {
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"0:0:0:0:0:0:0:0", "::"},
		{"2001:0DB8::0001", "2001:db8::1"},
		{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"1:0:0:4:5:6:0:0", "1::4:5:6:0:0"},
		{"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
		{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
		{"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
		{"::FFFF:102:304", "::ffff:1.2.3.4"},
		{"::1.2.3.4", "::102:304"},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
		{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
		{"", NULL},
		{":", NULL},
		{":::", NULL},
		{"1", NULL},
		{"1:2:3:4:5:6:7", NULL},
		{"1:2:3:4:5:6:7:8:9", NULL},
		{"1:2:3:4::5:6:7:8", NULL},
		{"1::2::3", NULL},
		{":1:2:3:4:5:6:7", NULL},
		{"1:2:3:4:5:6:7:", NULL},
		{":1::2", NULL},
		{"1::2:", NULL},
		{"00001::", NULL},
		{"g::", NULL},
		{"-1::", NULL},
		{" ::1", NULL},
		{"::1%eth0", NULL},
		{"::1/64", NULL},
		{"1.2.3.4::", NULL},
		{"::1.2.3.4:1", NULL},
		{"::1.2.3", NULL},
		{"::1.2.3.04", NULL},
		{"1.2.3.4", NULL},
		{"1:2:3:4:5:6:7:1.2.3.4", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t address[16];
		char memory[64];
		struct buf out = buf_over(memory, sizeof memory);

		if (host_read_v6(str_of(cases[i].text), address) != (cases[i].written != NULL))
			fail_msg("%s: wrongly %s", cases[i].text, cases[i].written ? "refused" : "taken");
		if (!cases[i].written)
			continue;
		host_write_v6(&out, address);
		assert_str(buf_str(&out), cases[i].written);
	}
}

static void v4_is_four_plain_numbers(void **state)
{
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.0", "01.2.3.4", "0x1.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1.2.3.a", "1.2.3.4.",
	};
	uint8_t address[4];

	(void)state;
	assert_true(host_read_v4(S("0.10.200.255"), address));
	assert_memory_equal(address, "\x00\x0a\xc8\xff", 4);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(host_read_v4(str_of(bad[i]), address));
}

static void knows_names(void **state)
{
	static const char *const good[] = {"a", "a.b", "a.b.", "localhost", "my_service", "1a", "a1", "1.a", "xn--p1ai", "A-b", "a.0xg", "1.2.3.4", "a.1b"};
	static const char *const bad[] = {
		"", ".", "..", ".a", "a..", "a..b", "a b", "a/b", "a:b", "a@b", "a%62", "a,b", "[a]", "1", "1.", "a.1", "a.1.", "0x1", "a.0x", "a.0XfF",
		"1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4.", "\xc3\xa9", "a\\b",
	};
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(host_is_name(str_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (host_is_name(str_of(bad[i])))
			fail_msg("%s was taken for a name", bad[i]);
	memset(text, 'a', sizeof text);
	assert_true(host_is_name(str_make(text, 63)));
	assert_false(host_is_name(str_make(text, 64)));
	for (size_t i = 50; i < sizeof text; i += 50)
		text[i] = '.';
	assert_true(host_is_name(str_make(text, 253)));
	assert_false(host_is_name(str_make(text, 254)));
}

static void splits_host_and_port(void **state)
{
	static const struct {
		const char *text, *host; /* NULL: refused */
		uint16_t port;
		bool is_v6;
	} cases[] = {
		{"h", "h", 0, false},
		{"h:", "h", 0, false},
		{"h:80", "h", 80, false},
		{"h:00080", "h", 80, false},
		{"1.2.3.4:65535", "1.2.3.4", 65535, false},
		{"[::1]", "::1", 0, true},
		{"[::1]:", "::1", 0, true},
		{"[::1]:8", "::1", 8, true},
		{"h:65536", NULL, 0, false},
		{"h:0", NULL, 0, false},
		{"h:000080", NULL, 0, false},
		{"h:x", NULL, 0, false},
		{"h:8 ", NULL, 0, false},
		{"h:8:8", NULL, 0, false},
		{":8", NULL, 0, false},
		{"", NULL, 0, false},
		{"::1", NULL, 0, false},
		{"[::1", NULL, 0, false},
		{"[::1]8", NULL, 0, false},
		{"[::1]]", NULL, 0, false},
		{"[h]", NULL, 0, false},
		{"[]", NULL, 0, false},
		{"x[::1]", NULL, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str host;
		bool is_v6;
		uint16_t port;

		if (host_split(str_of(cases[i].text), &host, &is_v6, &port) != (cases[i].host != NULL))
			fail_msg("%s: wrongly %s", cases[i].text, cases[i].host ? "refused" : "taken");
		if (!cases[i].host)
			continue;
		assert_str(host, cases[i].host);
		assert_int_equal(port, cases[i].port);
		assert_int_equal(is_v6, cases[i].is_v6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_v6_as_rfc_5952_says),
		cmocka_unit_test(v4_is_four_plain_numbers),
		cmocka_unit_test(knows_names),
		cmocka_unit_test(splits_host_and_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
