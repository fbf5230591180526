#include "net/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/events.h"

enum { STACK = 512 * 1024 };

struct queue {
	struct events_job *first, *last;
};

struct worker {
	pthread_mutex_t lock;
	pthread_cond_t more;
	pthread_t thread;
	bool running;
	bool closing;
	struct queue todo, done;
	size_t busy; /* of the loop's thread */
	int fd;
};

static void push(struct queue *q, struct events_job *j)
{
	j->next = NULL;
	if (q->last)
		q->last->next = j;
	else
		q->first = j;
	q->last = j;
}

static struct events_job *pop(struct queue *q)
{
	struct events_job *j = q->first;

	if (!j)
		return NULL;
	q->first = j->next;
	if (!q->first)
		q->last = NULL;
	return j;
}

static void tell(struct worker *w)
{
	uint64_t one = 1;

	while (write(w->fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

/* Signals belong to the loop's thread. */
static void *run(void *self)
{
	struct worker *w = self;
	struct events_job *j;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!(j = pop(&w->todo)) && !w->closing)
			pthread_cond_wait(&w->more, &w->lock);
		if (!j)
			break;
		pthread_mutex_unlock(&w->lock);
		j->work(j->self);
		pthread_mutex_lock(&w->lock);
		push(&w->done, j);
		tell(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static bool begin(struct worker *w)
{
	pthread_attr_t attr;
	sigset_t all, before;

	if (w->running)
		return true;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	w->running = pthread_create(&w->thread, &attr, run, w) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return w->running;
}

struct worker *worker_open(struct err *e)
{
	struct worker *w = calloc(1, sizeof *w);

	if (!w) {
		err_set(e, ERR_SYSTEM, "there is no memory for the file worker");
		return NULL;
	}
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0) {
		err_set(e, ERR_SYSTEM, "no event descriptor can be had: %s", strerror(errno));
		free(w);
		return NULL;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	return w;
}

void worker_close(struct worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	if (w->running)
		pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->more);
	pthread_mutex_destroy(&w->lock);
	close(w->fd);
	free(w);
}

int worker_fd(const struct worker *w)
{
	return w->fd;
}

void worker_start(struct worker *w, struct events_job *j)
{
	bool threaded = begin(w);

	w->busy++;
	if (!threaded)
		j->work(j->self);
	pthread_mutex_lock(&w->lock);
	push(threaded ? &w->todo : &w->done, j);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	if (!threaded)
		tell(w);
}

struct events_job *worker_take(struct worker *w)
{
	struct events_job *list;
	uint64_t count;

	(void)!read(w->fd, &count, sizeof count);
	pthread_mutex_lock(&w->lock);
	list = w->done.first;
	w->done = (struct queue){0};
	pthread_mutex_unlock(&w->lock);
	for (struct events_job *j = list; j; j = j->next)
		w->busy--;
	return list;
}

size_t worker_busy(const struct worker *w)
{
	return w->busy;
}
