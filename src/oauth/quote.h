/* quote: a server's words on their way into an error: one short line of plain ASCII. */
#pragma once

#include "base/str.h"

enum {
	QUOTE_MAX = 120,
	QUOTE_WORD = 40, /* a longer word is left out: it could be a token that is echoed */
};

struct quote {
	char text[QUOTE_MAX + 1];
};

/* Controls, quotes and all beyond ASCII become '?', long words "[...]"; what is too long ends in "...". */
struct quote quote_of(struct str foreign);
/* The same for a URL or an issuer: long words stay, since these are no secrets; a query is left out. */
struct quote quote_url(struct str foreign);
