#include "crypto/trust.h"

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/der.h"
#include "crypto/pem.h"
#include "crypto/roots.h"

enum {
	KEPT = 8 * 1024 * 1024,        /* names and keys; some 450 bytes a root */
	READ = 3 * TRUST_FILE_MAX / 2, /* a file, and one certificate of it */
	CERT_MAX = 64 * 1024,
	FOLDER_MAX = 1024 * 1024,
};

static const struct str bundles[] = {
	S_INIT("/etc/ssl/certs/ca-certificates.crt"),
	S_INIT("/etc/pki/tls/certs/ca-bundle.crt"),
	S_INIT("/etc/ssl/ca-bundle.pem"),
	S_INIT("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
	S_INIT("/etc/ssl/cert.pem"),
};

void trust_init(struct trust *t, struct trust_wish wish, struct trust_files files)
{
	*t = (struct trust){.wish = wish, .files = files};
}

void trust_free(struct trust *t)
{
	arena_free(&t->arena);
	trust_init(t, t->wish, t->files);
}

const struct trust_root *trust_find(const struct trust *t, struct str name, const struct trust_root *after)
{
	for (const struct trust_root *r = after ? after->next : t->first; r; r = r->next)
		if (str_same(r->name, name))
			return r;
	return NULL;
}

struct str trust_source(const struct trust *t)
{
	return str_of(t->source);
}

static bool no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "there is no memory for the trusted roots");
}

/* name and spki must stay as long as t does. */
static bool add(struct trust *t, struct trust_root root, struct err *e)
{
	struct trust_root *kept = arena_one(&t->arena, struct trust_root);

	if (!kept)
		return no_memory(e);
	*kept = root;
	kept->next = NULL;
	*t->last = kept;
	t->last = &kept->next;
	t->roots++;
	return true;
}

static bool has(const struct trust *t, const struct cert *c)
{
	for (const struct trust_root *r = trust_find(t, c->subject, NULL); r; r = trust_find(t, c->subject, r))
		if (str_same(r->spki, c->spki) && r->is_ca == c->is_ca)
			return true;
	return false;
}

/* Folders of roots often hold each of them under several names: it is kept once. */
static bool add_cert(struct trust *t, struct str der, struct err *e)
{
	struct trust_root root;
	struct cert c;

	if (!cert_read(der, &c, NULL)) {
		t->skipped++;
		return true;
	}
	t->found++;
	if (has(t, &c))
		return true;
	root = (struct trust_root){arena_str(&t->arena, c.subject), arena_str(&t->arena, c.spki), c.is_ca, c.constrained, NULL};
	return root.name.at && root.spki.at ? add(t, root, e) : no_memory(e);
}

static bool is_certificate(struct str label)
{
	return str_same(label, S("CERTIFICATE")) || str_same(label, S("X509 CERTIFICATE"));
}

/* PEM, or one certificate in DER. */
static bool add_content(struct trust *t, struct str content, struct arena scratch, struct err *e)
{
	struct buf der = buf_in(&scratch, CERT_MAX);
	struct str label;

	if (str_starts(content, S("\x30")))
		return add_cert(t, content, e);
	while (pem_next(&content, &label, &der, &t->skipped))
		if (is_certificate(label) && !add_cert(t, buf_str(&der), e))
			return false;
	return true;
}

static bool read_file(struct trust *t, struct str path, struct err *e)
{
	struct arena memory;
	struct str content;
	bool done;

	if (!arena_new(&memory, READ))
		return no_memory(e);
	done = t->files.read(t->files.self, path, &memory, &content, e) && add_content(t, content, memory, e);
	arena_free(&memory);
	return done;
}

static void note_source(struct trust *t, const char *what, struct str where)
{
	struct buf out = buf_over(t->source, sizeof t->source);

	out.len = str_of(t->source).len;
	if (out.len)
		buf_add(&out, S(" and "));
	buf_add(&out, str_of(what));
	buf_add(&out, str_first(where, 80));
	(void)buf_cstr(&out);
}

/* A file that somebody named must be there and hold something. */
static bool read_named(struct trust *t, struct str path, const char *who, struct err *e)
{
	size_t before = t->found;
	struct err why = {0};

	note_source(t, who, path);
	if (!read_file(t, path, &why))
		return err_set(e, ERR_CONFIG, "%s%.400s", who, why.text);
	if (t->found == before)
		return err_set(e, ERR_CONFIG, "%s%.*s holds no certificate that can be read (PEM is expected)", who, STR(path));
	return true;
}

static bool read_folder(struct trust *t, struct str folder, struct err *e)
{
	struct arena memory;
	struct str *paths;
	size_t n;
	bool done;

	if (!arena_new(&memory, FOLDER_MAX))
		return no_memory(e);
	done = t->files.list(t->files.self, folder, &memory, &paths, &n, e);
	for (size_t i = 0; done && i < n; i++)
		(void)read_file(t, paths[i], NULL); /* other things may lie there too */
	arena_free(&memory);
	return done;
}

static bool read_folders(struct trust *t, struct err *e)
{
	struct str rest = t->wish.ssl_cert_dir;
	struct str folder;
	struct err why = {0};

	note_source(t, "SSL_CERT_DIR ", rest);
	while (str_word(&rest, ':', &folder))
		(void)read_folder(t, folder, why.kind ? NULL : &why);
	if (t->found)
		return true;
	if (why.kind)
		return err_set(e, ERR_CONFIG, "SSL_CERT_DIR %.400s", why.text);
	return err_set(e, ERR_CONFIG, "SSL_CERT_DIR %.*s: no file there holds a certificate that can be read", STR(t->wish.ssl_cert_dir));
}

static bool add_embedded(struct trust *t, struct err *e)
{
	struct str rest = str_make(roots_embedded.bytes, roots_embedded.len);
	struct trust_root root = {.is_ca = true};

	while (der_take_whole(&rest, DER_SEQUENCE, &root.name) && der_take_whole(&rest, DER_SEQUENCE, &root.spki))
		if (!add(t, root, e))
			return false;
	note_source(t, "the roots built into keyfob, ca-certificates ", str_of(roots_embedded.version));
	return true;
}

/* A bundle that cannot be read or is empty is as good as none. */
static bool read_system(struct trust *t, struct err *e)
{
	for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++) {
		if (!read_file(t, bundles[i], NULL) || !t->found)
			continue;
		note_source(t, "", bundles[i]);
		return true;
	}
	return add_embedded(t, e);
}

static bool read_all(struct trust *t, struct err *e)
{
	const struct trust_wish *w = &t->wish;
	bool done;

	if (w->ca_file.len)
		done = read_named(t, w->ca_file, "--ca-file ", e);
	else if (w->ssl_cert_file.len)
		done = read_named(t, w->ssl_cert_file, "SSL_CERT_FILE ", e);
	else if (w->ssl_cert_dir.len)
		done = read_folders(t, e);
	else
		done = read_system(t, e);
	if (done && w->extra_ca.len)
		done = read_named(t, w->extra_ca, "--extra-ca ", e);
	if (done && w->node_extra_ca.len)
		done = read_named(t, w->node_extra_ca, "NODE_EXTRA_CA_CERTS ", e);
	return done;
}

bool trust_load(struct trust *t, struct err *e)
{
	if (t->loaded)
		return true;
	trust_free(t);
	t->last = &t->first;
	if (!arena_new(&t->arena, KEPT))
		return no_memory(e);
	t->loaded = read_all(t, e);
	if (!t->loaded)
		trust_free(t);
	return t->loaded;
}
