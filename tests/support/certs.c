#include "support/certs.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/pem.h"

static struct str pem_of(struct str name)
{
	char path[128];

	snprintf(path, sizeof path, "x509/%.*s.pem", STR(name));
	return test_vector(path);
}

struct str certs_der(const char *name, struct arena *a)
{
	struct str text = pem_of(str_of(name));
	struct str rest = text;
	struct str label;
	struct buf der = buf_in(a, 0);

	if (!pem_next(&rest, &label, &der, NULL)) {
		print_error("%s.pem holds no block\n", name);
		abort();
	}
	free((void *)(uintptr_t)text.at);
	return buf_str(&der);
}

static bool read_names(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	struct buf out = buf_in(a, 0);
	struct str name;

	(void)self;
	if (str_starts(path, S("/")))
		return err_set(e, ERR_SYSTEM, "%.*s: No such file or directory", STR(path));
	while (str_word(&path, ' ', &name)) {
		struct str text = pem_of(name);

		buf_add(&out, text);
		free((void *)(uintptr_t)text.at);
	}
	*content = buf_str(&out);
	return true;
}

static bool list_nothing(void *self, struct str path, struct arena *a, struct str **paths, size_t *n, struct err *e)
{
	(void)self;
	(void)a;
	*paths = NULL;
	*n = 0;
	return err_set(e, ERR_SYSTEM, "%.*s: No such file or directory", STR(path));
}

struct trust_files certs_files(void)
{
	return (struct trust_files){read_names, list_nothing, NULL};
}

void certs_trust(struct trust *t, const char *names)
{
	struct err e = {0};

	trust_init(t, (struct trust_wish){.ca_file = str_of(names)}, certs_files());
	assert_ok(trust_load(t, &e), &e);
}
