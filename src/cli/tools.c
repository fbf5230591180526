#include "cli/tools.h"

#include "base/err.h"
#include "base/len.h"
#include "cli/near.h"
#include "json/json.h"

struct str tools_name(const struct json *tool)
{
	struct str name = {0};

	json_opt_str(tool, S("name"), &name, NULL);
	return name;
}

/* SERVER_1mcp_TOOL, of SERVER/TOOL. */
static bool is_joined(struct str full, struct str server, struct str tool)
{
	static const struct str between = S_INIT("_1mcp_");

	return full.len == len_add(len_add(server.len, between.len), tool.len) && str_starts(full, server) && str_ends(full, tool) &&
		str_same(str_span(full, server.len, between.len), between);
}

const struct json *tools_find(const struct json *items, struct str name)
{
	const struct json *first = items ? items->first : NULL;
	struct str server, tool;

	for (const struct json *one = first; one; one = one->next)
		if (name.len && str_same(tools_name(one), name))
			return one;
	if (!str_cut(name, '/', &server, &tool))
		return NULL;
	for (const struct json *one = first; one; one = one->next)
		if (is_joined(tools_name(one), server, tool))
			return one;
	return NULL;
}

static struct str nearest(const struct json *items, struct str name)
{
	struct str best = {0};
	size_t least = SIZE_MAX;

	for (const struct json *one = items ? items->first : NULL; one; one = one->next) {
		size_t distance = near_distance(name, tools_name(one));

		if (distance < least && near_enough(name, distance)) {
			least = distance;
			best = tools_name(one);
		}
	}
	return best;
}

bool tools_unknown(const struct json *items, struct str name, struct err *e)
{
	struct str near = nearest(items, name);

	err_set(e, ERR_FAILED, "the server has no tool '%.*s'", STR(str_first(name, 100)));
	return near.len ? err_hint(e, ", did you mean '%.*s'?", STR(str_first(near, 100))) :
		json_count(items) ? err_hint(e, ": 'keyfob inspect' lists its %zu", json_count(items)) : err_hint(e, ", and no other");
}
