/* content: whatever a tool gives, its text for a terminal shows and does nothing else; laid out and on one line it is the same
 * document; raw it is what came. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "cli/content.h"
#include "json/json.h"
#include "support/trees.h"

static struct arena arena;

static struct str written(const struct json *result, enum content_format format, bool shown, size_t max)
{
	struct buf out = buf_in(&arena, 0);

	content_write(&out, result, format, shown, max);
	fuzz_check(!out.full);
	return buf_str(&out);
}

static void check_same(const struct json *result, enum content_format format)
{
	const struct json *again;

	fuzz_check(json_read(written(result, format, true, 0), &arena, &again, NULL));
	fuzz_check(trees_same(result, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json *result;
	struct str text, base64;

	if (size > 65536 || (!arena.block && !arena_new(&arena, 128 << 20)))
		return 0;
	arena_reset(&arena);
	if (!json_read(str_make(data, size), &arena, &result, NULL))
		return 0;
	text = written(result, CONTENT_TEXT, true, 0);
	for (size_t i = 0; i < text.len; i++)
		fuzz_check(text.at[i] == '\n' || text.at[i] == '\t' || !str_is_control(text.at[i]));
	fuzz_check(written(result, CONTENT_TEXT, true, 10).len <= 40 + 64);
	check_same(result, CONTENT_JSON);
	check_same(result, CONTENT_COMPACT);
	fuzz_check(str_same(str_drop_last(written(result, CONTENT_RAW, true, 0), 1), result->raw));
	content_is_error(result);
	content_file(result, &base64, NULL);
	return 0;
}
