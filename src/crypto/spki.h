/* spki: a public key as certificates carry it (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7), for BearSSL. */
#pragma once

#include <bearssl.h>
#include <stdbool.h>

#include "base/str.h"

struct err;

enum { SPKI_RSA_BITS_MIN = 2048, SPKI_RSA_BITS_MAX = 4096 };

/* Fills key with pointers into spki. RSA of 2048 to 4096 bits, and points on P-256, P-384 and
 * P-521; ERR_INPUT says what else it is: "its RSA key of 1024 bits is too short ...". */
bool spki_read(struct str spki, br_x509_pkey *key, struct err *e);
