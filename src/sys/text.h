/* text: foreign text made fit for a terminal or a log line. */
#pragma once

#include "base/str.h"

struct arena;
struct buf;

/* Appends s so that it shows and does nothing else: controls (C0, DEL, C1), ESC, bidirectional and
 * invisible formatting characters, line separators, and bytes that are no UTF-8 leave as \xNN or \u{NNNN};
 * a backslash stays. One line stays one line. */
void text_show(struct buf *out, struct str s);
/* The same for text of many lines: line ends and tabs stay, and CRLF becomes a line end. */
void text_show_lines(struct buf *out, struct str s);
/* text_show in a, for printf's %.*s; of more than 4 KiB only those are shown, and "..." follows. */
struct str text_shown(struct str s, struct arena *a);

enum { TEXT_ESCAPE = 16 };
/* For what goes to a terminal as others wrote it, JSON: cuts from *s what shows as it is, which is returned, and the hidden character
 * behind it, if there is one; escape is then that character as a string of JSON spells it (\uNNNN), else empty. ASCII's controls stay:
 * strings of JSON hold none, and our own colours and line ends are made of them. */
struct str text_cut_shown(struct str *s, char escape[static TEXT_ESCAPE]);

/* s as one word of a command that is to be pasted into a shell: as it is where no shell would see anything in it, else in single quotes.
 * In a; empty when a is full. Controls stay: text_show comes before, or err cleans them. */
struct str text_quoted(struct str s, struct arena *a);
