#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* C0, DEL, and C1 as UTF-8 writes it: a terminal would obey them. */
static void clean(char *text)
{
	for (; *text; text++) {
		unsigned char next = (unsigned char)text[1];

		if (str_is_control(*text) || (*text == '\xc2' && next >= 0x80 && next < 0xa0)) {
			if (*text == '\xc2')
				text[1] = '?';
			*text = '?';
		}
	}
}

bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	struct err made = {.kind = kind}; /* the arguments may point into *e */
	va_list args;

	if (!e)
		return false;
	va_start(args, format);
	vsnprintf(made.text, sizeof made.text, format, args);
	va_end(args);
	clean(made.text);
	*e = made;
	return false;
}

bool err_where(struct err *e, const char *format, ...)
{
	char where[sizeof e->text / 2];
	size_t head;
	va_list args;

	if (!e)
		return false;
	va_start(args, format);
	vsnprintf(where, sizeof where - 2, format, args);
	va_end(args);
	strcat(where, ": ");
	head = strlen(where);
	memmove(e->text + head, e->text, sizeof e->text - head);
	memcpy(e->text, where, head);
	e->text[sizeof e->text - 1] = 0;
	clean(e->text);
	return false;
}

bool err_hint(struct err *e, const char *format, ...)
{
	char hint[sizeof e->text];
	size_t len;
	va_list args;

	if (!e)
		return false;
	len = strlen(e->text);
	va_start(args, format);
	vsnprintf(hint, sizeof hint - len, format, args);
	va_end(args);
	strcpy(e->text + len, hint);
	clean(e->text);
	return false;
}

void err_clear(struct err *e)
{
	if (e)
		*e = (struct err){0};
}

static const struct {
	const char *name;
	int status;
} kinds[] = {
	[ERR_NONE] = {"none", 0},
	[ERR_FAILED] = {"failed", 1},
	[ERR_INPUT] = {"input", 1},
	[ERR_LIMIT] = {"limit", 1},
	[ERR_SYSTEM] = {"system", 1},
	[ERR_USAGE] = {"usage", 2},
	[ERR_LOGIN] = {"login", 3},
	[ERR_NETWORK] = {"network", 4},
	[ERR_VAULT] = {"vault", 5},
	[ERR_CONFIG] = {"config", 6},
	[ERR_STOPPED] = {"stopped", 130},
};

int err_exit_status(enum err_kind kind)
{
	return kinds[kind].status;
}

const char *err_kind_name(enum err_kind kind)
{
	return kinds[kind].name;
}
