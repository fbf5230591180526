/* keysearch: where the key of the vault is looked for, in which order, and what a key file must look like.
 *
 * Given by name: --key-file, KEYFOB_KEY_FILE, KEYFOB_KEY_FD, KEYFOB_KEY (base64), KEYFOB_PASSPHRASE_FILE,
 * KEYFOB_PASSPHRASE. Then found: $CREDENTIALS_DIRECTORY/keyfob.key, /run/secrets/keyfob_key, `key` beside the vault.
 * Then asked for on the terminal, where the vault has a passphrase slot. The first that is present is used; if it is
 * no good, that is the error: nothing further down is tried. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct world;

enum {
	KEYSEARCH_KEY = 32,
	KEYSEARCH_PASSPHRASE_MAX = 1024, /* bytes */
};

enum keysearch_kind {
	KEYSEARCH_NONE, /* nothing was found */
	KEYSEARCH_IS_KEY,
	KEYSEARCH_IS_PASSPHRASE,
};

/* What was found. Holds a secret: end it with keysearch_wipe. */
struct keysearch_secret {
	enum keysearch_kind kind;
	size_t len;
	char bytes[KEYSEARCH_PASSPHRASE_MAX]; /* KEYSEARCH_KEY of them, or the passphrase */
	char from[256];                       /* for people: "--key-file k", "$KEYFOB_KEY", "key beside the vault" */
};

struct keysearch {
	struct world *world;
	struct str beside;   /* the path of `key` beside the vault */
	struct str mounted;  /* empty: /run/secrets/keyfob_key; tests give another */
	bool may_ask;        /* the vault has a passphrase slot */
};

/* True with kind KEYSEARCH_NONE when there is nothing anywhere. ERR_VAULT when what is there is no good. */
bool keysearch(const struct keysearch *k, struct keysearch_secret *out, struct err *e);
/* What was typed, or came from a descriptor, is found again by later searches of this process: nobody types it twice, and a pipe gives it
 * once. This wipes it: the end of the process, or where it was wrong. */
void keysearch_forget(struct world *w);
/* Only `key` beside the vault. */
bool keysearch_beside(const struct keysearch *k, struct keysearch_secret *out, struct err *e);

/* For `vault add-key` and friends. A key file: 32 raw bytes or their base64, one line break at its end allowed;
 * private: others may not read it. A passphrase file: all but one line break at its end. */
bool keysearch_key_file(struct str path, bool is_private, struct keysearch_secret *out, struct err *e);
bool keysearch_passphrase_file(struct str path, struct keysearch_secret *out, struct err *e);
/* One line break at its end is dropped; an empty passphrase is refused. */
bool keysearch_passphrase(struct str text, const char *from, struct keysearch_secret *out, struct err *e);

void keysearch_wipe(struct keysearch_secret *s);
