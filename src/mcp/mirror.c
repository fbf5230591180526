#include "mcp/mirror.h"

#include "base/b64.h"
#include "base/buf.h"
#include "json/json.h"
#include "mcp/rpc.h"

#define OPENING S("=?base64?")
#define CLOSING S("?=")

static const struct {
	struct str method;
	struct str param;
} mirrored[] = {
	{S_INIT("tools/call"), S_INIT("name")},
	{S_INIT("prompts/get"), S_INIT("name")},
	{S_INIT("resources/read"), S_INIT("uri")},
	{S_INIT("tasks/get"), S_INIT("taskId")},
	{S_INIT("tasks/update"), S_INIT("taskId")},
	{S_INIT("tasks/cancel"), S_INIT("taskId")},
};

bool mirror_name(const struct rpc *m, struct str *name)
{
	for (size_t i = 0; i < sizeof mirrored / sizeof *mirrored; i++) {
		const struct json *param = json_get(m->params, mirrored[i].param);

		if (!str_same(m->method, mirrored[i].method) || !json_is(param, JSON_STRING))
			continue;
		*name = param->text;
		return true;
	}
	return false;
}

static bool is_encoded(struct str s)
{
	return s.len >= OPENING.len + CLOSING.len && str_starts(s, OPENING) && str_ends(s, CLOSING);
}

static bool may_stand_bare(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < 0x20 || s.at[i] > 0x7e)
			return false;
	return s.len == str_trim(s).len && !is_encoded(s);
}

void mirror_encode(struct buf *out, struct str value)
{
	if (may_stand_bare(value)) {
		buf_add(out, value);
		return;
	}
	buf_add(out, OPENING);
	b64_encode(out, value);
	buf_add(out, CLOSING);
}

bool mirror_decode(struct buf *out, struct str field)
{
	if (!is_encoded(field)) {
		buf_add(out, field);
		return !out->full;
	}
	return b64_decode(out, str_drop_last(str_from(field, OPENING.len), CLOSING.len));
}
