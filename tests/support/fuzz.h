/* fuzz: what every fuzz target includes: its entry point, and the check that a property holds. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The property holds; else the target ends, and the fuzzer keeps the input. */
#define fuzz_check(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
			abort(); \
		} \
	} while (0)
