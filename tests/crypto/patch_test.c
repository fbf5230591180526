/* Each patch of vendor/patches has a test of its name here. scripts/patch-check sees every one of
 * them fail without the patches. */
#include "support/test.h"

#include <bearssl.h>

#include "base/buf.h"

/* A record that is not a whole number of blocks would be decrypted past its end. */
static void bearssl_cbc_length(void **state)
{
	static const unsigned char key[24];
	br_sslrec_in_cbc_context context;
	const br_sslrec_in_cbc_class *records = &br_sslrec_in_cbc_vtable;

	(void)state;
	records->init(&context.vtable, &br_des_ct_cbcdec_vtable, key, sizeof key, &br_sha1_vtable, key, 20, 20, NULL);
	assert_true(records->inner.check_length((const br_sslrec_in_class *const *)&context.vtable, 48));
	for (size_t len = 41; len < 48; len++)
		assert_false(records->inner.check_length((const br_sslrec_in_class *const *)&context.vtable, len));
}

/* --- Private keys -------------------------------------------------------------- */

static void add_integer(struct buf *der, size_t len)
{
	buf_add(der, S("\x02\x82"));
	buf_add_char(der, (char)(len >> 8));
	buf_add_char(der, (char)len);
	for (size_t i = 0; i < len; i++)
		buf_add_char(der, 0x55);
}

/* An RSAPrivateKey (RFC 8017 §A.1.2) of this many bytes; its numbers mean nothing. */
static struct str rsa_key(struct buf *der, size_t modulus)
{
	size_t body;

	buf_wipe(der);
	buf_add(der, S("\x30\x82\x00\x00\x02\x01\x00"));
	add_integer(der, modulus);
	buf_add(der, S("\x02\x03\x01\x00\x01"));
	add_integer(der, modulus);
	for (int i = 0; i < 5; i++)
		add_integer(der, modulus / 2);
	body = der->len - 4;
	der->at[2] = (char)(body >> 8);
	der->at[3] = (char)body;
	return buf_str(der);
}

/* The parts of a large key would be written past the decoder's context. */
static void bearssl_key_bound(void **state)
{
	static struct {
		br_skey_decoder_context decoder;
		unsigned char behind[64];
	} memory;
	static const size_t sizes[] = {512, 612, 616, 624, 640, 1024};
	static unsigned char untouched[sizeof memory.behind];
	static char bytes[8192];
	struct buf der = buf_over(bytes, sizeof bytes);

	(void)state;
	memset(untouched, 0xc5, sizeof untouched);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct str key = rsa_key(&der, sizes[i]);

		memcpy(memory.behind, untouched, sizeof untouched);
		br_skey_decoder_init(&memory.decoder);
		br_skey_decoder_push(&memory.decoder, key.at, key.len);
		assert_memory_equal(memory.behind, untouched, sizeof untouched);
		assert_int_equal(br_skey_decoder_last_error(&memory.decoder) == 0, sizes[i] <= 612);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bearssl_cbc_length),
		cmocka_unit_test(bearssl_key_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
