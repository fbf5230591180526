#include "json/yaml_merge.h"

#include "base/err.h"
#include "json/json.h"
#include "json/yaml.h"

struct merge {
	struct json *object;
	struct json **tail;
	unsigned seen; /* members looked at */
};

static bool move_members(struct merge *m, struct json *source, struct err *e)
{
	struct json *next;

	if (source->kind != JSON_OBJECT)
		return err_set(e, ERR_INPUT, "YAML line %u, column %u: << wants a mapping or a list of mappings",
			source->line, source->column);
	for (struct json *member = source->first; member; member = next) {
		next = member->next;
		if (++m->seen > YAML_MERGED)
			return err_set(e, ERR_LIMIT, "YAML line %u, column %u: << may bring %d members, not more",
				source->line, source->column, YAML_MERGED);
		if (json_get(m->object, member->name))
			continue;
		member->next = NULL;
		*m->tail = member;
		m->tail = &member->next;
	}
	return true;
}

bool yaml_merge(struct json *object, struct json *source, struct err *e)
{
	struct merge m = {.object = object, .tail = &object->first};
	bool done = true;

	while (*m.tail)
		m.tail = &(*m.tail)->next;
	if (source->kind != JSON_ARRAY)
		return move_members(&m, source, e);
	for (struct json *item = source->first; item && done; item = item->next)
		done = move_members(&m, item, e);
	return done;
}
