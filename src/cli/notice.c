#include "cli/notice.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/len.h"
#include "json/json.h"
#include "json/json_write.h"
#include "mcp/rpc.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"

bool notice_is_wanted(const struct world *w)
{
	return w->tty && w->tty->err && !w->options.quiet;
}

void notice_write_meta(const struct world *w, struct json_write *j)
{
	if (!notice_is_wanted(w) && !w->options.verbose)
		return;
	json_write_name(j, S("_meta"));
	json_write_object(j);
	if (notice_is_wanted(w))
		json_write_str_as(j, S("progressToken"), S("keyfob"));
	if (w->options.verbose)
		json_write_str_as(j, S("io.modelcontextprotocol/logLevel"), S("debug"));
	json_write_end_object(j);
}

static struct str number(const struct json *object, const char *name)
{
	const struct json *found = json_get(object, str_of(name));

	return json_is(found, JSON_NUMBER) ? str_first(found->text, 24) : (struct str){0};
}

/* "3 of 10: message", cut to the width of the terminal; progress tells nothing of what it counts. */
static void show_progress(struct notice *n, const struct json *params)
{
	struct arena scratch = *n->world->arena;
	struct str done = number(params, "progress"), total = number(params, "total"), message = {0};
	struct buf line = buf_in(&scratch, 0);

	if (!notice_is_wanted(n->world))
		return;
	json_opt_str(params, S("message"), &message, NULL);
	buf_print(&line, "%.*s%s%.*s%s", STR(done), total.len ? " of " : "", STR(total), message.len ? ": " : "");
	text_show(&line, str_first_whole(message, 200));
	n->world->log(n->world, S("\r\033[K"));
	n->world->log(n->world, str_first_whole(buf_str(&line), len_sub(n->world->tty->width, 1)));
	n->shown = true;
}

/* "warning db: text" */
static void show_log(struct notice *n, const struct json *params)
{
	struct arena scratch = *n->world->arena;
	const struct json *data = json_get(params, S("data"));
	struct str level = {0}, logger = {0};

	json_opt_str(params, S("level"), &level, NULL);
	json_opt_str(params, S("logger"), &logger, NULL);
	world_detail(n->world, "%.*s%s%.*s: %.*s", STR(text_shown(str_first(level, 20), &scratch)), logger.len ? " " : "",
		STR(text_shown(str_first(logger, 60), &scratch)),
		STR(text_shown(json_is(data, JSON_STRING) ? data->text : data ? data->raw : (struct str){0}, &scratch)));
}

void notice_take(struct notice *n, const struct rpc *m)
{
	struct arena scratch = *n->world->arena;

	if (str_same(m->method, S("notifications/progress"))) {
		show_progress(n, m->params);
		return;
	}
	notice_clear(n);
	if (str_same(m->method, S("notifications/message")))
		show_log(n, m->params);
	else if (str_same(m->method, S("notifications/elicitation/complete")))
		world_say(n->world, "The server says that the visit is done.");
	else
		world_detail(n->world, "The server tells: %.*s", STR(text_shown(str_first(m->method, 100), &scratch)));
}

void notice_clear(struct notice *n)
{
	if (n->shown)
		n->world->log(n->world, S("\r\033[K"));
	n->shown = false;
}
