/* sse: event streams (WHATWG HTML §9.2, text/event-stream), read as the bytes come, and written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/feed.h"

struct arena;
struct err;

#define SSE_TYPE_MAX 128 /* bytes of an event's type */
#define SSE_ID_MAX 512   /* bytes of an id */

struct sse_event {
	struct str type; /* empty: "message" */
	struct str data; /* lines joined by '\n' */
	struct str id;   /* the last event id at this point; empty: none */
};

struct sse {
	struct str id;  /* the last event id, also of events without data; for Last-Event-ID */
	bool has_retry; /* the server named a time to wait before reconnecting: */
	uint64_t retry_ms;
	/* private */
	struct buf data;
	struct buf name, type, value, last_id;
	char name_bytes[8]; /* longer ones mean nothing */
	char type_bytes[SSE_TYPE_MAX];
	char value_bytes[SSE_ID_MAX]; /* of an id, type or retry whose line has not ended */
	char id_bytes[SSE_ID_MAX];
	bool has_data;
	bool dispatched; /* data and type are those of the event that was handed out */
	bool after_cr;   /* a '\n' that comes now belongs to the line end before it */
	unsigned state;
	unsigned field;
	unsigned marked; /* bytes of a byte order mark so far */
};

/* Begins a stream. Event data is held in a, at most limit bytes an event (0: as far as
 * a goes); it grows there, so leave it about three times the limit. s must not be moved. */
void sse_begin(struct sse *s, struct arena *a, size_t limit);

/* Eats from the start of bytes, *used of them. DONE: an event is here, valid until the next
 * call; what is left holds more. MORE: all was eaten. BAD: ERR_LIMIT, an event, type or id
 * is too long. An event that the stream's end cuts short never was. */
enum feed sse_read(struct sse *s, struct str bytes, size_t *used, struct sse_event *event, struct err *e);

/* Appends one event: type where not empty, id where not empty, and the data, one line each
 * for its lines (CR and CRLF become LF). ERR_INPUT, and nothing appended, where type or
 * id hold a line end or a NUL; ERR_LIMIT where out is full. */
bool sse_write(struct buf *out, const struct sse_event *event, struct err *e);
/* Appends a comment line, to keep a quiet stream open. */
void sse_write_ping(struct buf *out);
