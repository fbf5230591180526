#include "support/test.h"

#include <bearssl.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "crypto/pem.h"
#include "crypto/sig.h"
#include "support/world.h"

static struct arena arena;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	e = (struct err){0};
	return arena_new(&arena, 65536) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void assert_refused(bool good, const char *why)
{
	assert_false(good);
	assert_int_equal(e.kind, ERR_INPUT);
	if (!strstr(e.text, why))
		fail_msg("another reason: %s", e.text);
}

static struct str der(const char *name)
{
	struct str text = test_vector(name);
	struct str rest = text;
	struct buf out = buf_in(&arena, 0);
	struct str label;

	do
		assert_true(pem_next(&rest, &label, &out, NULL));
	while (!str_ends(label, S("PRIVATE KEY")));
	free((void *)(uintptr_t)text.at);
	return buf_str(&out);
}

/* RSASSA-PKCS1-v1_5 signs the same each time: what another program made of the same key and words. */
static const char rs256[] =
	"359714b772b6b391576dc189e945c3b6923a28cd0a3b9af0bf9148bc79d6caf38a3d3526b60984a19317fc05345d9c31"
	"fefc883ba74b079651770321c21c152922ef40e910a48576e7a2cdd0a8b68d61ae5cb877c3e23b35c7162e0e5755c367"
	"d711dcb36a25f3c04ae5e9d3c5a230bb4a3bc0cef6fb8bc2295160b14b904bc440f438c6c3219bc3bca895fa20217752"
	"b23c1d1b65119d26e636ab7b0b5c139a483d47c9e95dde2edd11a95406da2870ac09889879fc5c1193c38195e874e534"
	"d07dc8f90538d912654cff97390d065d06d0af590f69b278d8129382bf64e4f04cd21655330f8c3eb18645cd426cff24"
	"890bf886bce6423e3e5e5c7db8ed41c4";

static void rsa_signs_as_others_do(void **state)
{
	static const char *const files[] = {"keys/rsa.pem", "keys/rsa-pkcs1.pem"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sig_key k;
		uint8_t out[SIG_MAX];
		struct buf hex = buf_in(&arena, 0);
		size_t n;

		assert_ok(sig_read_der(&k, der(files[i]), &arena, &e), &e);
		assert_int_equal(k.alg, SIG_RS256);
		assert_ok(sig_sign(&k, S("keyfob signs this"), out, &n, &e), &e);
		hex_encode(&hex, str_make(out, n));
		assert_str(buf_str(&hex), rs256);
	}
}

/* Of three keys in four, a prime less one is a multiple of four. */
static void primes_of_either_kind_make_a_key(void **state)
{
	struct sig_key k;
	uint8_t out[SIG_MAX];
	size_t n;

	(void)state;
	assert_ok(sig_read_der(&k, der("keys/rsa-other-primes.pem"), &arena, &e), &e);
	assert_ok(sig_sign(&k, S("words"), out, &n, &e), &e);
	assert_int_equal(n, 256);
}

static bool holds(const struct sig_key *k, struct str message, const uint8_t *signature, size_t n)
{
	uint8_t hash[HASH_SHA256];
	unsigned char point[65] = {4};
	br_ec_public_key open = {BR_EC_secp256r1, point, sizeof point};

	memcpy(point + 1, k->x, SIG_POINT);
	memcpy(point + 33, k->y, SIG_POINT);
	hash_sha256(hash, message);
	return br_ecdsa_vrfy_raw_get_default()(br_ec_get_default(), hash, sizeof hash, &open, signature, n);
}

static void p256_signs_what_its_public_half_confirms(void **state)
{
	static const char *const files[] = {"keys/ec.pem", "keys/ec-sec1.pem"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sig_key k;
		uint8_t out[SIG_MAX];
		size_t n;

		assert_ok(sig_read_der(&k, der(files[i]), &arena, &e), &e);
		assert_int_equal(k.alg, SIG_ES256);
		assert_ok(sig_sign(&k, S("words"), out, &n, &e), &e);
		assert_int_equal(n, 64);
		assert_true(holds(&k, S("words"), out, n));
		assert_false(holds(&k, S("other words"), out, n));
	}
}

static void a_drawn_key_is_the_one_of_its_number(void **state)
{
	struct test_rng rng;
	struct sig_key k, again;

	(void)state;
	test_rng_start(&rng, 7);
	sig_draw(&k, &rng.rng);
	assert_ok(sig_of_scalar(&again, str_make(k.scalar, SIG_SCALAR), &e), &e);
	assert_memory_equal(k.x, again.x, SIG_POINT);
	assert_memory_equal(k.y, again.y, SIG_POINT);
}

static struct str bytes(const char *hex)
{
	struct buf out = buf_in(&arena, 0);

	assert_true(hex_decode(&out, str_of(hex)));
	return buf_str(&out);
}

/* The number that ECDSA draws is drawn as RFC 6979 has it, so that no bad source of numbers gives the key away:
 * the signatures are those of its appendix A.2.5. */
static void p256_signs_as_rfc_6979_does(void **state)
{
	static const char *const cases[][2] = {
		{"sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
			"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
		{"test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
			"019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
	};
	struct sig_key k;

	(void)state;
	assert_ok(sig_of_scalar(&k, bytes("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"), &e), &e);
	assert_memory_equal(k.x, bytes("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6").at, SIG_POINT);
	assert_memory_equal(k.y, bytes("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299").at, SIG_POINT);
	for (size_t i = 0; i < 2; i++) {
		uint8_t out[SIG_MAX];
		struct buf hex = buf_in(&arena, 0);
		size_t n;

		assert_ok(sig_sign(&k, str_of(cases[i][0]), out, &n, &e), &e);
		hex_encode(&hex, str_make(out, n));
		assert_str(buf_str(&hex), cases[i][1]);
	}
}

/* The public point of 1 is the base point of the curve (FIPS 186-4, D.1.2.3). */
static void the_point_of_one_is_the_base_point(void **state)
{
	uint8_t one[SIG_SCALAR] = {[31] = 1};
	struct sig_key k;
	struct buf hex = buf_in(&arena, 0);

	(void)state;
	assert_ok(sig_of_scalar(&k, str_make(one, sizeof one), &e), &e);
	hex_encode(&hex, str_make(k.x, SIG_POINT));
	assert_str(buf_str(&hex), "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
}

static void numbers_that_are_no_keys(void **state)
{
	static const char *const cases[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", /* the order itself */
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"01",
		"000000000000000000000000000000000000000000000000000000000000000001",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf bytes = buf_in(&arena, 0);
		struct sig_key k;

		assert_true(hex_decode(&bytes, str_of(cases[i])));
		assert_refused(sig_of_scalar(&k, buf_str(&bytes), &e), "P-256 key");
	}
}

static void keys_that_are_not_used_here(void **state)
{
	static const struct {
		const char *file, *why;
	} cases[] = {{"keys/p384.pem", "another curve"}, {"keys/rsa1024.pem", "too short"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sig_key k;

		assert_refused(sig_read_der(&k, der(cases[i].file), &arena, &e), cases[i].why);
	}
	assert_refused(sig_read_der(&(struct sig_key){0}, S("0\3\2\1\1"), &arena, &e), "no private key");
	assert_refused(sig_read_der(&(struct sig_key){0}, S(""), &arena, &e), "no private key");
}

/* SEC 1 files of the same small key, its number written with fewer and with more bytes than 32. */
static void a_number_may_be_short_or_long(void **state)
{
	static const char curve[] = "a00a06082a8648ce3d030107";
	static const struct {
		const char *d;
		bool good;
	} cases[] = {
		{"04021a1b", true},
		{"0420000000000000000000000000000000000000000000000000000000000000" "1a1b", true},
		{"0422000000000000000000000000000000000000000000000000000000000000" "00001a1b", true},
		{"0421010000000000000000000000000000000000000000000000000000000000" "001a1b", false},
		{"0400", false},
		{"0420ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63" "2551", false},
	};
	uint8_t number[SIG_SCALAR] = {[30] = 0x1a, [31] = 0x1b};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str d = bytes(cases[i].d);
		struct buf file = buf_in(&arena, 0);
		struct sig_key k;

		buf_add_char(&file, 0x30);
		buf_add_char(&file, (char)(3 + d.len + (sizeof curve - 1) / 2));
		buf_add(&file, S("\x02\x01\x01"));
		buf_add(&file, d);
		buf_add(&file, bytes(curve));
		if (!cases[i].good) {
			assert_refused(sig_read_der(&k, buf_str(&file), &arena, &e), "no P-256 key");
			continue;
		}
		assert_ok(sig_read_der(&k, buf_str(&file), &arena, &e), &e);
		assert_memory_equal(k.scalar, number, SIG_SCALAR);
	}
}

static void a_number_that_is_not_that_of_its_point_is_damaged(void **state)
{
	static const char *const files[] = {"keys/ec.pem", "keys/ec-sec1.pem"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct str whole = der(files[i]);
		struct str copy = arena_str(&arena, whole);
		struct sig_key k;
		size_t at;

		assert_ok(sig_read_der(&k, whole, &arena, &e), &e);
		at = str_find_str(whole, str_make(k.scalar, SIG_SCALAR));
		assert_true(at < whole.len);
		((char *)(uintptr_t)copy.at)[at + 9] ^= 1;
		assert_refused(sig_read_der(&k, copy, &arena, &e), "do not belong together");
		assert_memory_equal(&k, &(struct sig_key){0}, sizeof k);
	}
}

static void a_file_that_is_cut_short_or_goes_on_is_no_key(void **state)
{
	static const char *const files[] = {"keys/ec.pem", "keys/ec-sec1.pem", "keys/rsa.pem", "keys/rsa-pkcs1.pem"};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct str whole = der(files[i]);
		struct buf more = buf_in(&arena, 0);
		struct sig_key k;

		for (size_t n = 0; n < whole.len; n++)
			assert_refused(sig_read_der(&k, str_first(whole, n), &arena, &e), "no private key");
		buf_add(&more, whole);
		buf_add_char(&more, 0);
		assert_refused(sig_read_der(&k, buf_str(&more), &arena, &e), "no private key");
	}
}

static void add_number(struct buf *out, struct str bytes_of_it)
{
	buf_add(out, S("\x02\x82"));
	buf_add_char(out, (char)((bytes_of_it.len + 1) >> 8));
	buf_add_char(out, (char)((bytes_of_it.len + 1) & 0xff));
	buf_add_char(out, 0);
	buf_add(out, bytes_of_it);
}

static void a_key_that_is_too_long_is_told_its_length(void **state)
{
	static uint8_t ones[1024];
	static const struct {
		size_t n;
		const char *why;
	} cases[] = {{513, "4104 bits is too long"}, {1024, "8192 bits is too long"}};

	(void)state;
	memset(ones, 0xff, sizeof ones);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = cases[i].n;
		struct buf body = buf_in(&arena, 0), file = buf_in(&arena, 0);
		struct sig_key k;

		buf_add(&body, S("\x02\x01\x00"));
		add_number(&body, str_make(ones, n));
		buf_add(&body, S("\x02\x03\x01\x00\x01"));
		add_number(&body, str_make(ones, n));
		for (int part = 0; part < 5; part++)
			add_number(&body, str_make(ones, n / 2));
		buf_add(&file, S("\x30\x82"));
		buf_add_char(&file, (char)(body.len >> 8));
		buf_add_char(&file, (char)(body.len & 0xff));
		buf_add(&file, buf_str(&body));
		assert_refused(sig_read_der(&k, buf_str(&file), &arena, &e), cases[i].why);
	}
}

/* With the public exponent 1 a signature would be its own message. */
static void public_exponents_that_are_none(void **state)
{
	static const char *const cases[] = {"", "00", "01", "000001", "010000", "010000000000000001"};
	uint8_t ones[256];

	(void)state;
	memset(ones, 0xff, sizeof ones);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str half = str_make(ones, 128);
		struct sig_rsa_parts parts = {str_make(ones, 256), bytes(cases[i]), half, half, half, half, half};
		struct sig_key k;

		assert_refused(sig_of_rsa(&k, &parts, &arena, &e), "do not fit together");
	}
}

static bool is_blank(const char *at, const char *end)
{
	while (at < end && !*at)
		at++;
	return at == end;
}

static void nothing_of_a_key_is_left_when_it_is_wiped(void **state)
{
	static char memory[16384];
	struct arena own;
	struct sig_key k;
	char *start;

	(void)state;
	arena_over(&own, memory, sizeof memory);
	start = own.at;
	assert_ok(sig_read_der(&k, der("keys/rsa-pkcs1.pem"), &own, &e), &e);
	assert_false(is_blank(start, own.end));
	sig_wipe(&k);
	assert_true(is_blank(start, own.end));
	assert_memory_equal(&k, &(struct sig_key){0}, sizeof k);
	sig_wipe(&k);
}

static void a_key_that_finds_no_room_leaves_nothing(void **state)
{
	static char memory[4096];
	struct str file = der("keys/rsa-pkcs1.pem");
	bool read = false;

	(void)state;
	for (size_t room = 0; !read; room += 61) {
		struct arena own;
		struct sig_key k;
		char *start;

		assert_true(room < sizeof memory);
		arena_over(&own, memory, room);
		start = own.at;
		read = sig_read_der(&k, file, &own, &e);
		if (read)
			continue;
		assert_int_equal(e.kind, ERR_LIMIT);
		assert_true(is_blank(start, own.end));
	}
}

/* A damaged half of a key must not sign: the signature would give the other half away. */
static void a_key_that_does_not_fit_together_signs_nothing(void **state)
{
	struct str bytes = der("keys/rsa-pkcs1.pem");
	unsigned refused = 0;

	(void)state;
	for (size_t at = 600; at < bytes.len; at += 97) {
		char *copy = malloc(bytes.len);
		struct sig_key k;
		uint8_t out[SIG_MAX];
		size_t n;

		memcpy(copy, bytes.at, bytes.len);
		copy[at] ^= 4;
		if (!sig_read_der(&k, str_make(copy, bytes.len), &arena, NULL) || !sig_sign(&k, S("words"), out, &n, NULL))
			refused++;
		free(copy);
	}
	assert_int_equal(refused, (bytes.len - 600 + 96) / 97);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rsa_signs_as_others_do, set_up, tear_down),
		cmocka_unit_test_setup_teardown(primes_of_either_kind_make_a_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(p256_signs_what_its_public_half_confirms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_drawn_key_is_the_one_of_its_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(p256_signs_as_rfc_6979_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_point_of_one_is_the_base_point, set_up, tear_down),
		cmocka_unit_test_setup_teardown(numbers_that_are_no_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_that_are_not_used_here, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_number_may_be_short_or_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_number_that_is_not_that_of_its_point_is_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_cut_short_or_goes_on_is_no_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_that_is_too_long_is_told_its_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(public_exponents_that_are_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_a_key_is_left_when_it_is_wiped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_that_finds_no_room_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_that_does_not_fit_together_signs_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
