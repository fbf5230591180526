#include "cli/script.h"

#include "base/err.h"
#include "base/len.h"
#include "json/json.h"
#include "sys/events.h"
#include "sys/file.h"
#include "sys/world.h"

/* --- One line -------------------------------------------------------------------------------- */

static bool is_known(struct str name)
{
	return str_same(name, S("method")) || str_same(name, S("params")) || str_same(name, S("jsonrpc")) || str_same(name, S("id"));
}

bool script_read(struct str line, struct arena *a, struct script_request *r, struct err *e)
{
	const struct json *root;

	*r = (struct script_request){0};
	if (!json_read(line, a, &root, e))
		return false;
	if (!json_is(root, JSON_OBJECT))
		return err_set(e, ERR_USAGE, "a request is an object, {\"method\":...,\"params\":{...}}, not %s", json_kind_name(root));
	for (const struct json *member = root->first; member; member = member->next)
		if (!is_known(member->name))
			return err_set(e, ERR_USAGE, "a request has \"method\" and \"params\", not \"%.*s\"", STR(str_first(member->name, 60)));
	if (!json_want_str(root, S("method"), &r->method, e) || !json_opt_object(root, S("params"), &r->params, e) || !r->method.len)
		return err_set(e, ERR_USAGE, "a request has \"method\", a string, and perhaps \"params\", an object");
	return true;
}

/* --- Where the lines come from ------------------------------------------------------------------ */

static bool open_file(struct script *s, struct err *e)
{
	struct str path = arena_str(&s->text, s->name);
	struct buf whole = buf_in(&s->text, SCRIPT_FILE);

	if (!path.at)
		return err_set(e, ERR_LIMIT, "no memory for a path");
	if (!file_read(path.at, FILE_ANY, &whole, NULL, e))
		return false;
	s->unread = buf_str(&whole);
	return true;
}

bool script_open(struct script *s, struct world *w, struct str path, struct err *e)
{
	s->world = w;
	s->name = path;
	s->pipe = str_same(path, S("-"));
	if (!arena_new(&s->text, len_mul(SCRIPT_FILE, 2)) || !arena_new(&s->tree, SCRIPT_TREE))
		return err_set(e, ERR_SYSTEM, "no memory for a script");
	if (s->pipe && w->input < 0)
		return err_set(e, ERR_USAGE, "--script - reads standard input: pipe the requests in, one JSON object a line");
	if (!s->pipe && !open_file(s, e))
		return false;
	if (s->pipe) {
		s->name = S("standard input");
		s->held = buf_in(&s->text, INPUT_LINE);
	}
	lines_begin(&s->lines, &s->text, SCRIPT_LINE);
	return true;
}

static void piece_came(void *self, struct str bytes)
{
	struct script *s = self;

	s->arrived = true;
	s->over = !bytes.at;
	buf_add(&s->held, bytes);
	s->unread = buf_str(&s->held);
	input_stop(&s->input); /* until these are read */
}

/* Waits for more of the input. */
static bool wait(struct script *s, struct err *e)
{
	buf_wipe(&s->held);
	s->arrived = false;
	if (!input_listen_bytes(&s->input, s->world->events, s->world->input, piece_came, s, e))
		return false;
	while (!s->arrived)
		if (!events_turn(s->world->events, e))
			return false;
	return true;
}

static size_t count_ends(struct str bytes)
{
	size_t n = 0;

	while (str_cut(bytes, '\n', NULL, &bytes))
		n = len_add(n, 1);
	return n;
}

/* The next line that is not empty. */
static enum feed next_line(struct script *s, struct str *line, struct err *e)
{
	for (;;) {
		struct str before = s->unread;
		enum feed found = lines_read(&s->lines, &s->unread, line, e);

		s->line = len_add(s->line, count_ends(str_first(before, len_sub(before.len, s->unread.len))));
		if (found != FEED_MORE)
			return found;
		if (!s->pipe || s->over) {
			s->line = len_add(s->line, 1);
			return lines_end(&s->lines, line);
		}
		if (!wait(s, e))
			return FEED_BAD;
	}
}

/* Whatever is wrong with a line is its writer's to mend. */
static bool at_line(const struct script *s, struct err *e)
{
	if (!e || e->kind == ERR_STOPPED || e->kind == ERR_SYSTEM)
		return false;
	e->kind = ERR_USAGE;
	return err_where(e, "%.*s, line %zu", STR(str_first(s->name, 160)), s->line);
}

bool script_next(struct script *s, struct script_request *r, bool *more, struct err *e)
{
	struct str line;
	enum feed found;

	arena_reset(&s->tree);
	do
		found = next_line(s, &line, e);
	while (found == FEED_DONE && !str_trim(line).len);
	*more = found == FEED_DONE;
	if (found == FEED_MORE)
		return true;
	return (found == FEED_DONE && script_read(line, &s->tree, r, e)) || at_line(s, e);
}

void script_close(struct script *s)
{
	input_stop(&s->input);
	arena_free(&s->tree);
	arena_free(&s->text);
}
