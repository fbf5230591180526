#include "cli/report.h"

#include "base/buf.h"
#include "base/err.h"
#include "json/json_write.h"
#include "sys/text.h"
#include "sys/world.h"

static void report_json(struct world *w, const struct err *e)
{
	char memory[8 * sizeof e->text];
	struct buf out = buf_over(memory, sizeof memory);
	struct json_write j = json_write_to(&out);

	json_write_object(&j);
	json_write_name(&j, S("error"));
	json_write_object(&j);
	json_write_str_as(&j, S("kind"), str_of(err_kind_name(e->kind)));
	json_write_str_as(&j, S("message"), str_of(e->text));
	json_write_int_as(&j, S("exit"), err_exit_status(e->kind));
	json_write_end_object(&j);
	json_write_end_object(&j);
	buf_add_char(&out, '\n');
	w->out(w, buf_str(&out));
}

void report_error(struct world *w, const struct err *e)
{
	char memory[4 * sizeof e->text];
	struct buf shown = buf_over(memory, sizeof memory);

	if (!w->log)
		return;
	if (w->options.json && !w->answered)
		report_json(w, e);
	text_show(&shown, str_of(e->text));
	world_warn(w, "keyfob: %.*s", STR(buf_str(&shown)));
}
