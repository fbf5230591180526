/* What a vault holds, written again, reads as the same once more, whatever a later version put in. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "vault/contents.h"

enum { ROOM = 1 << 20, TEXT = 1 << 16 };

static struct str write_again(const struct contents *c, char *memory, struct arena scratch)
{
	struct buf out = buf_over(memory, TEXT);
	struct err e = {0};

	if (!contents_write(&out, c, scratch, &e)) {
		fuzz_check(e.kind == ERR_LIMIT || e.kind == ERR_INPUT);
		return (struct str){0};
	}
	return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[TEXT], second[TEXT];
	struct arena a;
	struct contents one, two;
	struct str text, again;
	struct err e = {0};

	if (!arena_new(&a, ROOM))
		return 0;
	if (contents_read(str_make(data, size), &a, &one, &e)) {
		text = write_again(&one, first, a);
		if (text.at) {
			fuzz_check(contents_read(text, &a, &two, &e) || e.kind == ERR_LIMIT);
			again = write_again(&two, second, a);
			fuzz_check(e.kind == ERR_LIMIT || str_same(text, again));
			fuzz_check(e.kind == ERR_LIMIT || one.count == two.count);
		}
	} else {
		fuzz_check(e.text[0]);
	}
	arena_free(&a);
	return 0;
}
