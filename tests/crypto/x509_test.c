#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "crypto/trust.h"
#include "crypto/x509.h"
#include "support/certs.h"

/* What BearSSL does with a chain: certificates in pieces of at most `piece` bytes. */
static unsigned present(struct x509 *x, struct str chain, size_t piece)
{
	const br_x509_class *engine = x->vtable;
	struct arena a;
	struct str name;
	unsigned error;

	assert_true(arena_new(&a, 1 << 20));
	engine->start_chain(&x->vtable, NULL);
	while (str_word(&chain, ' ', &name)) {
		char text[64];
		struct str der;

		snprintf(text, sizeof text, "%.*s", STR(name));
		der = certs_der(text, &a);
		engine->start_cert(&x->vtable, (uint32_t)der.len);
		for (; der.len; der = str_from(der, piece)) {
			struct str part = str_first(der, piece);

			engine->append(&x->vtable, (const unsigned char *)part.at, part.len);
		}
		engine->end_cert(&x->vtable);
	}
	error = engine->end_chain(&x->vtable);
	arena_free(&a);
	return error;
}

struct row {
	const char *chain;
	const char *roots;
	const char *host;
	const char *refusal; /* words of it; NULL: accepted */
};

static void check(const struct row *row, int64_t now)
{
	struct trust trust;
	struct arena a;
	struct x509 x;
	struct err e = {0};
	unsigned error;

	certs_trust(&trust, row->roots);
	assert_true(arena_new(&a, X509_MEMORY));
	assert_ok(x509_begin(&x, &trust, str_of(row->host), now, &a, &e), &e);
	error = present(&x, str_of(row->chain), 700);
	if (x509_refused(&x, &e) != (row->refusal != NULL) || (row->refusal && !strstr(e.text, row->refusal)))
		fail_msg("%s below %s for %s: \"%s\"", row->chain, row->roots, row->host, e.text);
	assert_int_equal(error != 0, row->refusal != NULL);
	assert_int_equal(x.vtable->get_pkey(&x.vtable, NULL) != NULL, row->refusal == NULL);
	if (row->refusal)
		assert_int_equal(e.kind, ERR_NETWORK);
	arena_free(&a);
	trust_free(&trust);
}

#define CHECK_ALL(rows) \
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) \
		check(&rows[i], CERTS_NOW)

static void accepts_what_leads_to_a_root(void **state)
{
	static const struct row rows[] = {
		{"server between", "root", "server.example", NULL},
		{"server between root", "root", "server.example", NULL},
		{"server-of-root", "root", "server.example", NULL},
		{"server-of-second second between", "root", "server.example", NULL},
		{"server-of-rsa", "root-rsa", "server.example", NULL},
		{"server-of-p384", "root-p384", "server.example", NULL},
		{"server-p521 between", "root", "server.example", NULL},
		{"server-rsa4096 between", "root", "server.example", NULL},
		{"server-policies between", "root", "server.example", NULL},
		{"server-many between", "root", "n252.example", NULL},
		{"server between", "root-p384 root root-rsa", "server.example", NULL},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void the_order_behind_the_first_does_not_matter(void **state)
{
	static const struct row rows[] = {
		{"server-of-second between second", "root", "server.example", NULL},
		{"server root between", "root", "server.example", NULL},
		{"server server between", "root", "server.example", NULL},
		{"server second between", "root", "server.example", NULL},
		{"server server-many root-rsa between", "root", "server.example", NULL},
		{"server between between server root root", "root", "server.example", NULL},
		{"between server", "root", "server.example", "names no host"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void tries_every_way_to_a_root(void **state)
{
	static const struct row rows[] = {
		/* one root signed by another, either of them being trusted */
		{"server between root-cross", "root-old", "server.example", NULL},
		{"server between root-cross", "root", "server.example", NULL},
		{"server between root-cross", "root-old root", "server.example", NULL},
		/* two certificates for what stands between */
		{"server between between-old", "root-old", "server.example", NULL},
		{"server between-old between", "root", "server.example", NULL},
		{"server between-expired between", "root", "server.example", NULL},
		/* two roots of the same name */
		{"server between", "root-twin root", "server.example", NULL},
		{"server between", "root root-twin", "server.example", NULL},
		{"server between", "root-twin", "server.example", "a signature in the chain is wrong"},
		{"server between", "root-constrained root-twin", "server.example", "a signature in the chain is wrong"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void says_which_issuer_is_not_trusted(void **state)
{
	static const struct row rows[] = {
		{"server", "root", "server.example", "certificate of server.example was issued by CN=Between, which is not among"},
		{"server between", "root-rsa", "server.example", "CN=Between in the chain of server.example was issued by CN=Root, which"},
		{"server between", "root-rsa", "server.example", "(--ca-file root-rsa) nor sent along: use --extra-ca FILE"},
		{"server between root", "root-rsa", "server.example", "CN=Root in the chain of server.example is self-signed"},
		{"server-of-second second", "root", "server.example", "CN=Second in the chain of server.example was issued by CN=Between"},
		{"alone", "root", "server.example", "the certificate of server.example is self-signed and not among the trusted roots"},
		{"", "root", "server.example", "server.example sent no certificate"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void a_certificate_can_be_trusted_by_itself(void **state)
{
	static const struct row rows[] = {
		{"alone", "alone", "server.example", NULL},
		{"alone-ca", "alone-ca", "server.example", NULL},
		{"server", "server", "server.example", NULL},
		{"server-sha1", "server-sha1", "server.example", NULL},
		{"alone", "alone", "other.example", "is for server.example, *.wild.example, not for other.example"},
		{"alone", "server-p521", "server.example", "self-signed"},
		{"server-of-root", "alone", "server.example", NULL}, /* another certificate for that name and key */
	};

	(void)state;
	CHECK_ALL(rows);
}

static void matches_the_host_and_nothing_like_it(void **state)
{
	static const char other[] = "not for";
	static const struct row rows[] = {
		{"server between", "root", "SERVER.Example", NULL},
		{"server between", "root", "server.example.", NULL},
		{"server between", "root", "a.wild.example", NULL},
		{"server between", "root", "wild.example", other},
		{"server between", "root", "a.b.wild.example", other},
		{"server between", "root", ".wild.example", other},
		{"server between", "root", "xserver.example", other},
		{"server between", "root", "server.example.org", other},
		{"server between", "root", "192.0.2.7", "is for server.example, *.wild.example, not for 192.0.2.7"},
		{"server-names between", "root", "upper.example", NULL},
		{"server-names between", "root", "two.one.EXAMPLE", NULL},
		{"server-names between", "root", "one.example", other}, /* a wildcard directly below the top */
		{"server-names between", "root", "ab.part.example", other},
		{"server-names between", "root", "x.y.mid.example", other},
		{"server-names between", "root", "nothing.example", "is for UPPER.Example, *.One.example and 3 more, not for nothing.example"},
		{"server-address between", "root", "192.0.2.7", NULL},
		{"server-address between", "root", "2001:db8::7", NULL},
		{"server-address between", "root", "2001:0DB8:0:0::0:7", NULL},
		{"server-address between", "root", "192.0.2.8", "is for 192.0.2.7, 2001:db8::7, not for 192.0.2.8"},
		{"server-address between", "root", "2001:db8::8", other},
		{"server-address between", "root", "address", other},
		{"server-address-as-name between", "root", "192.0.2.7", other},
		{"server-local between", "root", "localhost", NULL},
		{"server-local between", "root", "::1", NULL},
		{"server-no-names between", "root", "server.example", "names no host (it has no subject alternative name)"},
		{"server-mail between", "root", "server.example", "is for no host at all, not for server.example"},
		{"server-many between", "root", "n253.example", "is for n1.example, n2.example and 250 more, not for n253.example"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void the_usage_must_allow_servers(void **state)
{
	static const struct row rows[] = {
		{"server-any between", "root", "server.example", NULL},
		{"server between-server", "root", "server.example", NULL},
		{"server-client between", "root", "server.example", "is not meant for servers"},
		{"server between-client", "root", "server.example", "CN=Between in the chain of server.example is not meant for servers"},
		{"server-usage-critical between", "root", "server.example", "(OID 2.5.29.37)"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void refuses_what_it_does_not_evaluate(void **state)
{
	static const struct row rows[] = {
		{"server between-constrained", "root", "server.example", "CN=Between in the chain of server.example has name constraints"},
		{"server between-constrained-critical", "root", "server.example", "has name constraints"},
		{"server between", "root-constrained", "server.example", "the root CN=Root (--ca-file root-constrained) does not vouch for server.example: it has name constraints"},
		{"server-critical between", "root", "server.example", "of server.example has a critical extension that keyfob does not evaluate (OID 1.2.3.4)"},
		{"server between-critical", "root", "server.example", "CN=Between in the chain of server.example has a critical extension"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void only_authorities_issue(void **state)
{
	static const struct row rows[] = {
		{"server between-no-ca", "root", "server.example", "CN=Between in the chain of server.example may not issue others (it is no CA)"},
		{"server between-bare", "root", "server.example", "(it is no CA)"},
		{"server between-no-sign", "root", "server.example", "used for what it is not allowed to"},
		{"server-of-second second between-short", "root", "server.example", "may not issue others"},
		{"server between-short", "root", "server.example", NULL},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void refuses_weak_and_unknown_algorithms(void **state)
{
	static const struct row rows[] = {
		{"server-rsa1024 between", "root", "server.example", "its RSA key of 1024 bits is too short: 2048 is the least"},
		{"server-rsa8192 between", "root", "server.example", "its RSA key of 8192 bits is too long"},
		{"server-of-weak weak", "root", "server.example", "CN=Weak in the chain of server.example cannot be used: its RSA key of 1024"},
		{"server between-rsa8192", "root-rsa8192", "server.example", "root CN=RSA 8192 Root (--ca-file root-rsa8192) does not vouch for server.example: its RSA key of 8192"},
		{"server-sha1 between", "root", "server.example", "is signed with SHA-1"},
		{"server between-sha1", "root", "server.example", "CN=Between in the chain of server.example is signed with SHA-1"},
		{"server-md5", "root-rsa", "server.example", "is signed with MD5"},
		{"server-pss", "root-rsa", "server.example", "is signed with RSA-PSS"},
		{"server-ed25519 between", "root", "server.example", "its key is neither RSA nor on an elliptic curve"},
		{"server-k1 between", "root", "server.example", "its key is on a curve other than P-256"},
	};

	(void)state;
	CHECK_ALL(rows);
}

static void tells_the_date_of_what_expired(void **state)
{
	static const struct row expired = {"server between-expired", "root", "server.example",
		"CN=Between in the chain of server.example expired on 20"};
	static const struct row short_lived = {"server-short between", "root", "server.example",
		"the certificate of server.example expired on 20"};
	static const struct row early = {"server between", "root", "server.example",
		"the certificate of server.example is not valid before 20"};
	static const struct row old = {"server between", "root", "server.example", "expired on 21"};

	(void)state;
	check(&expired, CERTS_NOW);
	check(&short_lived, CERTS_NOW);
	check(&early, CERTS_NOW - 10LL * 365 * 86400);
	check(&old, CERTS_NOW + 100LL * 365 * 86400);
	check(&(struct row){"server between", "root", "server.example", "(the clock here says 1970-01-01)"}, 0);
}

/* --- What is not in a certificate ---------------------------------------------- */

static void begin(struct x509 *x, const struct trust *trust, struct arena *a)
{
	struct err e = {0};

	assert_true(arena_new(a, X509_MEMORY));
	assert_ok(x509_begin(x, trust, S("server.example"), CERTS_NOW, a, &e), &e);
}

static void every_piece_gives_the_same(void **state)
{
	struct trust trust;
	struct arena a;
	struct x509 x;

	(void)state;
	certs_trust(&trust, "root");
	begin(&x, &trust, &a);
	for (size_t piece = 1; piece < 400; piece += 19)
		assert_int_equal(present(&x, S("server between"), piece), 0); /* the same x, each time anew */
	arena_free(&a);
	trust_free(&trust);
}

static void any_changed_byte_of_the_signed_part_is_noticed(void **state)
{
	struct trust trust;
	struct arena a;
	struct arena memory;
	struct x509 x;
	struct str der;
	char *bytes;

	(void)state;
	certs_trust(&trust, "root");
	begin(&x, &trust, &a);
	assert_true(arena_new(&memory, 1 << 16));
	der = certs_der("server-of-root", &memory);
	bytes = arena_take(&memory, der.len);
	for (size_t i = 0; i < der.len; i++) {
		memcpy(bytes, der.at, der.len);
		bytes[i] ^= 1;
		x.vtable->start_chain(&x.vtable, NULL);
		x.vtable->start_cert(&x.vtable, (uint32_t)der.len);
		x.vtable->append(&x.vtable, (const unsigned char *)bytes, der.len);
		x.vtable->end_cert(&x.vtable);
		if (x.vtable->end_chain(&x.vtable) == 0)
			fail_msg("byte %zu of %zu does not matter", i, der.len);
	}
	arena_free(&memory);
	arena_free(&a);
	trust_free(&trust);
}

static void refuses_more_than_it_will_hold(void **state)
{
	static unsigned char zeroes[X509_CHAIN_MAX / 2];
	struct trust trust;
	struct arena a;
	struct x509 x;
	struct err e = {0};

	(void)state;
	certs_trust(&trust, "root");
	begin(&x, &trust, &a);
	assert_int_not_equal(present(&x, S("server between root root root root root root root root root"), 700), 0);
	assert_true(x509_refused(&x, &e));
	assert_non_null(strstr(e.text, "server.example sent more than 10 certificates"));
	assert_int_equal(present(&x, S("server between root root root root root root root root"), 700), 0);
	x.vtable->start_chain(&x.vtable, NULL);
	for (int i = 0; i < 3; i++) {
		x.vtable->start_cert(&x.vtable, sizeof zeroes);
		x.vtable->append(&x.vtable, zeroes, sizeof zeroes);
		x.vtable->end_cert(&x.vtable);
	}
	assert_int_not_equal(x.vtable->end_chain(&x.vtable), 0);
	assert_true(x509_refused(&x, &e));
	assert_non_null(strstr(e.text, "more than 64 KiB"));
	arena_free(&a);
	trust_free(&trust);
}

static void names_what_is_malformed(void **state)
{
	struct trust trust;
	struct arena a;
	struct x509 x;
	struct err e = {0};

	(void)state;
	certs_trust(&trust, "root");
	begin(&x, &trust, &a);
	x.vtable->start_chain(&x.vtable, NULL);
	x.vtable->start_cert(&x.vtable, 3);
	x.vtable->append(&x.vtable, (const unsigned char *)"abc", 3);
	x.vtable->end_cert(&x.vtable);
	assert_int_not_equal(x.vtable->end_chain(&x.vtable), 0);
	assert_true(x509_refused(&x, &e));
	assert_string_equal(e.text, "server.example: the certificate is malformed (in its outermost layer)");
	assert_int_equal(e.kind, ERR_NETWORK);
	arena_free(&a);
	trust_free(&trust);
}

static void gives_the_key_of_the_server(void **state)
{
	struct trust trust;
	struct arena a;
	struct x509 x;
	const br_x509_pkey *key;
	unsigned usages = 0;

	(void)state;
	certs_trust(&trust, "root root-rsa");
	begin(&x, &trust, &a);
	assert_int_equal(present(&x, S("server between"), 700), 0);
	arena_reset(&a); /* the key is kept in x itself */
	key = x.vtable->get_pkey(&x.vtable, &usages);
	assert_int_equal(key->key_type, BR_KEYTYPE_EC);
	assert_int_equal(key->key.ec.curve, BR_EC_secp256r1);
	assert_int_equal(key->key.ec.q[0], 4);
	assert_true(usages & BR_KEYTYPE_SIGN);
	arena_free(&a);
	begin(&x, &trust, &a);
	assert_int_equal(present(&x, S("server-of-rsa"), 700), 0);
	key = x.vtable->get_pkey(&x.vtable, &usages);
	assert_int_equal(key->key_type, BR_KEYTYPE_RSA);
	assert_int_equal(key->key.rsa.nlen, 256);
	assert_memory_equal(key->key.rsa.e, "\1\0\1", 3);
	arena_free(&a);
	trust_free(&trust);
}

static void sends_names_and_never_addresses(void **state)
{
	static const struct {
		const char *host, *sent;
	} cases[] = {
		{"server.example", "server.example"},
		{"server.example.", "server.example"},
		{"192.0.2.7", NULL},
		{"2001:db8::7", NULL},
		{"1.2.3", "1.2.3"},
	};
	struct trust trust = {0};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct x509 x;
		struct err e = {0};

		assert_ok(x509_begin(&x, &trust, str_of(cases[i].host), 0, &a, &e), &e);
		if (cases[i].sent)
			assert_string_equal(x509_server_name(&x), cases[i].sent);
		else
			assert_null(x509_server_name(&x));
		assert_false(x509_refused(&x, NULL));
	}
}

static void refuses_hosts_that_cannot_be_checked(void **state)
{
	static char long_name[257];
	struct trust trust = {0};
	struct arena a = {0};
	struct x509 x;

	(void)state;
	memset(long_name, 'a', 256);
	assert_false(x509_begin(&x, &trust, S(""), 0, &a, NULL));
	assert_false(x509_begin(&x, &trust, S("."), 0, &a, NULL));
	assert_false(x509_begin(&x, &trust, S("server.example\0.org"), 0, &a, NULL));
	assert_false(x509_begin(&x, &trust, str_of(long_name), 0, &a, NULL));
	long_name[255] = 0;
	assert_true(x509_begin(&x, &trust, str_of(long_name), 0, &a, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_leads_to_a_root),
		cmocka_unit_test(the_order_behind_the_first_does_not_matter),
		cmocka_unit_test(tries_every_way_to_a_root),
		cmocka_unit_test(says_which_issuer_is_not_trusted),
		cmocka_unit_test(a_certificate_can_be_trusted_by_itself),
		cmocka_unit_test(matches_the_host_and_nothing_like_it),
		cmocka_unit_test(the_usage_must_allow_servers),
		cmocka_unit_test(refuses_what_it_does_not_evaluate),
		cmocka_unit_test(only_authorities_issue),
		cmocka_unit_test(refuses_weak_and_unknown_algorithms),
		cmocka_unit_test(tells_the_date_of_what_expired),
		cmocka_unit_test(every_piece_gives_the_same),
		cmocka_unit_test(any_changed_byte_of_the_signed_part_is_noticed),
		cmocka_unit_test(refuses_more_than_it_will_hold),
		cmocka_unit_test(names_what_is_malformed),
		cmocka_unit_test(gives_the_key_of_the_server),
		cmocka_unit_test(sends_names_and_never_addresses),
		cmocka_unit_test(refuses_hosts_that_cannot_be_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
