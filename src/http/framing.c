#include "http/framing.h"

#include "base/err.h"
#include "http/head.h"

static bool has(const struct head *h, struct str name, struct str element)
{
	return field_list_has(h->fields, h->fields_n, name, element);
}

/* What the fields say, before the status has a word. */
static bool read_fields(const struct head *h, struct body_framing *said, struct err *e)
{
	size_t lengths = field_count(h->fields, h->fields_n, S("content-length"));
	size_t codings = field_count(h->fields, h->fields_n, S("transfer-encoding"));
	struct str length = field_find(h->fields, h->fields_n, S("content-length"), NULL);
	struct str coding = field_find(h->fields, h->fields_n, S("transfer-encoding"), NULL);

	*said = (struct body_framing){BODY_NONE, 0};
	if (lengths > 1)
		return err_set(e, ERR_INPUT, "the HTTP head holds more than one Content-Length");
	if (lengths && codings)
		return err_set(e, ERR_INPUT, "the HTTP head holds both Content-Length and Transfer-Encoding");
	if (codings && h->minor == 0)
		return err_set(e, ERR_INPUT, "the HTTP head holds a Transfer-Encoding, which HTTP/1.0 does not know");
	if (codings > 1 || (codings && !str_same_nocase(coding, S("chunked"))))
		return err_set(e, ERR_INPUT, "the HTTP head holds a Transfer-Encoding other than \"chunked\" (\"%.*s\")", STR(str_first(coding, 40)));
	if (lengths && !str_to_u64(length, &said->length))
		return err_set(e, ERR_INPUT, "the Content-Length is not a number (\"%.*s\")", STR(str_first(length, 40)));
	if (codings)
		said->kind = BODY_CHUNKED;
	else if (lengths)
		said->kind = BODY_LENGTH;
	return true;
}

static bool may_persist(const struct head *h)
{
	if (has(h, S("connection"), S("close")))
		return false;
	return h->minor == 1 || has(h, S("connection"), S("keep-alive"));
}

static bool check_interim(const struct head *h, const struct body_framing *said, struct err *e)
{
	if (h->status == 101)
		return err_set(e, ERR_INPUT, "the server switches to another protocol (101), which nobody asked for");
	if (h->status < 200 && said->kind != BODY_NONE)
		return err_set(e, ERR_INPUT, "the interim HTTP answer (%d) claims to have a body", h->status);
	return true;
}

static void frame_answer(struct head *h, struct body_framing said)
{
	bool is_tunnel = h->after_connect && h->status / 100 == 2;
	bool is_bare = h->status < 200 || h->status == 204;

	h->framing = said;
	if (said.kind == BODY_NONE)
		h->framing.kind = BODY_UNTIL_CLOSE;
	if (is_tunnel || is_bare || h->after_head || h->status == 304)
		h->framing = (struct body_framing){BODY_NONE, 0};
	if (is_tunnel || h->framing.kind == BODY_UNTIL_CLOSE)
		h->persists = false;
	/* A body that must not be there may still come: what follows could be taken for an answer. */
	if (h->status == 204 && (said.kind == BODY_CHUNKED || said.length > 0))
		h->persists = false;
}

bool framing_read(struct head *h, struct err *e)
{
	struct body_framing said;

	if (!read_fields(h, &said, e))
		return false;
	h->persists = may_persist(h);
	if (h->is_answer) {
		if (!check_interim(h, &said, e))
			return false;
		frame_answer(h, said);
		return true;
	}
	h->framing = said;
	h->expects_continue = h->minor == 1 && has(h, S("expect"), S("100-continue"));
	return true;
}
