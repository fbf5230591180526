#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/cert.h"
#include "crypto/roots.h"
#include "crypto/trust.h"
#include "support/certs.h"

/* A few files: a path, and the certificates or the text in it. */
struct file {
	const char *path;
	const char *certs; /* names, as support/certs reads them */
	const char *text;
};

struct machine {
	const struct file *files;
	size_t n;
	unsigned reads;
};

static bool read_file(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	struct machine *m = self;
	struct trust_files certs = certs_files();

	m->reads++;
	for (size_t i = 0; i < m->n; i++) {
		if (!str_same(path, str_of(m->files[i].path)))
			continue;
		if (m->files[i].certs)
			return certs.read(NULL, str_of(m->files[i].certs), a, content, e);
		*content = str_of(m->files[i].text);
		return true;
	}
	return err_set(e, ERR_SYSTEM, "%.*s: No such file or directory", STR(path));
}

static bool list_folder(void *self, struct str path, struct arena *a, struct str **paths, size_t *n, struct err *e)
{
	struct machine *m = self;

	*paths = arena_take_many(a, m->n, sizeof **paths);
	*n = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct str file = str_of(m->files[i].path);

		if (str_starts(file, path) && !str_has(str_from(file, path.len + 1), '/'))
			(*paths)[(*n)++] = file;
	}
	return *n > 0 || err_set(e, ERR_SYSTEM, "%.*s: No such file or directory", STR(path));
}

#define MACHINE(list) {list, sizeof list / sizeof *list, 0}

static struct trust_files files_of(struct machine *m)
{
	return (struct trust_files){read_file, list_folder, m};
}

static bool has(const struct trust *t, const char *name)
{
	struct arena a;
	struct cert c;
	bool found;

	assert_true(arena_new(&a, 1 << 16));
	assert_true(cert_read(certs_der(name, &a), &c, NULL));
	found = trust_find(t, c.subject, NULL) != NULL;
	arena_free(&a);
	return found;
}

static const struct file files[] = {
	{"/etc/ssl/cert.pem", "root-old", NULL},
	{"/etc/ssl/ca-bundle.pem", "root-rsa", NULL},
	{"/etc/pki/tls/certs/ca-bundle.crt", NULL, "no certificate\n"},
	{"/given", "root", NULL},
	{"/env", "root-p384", NULL},
	{"/more", "root-twin", NULL},
	{"/node", "alone", NULL},
	{"/dir/a.pem", "root root-old", NULL},
	{"/dir/b.0", "root", NULL},
	{"/dir/README", NULL, "words"},
	{"/second/c", "root-p384", NULL},
	{"/empty", NULL, ""},
	{"/key", "server.key", NULL},
	{"/damaged", NULL, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
};

static void the_first_that_is_given_decides(void **state)
{
	static const struct {
		struct trust_wish wish;
		const char *has, *has_not, *source;
		size_t roots;
	} cases[] = {
		{{.ca_file = S_INIT("/given"), .ssl_cert_file = S_INIT("/env"), .ssl_cert_dir = S_INIT("/dir")},
			"root", "root-p384", "--ca-file /given", 1},
		{{.ssl_cert_file = S_INIT("/env"), .ssl_cert_dir = S_INIT("/dir")},
			"root-p384", "root", "SSL_CERT_FILE /env", 1},
		{{.ssl_cert_dir = S_INIT("/dir")}, "root-old", "root-rsa", "SSL_CERT_DIR /dir", 2},
		{{.ssl_cert_dir = S_INIT("/missing:/dir::/second")}, "root-p384", "root-rsa", "SSL_CERT_DIR /missing:/dir::/second", 3},
		{{.ssl_cert_file = S_INIT("")}, "root-rsa", "root-old", "/etc/ssl/ca-bundle.pem", 1},
		{{.extra_ca = S_INIT("/more")}, "root-rsa", "root-p384", "/etc/ssl/ca-bundle.pem and --extra-ca /more", 2},
		{{.ca_file = S_INIT("/given"), .extra_ca = S_INIT("/env"), .node_extra_ca = S_INIT("/node")},
			"alone", "root-rsa", "--ca-file /given and --extra-ca /env and NODE_EXTRA_CA_CERTS /node", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct machine m = MACHINE(files);
		struct trust t = {0};
		struct err e = {0};

		trust_init(&t, cases[i].wish, files_of(&m));
		assert_ok(trust_load(&t, &e), &e);
		assert_int_equal(t.roots, cases[i].roots);
		assert_true(has(&t, cases[i].has));
		assert_false(has(&t, cases[i].has_not));
		assert_str(trust_source(&t), cases[i].source);
		trust_free(&t);
	}
}

static void nothing_is_read_before_it_is_asked_for_nor_twice(void **state)
{
	struct machine m = MACHINE(files);
	struct trust t = {0};
	struct err e = {0};
	unsigned reads;

	(void)state;
	trust_init(&t, (struct trust_wish){0}, files_of(&m));
	assert_int_equal(m.reads, 0);
	assert_str(trust_source(&t), "");
	assert_ok(trust_load(&t, &e), &e);
	reads = m.reads;
	assert_ok(trust_load(&t, &e), &e);
	assert_int_equal(m.reads, reads);
	trust_free(&t);
	trust_free(&t);
}

static void what_was_named_must_be_there_and_hold_a_certificate(void **state)
{
	static const struct {
		struct trust_wish wish;
		const char *text;
	} cases[] = {
		{{.ca_file = S_INIT("/missing")}, "--ca-file /missing: No such file"},
		{{.ca_file = S_INIT("/empty")}, "--ca-file /empty holds no certificate"},
		{{.ca_file = S_INIT("/key")}, "--ca-file /key holds no certificate"},
		{{.ca_file = S_INIT("/damaged")}, "--ca-file /damaged holds no certificate"},
		{{.ssl_cert_file = S_INIT("/missing")}, "SSL_CERT_FILE /missing: No such file"},
		{{.ssl_cert_dir = S_INIT("/missing")}, "SSL_CERT_DIR /missing: No such file"},
		{{.ssl_cert_dir = S_INIT("/dir/README")}, "SSL_CERT_DIR /dir/README: no file there holds a certificate"},
		{{.extra_ca = S_INIT("/missing")}, "--extra-ca /missing: No such file"},
		{{.node_extra_ca = S_INIT("/empty")}, "NODE_EXTRA_CA_CERTS /empty holds no certificate"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct machine m = MACHINE(files);
		struct trust t = {0};
		struct err e = {0};

		trust_init(&t, cases[i].wish, files_of(&m));
		assert_false(trust_load(&t, &e));
		assert_int_equal(e.kind, ERR_CONFIG);
		if (!strstr(e.text, cases[i].text))
			fail_msg("\"%s\" instead of \"%s\"", e.text, cases[i].text);
		assert_int_equal(t.roots, 0);
		assert_false(trust_load(&t, &e));
		trust_free(&t);
	}
}

static void a_root_that_is_there_already_is_not_an_empty_file(void **state)
{
	struct machine m = MACHINE(files);
	struct trust t = {0};
	struct err e = {0};

	(void)state;
	trust_init(&t, (struct trust_wish){.ca_file = S("/given"), .extra_ca = S("/given")}, files_of(&m));
	assert_ok(trust_load(&t, &e), &e);
	assert_int_equal(t.roots, 1);
	trust_free(&t);
}

static void counts_what_it_cannot_read(void **state)
{
	static const struct file some[] = {
		{"/bundle", NULL, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"
			"-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n"
			"-----BEGIN EC PARAMETERS-----\nMAA=\n-----END EC PARAMETERS-----\n"},
		{"/good", "root", NULL},
	};
	struct machine m = MACHINE(some);
	struct trust t = {0};
	struct err e = {0};

	(void)state;
	trust_init(&t, (struct trust_wish){.ssl_cert_dir = S("/")}, files_of(&m));
	assert_ok(trust_load(&t, &e), &e);
	assert_int_equal(t.roots, 1);
	assert_int_equal(t.skipped, 2);
	trust_free(&t);
}

static bool read_der(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	(void)self;
	(void)path;
	(void)e;
	*content = certs_der("root", a);
	return true;
}

static void one_certificate_in_der_will_do(void **state)
{
	struct trust t = {0};
	struct err e = {0};

	(void)state;
	trust_init(&t, (struct trust_wish){.ca_file = S("root.der")}, (struct trust_files){read_der, list_folder, NULL});
	assert_ok(trust_load(&t, &e), &e);
	assert_int_equal(t.roots, 1);
	assert_true(has(&t, "root"));
	trust_free(&t);
}

static void without_any_file_it_falls_back_on_what_is_built_in(void **state)
{
	struct machine m = {files, 0, 0};
	struct trust t = {0};
	struct err e = {0};

	(void)state;
	trust_init(&t, (struct trust_wish){0}, files_of(&m));
	assert_ok(trust_load(&t, &e), &e);
	assert_int_equal(m.reads, 5);
	assert_int_equal(t.roots, roots_embedded.count);
	assert_in_range(t.roots, 50, 500);
	assert_true(str_starts(trust_source(&t), S("the roots built into keyfob")));
	for (const struct trust_root *r = t.first; r; r = r->next) {
		const struct trust_root *found = trust_find(&t, r->name, NULL);

		while (found && found != r)
			found = trust_find(&t, r->name, found);
		assert_ptr_equal(found, r);
		assert_true(r->is_ca);
	}
	trust_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_is_given_decides),
		cmocka_unit_test(nothing_is_read_before_it_is_asked_for_nor_twice),
		cmocka_unit_test(what_was_named_must_be_there_and_hold_a_certificate),
		cmocka_unit_test(a_root_that_is_there_already_is_not_an_empty_file),
		cmocka_unit_test(counts_what_it_cannot_read),
		cmocka_unit_test(one_certificate_in_der_will_do),
		cmocka_unit_test(without_any_file_it_falls_back_on_what_is_built_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
