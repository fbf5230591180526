/* scrypt: the algorithm of RFC 7914 with any parameters, in memory that the caller brings.
 * For crypto/kdf and the tests; everyone else asks crypto/kdf. */
#pragma once

#include <stddef.h>

#include "base/str.h"

struct scrypt_cost {
	unsigned log_n; /* N = 2^log_n, 1 to 31 */
	unsigned r;
	unsigned p;
};

/* Bytes that a run needs; SIZE_MAX when that cannot be counted. */
size_t scrypt_memory(struct scrypt_cost cost);

/* memory: scrypt_memory(cost) bytes, aligned to 16. They are left as they are: the caller wipes them. */
void scrypt_run(void *out, size_t len, struct str passphrase, struct str salt, struct scrypt_cost cost, void *memory);
