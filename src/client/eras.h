/* eras: which way of speaking a server was found to know, remembered per origin so that the next command need not try
 * the others first. A plain file `eras` beside the vault, which holds no secret. It is a memory, not a truth: what it says may be
 * wrong at any time, and whoever asks finds that out from the server. */
#pragma once

struct url;
struct world;

enum eras_kind {
	ERAS_UNKNOWN,
	ERAS_LEGACY, /* Streamable HTTP that wants to be opened (up to 2025-11-25) */
	ERAS_MODERN, /* Streamable HTTP since 2026-07-28 */
	ERAS_SSE,    /* HTTP+SSE (2024-11-05) */
};

enum { ERAS_MAX = 256 }; /* origins; the oldest is forgotten first */

/* What is remembered of url's origin. UNKNOWN where nothing is, or it cannot be read. */
enum eras_kind eras_find(struct world *w, const struct url *url);
/* Remembers it in place of what was; UNKNOWN forgets it. Nothing is written where it is known already, with --persist memory,
 * or where the vault has no folder; what fails is no error. */
void eras_keep(struct world *w, const struct url *url, enum eras_kind kind);
