/* json_write: any bytes at all, written as a string or a name, are JSON; bytes that are UTF-8 come
 * back as they were. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"
#include "json/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct str text = str_make(data, size);
	const struct json *tree;
	struct buf out;
	struct json_write w;

	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	if (size > 16384)
		return 0;
	out = buf_in(&arena, 0);
	w = json_write_to(&out);
	json_write_object(&w);
	json_write_str_as(&w, text, text);
	json_write_end_object(&w);
	fuzz_check(!out.full && json_read(buf_str(&out), &arena, &tree, NULL) && json_count(tree) == 1);
	if (utf8_is_valid(text))
		fuzz_check(str_same(tree->first->name, text) && str_same(tree->first->text, text));
	arena_reset(&arena);
	return 0;
}
