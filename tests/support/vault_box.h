/* vault_box: a vault in a folder of the test's own, in a small world with real randomness. */
#pragma once

#include "support/folder.h"
#include "support/world.h"
#include "vault/vault.h"

struct vault_box {
	struct test_world t;
	struct folder f;
};

/* KEYFOB_HOME is the folder "home" in f, which is not made yet. */
void vault_box_start(struct vault_box *b);
void vault_box_end(struct vault_box *b);

/* Opens it, or fails the test; new passphrase slots are cheap. */
void vault_box_open(struct vault_box *b, struct vault *v);
/* Opening fails with this trouble, and the error says `part`. */
void vault_box_refuses(struct vault_box *b, enum vault_trouble trouble, const char *part);
/* Stores this identity with this token, and closes. */
void vault_box_put(struct vault_box *b, const char *identity, const char *token);
/* The access token that is stored for this identity is this one (NULL: none). */
void vault_box_has(struct vault_box *b, const char *identity, const char *token);

struct profile vault_box_profile(const char *identity, const char *token);
