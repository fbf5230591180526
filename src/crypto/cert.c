#include "crypto/cert.h"

#include "base/err.h"
#include "base/len.h"
#include "crypto/der.h"

enum { CONTEXT_0 = 0xa0, CONTEXT_3 = 0xa3, CONTEXT_BITS_1 = 0x81, CONTEXT_BITS_2 = 0x82 };

/* Extensions are 2.5.29.N or 1.3.6.1.5.5.7.1.N. BearSSL reads these or may ignore them, even when they
 * are critical; a critical extended key usage it refuses. */
static const struct str may_be_critical[] = {
	S_INIT("\x55\x1d\x09"), /* subject directory attributes */
	S_INIT("\x55\x1d\x0e"), /* subject key identifier */
	S_INIT("\x55\x1d\x0f"), /* key usage */
	S_INIT("\x55\x1d\x11"), /* subject alternative name */
	S_INIT("\x55\x1d\x12"), /* issuer alternative name */
	S_INIT("\x55\x1d\x13"), /* basic constraints */
	S_INIT("\x55\x1d\x1e"), /* name constraints, refused in words of their own */
	S_INIT("\x55\x1d\x1f"), /* CRL distribution points */
	S_INIT("\x55\x1d\x20"), /* certificate policies */
	S_INIT("\x55\x1d\x23"), /* authority key identifier */
	S_INIT("\x55\x1d\x2e"), /* freshest CRL */
	S_INIT("\x2b\x06\x01\x05\x05\x07\x01\x01"), /* authority information access */
	S_INIT("\x2b\x06\x01\x05\x05\x07\x01\x0b"), /* subject information access */
};

static bool malformed(struct err *e, const char *part)
{
	return err_set(e, ERR_INPUT, "the certificate is malformed (in its %s)", part);
}

static bool read_alt_names(struct cert *c, struct str value)
{
	if (c->has_alt_names || !der_take(&value, DER_SEQUENCE, &c->alt_names))
		return false;
	c->has_alt_names = true;
	return value.len == 0;
}

static bool read_usages(struct cert *c, struct str value)
{
	if (c->has_usages || !der_take(&value, DER_SEQUENCE, &c->usages))
		return false;
	c->has_usages = true;
	return value.len == 0;
}

/* The path length in it is left to BearSSL. */
static bool read_basic_constraints(struct cert *c, struct str value)
{
	struct str body;

	if (c->has_constraints || !der_take(&value, DER_SEQUENCE, &body) || value.len)
		return false;
	c->has_constraints = true;
	(void)der_take_boolean(&body, &c->is_ca);
	der_pass(&body, DER_INTEGER);
	return body.len == 0;
}

static bool is_known(struct str oid)
{
	for (size_t i = 0; i < sizeof may_be_critical / sizeof *may_be_critical; i++)
		if (str_same(oid, may_be_critical[i]))
			return true;
	return false;
}

static bool read_extension(struct cert *c, struct str extension)
{
	struct str oid;
	struct str value;
	bool critical = false;

	if (!der_take(&extension, DER_OID, &oid))
		return false;
	(void)der_take_boolean(&extension, &critical);
	if (!der_take(&extension, DER_OCTETS, &value) || extension.len)
		return false;
	if (critical && !is_known(oid)) {
		c->unknown_critical = true;
		c->unknown = oid;
	}
	if (str_same(oid, S("\x55\x1d\x11")))
		return read_alt_names(c, value);
	if (str_same(oid, S("\x55\x1d\x25")))
		return read_usages(c, value);
	if (str_same(oid, S("\x55\x1d\x13")))
		return read_basic_constraints(c, value);
	if (str_same(oid, S("\x55\x1d\x1e")))
		c->constrained = true;
	return true;
}

static bool read_extensions(struct cert *c, struct str rest)
{
	struct str list;
	struct str extension;

	if (!der_take(&rest, DER_SEQUENCE, &list) || rest.len || list.len == 0)
		return false;
	while (list.len)
		if (!der_take(&list, DER_SEQUENCE, &extension) || !read_extension(c, extension))
			return false;
	return true;
}

static bool read_validity(struct cert *c, struct str *tbs)
{
	struct str validity;

	return der_take(tbs, DER_SEQUENCE, &validity) && der_take_time(&validity, &c->not_before) &&
		der_take_time(&validity, &c->not_after) && validity.len == 0;
}

/* Version 1 is written by leaving it out; 2 means version 3. */
static bool read_version(struct str *tbs, bool *extensible)
{
	struct str explicit;
	struct str version;

	*extensible = false;
	if (!der_take(tbs, CONTEXT_0, &explicit))
		return true;
	*extensible = true;
	return der_take_unsigned(&explicit, &version) && explicit.len == 0 && str_same(version, S("\2"));
}

static bool read_tbs(struct cert *c, struct str tbs, struct err *e)
{
	bool extensible;
	struct str extensions;

	if (!read_version(&tbs, &extensible))
		return malformed(e, "version");
	if (!der_take(&tbs, DER_INTEGER, NULL) || !der_take(&tbs, DER_SEQUENCE, NULL))
		return malformed(e, "serial number");
	if (!der_take_whole(&tbs, DER_SEQUENCE, &c->issuer))
		return malformed(e, "issuer");
	if (!read_validity(c, &tbs))
		return malformed(e, "validity");
	if (!der_take_whole(&tbs, DER_SEQUENCE, &c->subject))
		return malformed(e, "subject");
	if (!der_take_whole(&tbs, DER_SEQUENCE, &c->spki))
		return malformed(e, "public key");
	der_pass(&tbs, CONTEXT_BITS_1);
	der_pass(&tbs, CONTEXT_BITS_2);
	if (extensible && der_take(&tbs, CONTEXT_3, &extensions) && !read_extensions(c, extensions))
		return malformed(e, "extensions");
	return tbs.len == 0 ? true : malformed(e, "extensions");
}

static bool read_signature(struct cert *c, struct str *outer)
{
	struct str algorithm;

	return der_take(outer, DER_SEQUENCE, &algorithm) && der_take(&algorithm, DER_OID, &c->signed_with) &&
		der_take_bits(outer, &algorithm) && outer->len == 0;
}

bool cert_read(struct str der, struct cert *c, struct err *e)
{
	struct str outer;
	struct str tbs;

	*c = (struct cert){.whole = der};
	if (!der_take(&der, DER_SEQUENCE, &outer) || der.len || !der_take(&outer, DER_SEQUENCE, &tbs))
		return malformed(e, "outermost layer");
	if (!read_tbs(c, tbs, e))
		return false;
	return read_signature(c, &outer) ? true : malformed(e, "signature");
}

bool cert_is_for_servers(const struct cert *c)
{
	struct str rest = c->usages;
	struct str oid;

	while (der_take(&rest, DER_OID, &oid))
		if (str_same(oid, S("\x2b\x06\x01\x05\x05\x07\x03\x01")) || str_same(oid, S("\x55\x1d\x25\x00")))
			return true;
	return !c->has_usages;
}
