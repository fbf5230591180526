/* callback: what is accepted from the listener carries the state and the iss that were asked for, once each, by
 * a reading of its own; whatever comes, one who does not know the state gets no word of it shown. */
#include "support/fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/str.h"
#include "oauth/callback.h"

static struct arena arena;

/* Decoded to a C string; false on a bad escape or a zero byte. */
static bool decode(struct str text, char *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i] == '+' ? ' ' : text.at[i];

		if (c == '%') {
			if (text.len < 3 || i > text.len - 3 || hex_digit(text.at[i + 1]) < 0 || hex_digit(text.at[i + 2]) < 0)
				return false;
			c = (char)(hex_digit(text.at[i + 1]) * 16 + hex_digit(text.at[i + 2]));
			i += 2;
		}
		if (!c)
			return false;
		*out++ = c;
	}
	*out = 0;
	return true;
}

/* How often name stands in the query, and how often with this value. */
static void count(struct str query, const char *name, const char *value, size_t *all, size_t *right)
{
	static char key[CALLBACK_MAX + 1];
	static char text[CALLBACK_MAX + 1];
	bool more = true;

	*all = *right = 0;
	while (more) {
		struct str pair;
		struct str k;
		struct str v;

		more = str_cut(query, '&', &pair, &query);
		str_cut(pair, '=', &k, &v);
		if (!decode(k, key) || strcmp(key, name) != 0)
			continue;
		*all += 1;
		*right += decode(v, text) && strcmp(text, value) == 0;
	}
}

static void check_accepted(struct str text, bool sends_iss, const struct callback *c)
{
	size_t states;
	size_t right_states;
	size_t isses;
	size_t right_isses;

	str_cut(text, '#', &text, NULL);
	if (str_has(text, '?'))
		str_cut(text, '?', NULL, &text);
	count(text, "state", "st4te", &states, &right_states);
	count(text, "iss", "https://as/t", &isses, &right_isses);
	fuzz_check(states == 1 && right_states == 1);
	fuzz_check(isses == right_isses && isses <= 1 && (isses == 1 || !sends_iss));
	fuzz_check(c->code.len > 0 && c->code.len <= CALLBACK_CODE_MAX);
}

static void check_shown(const struct err *e)
{
	fuzz_check(e->kind != ERR_NONE);
	for (const char *at = e->text; *at; at++)
		fuzz_check(*at >= ' ' && *at <= '~');
}

static void check(struct str text, enum callback_channel channel, bool sends_iss)
{
	const struct callback_expect right = {S("st4te"), S("https://as/t"), sends_iss};
	const struct callback_expect wrong = {S("another"), S("https://as/t"), sends_iss};
	struct err e = {0};
	struct err other = {0};
	struct callback c;
	enum callback_verdict verdict = callback_read(text, channel, &right, &arena, &c, &e);

	if (verdict == CALLBACK_ACCEPTED && channel == CALLBACK_LISTENER)
		check_accepted(text, sends_iss, &c);
	fuzz_check((verdict == CALLBACK_ACCEPTED) == (c.code.len > 0));
	if (verdict != CALLBACK_ACCEPTED)
		check_shown(&e);
	if (channel == CALLBACK_LISTENER && str_find_str(text, S("another")) == text.len && !str_has(text, '%')) {
		fuzz_check(callback_read(text, channel, &wrong, &arena, &c, &other) == CALLBACK_IGNORED);
		fuzz_check(c.code.len == 0 && c.error.len == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size);

	if (!arena.block && !arena_new(&arena, 1 << 20))
		abort();
	if (size <= CALLBACK_MAX) {
		check(text, CALLBACK_LISTENER, false);
		check(text, CALLBACK_LISTENER, true);
		check(text, CALLBACK_PASTE, false);
		check(text, CALLBACK_PASTE, true);
	}
	arena_reset(&arena);
	return 0;
}
