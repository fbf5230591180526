#include "net/visitor.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "http/head.h"
#include "http/host.h"
#include "http/listen.h"
#include "http/response.h"
#include "net/conn.h"
#include "net/listener.h"

enum {
	ARENA = 2 * LISTENER_REPLY_MAX,
	FIELDS = 64,
	READS = 32, /* in one go: who never falls silent must not keep the deadline from its turn */
};

struct visitor {
	struct visitor *next;
	struct visitor_host host;
	struct conn *conn;
	struct loop *loop;
	struct events_timer late;
	struct arena arena;
	struct buf in;
	struct head head;
	struct http_field fields[FIELDS];
	struct str unsent;
	bool answered;
};

void visitor_unlink(struct visitor **list, struct visitor *v)
{
	while (*list != v)
		list = &(*list)->next;
	*list = v->next;
}

static void drop(struct visitor *v)
{
	events_timer_clear(loop_events(v->loop), &v->late);
	conn_drop(v->conn);
	v->host.left(v->host.self, v);
	arena_free(&v->arena);
	secret_wipe(v, sizeof *v);
	free(v);
}

void visitor_drop_unheard(struct visitor *list)
{
	while (list) {
		struct visitor *next = list->next;

		if (!list->answered)
			drop(list);
		list = next;
	}
}

void visitor_drop_all(struct visitor *list)
{
	while (list) {
		struct visitor *next = list->next;

		drop(list);
		list = next;
	}
}

static void too_late(void *self)
{
	drop(self);
}

/* --- Answering --------------------------------------------------------------------- */

/* What was sent is read by the peer before it hears of the end: closing at once could lose it. */
static void go_on_sending(struct visitor *v)
{
	while (v->unsent.len) {
		size_t n;
		enum wire w = conn_write(v->conn, v->unsent, &n, NULL);

		if (w == WIRE_WANT_WRITE) {
			conn_want(v->conn, LOOP_WRITE);
			return;
		}
		if (w != WIRE_DONE) {
			drop(v);
			return;
		}
		v->unsent = str_from(v->unsent, n);
	}
	shutdown(v->conn->source.fd, SHUT_WR);
	conn_want(v->conn, LOOP_READ);
}

static void send_reply(struct visitor *v, const struct listen_reply *reply, bool no_body)
{
	static const struct http_field always[] = {
		{S_INIT("Cache-Control"), S_INIT("no-store")},
		{S_INIT("Content-Security-Policy"), S_INIT("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")},
		{S_INIT("Referrer-Policy"), S_INIT("no-referrer")},
		{S_INIT("X-Content-Type-Options"), S_INIT("nosniff")},
	};
	struct http_field fields[6] = {always[0], always[1], always[2], always[3]};
	struct response r = {.status = reply->status, .fields = fields, .fields_n = 4, .body = reply->body, .no_body = no_body, .close = true};
	struct buf out = buf_in(&v->arena, LISTENER_REPLY_MAX);

	if (reply->content_type.len)
		fields[r.fields_n++] = (struct http_field){S("Content-Type"), reply->content_type};
	if (reply->status == 405)
		fields[r.fields_n++] = (struct http_field){S("Allow"), S("GET, HEAD")};
	if (!response_write(&out, &r, NULL)) {
		drop(v);
		return;
	}
	v->answered = true;
	v->unsent = buf_str(&out);
	go_on_sending(v);
}

static void refuse(struct visitor *v, int status)
{
	char memory[128];
	struct buf text = buf_over(memory, sizeof memory);
	struct listen_reply reply = {.status = status, .content_type = S("text/plain; charset=utf-8")};

	buf_print(&text, "%d %s\n", status, response_reason(status));
	reply.body = buf_str(&text);
	send_reply(v, &reply, false);
}

static bool is_for_us(const struct visitor *v)
{
	struct str name;
	uint16_t port;
	bool is_v6;

	return host_split(v->head.host, &name, &is_v6, &port) &&
		(host_is_loopback(name, is_v6) || str_same_nocase(name, str_of(v->host.address)));
}

static void answer(struct visitor *v)
{
	const struct head *h = &v->head;
	bool is_head = str_same(h->method, S("HEAD"));
	struct listen_request request = {h->method, h->path, h->query, h->fields, h->fields_n};
	struct listen_reply reply = {0};

	if (!is_for_us(v)) {
		refuse(v, 421);
	} else if (!is_head && !str_same(h->method, S("GET"))) {
		refuse(v, 405);
	} else if (h->framing.kind != BODY_NONE) {
		refuse(v, 413);
	} else {
		v->answered = true; /* whoever closes the door in the call lets this reply finish */
		v->host.asked(v->host.self, &request, &reply);
		send_reply(v, &reply, is_head);
	}
}

/* --- Reading ----------------------------------------------------------------------- */

static void read_head(struct visitor *v)
{
	char *at;
	size_t room, n;
	struct err e = {0};
	enum wire w;
	enum feed fed;

	if (!buf_space(&v->in, 1, &at, &room)) {
		refuse(v, 431);
		return;
	}
	w = conn_read(v->conn, at, room, &n, NULL);
	if (w == WIRE_WANT_READ)
		return;
	if (w != WIRE_DONE) {
		drop(v);
		return;
	}
	buf_grew(&v->in, n);
	fed = head_read(&v->head, buf_str(&v->in), &e);
	if (fed == FEED_DONE)
		answer(v);
	else if (fed == FEED_BAD)
		refuse(v, e.kind == ERR_LIMIT ? 431 : 400);
}

static void read_rest(struct visitor *v)
{
	char nothing[1024];
	size_t n;
	enum wire w = WIRE_DONE;

	for (int i = 0; i < READS && w == WIRE_DONE; i++)
		w = conn_read(v->conn, nothing, sizeof nothing, &n, NULL);
	if (w != WIRE_DONE && w != WIRE_WANT_READ)
		drop(v);
}

static void ready(void *self, unsigned what)
{
	struct visitor *v = self;

	(void)what;
	if (v->unsent.len)
		go_on_sending(v);
	else if (v->answered)
		read_rest(v);
	else
		read_head(v);
}

bool visitor_receive(struct visitor **list, struct loop *l, int fd, const struct visitor_host *host)
{
	struct visitor *v = calloc(1, sizeof *v);
	struct conn *conn = conn_open(l, fd, NULL);

	if (!v || !conn || !arena_new(&v->arena, ARENA)) {
		conn_drop(conn);
		free(v);
		return false;
	}
	v->host = *host;
	v->conn = conn;
	v->loop = l;
	v->in = buf_over(arena_take(&v->arena, LISTENER_HEAD_MAX), LISTENER_HEAD_MAX);
	head_begin_request(&v->head, v->fields, FIELDS, LISTENER_HEAD_MAX);
	conn_owner(conn, ready, v);
	conn_want(conn, LOOP_READ);
	v->late = (struct events_timer){.fire = too_late, .self = v};
	events_timer_set(loop_events(l), &v->late, LISTENER_MS);
	v->next = *list;
	*list = v;
	return true;
}
