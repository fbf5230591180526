/* err: what went wrong, as a value. The text is written once, where the fault
 * is known; it says what to do next and never holds a secret. */
#pragma once

#include <stdbool.h>

enum err_kind {
	ERR_NONE,
	ERR_FAILED,  /* a server or a tool refused, for a reason of its own */
	ERR_INPUT,   /* bytes of a peer that break a rule */
	ERR_LIMIT,   /* more than a bound allows */
	ERR_SYSTEM,  /* this machine: memory, files, processes */
	ERR_USAGE,   /* the command line */
	ERR_LOGIN,   /* a login is needed, or a token was rejected */
	ERR_NETWORK, /* network, DNS or TLS */
	ERR_VAULT,   /* the vault: locked, wrong key, damaged, not writable */
	ERR_CONFIG,  /* a configuration file */
	ERR_STOPPED, /* ended by Ctrl-C or SIGTERM */
};

struct err {
	enum err_kind kind;
	char text[480]; /* one line for a person */
};

/* Writes the error and returns false, so that a function can `return err_set(...)`.
 * Control characters of foreign text leave as '?': one line stays one line. What does not
 * fit is cut. The arguments of all three may point into *e.
 * A NULL e is allowed: the caller asked only yes or no. */
bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "WHERE: " before the text that is there; returns false. */
bool err_where(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts text behind what is there (a hint, the next step); returns false. */
bool err_hint(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

void err_clear(struct err *e);

/* The exit status of a kind: 0 to 6 as the manual lists them, 130 when stopped. */
int err_exit_status(enum err_kind kind);

/* A word for --json: "usage", "login", "network", ... */
const char *err_kind_name(enum err_kind kind);
