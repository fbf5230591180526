#include "base/secret.h"

#include <string.h>

void secret_wipe(void *at, size_t len)
{
	if (len)
		explicit_bzero(at, len);
}

bool secret_same(struct str a, struct str b)
{
	volatile unsigned char differs = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		differs = (unsigned char)(differs | ((unsigned char)a.at[i] ^ (unsigned char)b.at[i]));
	return differs == 0;
}
