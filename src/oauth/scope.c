#include "oauth/scope.h"

#include "base/arena.h"
#include "base/buf.h"

static bool is_word(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] <= ' ' || word.at[i] > '~' || word.at[i] == '"' || word.at[i] == '\\')
			return false;
	return word.len > 0;
}

bool scope_is_valid(struct str scope)
{
	struct str word;
	bool more = true;

	while (more) {
		more = str_cut(scope, ' ', &word, &scope);
		if (!is_word(word))
			return false;
	}
	return true;
}

bool scope_has(struct str scope, struct str word)
{
	struct str one;

	while (str_word(&scope, ' ', &one))
		if (str_same(one, word))
			return true;
	return false;
}

bool scope_covers(struct str scope, struct str part)
{
	struct str word;

	while (str_word(&part, ' ', &word))
		if (!scope_has(scope, word))
			return false;
	return true;
}

static void add_missing(struct buf *out, struct str scope)
{
	struct str word;

	while (str_word(&scope, ' ', &word)) {
		if (scope_has(buf_str(out), word))
			continue;
		if (out->len)
			buf_add_char(out, ' ');
		buf_add(out, word);
	}
}

struct str scope_join(struct str a, struct str b, struct arena *arena)
{
	struct buf out = buf_in(arena, SCOPE_MAX);

	add_missing(&out, a);
	add_missing(&out, b);
	return out.full ? (struct str){0} : buf_str(&out);
}

struct str scope_choose(const struct scope_facts *f, struct arena *a)
{
	struct str scope = f->configured;

	if (scope.len == 0) {
		scope = f->challenge.len ? f->challenge : f->resource;
		if (scope.len && f->offline_offered)
			scope = scope_join(scope, S("offline_access"), a);
	}
	if (f->held.len == 0)
		return scope_join(scope, (struct str){0}, a);
	return scope_join(scope_join(f->held, scope, a), f->challenge, a);
}
