#include "cli/answer.h"

#include "base/err.h"
#include "base/len.h"
#include "sys/world.h"

bool answer_begin(struct answer *a, size_t room, struct err *e)
{
	if (!arena_new(&a->arena, len_add(room, 4096)))
		return err_set(e, ERR_SYSTEM, "no memory for the answer");
	a->text = buf_in(&a->arena, 0);
	a->json = json_write_to(&a->text);
	json_write_object(&a->json);
	return true;
}

void answer_time(struct answer *a, struct str name, int64_t at)
{
	json_write_name(&a->json, name);
	if (at)
		json_write_int(&a->json, at);
	else
		json_write_null(&a->json);
}

void answer_drop(struct answer *a)
{
	arena_free(&a->arena);
}

bool answer_send(struct answer *a, struct world *w, struct err *e)
{
	bool full;

	json_write_end_object(&a->json);
	buf_add_char(&a->text, '\n');
	full = a->text.full;
	if (!full)
		w->out(w, buf_str(&a->text));
	w->answered = !full;
	arena_free(&a->arena);
	return !full || err_set(e, ERR_LIMIT, "the answer is too large to be shown");
}
