/* names: whether a certificate is for a host (RFC 9525 §6). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* The bytes of an IPv4 or IPv6 address in text, 4 or 16 of them, or 0 when host is no address. */
size_t names_address(struct str host, unsigned char bytes[static 16]);

/* alt_names are the GeneralNames of a subject. host has no trailing dot. A DNS name matches in either
 * case; "*." at its front stands for one whole label when at least two labels follow.
 * An address matches an iPAddress of the same bytes and nothing else. */
bool names_cover(struct str alt_names, struct str host);
