/* elicit: whatever form a server sends and whatever is typed, nothing that is shown acts on the terminal, and an answer that is
 * accepted holds only what the form asks for, as it asks for it. The first line of the input is the form, the others are typed. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "cli/elicit.h"
#include "json/json.h"

static struct arena arena;

static void check_shown(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		fuzz_check(text.at[i] == '\n' || !str_is_control(text.at[i]));
}

static void check_answer(const struct json *params, struct str answer)
{
	const struct json *form = json_get(params, S("requestedSchema"));
	const struct json *root, *content;

	fuzz_check(json_read(answer, &arena, &root, NULL));
	content = json_get(root, S("content"));
	fuzz_check(!content || json_is_str(json_get(root, S("action")), S("accept")));
	for (const struct json *member = content ? content->first : NULL; member; member = member->next) {
		const struct json *property = json_get(schema_properties(form), member->name);
		struct schema s;

		fuzz_check(property != NULL);
		schema_read(property, form, &s);
		fuzz_check(schema_check(&s, member, NULL));
	}
}

static void fill_in(const struct json *params, struct str lines)
{
	static struct elicit form;
	enum elicit_step step = ELICIT_MORE;
	struct str line;

	form = (struct elicit){0};
	if (elicit_begin(&form, S("server"), params, NULL)) {
		check_shown(elicit_text(&form));
		while (step == ELICIT_MORE && lines.len) {
			str_cut(lines, '\n', &line, &lines);
			step = elicit_line(&form, line);
			check_shown(elicit_text(&form));
		}
		if (step == ELICIT_MORE)
			step = elicit_line(&form, (struct str){0});
		fuzz_check(step != ELICIT_MORE);
		check_answer(params, elicit_answer(&form));
	}
	elicit_end(&form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json *params;
	struct str form, lines;

	if (!arena.block && !arena_new(&arena, 16 << 20))
		return 0;
	arena_reset(&arena);
	str_cut(str_make(data, size), '\n', &form, &lines);
	if (!json_read(form, &arena, &params, NULL) || !json_is(params, JSON_OBJECT))
		return 0;
	check_answer(params, elicit_defaults(params, &arena));
	fill_in(params, lines);
	return 0;
}
