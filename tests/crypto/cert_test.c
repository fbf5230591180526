#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "crypto/cert.h"
#include "crypto/cert_text.h"
#include "support/certs.h"

static struct arena arena;

static int make_arena(void **state)
{
	(void)state;
	return arena_new(&arena, 1 << 20) ? 0 : -1;
}

static int drop_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct cert read_one(const char *name)
{
	struct cert c;
	struct err e = {0};

	assert_ok(cert_read(certs_der(name, &arena), &c, &e), &e);
	return c;
}

static void takes_a_certificate_apart(void **state)
{
	struct cert root = read_one("root");
	struct cert between = read_one("between");
	struct cert server = read_one("server");

	(void)state;
	assert_true(root.is_ca && between.is_ca && !server.is_ca);
	assert_true(str_same(server.issuer, between.subject));
	assert_true(str_same(between.issuer, root.subject));
	assert_true(str_same(root.issuer, root.subject));
	assert_true(server.has_alt_names && !root.has_alt_names);
	assert_true(server.has_usages && !root.has_usages);
	assert_true(server.not_before < CERTS_NOW && server.not_after > CERTS_NOW);
	assert_true(read_one("between-expired").not_after < CERTS_NOW);
	assert_true(read_one("between-constrained").constrained && !between.constrained);
	assert_true(read_one("server-critical").unknown_critical && !server.unknown_critical);
	assert_true(cert_is_for_servers(&server) && cert_is_for_servers(&root));
	server = read_one("server-client");
	assert_false(cert_is_for_servers(&server));
}

static void refuses_a_certificate_that_is_cut_or_lengthened(void **state)
{
	struct str der = certs_der("server", &arena);
	struct cert c;

	(void)state;
	for (size_t len = 0; len < der.len; len++)
		assert_false(cert_read(str_first(der, len), &c, NULL));
	assert_false(cert_read(str_make(der.at, der.len + 1), &c, NULL));
}

static void says_where_it_is_malformed(void **state)
{
	static const struct {
		const char *hex, *where;
	} cases[] = {
		{"", "outermost layer"},
		{"3003020101", "outermost layer"},
		{"30023000", "serial number"},
		{"300730050a0302", "outermost layer"},
		{"30073005a003020105", "version"},
		{"30073005a003020101", "version"},
		{"30053003020101", "serial number"},
		{"300730050201013000", "issuer"},
		{"3009300702010130003000", "validity"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf der = buf_in(&arena, 0);
		struct cert c;
		struct err e = {0};

		assert_true(hex_decode(&der, str_of(cases[i].hex)));
		assert_false(cert_read(buf_str(&der), &c, &e));
		if (!strstr(e.text, cases[i].where))
			fail_msg("%s: %s", cases[i].hex, e.text);
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

static void assert_name(const char *der, size_t len, const char *text)
{
	char memory[200];
	struct buf out = buf_over(memory, sizeof memory);

	cert_text_name(&out, str_make(der, len));
	assert_str(buf_str(&out), text);
}

#define ASSERT_NAME(literal, text) assert_name(literal, sizeof literal - 1, text)

static void names_are_told_in_printable_ascii(void **state)
{
	struct cert c = read_one("root-control");
	char memory[200];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	cert_text_name(&out, c.subject);
	assert_str(buf_str(&out), "CN=Ro?ot");
	ASSERT_NAME("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x0a\x0c\x02\xc3\xa9", "O=??");
	ASSERT_NAME("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x0b\x13\x03" "abc", "OU=abc");
	ASSERT_NAME("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02" "DE", "(no name)");
	ASSERT_NAME("\x30\x00", "(no name)");
	ASSERT_NAME("", "(no name)");
	ASSERT_NAME("\x30\x0d\x31\x0b", "(no name)");
}

static void oids_and_dates_are_told_as_people_write_them(void **state)
{
	static const struct {
		struct str oid;
		const char *text;
	} oids[] = {
		{S_INIT("\x55\x1d\x11"), "2.5.29.17"},
		{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "1.2.840.113549.1.1.11"},
		{S_INIT("\x09\x01"), "0.9.1"},
		{S_INIT("\x88\x37"), "2.999"},
	};
	char memory[200];
	struct buf out = buf_over(memory, sizeof memory);

	(void)state;
	for (size_t i = 0; i < sizeof oids / sizeof *oids; i++) {
		buf_wipe(&out);
		cert_text_oid(&out, oids[i].oid);
		assert_str(buf_str(&out), oids[i].text);
	}
	buf_wipe(&out);
	cert_text_date(&out, CERTS_NOW);
	assert_str(buf_str(&out), "2030-01-01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_certificate_apart),
		cmocka_unit_test(refuses_a_certificate_that_is_cut_or_lengthened),
		cmocka_unit_test(says_where_it_is_malformed),
		cmocka_unit_test(names_are_told_in_printable_ascii),
		cmocka_unit_test(oids_and_dates_are_told_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
