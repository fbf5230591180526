/* kdf: scrypt (RFC 7914), for passphrases. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct err;

enum { KDF_LOG_N_MIN = 15, KDF_LOG_N_MAX = 18, KDF_LOG_N = 17, KDF_R = 8, KDF_P = 1 };

/* Bytes of memory that 2^log_n takes with r = KDF_R. */
size_t kdf_memory(unsigned log_n);

/* r = 8, p = 1. Memory is mapped, wiped and unmapped here. ERR_LIMIT for log_n out of range (before
 * any memory is taken); ERR_SYSTEM naming the bytes needed when they cannot be had: it asks the
 * cgroup and the rlimits first, so that the kernel need not kill us. */
bool kdf_scrypt(void *out, size_t len, struct str passphrase, struct str salt, unsigned log_n, struct err *e);
