/* vault: what is kept: the profiles, in one encrypted file that is replaced whole.
 *
 * A vault is opened, asked, changed and closed by one thread at a time (a file worker may
 * be that thread). Reading takes no lock, since the file is only ever replaced by rename. Every change takes
 * the file lock, reads the file again, applies itself to what is there now, and writes.
 *
 * With world.options.persist_memory all vaults of the process are one in memory (vault/memory): nothing on disk is read or
 * written, there are no keys, and all else is the same. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "sys/file.h"
#include "sys/lock.h"
#include "vault/envelope.h"
#include "vault/keysearch.h"
#include "vault/profile.h"
#include "vault/slot.h"

struct err;
struct json;
struct keys;
struct vault_memory;
struct world;

/* Why a call failed, beside the error's text: one cure each. */
enum vault_trouble {
	VAULT_OK,
	VAULT_NO_HOME,     /* no folder to keep it in */
	VAULT_UNREADABLE,  /* the file system refuses; or it is not ours */
	VAULT_DAMAGED,     /* the digest is wrong or it is no vault: restore a copy */
	VAULT_NEWER,       /* a later version wrote it */
	VAULT_KEY_MISSING, /* no key was found anywhere */
	VAULT_KEY_BAD,     /* a key source was given but holds no usable key */
	VAULT_WRONG_KEY,   /* no slot opens with the key that was found */
	VAULT_TAMPERED,    /* a slot opens, the body does not */
	VAULT_OLDER,       /* its generation is below one that this process has seen */
	VAULT_BUSY,        /* others held the file lock for all of wait_ms */
	VAULT_UNWRITABLE,  /* read-only, full, a mount point */
};

struct vault {
	struct world *world;
	/* May be set after vault_open. */
	int64_t wait_ms; /* how long a change may wait for the file lock; 0: tries once, for the loop */
	unsigned log_n;  /* scrypt cost of passphrase slots to come */

	enum vault_trouble trouble; /* of the last call that failed */

	struct str home;  /* the folder */
	struct str path;  /* of the vault file, symlinks followed */
	bool exists;      /* the file is there */
	struct envelope envelope; /* its header, valid when exists; also when the key is missing or wrong */
	const struct profile *profiles;
	size_t count;

	/* private */
	struct arena own;    /* paths and keys, for the life of the vault; locked where possible */
	struct arena body;   /* the decrypted body and what was read from it */
	const struct json *root; /* the body's document; NULL: none was read */
	struct keys *keys;
	struct str beside;       /* the path of `key` */
	struct file_stamp stamp; /* of what was read */
	uint8_t seen_id[ENVELOPE_ID]; /* of the vault that was last opened here */
	uint64_t seen;           /* and its generation */
	struct lock lock;
	struct vault_memory *memory; /* what is kept is there, and nothing on disk; NULL: in the file */
};

/* The folder: --home, $KEYFOB_HOME, $XDG_CONFIG_HOME/keyfob, ~/.config/keyfob by $HOME. In a. Needs no
 * file to be there. ERR_VAULT, naming --persist memory, when there is none. */
bool vault_home(struct world *w, struct arena *a, struct str *home, struct err *e);

/* Reads and opens what is there; an absent vault is an empty one (no key is needed, nothing is made).
 * False with ERR_VAULT and v->trouble; vault_info still works then, and vault_close is still due. */
bool vault_open(struct vault *v, struct world *w, struct err *e);
/* Wipes and gives all back. Content with a zeroed vault. */
void vault_close(struct vault *v);

/* Reads again if the file changed since; *changed may be NULL. What was found before stays valid only
 * when nothing changed. On failure the old state stays. */
bool vault_refresh(struct vault *v, bool *changed, struct err *e);
/* Wipes what was read and keeps the key: for the time until the next vault_refresh, which reads again. What was
 * found is gone. */
void vault_rest(struct vault *v);

/* The profile of this identity, or with this id; NULL when there is none. Valid until the next
 * vault_refresh, _put, _remove, _rekey, _add_key or _close: profile_copy what must live longer. */
const struct profile *vault_find(const struct vault *v, struct str identity);
const struct profile *vault_find_id(const struct vault *v, struct str id);

/* Stores p: over the profile with its id, else over the one with its identity, else as a new one.
 * Makes the folder, the key and the vault where there is none. *stored (may be NULL) is what is kept
 * now: with id, revision and times. p may borrow from the vault itself. */
bool vault_put(struct vault *v, const struct profile *p, const struct profile **stored, struct err *e);
/* Compare and swap: only if the profile with p->id still has this revision. Otherwise true with *swapped
 * false, nothing written, and v showing what others made of it. */
bool vault_put_if(struct vault *v, const struct profile *p, uint64_t revision, const struct profile **stored,
	bool *swapped, struct err *e);
/* Removes the profile with this id; *removed (may be NULL) is false when there was none. revision 0: whatever it is;
 * otherwise only while it has that revision. */
bool vault_remove(struct vault *v, struct str id, uint64_t revision, bool *removed, struct err *e);

/* Proves that a change could be stored now: key at hand, folder writable, space, no mount point. To be asked
 * before a refresh token is spent or a login begins. */
bool vault_can_write(struct vault *v, struct err *e);

/* The quick half of that, where no vault is yet: its folder is there or could be made (and is, now), and its lock can be had. */
bool vault_can_begin(struct vault *v, struct err *e);

/* The lock on refreshing one grant: one process refreshes, the others try again by a timer and then
 * vault_refresh. Tries, never waits. Held until released, the vault's close or the process's end. It keeps
 * other vaults out, in this process too; not a second caller of the same struct vault. */
bool vault_grant_try(struct vault *v, struct str id, bool *got, struct err *e);
void vault_grant_release(struct vault *v, struct str id);

/* Adds a slot for one more key or passphrase. *slot is its number. */
bool vault_add_key(struct vault *v, const struct keysearch_secret *secret, uint32_t *slot, struct err *e);
/* Opens a further slot with one more secret, so that vault_rekey can wrap the new key for it. *slot is the one
 * that opened. ERR_VAULT when none does. */
bool vault_unlock_also(struct vault *v, const struct keysearch_secret *secret, uint32_t *slot, struct err *e);
/* Draws a new data key and wraps it for every slot that is not in drop. Each of those must have been opened (by
 * vault_open or vault_unlock_also); the error names those that were not. */
bool vault_rekey(struct vault *v, const uint32_t *drop, size_t drops, struct err *e);

struct vault_info {
	struct str path;
	bool exists;
	bool open;               /* the body was read */
	struct str opened_by;    /* "--key-file /run/k", "key beside the vault", ...; empty: nothing yet */
	uint32_t opened_slot;
	uint64_t generation;
	uint8_t id[ENVELOPE_ID];
	size_t profiles;
	size_t bytes;            /* of the file */
	bool locked;             /* the secrets' pages cannot be swapped out */
	size_t slots;
	struct slot slot[SLOT_MAX]; /* what the header says of them */
};

/* What `keyfob vault info` shows. Works too when the vault could not be opened. */
void vault_info(const struct vault *v, struct vault_info *info);
