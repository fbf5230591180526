/* A head means the same whole and byte by byte; written again from its parts it means the same once more. */
#include "support/fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/head.h"

enum { FIELDS = 16,
	MAX = 4096 };

static void begin(struct head *h, struct http_field *fields, bool is_answer)
{
	if (is_answer)
		head_begin_answer(h, S("GET"), fields, FIELDS, MAX);
	else
		head_begin_request(h, fields, FIELDS, MAX);
}

static void check_same(const struct head *a, const struct head *b)
{
	fuzz_check(str_same(a->method, b->method) && str_same(a->path, b->path) && str_same(a->query, b->query));
	fuzz_check(a->has_query == b->has_query && str_same(a->host, b->host) && a->minor == b->minor);
	fuzz_check(a->status == b->status && str_same(a->reason, b->reason) && a->fields_n == b->fields_n);
	fuzz_check(a->framing.kind == b->framing.kind && a->framing.length == b->framing.length);
	fuzz_check(a->persists == b->persists && a->expects_continue == b->expects_continue);
	for (size_t i = 0; i < a->fields_n; i++)
		fuzz_check(str_same(a->fields[i].name, b->fields[i].name) && str_same(a->fields[i].value, b->fields[i].value));
}

static void check_rewritten(const struct head *h, bool is_answer)
{
	char memory[2 * MAX];
	struct buf out = buf_over(memory, sizeof memory);
	struct http_field fields[FIELDS];
	struct head again;
	struct err e = {0};

	if (is_answer)
		buf_print(&out, "HTTP/1.%d %d %.*s\r\n", h->minor, h->status, STR(h->reason));
	else
		buf_print(&out, "%.*s %.*s HTTP/1.%d\r\n", STR(h->method), STR(h->target), h->minor);
	for (size_t i = 0; i < h->fields_n; i++)
		fuzz_check(field_write(&out, h->fields[i].name, h->fields[i].value, &e));
	field_write_end(&out);
	if (out.len > MAX)
		return;
	begin(&again, fields, is_answer);
	fuzz_check(head_read(&again, buf_str(&out), &e) == FEED_DONE);
	fuzz_check(again.len == out.len);
	check_same(h, &again);
}

static void check(struct str bytes, bool is_answer)
{
	struct http_field fields[2][FIELDS];
	struct head h[2];
	struct err e[2] = {0};
	enum feed whole;
	enum feed fed = FEED_MORE;

	begin(&h[0], fields[0], is_answer);
	begin(&h[1], fields[1], is_answer);
	whole = head_read(&h[0], bytes, &e[0]);
	for (size_t n = 0; n <= bytes.len && fed == FEED_MORE; n++)
		fed = head_read(&h[1], str_first(bytes, n), &e[1]);
	fuzz_check(fed == whole);
	fuzz_check(e[0].kind == e[1].kind && strcmp(e[0].text, e[1].text) == 0);
	if (whole != FEED_DONE)
		return;
	fuzz_check(h[0].len == h[1].len && h[0].len <= bytes.len && h[0].len <= MAX);
	check_same(&h[0], &h[1]);
	check_rewritten(&h[0], is_answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(str_make(data, size), false);
	check(str_make(data, size), true);
	return 0;
}
