#include "crypto/names.h"

#include <arpa/inet.h>
#include <string.h>

#include "crypto/der.h"

enum { DNS_NAME = 0x82, ADDRESS = 0x87 }; /* GeneralName (RFC 5280 §4.2.1.6) */

size_t names_address(struct str host, unsigned char bytes[static 16])
{
	char text[INET6_ADDRSTRLEN] = {0};

	if (host.len == 0 || host.len >= sizeof text)
		return 0;
	memcpy(text, host.at, host.len);
	if (strlen(text) != host.len)
		return 0;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

static bool covers(struct str pattern, struct str host)
{
	struct str label;
	struct str rest;
	struct str suffix = str_from(pattern, 2);

	if (!str_starts(pattern, S("*.")))
		return pattern.len && str_same_nocase(pattern, host);
	return str_cut(host, '.', &label, &rest) && label.len && str_has(suffix, '.') && str_same_nocase(suffix, rest);
}

bool names_cover(struct str alt_names, struct str host)
{
	unsigned char bytes[16];
	size_t len = names_address(host, bytes);
	struct der name;

	while (der_next(&alt_names, &name)) {
		if (len && name.tag == ADDRESS && str_same(name.body, str_make(bytes, len)))
			return true;
		if (!len && name.tag == DNS_NAME && covers(name.body, host))
			return true;
	}
	return false;
}
