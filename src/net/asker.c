#include "net/asker.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "base/len.h"

enum { THREADS = 4, STACK = 256 * 1024 /* musl gives 128 KiB, getaddrinfo of glibc wants more */ };

/* What the threads share with us. It outlives asker_close where a thread hangs: the last one frees it. */
struct asker {
	pthread_mutex_t lock;
	pthread_cond_t more;
	resolve_ask *ask;
	struct asker_question *first, *last; /* to do */
	struct asker_question *done;
	int threads, idle, queued;
	bool closing;
	int fd;
};

static void add_address(struct resolve_answer *answer, const struct sockaddr *from)
{
	union resolve_address *to = &answer->addresses[answer->n];

	if (answer->n == RESOLVE_ADDRESSES)
		return;
	if (from->sa_family == AF_INET)
		memcpy(&to->v4, from, sizeof to->v4);
	else if (from->sa_family == AF_INET6)
		memcpy(&to->v6, from, sizeof to->v6);
	else
		return;
	answer->n++;
}

static int ask_system(const char *host, struct resolve_answer *answer)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	int error = getaddrinfo(host, NULL, &hints, &list);

	if (error)
		return error;
	for (struct addrinfo *i = list; i; i = i->ai_next)
		add_address(answer, i->ai_addr);
	freeaddrinfo(list);
	return answer->n ? 0 : EAI_NONAME;
}

static void free_questions(struct asker_question *q)
{
	while (q) {
		struct asker_question *next = q->next;

		free(q);
		q = next;
	}
}

static void free_asker(struct asker *a)
{
	free_questions(a->first);
	free_questions(a->done);
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static struct asker_question *next_question(struct asker *a)
{
	struct asker_question *q;

	a->idle++;
	while (!a->first && !a->closing)
		pthread_cond_wait(&a->more, &a->lock);
	a->idle--;
	q = a->closing ? NULL : a->first;
	if (!q)
		return NULL;
	a->queued--;
	a->first = q->next;
	if (!a->first)
		a->last = NULL;
	return q;
}

static void *run(void *self)
{
	struct asker *a = self;
	struct asker_question *q;
	bool is_last;
	uint64_t one = 1;

	pthread_mutex_lock(&a->lock);
	while ((q = next_question(a))) {
		pthread_mutex_unlock(&a->lock);
		q->error = a->ask(q->host, &q->answer);
		pthread_mutex_lock(&a->lock);
		q->next = a->done;
		a->done = q;
		if (!a->closing)
			(void)!write(a->fd, &one, sizeof one);
	}
	is_last = --a->threads == 0 && a->closing;
	pthread_mutex_unlock(&a->lock);
	if (is_last)
		free_asker(a);
	return NULL;
}

/* With the lock held. Signals belong to the loop's thread. */
static bool start_thread(struct asker *a)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	bool good;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	good = pthread_create(&thread, &attr, run, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	a->threads += good;
	return good;
}

struct asker *asker_open(resolve_ask *ask, struct err *e)
{
	struct asker *a = calloc(1, sizeof *a);

	if (!a) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up names");
		return NULL;
	}
	a->ask = ask ? ask : ask_system;
	a->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->fd < 0) {
		err_set(e, ERR_SYSTEM, "no event descriptor can be had: %s", strerror(errno));
		free(a);
		return NULL;
	}
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->more, NULL);
	return a;
}

void asker_close(struct asker *a)
{
	bool alone;

	pthread_mutex_lock(&a->lock);
	a->closing = true;
	close(a->fd); /* from here on no thread touches it */
	pthread_cond_broadcast(&a->more);
	alone = a->threads == 0;
	pthread_mutex_unlock(&a->lock);
	if (alone)
		free_asker(a);
}

int asker_fd(const struct asker *a)
{
	return a->fd;
}

struct asker_question *asker_take(struct asker *a)
{
	struct asker_question *list;
	uint64_t count;

	(void)!read(a->fd, &count, sizeof count);
	pthread_mutex_lock(&a->lock);
	list = a->done;
	a->done = NULL;
	pthread_mutex_unlock(&a->lock);
	return list;
}

/* A thread for one more question is there, or will be. With the lock held. */
static bool has_thread(struct asker *a)
{
	return a->idle > a->queued || (a->threads < THREADS && start_thread(a)) || a->threads > 0;
}

struct asker_question *asker_start(struct asker *a, struct str host, struct err *e)
{
	struct asker_question *q = calloc(1, sizeof *q);
	bool asked;

	if (!q) {
		err_set(e, ERR_SYSTEM, "there is no memory to look up a name");
		return NULL;
	}
	memcpy(q->host, host.at, len_min(host.len, RESOLVE_HOST_MAX));
	pthread_mutex_lock(&a->lock);
	asked = has_thread(a);
	if (asked) {
		*(a->last ? &a->last->next : &a->first) = q;
		a->last = q;
		a->queued++;
		pthread_cond_signal(&a->more);
	}
	pthread_mutex_unlock(&a->lock);
	if (asked)
		return q;
	free(q);
	err_set(e, ERR_SYSTEM, "no thread can be had to look up %.*s: the limit on processes is reached", STR(host));
	return NULL;
}
