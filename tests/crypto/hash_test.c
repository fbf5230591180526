#include "support/test.h"

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/hash.h"

static void assert_hex(const void *bytes, size_t len, const char *hex)
{
	char memory[1024];
	struct buf out = buf_over(memory, sizeof memory);

	hex_encode(&out, str_make(bytes, len));
	assert_str(buf_str(&out), hex);
}

static void sha_256_matches_fips_180(void **state)
{
	static const struct {
		const char *text, *digest;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	uint8_t digest[HASH_SHA256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		hash_sha256(digest, str_of(cases[i].text));
		assert_hex(digest, sizeof digest, cases[i].digest);
	}
	hash_sha256(digest, (struct str){0});
	assert_hex(digest, sizeof digest, cases[0].digest);
}

static void hmac_matches_rfc_4231(void **state)
{
	char long_key[131];
	uint8_t mac[HASH_SHA256];

	(void)state;
	memset(long_key, 0xaa, sizeof long_key);
	hash_hmac_sha256(mac, S("Jefe"), S("what do ya want for nothing?"));
	assert_hex(mac, sizeof mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	hash_hmac_sha256(mac, str_make(long_key, sizeof long_key), S("Test Using Larger Than Block-Size Key - Hash Key First"));
	assert_hex(mac, sizeof mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hash_hmac_sha256(mac, (struct str){0}, (struct str){0});
	assert_hex(mac, sizeof mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void hkdf_matches_rfc_5869(void **state)
{
	uint8_t secret[22];
	uint8_t out[82];

	(void)state;
	memset(secret, 0x0b, sizeof secret);
	hash_hkdf(out, 42, str_make(secret, sizeof secret), S("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"),
		S("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"));
	assert_hex(out, 42, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
	hash_hkdf(out, 42, str_make(secret, sizeof secret), (struct str){0}, (struct str){0});
	assert_hex(out, 42, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

static void hkdf_gives_as_much_as_was_asked_for(void **state)
{
	uint8_t some[7];
	uint8_t more[255 * HASH_SHA256];

	(void)state;
	hash_hkdf(some, sizeof some, S("secret"), S("salt"), S("info"));
	hash_hkdf(more, sizeof more, S("secret"), S("salt"), S("info"));
	assert_memory_equal(some, more, sizeof some);
	assert_memory_not_equal(more + sizeof more - HASH_SHA256, more, HASH_SHA256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha_256_matches_fips_180),
		cmocka_unit_test(hmac_matches_rfc_4231),
		cmocka_unit_test(hkdf_matches_rfc_5869),
		cmocka_unit_test(hkdf_gives_as_much_as_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
