/* scope: sets of scopes in their written form, separated by single blanks (RFC 6749 §3.3). */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;

enum { SCOPE_MAX = 8192 }; /* bytes of a set */

/* One or more scope-tokens separated by single blanks. */
bool scope_is_valid(struct str scope);
/* word is one of the set. */
bool scope_has(struct str scope, struct str word);
/* Every word of part is in scope. */
bool scope_covers(struct str scope, struct str part);
/* The words of a in their order, then those of b that a lacks; none twice. For a step up:
 * what was asked for or granted before, then the challenge's. An empty str with at == NULL
 * when it would be longer than SCOPE_MAX or the arena is full. */
struct str scope_join(struct str a, struct str b, struct arena *arena);

/* What decides the scope of an authorization request. */
struct scope_facts {
	struct str configured; /* what the user wrote; nothing is added to it but a step up */
	struct str held;       /* step up: what was asked for or granted before; else empty */
	struct str challenge;  /* of the challenge */
	struct str resource;   /* scopes_supported of the resource */
	bool offline_offered;  /* the authorization server lists offline_access */
};

/* The scope to ask for; empty: leave the parameter out. The user's own word, else the
 * challenge's, else all that the resource lists; offline_access is added only where the
 * authorization server lists it and there is a scope already. With held, the union. */
struct str scope_choose(const struct scope_facts *f, struct arena *a);
