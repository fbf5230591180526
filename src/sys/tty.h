/* tty: the person at the terminal. tty_open finds the machine's; tests hand in a script. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct buf;
struct err;
struct events;
struct tty;

struct tty_ops {
	bool (*ask)(struct tty *t, struct str prompt, bool hidden, struct buf *answer, struct err *e);
	bool (*listen)(struct tty *t, struct events *v, void (*line)(void *self, struct str line), void *self, struct err *e);
	void (*unlisten)(struct tty *t);
	void (*show)(struct tty *t, struct str text);
};

struct tty {
	const struct tty_ops *ops;
	bool present;       /* someone can be asked: the process has a terminal */
	bool out;           /* standard output is a terminal: tables */
	bool err;           /* standard error is a terminal: lines that change */
	bool colour;        /* and it takes colour: NO_COLOR is unset or empty, TERM is not "dumb" */
	unsigned width;     /* columns of standard output; 80 where it is not known */
};

/* One line of at most 4095 bytes, without its line break, appended to answer; the prompt is shown
 * as it is (foreign text in it must have gone through text_shown). It blocks: never while the loop
 * has other work. ERR_SYSTEM where there is no terminal; ERR_STOPPED on Ctrl-C or the end of input. */
bool tty_ask(struct tty *t, struct str prompt, struct buf *answer, struct err *e);
/* The same without echo, for a passphrase; the echo comes back whatever ends the wait. */
bool tty_ask_secret(struct tty *t, struct str prompt, struct buf *answer, struct err *e);
/* "question [y/N] ": *yes only after y or yes. */
bool tty_confirm(struct tty *t, struct str question, bool *yes, struct err *e);

/* Calls line with each line typed while the loop turns (a sign-in where a pasted answer races
 * others), without its line break, up to 16 KiB: longer than a terminal gives of itself. An empty str
 * with at == NULL: the input ended. One listener at a time. line may call tty_unlisten. */
bool tty_listen(struct tty *t, struct events *v, void (*line)(void *self, struct str line), void *self, struct err *e);
/* Content when nobody listens. */
void tty_unlisten(struct tty *t);

/* Shows text, a prompt for a listener, as it is; wherever standard output and standard error go. */
void tty_show(struct tty *t, struct str text);

/* The machine's terminal: /dev/tty, or standard input where that is one. no_color and term are the
 * values of NO_COLOR and TERM. The struct is static: there is one. */
struct tty *tty_open(struct str no_color, struct str term);
/* Gives the terminal back as it was found. */
void tty_close(struct tty *t);
