/* keys: what a process holds to open its vault again and again: the data key, and the secrets of the
 * slots it has opened, so that a passphrase is stretched once. Lives in locked pages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "vault/envelope.h"
#include "vault/keysearch.h"
#include "vault/slot.h"

struct err;

struct keys_opened {
	uint32_t slot;
	uint8_t kdf_salt[SLOT_SALT]; /* of that slot: with another one, the secret is another one */
	uint8_t secret[SLOT_SECRET];
};

struct keys {
	bool known; /* the data key is */
	uint8_t data_key[SLOT_SECRET];
	uint32_t by; /* the slot that gave it */
	struct keys_opened opened[SLOT_MAX];
	size_t count;
	struct keysearch_secret found; /* what the search came back with */
};

/* Unwraps the data key with a secret that is held already. False: none fits. */
bool keys_again(struct keys *k, const struct envelope *v);
/* Tries a secret on the slots of its kind; *slot is the one it opens (it is held from then on, and the data key
 * is known), 0 when it opens none. False when a passphrase could not be stretched. */
bool keys_unlock(struct keys *k, const struct envelope *v, const struct keysearch_secret *secret, uint32_t *slot,
	struct err *e);
/* The 32 bytes that slot s asks of this secret: the key itself, or the passphrase stretched. */
bool keys_stretch(const struct slot *s, const struct keysearch_secret *secret, uint8_t out[static SLOT_SECRET],
	struct err *e);

/* Holds the secret of a slot; in place of another one of the same number. */
void keys_hold(struct keys *k, const struct slot *s, const uint8_t secret[static SLOT_SECRET]);
/* The secret that is held for this slot; NULL when there is none. */
const uint8_t *keys_of(const struct keys *k, const struct slot *s);
/* Drops the secrets of slots that v does not have. */
void keys_prune(struct keys *k, const struct envelope *v);
