/* cert_text: what a certificate says, in words for a person. Foreign bytes that are not printable
 * ASCII are shown as '?'. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;

/* A name in a few words for a person, at most 80 bytes of printable ASCII: "CN=Example Root"; where there is
 * no common name, the organization's; "(no name)". */
void cert_text_name(struct buf *out, struct str name);
/* An OID as "2.5.29.17". */
void cert_text_oid(struct buf *out, struct str oid);
/* The DNS names and addresses of alt_names, at most `most` of them: "a.example, b.example and 3 more". */
void cert_text_hosts(struct buf *out, struct str alt_names, size_t most);
/* "2026-01-02" */
void cert_text_date(struct buf *out, int64_t seconds);
