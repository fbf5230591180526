#include "sys/world.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/secret.h"
#include "sys/clock.h"
#include "sys/text.h"
#include "sys/tty.h"

struct str world_env(struct world *w, const char *name)
{
	return str_of(w->env(w, name));
}

/* Formats with `end` behind it and hands it over whole. What is printed may be a token: every copy is wiped. */
static void say(struct world *w, void (*to)(struct world *w, struct str text), const char *end, const char *format, va_list args)
{
	char small[1024];
	char *at = small;
	va_list again;
	int len, tail;
	size_t size;

	va_copy(again, args);
	len = vsnprintf(small, sizeof small, format, args);
	tail = snprintf(NULL, 0, "%s", end);
	size = len < 0 ? 0 : (size_t)len + (size_t)tail + 1;
	if (size > sizeof small)
		at = malloc(size);
	if (size > 0 && at) {
		vsnprintf(at, size, format, again);
		snprintf(at + len, (size_t)tail + 1, "%s", end);
		to(w, str_make(at, size - 1));
		secret_wipe(at, size);
	}
	va_end(again);
	secret_wipe(small, sizeof small);
	if (at != small)
		free(at);
}

void world_print(struct world *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(w, w->out, "", format, args);
	va_end(args);
}

void world_say(struct world *w, const char *format, ...)
{
	va_list args;

	if (w->options.quiet)
		return;
	va_start(args, format);
	say(w, w->log, "\n", format, args);
	va_end(args);
}

void world_warn(struct world *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(w, w->log, "\n", format, args);
	va_end(args);
}

void world_detail(struct world *w, const char *format, ...)
{
	va_list args;

	if (!w->options.verbose)
		return;
	va_start(args, format);
	say(w, w->log, "\n", format, args);
	va_end(args);
}

static const char *system_env(struct world *w, const char *name)
{
	(void)w;
	return getenv(name);
}

/* Standard output may be a non-blocking pipe that someone else set up so. */
static bool write_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.at, text.len);

		if (n >= 0)
			text = str_from(text, (size_t)n);
		else if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else if (errno != EINTR)
			return false;
	}
	return true;
}

/* A terminal gets nothing that it would obey, whoever wrote it; a pipe gets every byte. */
static bool show_all(struct str text)
{
	char escape[TEXT_ESCAPE];
	bool good = true;

	while (good && text.len) {
		good = write_all(STDOUT_FILENO, text_cut_shown(&text, escape));
		good = good && write_all(STDOUT_FILENO, str_of(escape));
	}
	return good;
}

static void system_out(struct world *w, struct str text)
{
	bool is_shown = w->tty && w->tty->out;

	if (!(is_shown ? show_all(text) : write_all(STDOUT_FILENO, text)))
		w->out_failed = true;
}

static void system_log(struct world *w, struct str text)
{
	(void)w;
	(void)write_all(STDERR_FILENO, text);
}

void world_use_system(struct world *w)
{
	w->clock = &clock_system;
	w->env = system_env;
	w->out = system_out;
	w->log = system_log;
}
