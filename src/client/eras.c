#include "client/eras.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"
#include "client/site.h"
#include "http/url.h"
#include "sys/file.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { FILE_MAX = 128 * 1024 };

static const struct str names[] = {
	[ERAS_LEGACY] = S_INIT("legacy"),
	[ERAS_MODERN] = S_INIT("modern"),
	[ERAS_SSE] = S_INIT("sse"),
};

/* All of the file, and what the question is about. */
struct eras {
	struct str path, text, origin;
};

struct entry {
	struct str line, origin;
	enum eras_kind kind;
};

/* The next line that says something; others are passed over. */
static bool next(struct str *rest, struct entry *out)
{
	struct str name;

	while (str_word(rest, '\n', &out->line)) {
		str_cut(out->line, '\t', &out->origin, &name);
		for (out->kind = ERAS_LEGACY; out->kind <= ERAS_SSE; out->kind++)
			if (out->origin.len && str_same(name, names[out->kind]))
				return true;
	}
	return false;
}

static bool load(struct eras *r, struct world *w, const struct url *url, struct arena *a)
{
	struct buf text = buf_in(a, FILE_MAX);
	struct str home, path;

	if (w->options.persist_memory || !vault_home(w, a, &home, NULL))
		return false;
	r->origin = site_identity(url, a);
	path = arena_print(a, "%.*s/eras", STR(home));
	if (!r->origin.len || !path.at || !file_resolve(path.at, a, &r->path, NULL))
		return false;
	if (file_read(r->path.at, FILE_TRUSTED, &text, &(bool){0}, NULL))
		r->text = buf_str(&text);
	return true;
}

static enum eras_kind find(const struct eras *r)
{
	struct str rest = r->text;
	struct entry entry;

	while (next(&rest, &entry))
		if (str_same(entry.origin, r->origin))
			return entry.kind;
	return ERAS_UNKNOWN;
}

enum eras_kind eras_find(struct world *w, const struct url *url)
{
	struct arena scratch = *w->arena;
	struct eras r = {0};

	return load(&r, w, url, &scratch) ? find(&r) : ERAS_UNKNOWN;
}

static size_t count_others(const struct eras *r)
{
	struct str rest = r->text;
	struct entry entry;
	size_t n = 0;

	while (next(&rest, &entry))
		n += !str_same(entry.origin, r->origin);
	return n;
}

/* The newest stands last. */
static void write(struct buf *out, const struct eras *r, enum eras_kind kind)
{
	size_t left_out = len_sub(len_add(count_others(r), 1), ERAS_MAX);
	struct str rest = r->text;
	struct entry entry;

	while (next(&rest, &entry)) {
		if (str_same(entry.origin, r->origin) || (left_out && left_out--))
			continue;
		buf_add(out, entry.line);
		buf_add_char(out, '\n');
	}
	if (kind == ERAS_UNKNOWN)
		return;
	buf_add(out, r->origin);
	buf_add_char(out, '\t');
	buf_add(out, names[kind]);
	buf_add_char(out, '\n');
}

void eras_keep(struct world *w, const struct url *url, enum eras_kind kind)
{
	struct arena scratch = *w->arena;
	struct eras r = {0};
	struct buf out;

	if (!load(&r, w, url, &scratch) || find(&r) == kind)
		return;
	out = buf_in(&scratch, FILE_MAX);
	write(&out, &r, kind);
	if (!out.full)
		file_replace(r.path.at, buf_str(&out), NULL);
}
