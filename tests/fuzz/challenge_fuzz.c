/* challenge: what was read, written anew, is read as the same; and no bytes behind a good
 * challenge, in its field or in another one, take it away. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "http/field.h"
#include "oauth/challenge.h"

enum { FIELDS = 8 };

static struct arena arena;

static void add(struct buf *out, struct str name, struct str value)
{
	buf_add(out, name);
	buf_add(out, S("=\""));
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '"' || value.at[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, value.at[i]);
	}
	buf_add(out, S("\", "));
}

static struct str write(const struct challenge *c, struct str tail)
{
	struct buf out = buf_in(&arena, 0);

	buf_add(&out, c->is_dpop ? S("dpoP ") : S("beareR "));
	add(&out, S("error_description"), c->error_description);
	add(&out, S("error"), c->error);
	add(&out, S("scope"), c->scope);
	add(&out, S("resource_metadata"), c->resource_metadata);
	buf_add(&out, tail);
	fuzz_check(!out.full);
	return buf_str(&out);
}

static void same(const struct challenge *a, const struct challenge *b)
{
	fuzz_check(a->is_there == b->is_there);
	fuzz_check(a->is_dpop == b->is_dpop);
	fuzz_check(str_same(a->resource_metadata, b->resource_metadata));
	fuzz_check(str_same(a->scope, b->scope));
	fuzz_check(str_same(a->error, b->error));
	fuzz_check(str_same(a->error_description, b->error_description));
}

static void written_again(const struct challenge *c)
{
	struct http_field field = {S("WWW-Authenticate"), write(c, S(""))};
	struct challenge again;

	if (field.value.len > CHALLENGE_MAX)
		return;
	fuzz_check(challenge_read(&field, 1, &arena, &again));
	same(c, &again);
}

static void survives(struct str junk)
{
	const struct challenge good = {true, false, S("https://h/m"), S("a b"), S("e\\"), S("d\"")};
	struct http_field fields[] = {
		{S("WWW-Authenticate"), write(&good, junk)},
		{S("WWW-Authenticate"), junk},
	};
	struct challenge c;

	fuzz_check(challenge_read(fields, 1, &arena, &c));
	same(&good, &c);
	fields[0].value = write(&good, S(""));
	fuzz_check(challenge_read(fields, 2, &arena, &c));
	same(&good, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_field fields[FIELDS];
	struct str rest = str_make(data, size);
	struct challenge c;
	size_t n = 0;

	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	for (; n < FIELDS && rest.len; n++) {
		fields[n].name = S("WWW-Authenticate");
		str_cut(rest, '\n', &fields[n].value, &rest);
	}
	if (challenge_read(fields, n, &arena, &c))
		written_again(&c);
	if (size < CHALLENGE_MAX)
		survives(str_make(data, size));
	arena_reset(&arena);
	return 0;
}
