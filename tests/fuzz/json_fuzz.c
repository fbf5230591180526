/* json: what is accepted is written and read again as the same tree, on one line and laid out;
 * each value's raw text reads as that value. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "support/trees.h"

static struct arena arena;

static void same_again(const struct json *tree, struct str text)
{
	struct arena scratch = arena;
	const struct json *again;
	struct json bare = *tree;

	bare.name = (struct str){0};
	fuzz_check(json_read(text, &scratch, &again, NULL));
	fuzz_check(trees_same(&bare, again));
}

static void written_again(const struct json *tree, unsigned indent)
{
	struct buf out = buf_in(&arena, 0);

	trees_write(&out, tree, indent);
	fuzz_check(!out.full);
	same_again(tree, buf_str(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json *tree;

	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	if (size < 16384 && json_read(str_make(data, size), &arena, &tree, NULL)) {
		written_again(tree, 0);
		written_again(tree, 3);
		for (const struct json *child = tree->first; child; child = child->next)
			same_again(child, child->raw);
	}
	arena_reset(&arena);
	return 0;
}
