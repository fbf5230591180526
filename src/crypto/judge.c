#include "crypto/judge.h"

#include <bearssl.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/cert_text.h"
#include "crypto/names.h"
#include "crypto/spki.h"
#include "crypto/trust.h"

enum { WHO_MAX = 240, NAMES_SHOWN = 2, HOST_SHOWN = 100 };

/* Words about one certificate, as C strings on the stack. */
struct words {
	char text[WHO_MAX];
};

static struct words who(const struct judge *j, const struct cert *c, bool is_server)
{
	struct words w;
	struct buf out = buf_over(w.text, sizeof w.text);

	buf_add(&out, S("the certificate "));
	if (!is_server) {
		cert_text_name(&out, c->subject);
		buf_add(&out, S(" in the chain "));
	}
	buf_add(&out, S("of "));
	buf_add(&out, str_first(j->host, HOST_SHOWN));
	(void)buf_cstr(&out);
	return w;
}

static struct words name(struct str dn)
{
	struct words w;
	struct buf out = buf_over(w.text, sizeof w.text);

	cert_text_name(&out, dn);
	(void)buf_cstr(&out);
	return w;
}

static struct words oid(struct str bytes)
{
	struct words w;
	struct buf out = buf_over(w.text, sizeof w.text);

	cert_text_oid(&out, bytes);
	(void)buf_cstr(&out);
	return w;
}

static struct words date(int64_t seconds)
{
	struct words w;
	struct buf out = buf_over(w.text, sizeof w.text);

	cert_text_date(&out, seconds);
	(void)buf_cstr(&out);
	return w;
}

static bool judge_time(const struct judge *j, const struct cert *c, const char *it, struct err *e)
{
	if (j->now < c->not_before)
		return err_set(e, ERR_NETWORK, "%s is not valid before %s (the clock here says %s)",
			it, date(c->not_before).text, date(j->now).text);
	if (j->now > c->not_after)
		return err_set(e, ERR_NETWORK, "%s expired on %s (the clock here says %s)",
			it, date(c->not_after).text, date(j->now).text);
	return true;
}

static bool judge_extensions(const struct cert *c, const char *it, struct err *e)
{
	if (!cert_is_for_servers(c))
		return err_set(e, ERR_NETWORK, "%s is not meant for servers (its extended key usage lacks serverAuth)", it);
	if (c->constrained)
		return err_set(e, ERR_NETWORK, "%s has name constraints, which keyfob does not evaluate and so refuses", it);
	if (c->unknown_critical)
		return err_set(e, ERR_NETWORK, "%s has a critical extension that keyfob does not evaluate (OID %s)",
			it, oid(c->unknown).text);
	return true;
}

static bool judge_key(const struct cert *c, const char *it, struct err *e)
{
	br_x509_pkey key;
	struct err why = {0};

	return spki_read(c->spki, &key, &why) ? true : err_set(e, ERR_NETWORK, "%s cannot be used: %s", it, why.text);
}

static bool judge_host(const struct judge *j, const struct cert *c, const char *it, struct err *e)
{
	struct words w;
	struct buf out = buf_over(w.text, sizeof w.text);

	if (!c->has_alt_names)
		return err_set(e, ERR_NETWORK, "%s names no host (it has no subject alternative name)", it);
	if (names_cover(c->alt_names, j->host))
		return true;
	cert_text_hosts(&out, c->alt_names, NAMES_SHOWN);
	(void)buf_cstr(&out);
	return err_set(e, ERR_NETWORK, "%s is for %s, not for %.*s", it, w.text, STR(str_first(j->host, HOST_SHOWN)));
}

bool judge_server(const struct judge *j, const struct cert *c, struct err *e)
{
	struct words it = who(j, c, true);

	return judge_time(j, c, it.text, e) && judge_host(j, c, it.text, e) && judge_extensions(c, it.text, e) &&
		judge_key(c, it.text, e);
}

bool judge_issuer(const struct judge *j, const struct cert *c, struct err *e)
{
	struct words it = who(j, c, false);

	if (!c->is_ca)
		return err_set(e, ERR_NETWORK, "%s may not issue others (it is no CA)", it.text);
	return judge_time(j, c, it.text, e) && judge_extensions(c, it.text, e) && judge_key(c, it.text, e);
}

static const struct {
	struct str oid;
	const char *fault; /* NULL: checked */
} algorithms[] = {
	{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), NULL}, /* RSA with SHA-256 */
	{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), NULL}, /* SHA-384 */
	{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), NULL}, /* SHA-512 */
	{S_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x02"), NULL},     /* ECDSA with SHA-256 */
	{S_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x03"), NULL},
	{S_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x04"), NULL},
	{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), "MD5, which is broken"},
	{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), "SHA-1, which is broken"},
	{S_INIT("\x2a\x86\x48\xce\x3d\x04\x01"), "SHA-1, which is broken"},
	{S_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), "RSA-PSS, which keyfob does not check"},
	{S_INIT("\x2b\x65\x70"), "Ed25519, which keyfob does not check"},
};

bool judge_signature(const struct judge *j, const struct cert *c, bool is_server, struct err *e)
{
	struct words it = who(j, c, is_server);

	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
		if (str_same(c->signed_with, algorithms[i].oid))
			return !algorithms[i].fault ||
				err_set(e, ERR_NETWORK, "%s is signed with %s", it.text, algorithms[i].fault);
	return err_set(e, ERR_NETWORK, "%s is signed with an algorithm that keyfob does not check (OID %s)",
		it.text, oid(c->signed_with).text);
}

bool judge_no_root(const struct judge *j, const struct cert *c, bool is_server, struct err *e)
{
	struct words it = who(j, c, is_server);
	struct str source = str_first(trust_source(j->trust), 120);

	if (str_same(c->issuer, c->subject))
		return err_set(e, ERR_NETWORK, "%s is self-signed and not among the trusted roots (%.*s): "
			"if you trust it, use --extra-ca FILE", it.text, STR(source));
	return err_set(e, ERR_NETWORK, "%s was issued by %s, which is not among the trusted roots (%.*s) nor sent along: "
		"use --extra-ca FILE", it.text, name(c->issuer).text, STR(source));
}

bool judge_bad_root(const struct judge *j, const struct cert *c, const char *why, struct err *e)
{
	struct str source = str_first(trust_source(j->trust), 120);

	return err_set(e, ERR_NETWORK, "the root %s (%.*s) does not vouch for %.*s: %s",
		name(c->issuer).text, STR(source), STR(str_first(j->host, HOST_SHOWN)), why);
}
