/* der: the elements of any bytes, one after another, are those bytes again up to where they end;
 * each has the one encoding that its tag and its length allow. */
#include "support/fuzz.h"

#include "base/str.h"
#include "crypto/der.h"

/* How many bytes tag and length of a body take. */
static size_t head_of(size_t body)
{
	size_t n = 2;

	for (size_t rest = body < 0x80 ? 0 : body; rest; rest >>= 8)
		n++;
	return n;
}

static void walk(struct str bytes, unsigned depth)
{
	struct str rest = bytes;
	struct der element;
	const char *at = bytes.at;

	while (der_next(&rest, &element)) {
		fuzz_check(element.whole.at == at);
		fuzz_check((uint8_t)element.whole.at[0] == element.tag);
		fuzz_check(element.whole.len == head_of(element.body.len) + element.body.len);
		fuzz_check(element.body.at + element.body.len == element.whole.at + element.whole.len);
		at += element.whole.len;
		fuzz_check(rest.at == at && rest.len == bytes.len - (size_t)(at - bytes.at));
		if (depth)
			walk(element.body, depth - 1);
	}
}

/* A reader that refuses leaves the rest as it was; one that accepts takes a whole element. */
static void refusals_take_nothing(struct str bytes)
{
	struct str rest = bytes;
	struct str value;
	struct der element;
	int64_t seconds;
	bool yes;
	bool taken = der_take_unsigned(&rest, &value) || der_take_bits(&rest, &value) ||
		der_take_boolean(&rest, &yes) || der_take_time(&rest, &seconds);
	struct str after = bytes;

	if (!taken)
		fuzz_check(rest.at == bytes.at && rest.len == bytes.len);
	else
		fuzz_check(der_next(&after, &element) && after.at == rest.at && after.len == rest.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk(str_make(data, size), 8);
	refusals_take_nothing(str_make(data, size));
	return 0;
}
