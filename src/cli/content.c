#include "cli/content.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"
#include "json/json.h"
#include "json/json_write.h"
#include "sys/text.h"

bool content_read_format(struct str name, enum content_format *format, struct err *e)
{
	static const char *const names[] = {[CONTENT_TEXT] = "text", [CONTENT_JSON] = "json", [CONTENT_COMPACT] = "compact"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_same(name, str_of(names[i]))) {
			*format = (enum content_format)i;
			return true;
		}
	return err_set(e, ERR_USAGE, "--format takes text, json or compact, not '%.*s'", STR(str_first(name, 40)));
}

bool content_is_error(const struct json *result)
{
	bool is_error = false;

	json_opt_bool(result, S("isError"), &is_error, NULL);
	return is_error;
}

/* --- Files --------------------------------------------------------------------------------------- */

static bool has_type(const struct json *block, const char *type)
{
	return json_is_str(json_get(block, S("type")), str_of(type));
}

/* The base64 of an image, a sound or a binary resource; an empty str with at == NULL where the block is none. */
static struct str file_of(const struct json *block)
{
	struct str data = {0};

	if (has_type(block, "image") || has_type(block, "audio"))
		json_opt_str(block, S("data"), &data, NULL);
	else if (has_type(block, "resource"))
		json_opt_str(json_get(block, S("resource")), S("blob"), &data, NULL);
	return data;
}

static const struct json *first_block(const struct json *result)
{
	const struct json *content = json_get(result, S("content"));

	return json_is(content, JSON_ARRAY) ? content->first : NULL;
}

bool content_file(const struct json *result, struct str *base64, struct err *e)
{
	size_t n = 0;

	for (const struct json *block = first_block(result); block; block = block->next) {
		struct str data = file_of(block);

		if (data.at)
			*base64 = data;
		n = len_add(n, data.at != NULL);
	}
	return n == 1 || err_set(e, ERR_FAILED, "--output saves one file, and the result holds %zu", n);
}

/* --- Text ---------------------------------------------------------------------------------------- */

/* " (image/png)", where it is told. */
static void write_kind(struct buf *out, const struct json *of)
{
	struct str mime = {0};

	if (!json_opt_str(of, S("mimeType"), &mime, NULL) || !mime.len)
		return;
	buf_add(out, S(", "));
	text_show(out, str_first(mime, 100));
}

static void write_size(struct buf *out, struct str base64)
{
	size_t padding = str_ends(base64, S("==")) ? 2 : str_ends(base64, S("="));
	size_t bytes = len_sub(len_mul(base64.len, 3) / 4, padding);

	buf_print(out, ", %zu byte%s", bytes, bytes == 1 ? "" : "s");
}

static void write_file(struct buf *out, const struct json *block)
{
	const struct json *resource = json_get(block, S("resource"));
	struct str uri = {0};

	json_opt_str(resource, S("uri"), &uri, NULL);
	buf_add_char(out, '[');
	if (resource)
		text_show(out, str_first(uri, 500));
	else
		text_show(out, json_get(block, S("type"))->text);
	write_kind(out, resource ? resource : block);
	write_size(out, file_of(block));
	buf_add(out, S("]\n"));
}

static void write_link(struct buf *out, const struct json *block)
{
	struct str name = {0}, uri = {0};

	json_opt_str(block, S("name"), &name, NULL);
	json_opt_str(block, S("uri"), &uri, NULL);
	buf_add_char(out, '[');
	text_show(out, str_first(name, 200));
	buf_add(out, S(": "));
	text_show(out, str_first(uri, 500));
	write_kind(out, block);
	buf_add(out, S("]\n"));
}

static void write_text(struct buf *out, struct str text, bool shown)
{
	if (shown)
		text_show_lines(out, text);
	else
		buf_add(out, text);
	if (!str_ends(text, S("\n")))
		buf_add_char(out, '\n');
}

/* The text of a block, its own or that of a resource in it. */
static bool text_of(const struct json *block, struct str *text)
{
	const struct json *from = has_type(block, "resource") ? json_get(block, S("resource")) : has_type(block, "text") ? block : NULL;

	*text = (struct str){0};
	json_opt_str(from, S("text"), text, NULL);
	return text->at != NULL;
}

static void write_block(struct buf *out, const struct json *block, bool shown)
{
	struct json_write w = json_write_to(out);
	struct str text;

	if (text_of(block, &text)) {
		write_text(out, text, shown);
	} else if (file_of(block).at) {
		write_file(out, block);
	} else if (has_type(block, "resource_link")) {
		write_link(out, block);
	} else { /* of a kind that is not known yet */
		json_write_values(&w, block);
		buf_add_char(out, '\n');
	}
}

static void write_laid_out(struct buf *out, const struct json *tree)
{
	struct json_write w = json_write_to(out);

	w.indent = 2;
	json_write_tree(&w, tree);
	buf_add_char(out, '\n');
}

static void write_blocks(struct buf *out, const struct json *result, bool shown)
{
	const struct json *structured = json_get(result, S("structuredContent"));
	bool has_text = false;
	struct str text;

	for (const struct json *block = first_block(result); block; block = block->next) {
		write_block(out, block, shown);
		has_text = has_text || text_of(block, &text);
	}
	if (structured && !has_text)
		write_laid_out(out, structured);
	if (!json_get(result, S("content")) && !structured) /* no result of a tool as we know them */
		write_laid_out(out, result);
}

/* Cuts what was appended behind `from` after max characters, at a character's beginning. */
static void cut(struct buf *out, size_t from, size_t max)
{
	struct str text = str_from(buf_str(out), from);
	size_t n = 0, at = text.len;

	for (size_t i = 0; i < text.len; i++) {
		if (((unsigned char)text.at[i] & 0xc0) == 0x80)
			continue;
		if (n == max)
			at = i;
		n = len_add(n, 1);
	}
	if (n <= max)
		return;
	buf_cut(out, len_add(from, at));
	buf_print(out, "\n... (%zu of %zu characters)\n", max, n);
}

void content_write(struct buf *out, const struct json *result, enum content_format format, bool shown, size_t max_chars)
{
	struct json_write w = json_write_to(out);
	size_t before = out->len;

	switch (format) {
	case CONTENT_TEXT:
		write_blocks(out, result, shown);
		if (max_chars)
			cut(out, before, max_chars);
		return;
	case CONTENT_JSON:
		write_laid_out(out, result);
		return;
	case CONTENT_COMPACT:
		json_write_values(&w, result);
		break;
	case CONTENT_RAW:
		json_write_tree(&w, result);
		break;
	}
	buf_add_char(out, '\n');
}
