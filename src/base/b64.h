/* b64: base64 and base64url (RFC 4648 §4 and §5). Encoding and decoding take time
 * that depends on the length alone, since keys and tokens go through here. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct buf;

/* base64url without padding, as PKCE and JOSE use it. Appends to out. */
void b64_url_encode(struct buf *out, struct str bytes);
/* base64 with padding. Appends to out. */
void b64_encode(struct buf *out, struct str bytes);

/* Appends the decoded bytes. False (and nothing appended) on a foreign character, a
 * wrong length, or bits left over that are not zero (RFC 4648 §3.5), and on a full out.
 * base64url takes no padding; base64 wants it. No line breaks are passed over. */
bool b64_url_decode(struct buf *out, struct str text);
bool b64_decode(struct buf *out, struct str text);
