/* pem: each block that is read, written again and read once more, is the same; the blocks of a text do
 * not depend on its line ends; the input as bytes of a block comes back as it was; and as text of
 * one it gives the same bytes by the way that private keys take and by the other. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/pem.h"

static struct arena arena;

static void same_again(struct arena scratch, struct str label, struct str bytes)
{
	struct buf text = buf_in(&scratch, 0);
	struct buf back = buf_in(&scratch, 0);
	struct str rest;
	struct str again;

	pem_write(&text, label, bytes);
	rest = buf_str(&text);
	fuzz_check(pem_next(&rest, &again, &back, NULL));
	fuzz_check(str_same(label, again) && str_same(bytes, buf_str(&back)) && rest.len == 0);
}

/* The text with every "\n" as "\r\n". */
static struct str with_returns(struct arena *a, struct str text)
{
	struct buf out = buf_in(a, 0);

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\n')
			buf_add_char(&out, '\r');
		buf_add_char(&out, text.at[i]);
	}
	fuzz_check(!out.full);
	return buf_str(&out);
}

static void read_all(struct str text, struct str other)
{
	struct buf bytes = buf_in(&arena, 16384);
	struct buf other_bytes = buf_in(&arena, 16384);
	struct str label;
	struct str other_label;
	size_t broken = 0;
	size_t other_broken = 0;

	while (pem_next(&text, &label, &bytes, &broken)) {
		fuzz_check(pem_next(&other, &other_label, &other_bytes, &other_broken));
		fuzz_check(str_same(label, other_label) && str_same(buf_str(&bytes), buf_str(&other_bytes)));
		same_again(arena, label, buf_str(&bytes));
	}
	fuzz_check(!pem_next(&other, &other_label, &other_bytes, &other_broken));
	fuzz_check(broken == other_broken);
}

static bool read_as(struct arena *a, const char *name, struct str body, struct str *bytes)
{
	struct buf text = buf_in(a, 0);
	struct buf out = buf_in(a, 0);
	struct str rest;
	struct str label;
	bool read;

	buf_print(&text, "-----BEGIN %s-----\n", name);
	buf_add(&text, body);
	buf_print(&text, "\n-----END %s-----\n", name);
	rest = buf_str(&text);
	read = pem_next(&rest, &label, &out, NULL);
	*bytes = buf_str(&out);
	return read;
}

static void both_ways_agree(struct arena scratch, struct str body)
{
	struct str open;
	struct str secret;

	if (str_find_str(body, S("-----")) < body.len)
		return;
	fuzz_check(read_as(&scratch, "CERTIFICATE", body, &open) == read_as(&scratch, "PRIVATE KEY", body, &secret));
	fuzz_check(str_same(open, secret));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size);

	if (!arena.block && !arena_new(&arena, 1 << 20))
		abort();
	if (size < 16384) {
		same_again(arena, S("BYTES"), text);
		both_ways_agree(arena, text);
		read_all(text, with_returns(&arena, text));
	}
	arena_reset(&arena);
	return 0;
}
