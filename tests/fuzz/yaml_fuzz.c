/* yaml: whatever is accepted is a tree that can be written as JSON and read again as the same tree. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/yaml.h"
#include "support/trees.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	const struct json *tree, *again;
	struct buf out;

	if (!arena.block && !arena_new(&arena, 16 << 20))
		abort();
	if (size < 4096) {
		/* A part of the arena for the tree alone, so that what it becomes has room. */
		struct arena part;

		arena_over(&part, arena_take(&arena, 1 << 20), 1 << 20);
		if (yaml_read(str_make(data, size), &part, &tree, NULL)) {
			out = buf_in(&arena, 0);
			trees_write(&out, tree, 0);
			fuzz_check(!out.full);
			fuzz_check(json_read(buf_str(&out), &arena, &again, NULL));
			fuzz_check(trees_same(tree, again));
		}
	}
	arena_reset(&arena);
	return 0;
}
