/* A form that was read, written and read again holds the same parameters. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/url.h"

static char memory[2][1 << 20];
static char room[2][1 << 20];

/* Writes again what it reads. */
static bool copy(struct str form, struct buf *out, struct arena *a)
{
	struct str name, value;
	struct err e = {0};

	while (url_form_next(&form, a, &name, &value, &e)) {
		fuzz_check(!str_has(name, 0) && !str_has(value, 0));
		url_form_add(out, name, value);
	}
	return e.kind == ERR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = buf_over(room[0], sizeof room[0]);
	struct buf twice = buf_over(room[1], sizeof room[1]);
	struct arena a;

	arena_over(&a, memory[0], sizeof memory[0]);
	if (!copy(str_make(data, size), &once, &a) || once.full)
		return 0;
	arena_over(&a, memory[1], sizeof memory[1]);
	fuzz_check(copy(buf_str(&once), &twice, &a));
	fuzz_check(str_same(buf_str(&once), buf_str(&twice)));
	return 0;
}
