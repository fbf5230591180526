/* device: a code that was taken can be shown and polled for, and written anew is taken as the same; whatever a poll is answered, the next
 * one is never sooner, never beyond a bound, and an end has a reason that is one plain line. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "json/json_write.h"
#include "oauth/device.h"
#include "oauth/place.h"

enum { NOW = 1700000000 };

static struct arena arena;
static const struct grant plain = {.token_endpoint = S_INIT("https://as/t")};
static const struct token_asker asker = {.grant = &plain, .now = NOW, .arena = &arena};
static const struct place place = {PLACE_PUBLIC, {0}};

static bool read(int status, struct str body, struct device *d, struct err *e)
{
	struct fetch_answer answer = {.status = status, .body = body};
	enum token_outcome outcome;
	bool taken = device_read(&asker, &answer, &place, d, &outcome, e);

	fuzz_check(taken == (outcome == TOKEN_OK));
	return taken;
}

static struct str write(const struct device *d)
{
	struct buf out = buf_in(&arena, 0);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	json_write_int_as(&w, S("interval"), d->interval_s);
	json_write_int_as(&w, S("expires_in"), d->expires_at - NOW);
	json_write_str_as(&w, S("verification_uri_complete"), d->verification_uri_complete);
	json_write_str_as(&w, S("verification_uri"), d->verification_uri);
	json_write_str_as(&w, S("user_code"), d->user_code);
	json_write_str_as(&w, S("device_code"), d->device_code);
	json_write_end_object(&w);
	fuzz_check(!out.full);
	return buf_str(&out);
}

static void is_plain(const struct err *e)
{
	fuzz_check(e->kind != ERR_NONE);
	for (const char *at = e->text; *at; at++)
		fuzz_check(!str_is_control(*at));
}

static void check_code(struct str body)
{
	struct device d, again;
	struct fetch_request r;
	struct err e = {0};

	if (!read(200, body, &d, &e)) {
		is_plain(&e);
		fuzz_check(d.device_code.len == 0);
		return;
	}
	for (size_t i = 0; i < d.user_code.len; i++)
		fuzz_check(!str_is_control(d.user_code.at[i]));
	fuzz_check(place_read(&place, d.verification_uri, "it", &arena, NULL, NULL));
	fuzz_check(!d.verification_uri_complete.len || place_read(&place, d.verification_uri_complete, "it", &arena, NULL, NULL));
	fuzz_check(d.expires_at > NOW && d.expires_at <= NOW + DEVICE_LIFE_S);
	fuzz_check(d.interval_s >= 1 && d.interval_s <= DEVICE_LIFE_S);
	fuzz_check(device_poll(&d, &asker, &r, &e));
	fuzz_check(read(200, write(&d), &again, &e));
	fuzz_check(str_same(d.device_code, again.device_code) && str_same(d.user_code, again.user_code));
	fuzz_check(str_same(d.verification_uri, again.verification_uri));
	fuzz_check(str_same(d.verification_uri_complete, again.verification_uri_complete));
	fuzz_check(d.expires_at == again.expires_at && d.interval_s == again.interval_s);
}

static void check_poll(int status, struct str body)
{
	struct device d = {.device_code = S("d"), .expires_at = NOW + 60, .interval_s = 5};
	struct fetch_answer answer = {.status = status, .body = body};
	struct err e = {0};
	struct token t;

	switch (device_answer(&d, &asker, &answer, &t, &e)) {
	case DEVICE_DONE:
		fuzz_check(t.access_token.len > 0);
		return;
	case DEVICE_WAIT:
		fuzz_check(t.access_token.len == 0 && e.kind == ERR_NONE);
		fuzz_check(device_wait_ms(&d) >= 5000 && device_wait_ms(&d) <= (5 + DEVICE_SLOWER_S + DEVICE_PAUSE_S) * 1000);
		return;
	case DEVICE_NONCE:
		fuzz_check(false); /* nothing is bound */
		return;
	case DEVICE_FAILED:
		is_plain(&e);
		return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	if (size < 32768) {
		check_code(str_make(data, size));
		check_poll(200, str_make(data, size));
		check_poll(400, str_make(data, size));
	}
	arena_reset(&arena);
	return 0;
}
