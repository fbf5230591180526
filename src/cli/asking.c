#include "cli/asking.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "cli/args.h"
#include "client/browser.h"
#include "http/url.h"
#include "json/json.h"
#include "json/json_write.h"
#include "mcp/rpc.h"
#include "sys/file.h"
#include "sys/tty.h"
#include "sys/world.h"

static bool has_terminal(const struct world *w)
{
	return w->tty && w->tty->present;
}

static bool read_mode(struct asking *k, const struct args *a, struct err *e)
{
	static const char *const names[] = {[ASKING_DECLINE] = "decline", [ASKING_DEFAULTS] = "defaults", [ASKING_USER] = "ask"};
	struct str given = args_value(a, "--elicit");

	if (!args_given(a, "--elicit")) {
		k->mode = has_terminal(k->world) && !k->world->options.json ? ASKING_USER : ASKING_NOT;
		return true;
	}
	for (enum asking_mode mode = ASKING_DECLINE; mode <= ASKING_USER; mode++)
		if (str_same(given, str_of(names[mode])))
			k->mode = mode;
	if (k->mode == ASKING_NOT)
		return err_set(e, ERR_USAGE, "--elicit takes ask, defaults or decline, not '%.*s'", STR(str_first(given, 40)));
	return k->mode != ASKING_USER || has_terminal(k->world) ||
		err_set(e, ERR_USAGE, "--elicit ask needs a terminal: use --elicit defaults, or decline");
}

static bool read_roots(struct asking *k, const struct args *a, struct err *e)
{
	struct str path;

	for (size_t at = 0; args_each(a, "--root", &at, &path);) {
		if (k->roots_n == ASKING_ROOTS)
			return err_set(e, ERR_USAGE, "more than %d roots are too many", ASKING_ROOTS);
		if (!file_absolute(path.at, k->world->arena, &k->roots[k->roots_n++], e))
			return err_where(e, "--root");
	}
	return true;
}

bool asking_read(struct asking *k, const struct args *a, struct err *e)
{
	k->browser = args_value(a, "--browser");
	return read_mode(k, a, e) && read_roots(k, a, e);
}

struct str asking_capabilities(const struct asking *k)
{
	struct buf out = buf_in(k->world->arena, 0);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	if (k->mode != ASKING_NOT) {
		json_write_name(&w, S("elicitation"));
		json_write_raw(&w, k->mode == ASKING_USER ? S("{\"form\":{},\"url\":{}}") : S("{\"form\":{}}"));
	}
	if (k->roots_n) {
		json_write_name(&w, S("roots"));
		json_write_raw(&w, S("{}"));
	}
	json_write_end_object(&w);
	return buf_str(&out);
}

/* --- Roots ------------------------------------------------------------------------------------------ */

/* file://, and the path with what a URI cannot hold escaped (RFC 8089). */
static void add_uri(struct buf *out, struct str path)
{
	struct str part;

	buf_add(out, S("file://"));
	while (str_word(&path, '/', &part)) {
		buf_add_char(out, '/');
		url_escape(out, part);
	}
	if (str_ends(buf_str(out), S("file://")))
		buf_add_char(out, '/');
}

static void tell_roots(struct asking *k)
{
	struct arena scratch = *k->world->arena;
	struct buf out = buf_in(&scratch, 64 * 1024);
	struct json_write w = json_write_to(&out);

	json_write_object(&w);
	json_write_name(&w, S("roots"));
	json_write_array(&w);
	for (size_t i = 0; i < k->roots_n; i++) {
		char memory[3 * 4096 + 16];
		struct buf uri = buf_over(memory, sizeof memory);

		add_uri(&uri, k->roots[i]);
		json_write_object(&w);
		json_write_str_as(&w, S("uri"), buf_str(&uri));
		json_write_str_as(&w, S("name"), str_from(k->roots[i], len_add(str_find_last(k->roots[i], '/'), 1)));
		json_write_end_object(&w);
	}
	json_write_end_array(&w);
	json_write_end_object(&w);
	k->answer(k->self, buf_str(&out));
}

/* --- Elicitation ------------------------------------------------------------------------------------- */

bool asking_is_open(const struct asking *k)
{
	return k->open;
}

void asking_end(struct asking *k)
{
	if (k->open) {
		tty_unlisten(k->world->tty);
		tty_show(k->world->tty, S("\n"));
	}
	elicit_end(&k->form);
	k->form = (struct elicit){0};
	k->open = false;
}

/* Closes the form, then answers, since the answer may bring the next question. */
static void conclude(struct asking *k)
{
	struct arena scratch = *k->world->arena;
	struct str answer = arena_str(&scratch, elicit_answer(&k->form));

	asking_end(k);
	k->answer(k->self, answer.at ? answer : elicit_decline());
}

static void visit(struct asking *k)
{
	struct err e;

	if (!browser_open(k->world, k->browser, k->form.address, &e))
		world_warn(k->world, "%s", e.text);
}

static void typed(void *self, struct str line)
{
	struct asking *k = self;

	switch (elicit_line(&k->form, line)) {
	case ELICIT_MORE:
		tty_show(k->world->tty, elicit_text(&k->form));
		return;
	case ELICIT_OPEN:
		visit(k);
		conclude(k);
		return;
	case ELICIT_OVER:
		conclude(k);
		return;
	}
}

static void ask_user(struct asking *k, const struct json *params)
{
	struct err e = {0};

	asking_end(k);
	if (!elicit_begin(&k->form, k->server, params, &e)) {
		asking_end(k);
		k->refuse(k->self, RPC_INVALID_PARAMS, str_of(e.text));
		return;
	}
	if (!tty_listen(k->world->tty, k->world->events, typed, k, &e)) {
		asking_end(k);
		k->answer(k->self, S("{\"action\":\"cancel\"}"));
		return;
	}
	k->open = true;
	tty_show(k->world->tty, elicit_text(&k->form));
}

static void take_elicitation(struct asking *k, const struct json *params)
{
	struct arena scratch = *k->world->arena;

	if (k->mode == ASKING_USER)
		ask_user(k, params);
	else
		k->answer(k->self, k->mode == ASKING_DEFAULTS ? elicit_defaults(params, &scratch) : elicit_decline());
}

void asking_take(struct asking *k, const struct rpc *request)
{
	if (str_same(request->method, S("elicitation/create")) && k->mode != ASKING_NOT)
		take_elicitation(k, request->params);
	else if (str_same(request->method, S("roots/list")) && k->roots_n)
		tell_roots(k);
	else
		k->refuse(k->self, RPC_NO_METHOD, S("this client offers nothing of that kind"));
}
