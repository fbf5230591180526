/* headroom: how much memory may still be taken before somebody stops us: the address-space
 * limit, the memory cgroups that we live in (version 2 or 1), and what the machine has left. */
#pragma once

#include <stddef.h>

/* Bytes, at most; SIZE_MAX where nobody told of a limit. root stands before /proc and /sys
 * ("" for this machine; tests bring a folder of their own). Files that are missing
 * or make no sense count as no limit. Page cache that the kernel would give up counts as free. */
size_t headroom_bytes(const char *root);
