/* kdf: what opening a vault by a passphrase costs: one scrypt run with the cost 2^LOG_N.
 *
 * usage: kdf LOG_N
 * Prints the wall time in microseconds and the memory that it takes in KiB. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "crypto/kdf.h"

int main(int argc, char *argv[])
{
	unsigned log_n = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct timespec start, end;
	struct err e = {0};
	char key[32];

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!kdf_scrypt(key, sizeof key, S("correct horse battery staple"), S("0123456789abcdef"), log_n, &e)) {
		fprintf(stderr, "kdf: %s\n", e.text);
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%lld %zu\n", (long long)(end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000,
		kdf_memory(log_n) / 1024);
	return 0;
}
