#include "oauth/refusal.h"

#include "base/arena.h"
#include "http/fetch.h"
#include "json/json.h"
#include "oauth/quote.h"

bool refusal_read(const struct fetch_answer *answer, struct arena *a, struct refusal *r)
{
	const struct json *root;

	*r = (struct refusal){0};
	return json_read(answer->body, a, &root, NULL) && root->kind == JSON_OBJECT &&
		json_opt_str(root, S("error"), &r->error, NULL) && r->error.len &&
		(json_opt_str(root, S("error_description"), &r->description, NULL) || true);
}

const char *refusal_text(const struct refusal *r, int status, struct arena *a)
{
	struct str text;

	if (r->error.len == 0)
		text = arena_print(a, "status %d", status);
	else if (r->description.len == 0)
		text = arena_print(a, "\"%s\"", quote_of(r->error).text);
	else
		text = arena_print(a, "\"%s\" (%s)", quote_of(r->error).text, quote_of(r->description).text);
	return text.at ? text.at : "a refusal";
}

bool refusal_is_passing(const struct refusal *r, int status)
{
	static const struct str passing[] = {
		S_INIT("temporarily_unavailable"), S_INIT("server_error"), S_INIT("slow_down"),
	};

	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (str_same(r->error, passing[i]))
			return true;
	return status == 408 || status == 429 || status >= 500;
}
