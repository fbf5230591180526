#include "support/transcript.h"

#include "support/test.h"

#include "base/buf.h"
#include "base/len.h"

static void write_request(struct buf *out, const struct talk_request *r)
{
	const struct fetch_request *f = &r->http.fetch;

	buf_print(out, "%.*s\n", STR(f->method));
	for (size_t i = 0; i < f->fields_n; i++)
		buf_print(out, "%.*s: %.*s\n", STR(f->fields[i].name), STR(f->fields[i].value));
	buf_add_char(out, '\n');
	buf_add(out, f->body);
}

static void check_request(const struct talk_request *r, const struct transcript_turn *turn)
{
	static char memory[65536];
	struct buf text = buf_over(memory, sizeof memory);

	if (!turn->sends)
		return;
	write_request(&text, r);
	assert_str(buf_str(&text), turn->sends);
	assert_int_equal(r->wait_ms, turn->wait_ms);
}

/* Each piece lies in memory of its own, so that reading past it shows. */
static bool tell_piece(struct talk *t, enum talk_slot slot, struct str piece)
{
	char *copy = test_malloc(piece.len);
	bool more;

	memcpy(copy, piece.at, piece.len);
	more = talk_piece(t, slot, str_make(copy, piece.len));
	memset(copy, '#', piece.len);
	test_free(copy);
	return more;
}

/* True when the talk wants to hear the end. */
static bool tell_body(struct talk *t, enum talk_slot slot, struct str body, size_t piece)
{
	while (body.len) {
		size_t n = piece ? len_min(piece, body.len) : body.len;

		if (!tell_piece(t, slot, str_first(body, n)))
			return false;
		body = str_from(body, n);
	}
	return true;
}

static struct fetch_head head_of(const struct transcript_turn *turn, struct http_field fields[2])
{
	struct fetch_head head = {.status = turn->status, .fields = fields};

	if (turn->type)
		fields[head.fields_n++] = (struct http_field){S("content-type"), str_of(turn->type)};
	if (turn->session)
		fields[head.fields_n++] = (struct http_field){S("mcp-session-id"), str_of(turn->session)};
	return head;
}

static const struct err lost = {ERR_NETWORK, "the connection was lost"};

/* Answers a request; while its body comes, side requests are carried too: their turns follow. */
static size_t answer(struct talk *t, const struct talk_request *r, const struct transcript_turn *turns, size_t n, size_t piece)
{
	struct http_field fields[2];
	struct fetch_head head = head_of(turns, fields);
	const struct talk_request *side;
	struct str body = str_of(turns->body);
	size_t used = 1;
	size_t cut = r->slot == TALK_MAIN ? str_find(body, '\f') : body.len;

	if (!talk_head(t, r->slot, &head) || !tell_body(t, r->slot, str_first(body, cut), piece))
		return used;
	while (cut < body.len && talk_next(t, &side) == TALK_SEND) {
		assert_int_equal(side->slot, TALK_SIDE);
		assert_true(used < n);
		check_request(side, &turns[used]);
		used += answer(t, side, turns + used, n - used, piece);
	}
	if (tell_body(t, r->slot, str_from(body, cut + 1), piece))
		talk_end(t, r->slot, turns->breaks ? &lost : NULL);
	return used;
}

enum talk_step transcript_run(struct talk *t, const struct transcript_turn *turns, size_t n, size_t piece)
{
	const struct talk_request *request;
	enum talk_step step;
	size_t used = 0;

	while ((step = talk_next(t, &request)) == TALK_SEND) {
		if (used == n)
			print_error("no turn is left; it sends %.*s\n", STR(request->http.fetch.body));
		assert_true(used < n);
		check_request(request, &turns[used]);
		used += answer(t, request, turns + used, n - used, piece);
	}
	assert_int_not_equal(step, TALK_WAIT);
	assert_int_equal(used, n);
	return step;
}
