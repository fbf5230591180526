#include "crypto/x509.h"

#include <string.h>

#include "base/len.h"
#include "crypto/cert.h"
#include "crypto/judge.h"
#include "crypto/names.h"
#include "crypto/path.h"
#include "crypto/spki.h"
#include "crypto/trust.h"

enum { ANCHORS = 8, DAY = 24 * 60 * 60, DAYS_BEFORE_1970 = 719528 };

static const br_x509_class x509_class; /* at the end */

bool x509_begin(struct x509 *x, const struct trust *trust, struct str host, int64_t now, struct arena *a, struct err *e)
{
	unsigned char address[16];

	if (str_ends(host, S(".")))
		host = str_drop_last(host, 1);
	if (host.len == 0 || host.len > X509_HOST_MAX || str_has(host, 0))
		return err_set(e, ERR_INPUT, "a host name of %zu bytes cannot be checked against a certificate", host.len);
	*x = (struct x509){.vtable = &x509_class, .trust = trust, .arena = a, .now = now};
	memcpy(x->host, host.at, host.len);
	x->host_is_address = names_address(host, address) != 0;
	x->chain = buf_in(a, X509_CHAIN_MAX);
	return true;
}

const char *x509_server_name(const struct x509 *x)
{
	return x->host_is_address ? NULL : x->host;
}

bool x509_refused(const struct x509 *x, struct err *e)
{
	if (x->failure.kind == ERR_NONE)
		return false;
	if (e)
		*e = x->failure;
	return true;
}

/* --- Verifying one way ------------------------------------------------------ */

/* The roots that the last certificate of a path names, or the pinned one itself. */
struct anchors {
	br_x509_trust_anchor list[ANCHORS];
	size_t n;
	struct err why; /* why one was left out */
};

static void add_anchor(struct anchors *a, const struct trust_root *r)
{
	br_x509_trust_anchor *anchor = &a->list[a->n];

	if (r->constrained) {
		err_set(&a->why, ERR_NETWORK, "it has name constraints, which keyfob does not evaluate");
		return;
	}
	if (a->n == ANCHORS || !spki_read(r->spki, &anchor->pkey, &a->why))
		return;
	anchor->dn.data = (unsigned char *)(uintptr_t)r->name.at;
	anchor->dn.len = r->name.len;
	anchor->flags = r->is_ca ? BR_X509_TA_CA : 0;
	a->n++;
}

static void find_anchors(struct anchors *a, const struct trust *t, const struct cert *last, bool pinned)
{
	struct str name = pinned ? last->subject : last->issuer;

	for (const struct trust_root *r = trust_find(t, name, NULL); r; r = trust_find(t, name, r))
		if (r->is_ca != pinned)
			add_anchor(a, r);
}

static void set_up(br_x509_minimal_context *m, const struct x509 *x, const struct anchors *a)
{
	int64_t days = x->now / DAY;

	br_x509_minimal_init(m, &br_sha256_vtable, a->list, a->n);
	br_x509_minimal_set_rsa(m, br_rsa_pkcs1_vrfy_get_default());
	br_x509_minimal_set_ecdsa(m, br_ec_get_default(), br_ecdsa_vrfy_asn1_get_default());
	br_x509_minimal_set_hash(m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_minrsa(m, SPKI_RSA_BITS_MIN / 8);
	br_x509_minimal_set_time(m, (uint32_t)(days + DAYS_BEFORE_1970), (uint32_t)(x->now % DAY));
}

/* Each certificate goes in whole: after an error BearSSL would go on with what comes next. */
static unsigned run(br_x509_minimal_context *m, const struct x509 *x, const struct path *p)
{
	const br_x509_class *engine = m->vtable;

	engine->start_chain(&m->vtable, x509_server_name(x));
	for (size_t i = 0; i < p->n; i++) {
		struct str der = p->certs[i]->whole;

		engine->start_cert(&m->vtable, (uint32_t)der.len);
		engine->append(&m->vtable, (const unsigned char *)der.at, der.len);
		engine->end_cert(&m->vtable);
	}
	return engine->end_chain(&m->vtable);
}

static unsigned char *keep(struct x509 *x, size_t offset, const unsigned char *bytes, size_t len)
{
	return memcpy(x->key_bytes + offset, bytes, len);
}

/* BearSSL's engine ends with this call; the key must not. It fits, as it came out of a buffer of the same size. */
static void keep_key(struct x509 *x, const br_x509_minimal_context *m)
{
	const br_x509_pkey *key = m->vtable->get_pkey(&m->vtable, &x->usages);

	x->key = *key;
	if (key->key_type == BR_KEYTYPE_EC) {
		x->key.key.ec.q = keep(x, 0, key->key.ec.q, key->key.ec.qlen);
		return;
	}
	x->key.key.rsa.n = keep(x, 0, key->key.rsa.n, key->key.rsa.nlen);
	x->key.key.rsa.e = keep(x, key->key.rsa.nlen, key->key.rsa.e, key->key.rsa.elen);
}

static const char *reason(unsigned error)
{
	switch (error) {
	case BR_ERR_X509_NOT_TRUSTED:
	case BR_ERR_X509_BAD_SIGNATURE:
		return "a signature in the chain is wrong";
	case BR_ERR_X509_NOT_CA:
		return "a certificate in the chain may not issue others";
	case BR_ERR_X509_FORBIDDEN_KEY_USAGE:
		return "a key in the chain is used for what it is not allowed to";
	default:
		return "a certificate in the chain is malformed";
	}
}

/* --- Finding a way that holds ----------------------------------------------- */

struct attempt {
	struct x509 *x;
	struct judge judge;
	struct err first; /* what was wrong with the first way: later ones are detours */
};

static bool judge_path(const struct judge *j, const struct path *p, bool pinned, struct err *e)
{
	for (size_t i = 1; i < p->n; i++)
		if (!judge_issuer(j, p->certs[i], e))
			return false;
	for (size_t i = 0; i < p->n && !pinned; i++)
		if (!judge_signature(j, p->certs[i], i == 0, e))
			return false;
	return true;
}

static bool verify(struct attempt *t, const struct path *p, struct err *e)
{
	const struct cert *last = p->certs[p->n - 1];
	bool pinned = p->n == 1 && path_is_pinned(t->x->trust, last);
	struct anchors anchors = {0};
	br_x509_minimal_context m;
	unsigned error;

	if (!judge_path(&t->judge, p, pinned, e))
		return false;
	find_anchors(&anchors, t->x->trust, last, pinned);
	if (anchors.n == 0)
		return judge_bad_root(&t->judge, last, anchors.why.text, e);
	set_up(&m, t->x, &anchors);
	error = run(&m, t->x, p);
	if (error)
		return err_set(e, ERR_NETWORK, "the certificates of %.100s do not hold together: %s (BearSSL error %u)",
			t->x->host, reason(error), error);
	keep_key(t->x, &m);
	return true;
}

static bool found(void *self, const struct path *p)
{
	struct attempt *t = self;

	return verify(t, p, t->first.kind ? NULL : &t->first);
}

/* Those behind the first that cannot be read are as good as unrelated ones. */
static size_t read_certs(struct x509 *x, struct cert *certs, struct err *e)
{
	size_t start = 0;
	size_t n = 0;

	for (size_t i = 0; i < x->certs; i++) {
		struct str der = str_span(buf_str(&x->chain), start, len_sub(x->ends[i], start));

		start = x->ends[i];
		if (cert_read(der, &certs[n], i == 0 ? e : NULL))
			n++;
		else if (i == 0)
			return 0;
	}
	return n;
}

static bool check(struct x509 *x, struct err *e)
{
	struct cert certs[X509_CERTS_MAX];
	struct attempt t = {.x = x, .judge = {str_of(x->host), x->now, x->trust}};
	struct path_search s = {.certs = certs, .trust = x->trust, .found = found, .self = &t};

	if (x->failure.kind)
		return false;
	if (x->certs == 0)
		return err_set(e, ERR_NETWORK, "%.100s sent no certificate", x->host);
	s.n = read_certs(x, certs, e);
	if (s.n == 0) {
		e->kind = ERR_NETWORK;
		return err_where(e, "%.100s", x->host);
	}
	if (!judge_server(&t.judge, &certs[0], e))
		return false;
	if (path_search(&s))
		return true;
	if (t.first.kind)
		*e = t.first;
	else
		judge_no_root(&t.judge, s.end ? s.end : &certs[0], !s.end || s.end == certs, e);
	return false;
}

/* --- What BearSSL calls ------------------------------------------------------- */

static struct x509 *self_of(const br_x509_class **ctx)
{
	return (struct x509 *)(void *)ctx;
}

static void start_chain(const br_x509_class **ctx, const char *server_name)
{
	struct x509 *x = self_of(ctx);

	(void)server_name; /* x->host says it, for addresses too */
	buf_wipe(&x->chain);
	x->certs = 0;
	x->key.key_type = 0;
	err_clear(&x->failure);
}

static void start_cert(const br_x509_class **ctx, uint32_t length)
{
	struct x509 *x = self_of(ctx);

	if (x->failure.kind)
		return;
	if (x->certs == X509_CERTS_MAX)
		err_set(&x->failure, ERR_NETWORK, "%.100s sent more than %d certificates", x->host, X509_CERTS_MAX);
	else if (len_add(x->chain.len, length) > X509_CHAIN_MAX)
		err_set(&x->failure, ERR_NETWORK, "%.100s sent certificates of more than %d KiB", x->host, X509_CHAIN_MAX / 1024);
}

static void append(const br_x509_class **ctx, const unsigned char *bytes, size_t len)
{
	struct x509 *x = self_of(ctx);

	if (x->failure.kind)
		return;
	buf_add(&x->chain, str_make(bytes, len));
	if (x->chain.full)
		err_set(&x->failure, ERR_SYSTEM, "there is no memory for the certificates of %.100s", x->host);
}

static void end_cert(const br_x509_class **ctx)
{
	struct x509 *x = self_of(ctx);

	if (!x->failure.kind)
		x->ends[x->certs++] = x->chain.len;
}

static unsigned end_chain(const br_x509_class **ctx)
{
	struct x509 *x = self_of(ctx);

	return check(x, &x->failure) ? 0 : BR_ERR_X509_NOT_TRUSTED;
}

static const br_x509_pkey *get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct x509 *x = (const struct x509 *)(const void *)ctx;

	if (usages)
		*usages = x->usages;
	return x->key.key_type ? &x->key : NULL;
}

static const br_x509_class x509_class = {
	sizeof(struct x509), start_chain, start_cert, append, end_cert, end_chain, get_pkey,
};
