/* cert: all slices lie within the certificate; what both BearSSL's decoder and ours read, they read
 * alike; the engine neither crashes nor trusts what no root has signed. */
#include "support/fuzz.h"

#include <bearssl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/cert.h"
#include "crypto/cert_text.h"
#include "crypto/names.h"
#include "crypto/spki.h"
#include "crypto/trust.h"
#include "crypto/x509.h"

static struct arena arena;

static void within(struct str whole, struct str part)
{
	if (!part.len)
		return;
	fuzz_check(part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

static void slices_lie_within(struct str der, const struct cert *c)
{
	const struct str parts[] = {c->issuer, c->subject, c->spki, c->signed_with, c->alt_names, c->usages, c->unknown};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		within(der, parts[i]);
	fuzz_check(c->issuer.len && c->subject.len && c->spki.len);
}

static void told_in_one_line(const struct cert *c)
{
	char memory[512];
	struct buf out = buf_over(memory, sizeof memory);

	cert_text_name(&out, c->issuer);
	cert_text_oid(&out, c->signed_with);
	cert_text_hosts(&out, c->alt_names, 2);
	cert_text_date(&out, c->not_after);
	for (size_t i = 0; i < out.len; i++)
		fuzz_check(memory[i] >= 0x20 && memory[i] < 0x7f);
}

static void add_name(void *to, const void *bytes, size_t len)
{
	buf_add(to, str_make(bytes, len));
}

static void same_key(const br_x509_pkey *a, const br_x509_pkey *b)
{
	fuzz_check(a->key_type == b->key_type);
	if (a->key_type == BR_KEYTYPE_EC) {
		fuzz_check(a->key.ec.curve == b->key.ec.curve);
		fuzz_check(str_same(str_make(a->key.ec.q, a->key.ec.qlen), str_make(b->key.ec.q, b->key.ec.qlen)));
	} else {
		fuzz_check(str_same(str_make(a->key.rsa.n, a->key.rsa.nlen), str_make(b->key.rsa.n, b->key.rsa.nlen)));
		fuzz_check(str_same(str_make(a->key.rsa.e, a->key.rsa.elen), str_make(b->key.rsa.e, b->key.rsa.elen)));
	}
}

static void agrees_with_bearssl(struct str der, const struct cert *c)
{
	br_x509_decoder_context decoder;
	struct buf name = buf_in(&arena, 0);
	br_x509_pkey key;

	br_x509_decoder_init(&decoder, add_name, &name);
	br_x509_decoder_push(&decoder, der.at, der.len);
	if (br_x509_decoder_last_error(&decoder) != 0)
		return;
	fuzz_check(str_same(buf_str(&name), c->subject));
	fuzz_check(br_x509_decoder_isCA(&decoder) == c->is_ca);
	if (spki_read(c->spki, &key, NULL))
		same_key(&key, br_x509_decoder_get_pkey(&decoder));
}

static void is_not_trusted(struct str der)
{
	static struct trust empty;
	struct x509 x;

	fuzz_check(x509_begin(&x, &empty, S("server.example"), 1893456000, &arena, NULL));
	x.vtable->start_chain(&x.vtable, NULL);
	x.vtable->start_cert(&x.vtable, (uint32_t)der.len);
	if (der.len)
		x.vtable->append(&x.vtable, (const unsigned char *)der.at, der.len);
	x.vtable->end_cert(&x.vtable);
	fuzz_check(x.vtable->end_chain(&x.vtable) != 0);
	fuzz_check(x509_refused(&x, NULL) && !x.vtable->get_pkey(&x.vtable, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str der = str_make(data, size);
	struct cert c;

	if (!arena.block && !arena_new(&arena, 1 << 20))
		abort();
	if (size < 16384) {
		if (cert_read(der, &c, NULL)) {
			slices_lie_within(der, &c);
			told_in_one_line(&c);
			(void)names_cover(c.alt_names, S("server.example"));
			agrees_with_bearssl(der, &c);
		}
		is_not_trusted(der);
	}
	arena_reset(&arena);
	return 0;
}
