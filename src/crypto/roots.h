/* roots: Mozilla's roots as they were when this binary was built; scripts/roots writes the other half. */
#pragma once

#include <stddef.h>

struct roots {
	const unsigned char *bytes; /* subject and SubjectPublicKeyInfo in turn, each in DER */
	size_t len;
	size_t count;
	const char *version; /* of the ca-certificates package; "unknown" when they came from elsewhere */
};

extern const struct roots roots_embedded;
