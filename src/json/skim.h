/* skim: goes through JSON text and hands out its parts as they are written, without a tree: for messages that are
 * passed on, whose size and numbers are nobody's business on the way.
 *
 * The grammar of RFC 8259 is checked to the letter, UTF-8 with it. Other than json.h, an escaped surrogate may stand
 * alone (some programs write such), a name may stand twice, and nothing is decoded. At most SKIM_DEPTH levels. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;

enum { SKIM_DEPTH = 1024 };

enum skim_found {
	SKIM_PART,
	SKIM_END,
	SKIM_BAD,
};

/* The parts of one array or object. */
struct skim {
	struct str rest; /* private */
	char close;      /* private */
	bool began;      /* private */
};

/* The whole text is one value, with blanks around it at most; *value is it without these. ERR_INPUT tells where it breaks
 * the grammar, and quotes nothing of it. Runs through it once. */
bool skim_whole(struct str text, struct str *value, struct err *e);

/* Begins with the text of an array or object, of which nothing was checked yet but its first byte. */
void skim_begin(struct skim *s, struct str text);
/* The next member, or element (its name is empty then). PART: *name is what stands between the quotation marks, *value the
 * text of the value. END: there are no more, and nothing but blanks stands behind. BAD: ERR_INPUT. */
enum skim_found skim_next(struct skim *s, struct str *name, struct str *value, struct err *e);

/* The first member of that name of a good object's text; empty where there is none, or text is no object. */
struct str skim_member(struct str text, struct str name);
/* What a good string's text says: a piece of it, or decoded in a. False where it is none, or holds half of a surrogate pair. */
bool skim_str(struct str value, struct arena *a, struct str *text);
