/* der: the elements of DER (ITU-T X.690 §8 and §10): one-byte tags, definite lengths in their
 * shortest form, nothing outside the bytes given. Slices of what was passed; nothing is copied. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};

struct der {
	uint8_t tag;
	struct str whole; /* with tag and length */
	struct str body;
};

/* The next element of *rest, which then begins behind it. False, *rest left alone, at the
 * end and where what follows is no element. */
bool der_next(struct str *rest, struct der *element);

/* The next element if it has this tag: its body. body may be NULL. False, *rest left alone, otherwise. */
bool der_take(struct str *rest, uint8_t tag, struct str *body);
/* The same, with tag and length. */
bool der_take_whole(struct str *rest, uint8_t tag, struct str *whole);
/* Passes over the next element if it has this tag. */
void der_pass(struct str *rest, uint8_t tag);

/* A BIT STRING of whole bytes, or a BOOLEAN in its DER form. */
bool der_take_bits(struct str *rest, struct str *bytes);
bool der_take_boolean(struct str *rest, bool *yes);
/* An INTEGER that is not negative, without leading zeroes (0 is one zero byte). */
bool der_take_unsigned(struct str *rest, struct str *bytes);
/* UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 wants them, in seconds since 1970. */
bool der_take_time(struct str *rest, int64_t *seconds);
