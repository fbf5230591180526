#include "support/test.h"

#include "support/tcp_script.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct guest {
	struct tcp_script *script;
	int fd, number;
};

static void record(struct tcp_script *s, const char *at, size_t n)
{
	pthread_mutex_lock(&s->lock);
	if (n < sizeof s->seen - s->seen_n) {
		memcpy(s->seen + s->seen_n, at, n);
		s->seen_n += n;
	}
	pthread_mutex_unlock(&s->lock);
}

static size_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");

	return at ? strtoul(at + 17, NULL, 10) : 0;
}

/* A byte at a time up to the end of the head, so that nothing of the next request is taken. */
static void read_request(struct guest *g)
{
	char text[16384] = {0};
	size_t n = 0, left;

	while (n < sizeof text - 1 && !strstr(n > 4 ? text + n - 4 : text, "\r\n\r\n")) {
		if (recv(g->fd, text + n, 1, 0) != 1)
			return;
		record(g->script, text + n++, 1);
	}
	left = content_length(text);
	while (left) {
		ssize_t got = recv(g->fd, text, left < sizeof text ? left : sizeof text, 0);

		if (got <= 0)
			return;
		record(g->script, text, (size_t)got);
		left -= (size_t)got;
	}
}

static void send_all(int fd, const char *at, size_t n)
{
	while (n) {
		ssize_t put = send(fd, at, n, MSG_NOSIGNAL);

		if (put <= 0)
			return;
		at += put;
		n -= (size_t)put;
	}
}

static void send_many(int fd, size_t n)
{
	char some[4096];

	memset(some, 'x', sizeof some);
	for (; n > sizeof some; n -= sizeof some)
		send_all(fd, some, sizeof some);
	send_all(fd, some, n);
}

static void take_step(struct guest *g, const char *step)
{
	struct linger hard = {1, 0};
	char nothing[4096];

	switch (step[0]) {
	case '<':
		read_request(g);
		break;
	case '>':
		send_all(g->fd, step + 1, strlen(step + 1));
		break;
	case '*':
		send_many(g->fd, strtoul(step + 1, NULL, 10));
		break;
	case '~':
		usleep((useconds_t)strtoul(step + 1, NULL, 10) * 1000);
		break;
	case '/':
		shutdown(g->fd, SHUT_WR);
		break;
	case '=':
		while (recv(g->fd, nothing, sizeof nothing, 0) > 0)
			;
		break;
	case '!':
		setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		break;
	}
}

static void *host_guest(void *self)
{
	struct guest *g = self;
	struct tcp_script *s = g->script;
	int n = 0;

	while (n < TCP_SCRIPT_SCRIPTS && s->scripts[n][0])
		n++;
	n = g->number < n ? g->number : n - 1;
	for (int i = 0; i < TCP_SCRIPT_STEPS && s->scripts[n][i]; i++)
		take_step(g, s->scripts[n][i]);
	close(g->fd);
	pthread_mutex_lock(&s->lock);
	s->open--;
	pthread_cond_signal(&s->closed);
	pthread_mutex_unlock(&s->lock);
	free(g);
	return NULL;
}

static void spawn(void *(*run)(void *self), void *self, pthread_t *thread, bool detached)
{
	pthread_attr_t attr;
	sigset_t all, before;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	if (detached)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (pthread_create(thread, &attr, run, self) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
}

static void *accept_all(void *self)
{
	struct tcp_script *s = self;

	for (;;) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
		struct guest *g;
		pthread_t thread;

		if (fd < 0)
			return NULL;
		g = malloc(sizeof *g);
		if (!g)
			abort();
		pthread_mutex_lock(&s->lock);
		*g = (struct guest){s, fd, s->connections++};
		s->open++;
		pthread_mutex_unlock(&s->lock);
		spawn(host_guest, g, &thread, true);
	}
}

void tcp_script_start(struct tcp_script *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof a;

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(s->fd, 1024), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->closed, NULL);
	spawn(accept_all, s, &s->thread, false);
}

void tcp_script_stop(struct tcp_script *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	pthread_mutex_lock(&s->lock);
	while (s->open)
		pthread_cond_wait(&s->closed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_cond_destroy(&s->closed);
	pthread_mutex_destroy(&s->lock);
	close(s->fd);
}
