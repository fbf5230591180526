/* trees: comparing JSON trees, and writing them from their values alone. */
#pragma once

#include <stdbool.h>

struct buf;
struct json;

/* The same kinds, texts, names and order; places and raw text do not matter. */
bool trees_same(const struct json *a, const struct json *b);

/* Writes tree from its values, not from its raw text. */
void trees_write(struct buf *out, const struct json *tree, unsigned indent);
