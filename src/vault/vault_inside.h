/* vault_inside: what the files of the vault share with each other and with nobody else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/contents.h"
#include "vault/keys.h"
#include "vault/vault.h"

/* Notes the trouble; whatever kind e has becomes ERR_VAULT, unless somebody stopped us. Returns false. */
bool vault_fail(struct vault *v, enum vault_trouble trouble, struct err *e);

/* Reads the file and opens it with what is held; search: looks for the key when nothing is held. *old becomes the memory
 * of what was there before, for the caller to free (an empty arena when the file is still the one that
 * was read). On failure v stays as it was, but for the header when nothing was open yet. */
bool vault_load(struct vault *v, bool search, struct arena *old, struct err *e);

/* A change: vault_begin takes the file lock and reads again; then vault_commit at most once; vault_end in any case. */
struct vault_session {
	struct arena old; /* callers may still borrow from it */
};

bool vault_begin(struct vault *v, struct vault_session *s, struct err *e);
/* Writes these profiles under this header (its generation is raised here) and data key; v then shows them. */
bool vault_commit(struct vault *v, const struct envelope *header, const uint8_t *data_key, const struct profile *profiles,
	size_t count, struct err *e);
void vault_end(struct vault *v, struct vault_session *s);
/* Opens the lock file, whose folder is made first. */
bool vault_open_lock(struct vault *v, struct err *e);

/* Where no vault is: draws its id and data key, and makes its first slot, for the key that was given or
 * one that is made now. v->envelope and v->keys are then ready for the first vault_commit. Only under the lock. */
bool vault_begin_new(struct vault *v, struct err *e);
