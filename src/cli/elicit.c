#include "cli/elicit.h"

#include "base/err.h"
#include "base/len.h"
#include "http/url.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/text.h"

/* --- From defaults -------------------------------------------------------------------------------- */

struct str elicit_decline(void)
{
	return S("{\"action\":\"decline\"}");
}

static bool is_by_url(const struct json *params)
{
	return json_is_str(json_get(params, S("mode")), S("url"));
}

static const struct json *first_property(const struct json *root)
{
	const struct json *properties = schema_properties(root);

	return properties ? properties->first : NULL;
}

/* The default of a property, where it is one that the schema itself takes. */
static const struct json *fallback_of(const struct schema *s)
{
	return s->fallback && schema_check(s, s->fallback, NULL) ? s->fallback : NULL;
}

struct str elicit_defaults(const struct json *params, struct arena *a)
{
	const struct json *root = json_get(params, S("requestedSchema"));
	struct buf out = buf_in(a, 0);
	struct json_write w = json_write_to(&out);
	struct schema s;

	if (is_by_url(params) || !json_is(root, JSON_OBJECT))
		return elicit_decline();
	json_write_object(&w);
	json_write_str_as(&w, S("action"), S("accept"));
	json_write_name(&w, S("content"));
	json_write_object(&w);
	for (const struct json *property = first_property(root); property; property = property->next) {
		schema_read(property, root, &s);
		if (fallback_of(&s))
			json_write_tree_as(&w, s.name, s.fallback);
		else if (s.required)
			return elicit_decline();
	}
	json_write_end_object(&w);
	json_write_end_object(&w);
	return out.full ? elicit_decline() : buf_str(&out);
}

/* --- What is shown ---------------------------------------------------------------------------------- */

static void show(struct elicit *f, struct str foreign, size_t most)
{
	text_show(&f->text, str_first_whole(foreign, most));
}

/* A message may have lines, each of which is shown behind a mark, so that none can pass for ours. */
static void show_message(struct elicit *f, struct str message)
{
	struct str line;

	message = str_first_whole(message, 4096);
	while (message.len) {
		str_cut(message, '\n', &line, &message);
		buf_add(&f->text, S("  | "));
		text_show(&f->text, str_ends(line, S("\r")) ? str_drop_last(line, 1) : line);
		buf_add_char(&f->text, '\n');
	}
}

static void show_choices(struct elicit *f)
{
	struct str value, title;

	for (size_t i = 0; i < 100 && schema_choice(&f->field, i, &value, &title); i++) {
		buf_print(&f->text, "    %zu  ", len_add(i, 1));
		show(f, value, 100);
		if (title.len && !str_same(title, value)) {
			buf_add(&f->text, S("  "));
			show(f, title, 200);
		}
		buf_add_char(&f->text, '\n');
	}
}

/* A list as it would be typed. */
static void show_value(struct elicit *f, const struct json *value)
{
	if (value->kind != JSON_ARRAY) {
		show(f, value->kind == JSON_STRING ? value->text : value->raw, 200);
		return;
	}
	for (const struct json *one = value->first; one; one = one->next) {
		show(f, one->kind == JSON_STRING ? one->text : one->raw, 100);
		buf_add(&f->text, one->next ? S(", ") : S(""));
	}
}

static void show_fallback(struct elicit *f)
{
	const struct json *fallback = fallback_of(&f->field);

	if (!fallback) {
		buf_add(&f->text, f->field.required ? S(": ") : S(" (optional): "));
		return;
	}
	buf_add(&f->text, S(" ["));
	show_value(f, fallback);
	buf_add(&f->text, S("]: "));
}

/* "name (string): Your full name" and its choices, then the prompt. */
static void show_question(struct elicit *f)
{
	const struct schema *s = &f->field;
	struct str what = s->description.len ? s->description : s->title;

	buf_add_char(&f->text, '\n');
	show(f, s->title.len ? s->title : s->name, 100);
	buf_print(&f->text, " (%.*s)", STR(schema_type_text(s, &f->arena)));
	if (what.len && !str_same(what, s->title)) {
		buf_add(&f->text, S(": "));
		show(f, what, 500);
	}
	buf_add_char(&f->text, '\n');
	show_choices(f);
	if (s->type == SCHEMA_ARRAY)
		buf_add(&f->text, S("  several, with commas between them\n"));
	show(f, s->name, 100);
	show_fallback(f);
}

/* The last question: nothing leaves before it was answered with yes. */
static void confirm(struct elicit *f)
{
	f->confirming = true;
	buf_add(&f->text, S("\nSend "));
	if (f->content.len > 2)
		show(f, buf_str(&f->content), 2000);
	else
		buf_add(&f->text, S("an empty answer"));
	buf_add(&f->text, S("\nto "));
	show(f, f->server, 200);
	buf_add(&f->text, S("? [y/N] "));
}

/* --- Filling in ---------------------------------------------------------------------------------------- */

static void forget_text(struct elicit *f)
{
	buf_wipe(&f->text);
}

static enum elicit_step end_with(struct elicit *f, struct str answer)
{
	f->answer = answer;
	return ELICIT_OVER;
}

/* content is an object whose end is not written yet: it is put around it when it is shown or sent. */
static enum elicit_step next_property(struct elicit *f, const struct json *property)
{
	f->property = property;
	f->tries = 0;
	if (property) {
		schema_read(property, f->root, &f->field);
		show_question(f);
		return ELICIT_MORE;
	}
	buf_add_char(&f->content, '}');
	confirm(f);
	return ELICIT_MORE;
}

/* The number of a choice stands for it. */
static struct str choose(const struct elicit *f, struct str line)
{
	struct str value, title;
	uint64_t n;

	if (f->field.type == SCHEMA_ARRAY || !schema_choice(&f->field, 0, &value, &title))
		return line;
	for (size_t i = 0; schema_choice(&f->field, i, &value, &title); i++)
		if (str_same(value, line))
			return line;
	for (size_t i = 0; schema_choice(&f->field, i, &value, &title); i++)
		if (str_same_nocase(title, line) || (str_to_u64(line, &n) && n == len_add(i, 1)))
			return value;
	return line;
}

/* In a list each number stands for a choice. */
static struct str choose_all(struct elicit *f, struct str line)
{
	struct buf out = buf_in(&f->arena, 0);
	struct schema one = f->field;
	struct elicit single = {.field = one};
	struct str word;

	if (f->field.type != SCHEMA_ARRAY || str_starts(str_trim(line), S("[")))
		return choose(f, line);
	single.field.type = SCHEMA_STRING;
	while (line.len) {
		str_cut(line, ',', &word, &line);
		buf_add(&out, out.len ? S(",") : S(""));
		buf_add(&out, choose(&single, str_trim(word)));
	}
	return buf_str(&out);
}

/* Reads the line as a value of the property, and checks it. */
static bool read_value(struct elicit *f, struct str line, const struct json **value, struct err *e)
{
	struct buf out = buf_in(&f->arena, 0);
	struct json_write w = json_write_to(&out);

	return schema_write(&f->field, choose_all(f, line), &f->arena, &w, e) && json_read(buf_str(&out), &f->arena, value, e) &&
		schema_check(&f->field, *value, e);
}

static void keep(struct elicit *f, const struct json *value)
{
	struct json_write w;

	buf_add(&f->content, f->content.len > 1 ? S(",") : S(""));
	w = json_write_to(&f->content);
	json_write_str(&w, f->field.name);
	buf_add_char(&f->content, ':');
	w = json_write_to(&f->content);
	json_write_tree(&w, value);
}

static enum elicit_step again(struct elicit *f, const struct err *e)
{
	f->tries++;
	if (f->tries >= ELICIT_TRIES)
		return end_with(f, S("{\"action\":\"cancel\"}"));
	text_show(&f->text, str_of(e->text));
	buf_add_char(&f->text, '\n');
	show(f, f->field.name, 100);
	show_fallback(f);
	return ELICIT_MORE;
}

static enum elicit_step fill_in(struct elicit *f, struct str line)
{
	const struct json *value = NULL;
	struct err e = {0};

	if (str_same(str_trim(line), S("!")))
		return end_with(f, elicit_decline());
	if (!str_trim(line).len) {
		value = fallback_of(&f->field);
		if (!value && f->field.required) {
			err_set(&e, ERR_USAGE, "this one is needed ('!' declines)");
			return again(f, &e);
		}
	} else if (!read_value(f, line, &value, &e)) {
		return again(f, &e);
	}
	if (value)
		keep(f, value);
	return next_property(f, f->property->next);
}

static bool says_yes(struct str line)
{
	line = str_trim(line);
	return str_same_nocase(line, S("y")) || str_same_nocase(line, S("yes"));
}

static enum elicit_step decide(struct elicit *f, struct str line)
{
	if (!says_yes(line))
		return end_with(f, elicit_decline());
	if (f->by_url) {
		f->answer = S("{\"action\":\"accept\"}");
		return ELICIT_OPEN;
	}
	f->answer = arena_print(&f->arena, "{\"action\":\"accept\",\"content\":%.*s}", STR(buf_str(&f->content)));
	return f->answer.at && !f->content.full ? ELICIT_OVER : end_with(f, elicit_decline());
}

enum elicit_step elicit_line(struct elicit *f, struct str line)
{
	forget_text(f);
	if (!line.at)
		return end_with(f, S("{\"action\":\"cancel\"}"));
	return f->confirming ? decide(f, line) : fill_in(f, line);
}

struct str elicit_text(const struct elicit *f)
{
	return buf_str(&f->text);
}

struct str elicit_answer(const struct elicit *f)
{
	return f->answer;
}

/* --- Beginning and end --------------------------------------------------------------------------------- */

static bool begin_url(struct elicit *f, const struct json *params, struct err *e)
{
	struct str text;
	struct url url;

	if (!json_want_str(params, S("url"), &text, e) || !url_read(text, &f->arena, &url, e))
		return false;
	f->address = arena_print(&f->arena, "%.*s%s%.*s", STR(url_text(&url, &f->arena)), url.has_fragment ? "#" : "", STR(url.fragment));
	f->by_url = f->confirming = true;
	buf_add(&f->text, S("It wants you to visit, at the host "));
	show(f, url.host, 300);
	buf_add(&f->text, S(",\n  "));
	show(f, f->address, URL_MAX);
	buf_add(&f->text, S("\nOpen it in a browser? [y/N] "));
	return true;
}

bool elicit_begin(struct elicit *f, struct str server, const struct json *params, struct err *e)
{
	struct str message = {0};

	if (!arena_new(&f->arena, ELICIT_ARENA))
		return err_set(e, ERR_SYSTEM, "no memory for a question");
	f->text = buf_over(arena_take(&f->arena, ELICIT_TEXT), ELICIT_TEXT);
	f->content = buf_over(arena_take(&f->arena, ELICIT_CONTENT), ELICIT_CONTENT);
	f->server = server;
	if (!json_want_str(params, S("message"), &message, e))
		return false;
	buf_add_char(&f->text, '\n');
	show(f, server, 200);
	buf_add(&f->text, S(" asks:\n"));
	show_message(f, message);
	if (is_by_url(params))
		return begin_url(f, params, e);
	if (!json_want_object(params, S("requestedSchema"), &f->root, e))
		return false;
	buf_add(&f->text, S("An empty line takes the default, '!' declines, Ctrl-D cancels.\n"));
	buf_add_char(&f->content, '{');
	next_property(f, first_property(f->root));
	return true;
}

void elicit_end(struct elicit *f)
{
	arena_free(&f->arena);
}
