#include "support/trees.h"

#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"

bool trees_same(const struct json *a, const struct json *b)
{
	const struct json *x = a->first, *y = b->first;

	if (a->kind != b->kind || !str_same(a->text, b->text) || !str_same(a->name, b->name))
		return false;
	for (; x && y; x = x->next, y = y->next)
		if (!trees_same(x, y))
			return false;
	return !x && !y;
}

static void write_value(struct json_write *w, const struct json *tree)
{
	bool named = tree->kind == JSON_OBJECT;

	if (tree->kind != JSON_OBJECT && tree->kind != JSON_ARRAY) {
		struct json bare = *tree;

		bare.raw = (struct str){0};
		json_write_tree(w, &bare);
		return;
	}
	named ? json_write_object(w) : json_write_array(w);
	for (const struct json *child = tree->first; child; child = child->next) {
		if (named)
			json_write_name(w, child->name);
		write_value(w, child);
	}
	named ? json_write_end_object(w) : json_write_end_array(w);
}

void trees_write(struct buf *out, const struct json *tree, unsigned indent)
{
	struct json_write w = json_write_to(out);

	w.indent = indent;
	write_value(&w, tree);
}
