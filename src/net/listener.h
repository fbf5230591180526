/* listener: the ports behind http/listen.h, on the loop: plain HTTP/1.1, one request a connection.
 *
 * It answers by itself what is no business of the sink: 400 to a broken head, 405 to all but GET and HEAD, 413 to
 * a request with a body, 431 to a long head, 421 to a Host that is neither a loopback name nor the address
 * that is listened on (so a page of a stranger's name cannot reach it). */
#pragma once

struct err;
struct listen;
struct listener;
struct loop;

enum { LISTENER_VISITORS = 8, LISTENER_HEAD_MAX = 8192, LISTENER_REPLY_MAX = 64 * 1024, LISTENER_MS = 10 * 1000 };

/* l must outlive it. NULL with ERR_SYSTEM. */
struct listener *listener_open(struct loop *l, struct err *e);
/* Closes all doors and drops all visitors. Content with NULL. */
void listener_close(struct listener *n);

/* For http/listen.h. host is an address or "localhost" (127.0.0.1); a port that is taken is ERR_NETWORK. */
struct listen *listener_listen(struct listener *n);
