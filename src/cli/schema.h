/* schema: what one property of a JSON Schema asks for, as far as a person at a command line needs it: a type, choices,
 * bounds, a default. References are not followed, and what is not understood asks for nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct err;
struct json;
struct json_write;

enum schema_type {
	SCHEMA_ANY, /* no type is named, or several */
	SCHEMA_STRING,
	SCHEMA_NUMBER,
	SCHEMA_INTEGER,
	SCHEMA_BOOLEAN,
	SCHEMA_ARRAY,
	SCHEMA_OBJECT,
};

struct schema {
	struct str name;
	struct str title, description; /* foreign; may be empty */
	enum schema_type type;         /* beside null */
	bool required;
	const struct json *fallback; /* the default; NULL: none */
	/* private */
	const struct json *node;
	const struct json *choices; /* an ARRAY of values, or of objects with const and title; of an array: of its items */
	const struct json *titles;  /* an ARRAY beside choices (enumNames); NULL: none */
};

/* Reads one member of `properties`. root: the object schema that it belongs to (for `required`), or NULL. */
void schema_read(const struct json *property, const struct json *root, struct schema *s);
/* The properties of an object schema; NULL where there are none. */
const struct json *schema_properties(const struct json *root);

/* "string", "integer", "array of string", ... in a. */
struct str schema_type_text(const struct schema *s, struct arena *a);
/* The choice number i (from 0), and what it is called; false behind the last. */
bool schema_choice(const struct schema *s, size_t i, struct str *value, struct str *title);

/* Writes the JSON value that text stands for, by the type: a string as it is; numbers; true, false, yes, no; for arrays and objects JSON, or
 * (arrays of choices, of strings and of numbers) elements with commas between them. ANY: JSON where text is such, else a string.
 * ERR_USAGE says what was wanted. */
bool schema_write(const struct schema *s, struct str text, struct arena *a, struct json_write *out, struct err *e);
/* The value keeps to the choices, bounds, lengths and formats. ERR_USAGE says what was wanted. */
bool schema_check(const struct schema *s, const struct json *value, struct err *e);
