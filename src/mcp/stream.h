/* stream: the client's side of Streamable HTTP, as steps without I/O: the requests that carry
 * messages to a server, and the messages in its answers.
 *
 * One struct stream is what is in force with one server; each exchange has a struct stream_answer
 * of its own, so many may be under way at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/feed.h"
#include "http/fetch.h"
#include "http/sse.h"
#include "mcp/era.h"

struct arena;
struct err;
struct rpc;

enum {
	STREAM_SESSION_MAX = 1024, /* bytes of a session id */
	STREAM_FIELDS = 80,        /* fields of one request: PARAM_MAX of them are a tool's */
};

/* What is in force with one server. The session id is as secret as a token. */
struct stream {
	enum era era;
	struct str version; /* a literal; legacy: empty before it is negotiated */
	size_t session_len;
	char session[STREAM_SESSION_MAX];
};

/* The session id; empty where there is none. */
struct str stream_session(const struct stream *s);
/* Takes over the id that an answer to `initialize` brought; none is fine. ERR_INPUT when it is
 * not visible ASCII, ERR_LIMIT when it is too long. */
bool stream_keep_session(struct stream *s, const struct http_field *fields, size_t n, struct err *e);
/* Forgets and wipes it. */
void stream_forget_session(struct stream *s);

/* One request. It points into itself: not to be moved or copied. Its url is left for the caller. */
struct stream_request {
	struct fetch_request fetch;
	struct http_field fields[STREAM_FIELDS];
};

/* Adds a field; name and value are not copied. ERR_LIMIT when there are too many. */
bool stream_add_field(struct stream_request *r, struct str name, struct str value, struct err *e);

/* The POST that carries the message m, whose text is body. The text and what m points to must
 * stay as long as the request; what the fields need more is taken from a. In the modern era m's
 * method and name are mirrored, and the revision is the one that m's `_meta` tells, else the stream's. */
bool stream_post(const struct stream *s, struct str body, const struct rpc *m, struct arena *a,
	struct stream_request *r, struct err *e);
/* Legacy: the GET of a stream of the server's own; last_event_id resumes one; empty,
 * or one that cannot stand in a field, begins one. */
bool stream_get(const struct stream *s, struct str last_event_id, struct stream_request *r, struct err *e);
/* Legacy: the DELETE that ends the session. */
bool stream_delete(const struct stream *s, struct stream_request *r, struct err *e);

enum stream_body {
	STREAM_NOTHING, /* no head yet, or a body that holds no messages */
	STREAM_JSON,    /* one message, known at the end */
	STREAM_EVENTS,  /* messages as they come */
};

/* An answer as it comes in. Not to be moved or copied: begin, head, read, end. */
struct stream_answer {
	int status; /* 0: no head yet */
	enum stream_body body;
	struct sse events; /* EVENTS: .id for Last-Event-ID, .has_retry, .retry_ms */
	/* private */
	struct arena *a;
	size_t limit;
	struct buf text;
	bool told; /* the one message of a JSON body was handed out */
};

/* Messages are held in a, at most limit bytes each (a must have room for about three times that). */
void stream_answer_begin(struct stream_answer *x, struct arena *a, size_t limit);
/* Takes the head. ERR_INPUT when a 2xx answer has a body of another type than JSON or events. */
bool stream_answer_head(struct stream_answer *x, const struct fetch_head *head, struct err *e);
/* Eats from the start of *bytes, and cuts that off. DONE: *message is the text of one, valid until
 * the next call; MORE: all was eaten; BAD: with the error. */
enum feed stream_answer_read(struct stream_answer *x, struct str *bytes, struct str *message, struct err *e);
/* Bytes of a message that has begun and is not whole. */
size_t stream_answer_held(const struct stream_answer *x);
/* The body ended. DONE: *message is one more, the last; MORE: there is none. The body of an answer
 * beyond 2xx is handed out unless it is an event stream; it need not be a message. */
enum feed stream_answer_end(struct stream_answer *x, struct str *message);
