/* Text that was made fit to show holds nothing that does anything, says the same when it is shown
 * again, and is the same whether it came whole or was cut at a boundary of its characters. */
#include "support/fuzz.h"

#include "base/buf.h"
#include "sys/text.h"

static char shown_memory[65536 * 8], again_memory[65536 * 8];

/* No controls, and of what changes the direction or hides nothing that begins as all of it does in UTF-8. */
static void check_harmless(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		unsigned char next = i + 1 < s.len ? (unsigned char)s.at[i + 1] : 0;
		unsigned char third = i + 2 < s.len ? (unsigned char)s.at[i + 2] : 0;

		fuzz_check(c >= 0x20 && c != 0x7f);
		fuzz_check(!(c == 0xc2 && next < 0xa0));
		fuzz_check(!(c == 0xe2 && next == 0x80 && ((third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae))));
		fuzz_check(!(c == 0xe2 && next == 0x81 && third >= 0xa0 && third <= 0xaf));
		fuzz_check(!(c == 0xef && next == 0xbb && third == 0xbf));
		fuzz_check(!(c == 0xf3 && next >= 0xa0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf shown = buf_over(shown_memory, sizeof shown_memory);
	struct buf again = buf_over(again_memory, sizeof again_memory);
	struct str text = str_make(data, size);
	size_t cut = size / 2;

	if (size > 65536)
		return 0;
	text_show(&shown, text);
	fuzz_check(!shown.full && shown.len >= size);
	check_harmless(buf_str(&shown));
	text_show(&again, buf_str(&shown));
	fuzz_check(str_same(buf_str(&shown), buf_str(&again)));

	while (cut < size && (data[cut] & 0xc0) == 0x80)
		cut++;
	again.len = 0;
	text_show(&again, str_first(text, cut));
	text_show(&again, str_from(text, cut));
	fuzz_check(str_same(buf_str(&shown), buf_str(&again)));
	return 0;
}
