/* Whatever a caller hands to the writers, a reader sees that and nothing else: one head, these
 * fields. The input is method, path, query, and names and values in turn, parted by 0xff. */
#include "support/fuzz.h"

#include "base/buf.h"
#include "base/err.h"
#include "http/head.h"
#include "http/request.h"
#include "http/response.h"

enum { FIELDS = 8,
	ROOM = 8192 };

static bool next(struct str *rest, struct str *part)
{
	return str_cut(*rest, (char)0xff, part, rest) || part->len;
}

static void check_fields(const struct head *h, const struct http_field *fields, size_t n)
{
	size_t i = 0;

	/* Ours come before, between or behind, but each of the caller's is there, in order. */
	for (size_t k = 0; k < h->fields_n && i < n; k++)
		if (str_same(h->fields[k].name, fields[i].name) && str_same(h->fields[k].value, fields[i].value))
			i++;
	fuzz_check(i == n);
}

static void check_request(struct fetch_request *r, bool through_proxy)
{
	static char memory[ROOM];
	struct buf out = buf_over(memory, sizeof memory);
	struct request_options o = {.through_proxy = through_proxy};
	struct http_field fields[FIELDS + 4];
	struct head h;
	struct err e = {0};

	if (!request_write(&out, r, &o, &e)) {
		fuzz_check(out.len == 0 && (e.kind == ERR_INPUT || e.kind == ERR_LIMIT));
		return;
	}
	head_begin_request(&h, fields, FIELDS + 4, ROOM);
	/* A path that url_read would not have made may be written, but does not pass the reader. */
	if (head_read(&h, buf_str(&out), &e) != FEED_DONE) {
		fuzz_check(!url_is_path(r->url.path) || str_has(r->url.query, '#'));
		return;
	}
	fuzz_check(h.len == out.len && str_same(h.method, r->method) && str_same(h.host, S("h.example:81")));
	fuzz_check(h.framing.kind == (r->has_body ? BODY_LENGTH : h.framing.kind) && h.framing.length == r->body.len);
	check_fields(&h, r->fields, r->fields_n);
	fuzz_check(h.fields_n <= r->fields_n + 3);
}

static void check_answer(const struct fetch_request *r)
{
	static char memory[ROOM];
	struct buf out = buf_over(memory, sizeof memory);
	struct response answer = {.status = 200, .fields = r->fields, .fields_n = r->fields_n, .body = r->body};
	struct http_field fields[FIELDS + 4];
	struct head h;
	struct err e = {0};

	if (!response_write(&out, &answer, &e)) {
		fuzz_check(out.len == 0);
		return;
	}
	head_begin_answer(&h, S("GET"), fields, FIELDS + 4, ROOM);
	fuzz_check(head_read(&h, buf_str(&out), &e) == FEED_DONE);
	fuzz_check(h.fields_n == r->fields_n + 1 && h.framing.kind == BODY_LENGTH && h.framing.length == r->body.len);
	fuzz_check(str_same(str_from(buf_str(&out), h.len), r->body));
	check_fields(&h, r->fields, r->fields_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_field fields[FIELDS];
	struct fetch_request r = {.fields = fields};
	struct str rest = str_make(data, size);

	if (size > ROOM / 2)
		return 0;
	r.url = (struct url){.scheme = S("http"), .host = S("h.example"), .port = 81};
	next(&rest, &r.method);
	next(&rest, &r.url.path);
	r.url.has_query = next(&rest, &r.url.query);
	while (r.fields_n < FIELDS && next(&rest, &fields[r.fields_n].name)) {
		next(&rest, &fields[r.fields_n].value);
		r.fields_n++;
	}
	r.body = rest;
	r.has_body = rest.len > 0;
	check_request(&r, false);
	check_request(&r, true);
	check_answer(&r);
	return 0;
}
