#include "vault/contents.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"
#include "json/json_write.h"

#define PROFILES S("profiles")

static bool read_profiles(const struct json *list, struct arena *a, struct contents *out, struct err *e)
{
	size_t count = json_count(list);
	struct profile *profiles = arena_take_many(a, count, sizeof *profiles);
	size_t i = 0;

	if (!profiles)
		return err_set(e, ERR_LIMIT, "the vault holds more than fits into memory");
	for (const struct json *p = list ? list->first : NULL; p; p = p->next)
		if (!profile_read(p, a, &profiles[i++], e))
			return false;
	out->profiles = profiles;
	out->count = count;
	return true;
}

bool contents_read(struct str text, struct arena *a, struct contents *out, struct err *e)
{
	const struct json *list = NULL;

	*out = (struct contents){0};
	return json_read(text, a, &out->root, e) && json_want_array(out->root, PROFILES, &list, e) &&
		read_profiles(list, a, out, e);
}

bool contents_write(struct buf *out, const struct contents *b, struct arena scratch, struct err *e)
{
	struct json_write w = json_write_to(out);

	json_write_object(&w);
	for (const struct json *m = b->root ? b->root->first : NULL; m; m = m->next)
		if (!str_same(m->name, PROFILES))
			json_write_tree_as(&w, m->name, m);
	json_write_name(&w, PROFILES);
	json_write_array(&w);
	for (size_t i = 0; i < b->count; i++)
		if (!profile_write(&w, &b->profiles[i], scratch, e))
			return false;
	json_write_end_array(&w);
	json_write_end_object(&w);
	return !out->full || err_set(e, ERR_LIMIT, "the vault holds more than fits into memory");
}
