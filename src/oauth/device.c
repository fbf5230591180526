#include "oauth/device.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/fetch.h"
#include "http/url.h"
#include "json/json.h"
#include "oauth/place.h"
#include "oauth/refusal.h"

enum { USER_CODE_MAX = 64, DEVICE_CODE_MAX = 4096, LIFE_UNTOLD_S = 600 };

bool device_request(const struct token_asker *q, struct str endpoint, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	token_form_add(&form, S("scope"), q->grant->scope);
	token_form_add(&form, S("resource"), q->grant->resource);
	return token_request(q, endpoint, &form, r, e) || err_where(e, "the device authorization endpoint");
}

/* A number of seconds, from 1 to DEVICE_LIFE_S; what is none of them counts as `otherwise`. */
static int64_t seconds(const struct json *root, struct str name, int64_t otherwise)
{
	const struct json *value = json_get(root, name);
	int64_t n;

	if (!json_is(value, JSON_NUMBER) || !json_int(value, &n) || n <= 0)
		return otherwise;
	return n < DEVICE_LIFE_S ? n : DEVICE_LIFE_S;
}

/* A person types it: it must be one short line. */
static bool is_user_code(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (str_is_control(s.at[i]))
			return false;
	return s.len > 0 && s.len <= USER_CODE_MAX;
}

/* Older servers write verification_url. */
static bool read_uri(const struct json *root, const struct place *p, struct arena *a, struct str *uri, struct err *e)
{
	struct url url;

	if (!json_want_str(root, json_get(root, S("verification_uri")) ? S("verification_uri") : S("verification_url"), uri, e) ||
		!place_read(p, *uri, "verification_uri", a, &url, e))
		return false;
	*uri = url_text(&url, a);
	return uri->at || err_set(e, ERR_LIMIT, "it does not fit in memory");
}

/* Only a help: one that will not do is none. */
static struct str read_whole_uri(const struct json *root, const struct place *p, struct arena *a)
{
	struct str text = {0};
	struct url url;

	if (!json_opt_str(root, S("verification_uri_complete"), &text, NULL) || text.len == 0 ||
		!place_read(p, text, "verification_uri_complete", a, &url, NULL))
		return (struct str){0};
	return url_text(&url, a);
}

static bool read_fields(const struct json *root, const struct place *p, const struct token_asker *q, struct device *d, struct err *e)
{
	if (!json_want_str(root, S("device_code"), &d->device_code, e) || !json_want_str(root, S("user_code"), &d->user_code, e) ||
		!read_uri(root, p, q->arena, &d->verification_uri, e))
		return false;
	if (d->device_code.len == 0 || d->device_code.len > DEVICE_CODE_MAX || !token_is_good(d->device_code))
		return err_set(e, ERR_INPUT, "device_code is empty, too long, or holds characters that it may not");
	if (!is_user_code(d->user_code))
		return err_set(e, ERR_INPUT, "user_code is not a short line of text");
	d->device_code = arena_str(q->arena, d->device_code);
	d->user_code = arena_str(q->arena, d->user_code);
	d->verification_uri_complete = read_whole_uri(root, p, q->arena);
	d->expires_at = q->now + seconds(root, S("expires_in"), LIFE_UNTOLD_S);
	d->interval_s = seconds(root, S("interval"), DEVICE_INTERVAL_S);
	return (d->device_code.at && d->user_code.at) || err_set(e, ERR_LIMIT, "it does not fit in memory");
}

bool device_read(const struct token_asker *q, const struct fetch_answer *answer, const struct place *p, struct device *d,
	enum token_outcome *outcome, struct err *e)
{
	const struct json *root;

	*d = (struct device){0};
	*outcome = token_read_refusal(answer, q->arena, e);
	if (*outcome != TOKEN_OK)
		return err_where(e, "the device sign-in");
	if (json_read(answer->body, q->arena, &root, e) && read_fields(root, p, q, d, e))
		return true;
	*d = (struct device){0};
	*outcome = TOKEN_REFUSED;
	return err_where(e, "the answer of the device authorization endpoint");
}

bool device_poll(struct device *d, const struct token_asker *q, struct fetch_request *r, struct err *e)
{
	struct buf form = buf_in(q->arena, 0);

	if (q->now >= d->expires_at || d->polls >= DEVICE_POLLS)
		return err_set(e, ERR_LOGIN, "nobody entered the code in time; start the sign-in again");
	d->polls++;
	token_form_add(&form, S("grant_type"), S("urn:ietf:params:oauth:grant-type:device_code"));
	token_form_add(&form, S("device_code"), d->device_code);
	return token_ask(q, &form, r, e);
}

/* Twice as long each time, up to a bound. */
static void back_off(struct device *d)
{
	d->pause_s = d->pause_s ? d->pause_s * 2 : d->interval_s;
	if (d->pause_s > DEVICE_PAUSE_S)
		d->pause_s = DEVICE_PAUSE_S;
}

void device_failure(struct device *d)
{
	back_off(d);
}

int64_t device_wait_ms(const struct device *d)
{
	return (d->interval_s + d->pause_s) * 1000;
}

/* The errors that only this grant has (§3.5). */
static bool read_state(struct device *d, struct str error, enum device_outcome *outcome, struct err *e)
{
	*outcome = DEVICE_WAIT;
	if (str_same(error, S("authorization_pending"))) {
		d->pause_s = 0;
		return true;
	}
	if (str_same(error, S("slow_down"))) {
		d->interval_s += DEVICE_SLOWER_S;
		return true;
	}
	*outcome = DEVICE_FAILED;
	if (str_same(error, S("access_denied")))
		return !err_set(e, ERR_LOGIN, "the sign-in was refused where the code was entered");
	if (str_same(error, S("expired_token")))
		return !err_set(e, ERR_LOGIN, "nobody entered the code in time; start the sign-in again");
	return false;
}

enum device_outcome device_answer(struct device *d, const struct token_asker *q, const struct fetch_answer *answer, struct token *t, struct err *e)
{
	enum token_outcome outcome = token_read(q, answer, t, e);
	enum device_outcome state;
	struct refusal r;

	if (outcome == TOKEN_OK)
		return DEVICE_DONE;
	if (outcome == TOKEN_NONCE)
		return DEVICE_NONCE;
	if (refusal_read(answer, q->arena, &r) && read_state(d, r.error, &state, e)) {
		if (state == DEVICE_WAIT)
			err_clear(e);
		return state;
	}
	if (outcome != TOKEN_LATER)
		return DEVICE_FAILED;
	back_off(d);
	err_clear(e);
	return DEVICE_WAIT;
}
