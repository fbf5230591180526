#include "crypto/cert_text.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/len.h"
#include "crypto/der.h"

enum { NAME_MAX_SHOWN = 76, DNS_NAME = 0x82, ADDRESS = 0x87 };

/* Foreign text: what is not printable ASCII leaves as '?'. */
static void add_plain(struct buf *out, struct str text, size_t most)
{
	for (size_t i = 0; i < len_min(text.len, most); i++) {
		char c = text.at[i];

		buf_add_char(out, c >= 0x20 && c < 0x7f ? c : '?');
	}
	if (text.len > most)
		buf_add(out, S("..."));
}

/* The last attribute of this type, which is the most particular one. */
static bool find_attribute(struct str name, struct str type, struct str *value)
{
	struct str sets;
	struct str set;
	bool found = false;

	if (!der_take(&name, DER_SEQUENCE, &sets))
		return false;
	while (der_take(&sets, DER_SET, &set)) {
		struct str pair;
		struct str oid;
		struct der text;

		if (!der_take(&set, DER_SEQUENCE, &pair) || !der_take(&pair, DER_OID, &oid) || !der_next(&pair, &text))
			continue;
		if (!str_same(oid, type))
			continue;
		*value = text.body;
		found = true;
	}
	return found;
}

void cert_text_name(struct buf *out, struct str name)
{
	static const struct {
		struct str type;
		const char *label;
	} types[] = {
		{S_INIT("\x55\x04\x03"), "CN="},
		{S_INIT("\x55\x04\x0b"), "OU="},
		{S_INIT("\x55\x04\x0a"), "O="},
	};
	struct str value;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (!find_attribute(name, types[i].type, &value))
			continue;
		buf_add(out, str_of(types[i].label));
		add_plain(out, value, NAME_MAX_SHOWN - 6);
		return;
	}
	buf_add(out, S("(no name)"));
}

void cert_text_oid(struct buf *out, struct str oid)
{
	uint64_t number = 0;
	bool first = true;

	for (size_t i = 0; i < len_min(oid.len, 32); i++) {
		unsigned char c = (unsigned char)oid.at[i];

		number = number << 7 | (c & 0x7f);
		if (c & 0x80)
			continue;
		if (first)
			buf_print(out, "%d.", number < 80 ? (int)(number / 40) : 2);
		else
			buf_add_char(out, '.');
		buf_add_u64(out, !first ? number : number < 80 ? number % 40 : number - 80);
		number = 0;
		first = false;
	}
}

static void add_address(struct buf *out, struct str bytes)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char plain[16] = {0};

	if (bytes.len != 4 && bytes.len != 16) {
		buf_add(out, S("(no address)"));
		return;
	}
	memcpy(plain, bytes.at, bytes.len);
	inet_ntop(bytes.len == 4 ? AF_INET : AF_INET6, plain, text, sizeof text);
	buf_add(out, str_of(text));
}

void cert_text_hosts(struct buf *out, struct str alt_names, size_t most)
{
	struct der name;
	size_t shown = 0;
	size_t more = 0;

	while (der_next(&alt_names, &name)) {
		if (name.tag != DNS_NAME && name.tag != ADDRESS)
			continue;
		if (shown == most) {
			more++;
			continue;
		}
		if (shown)
			buf_add(out, S(", "));
		if (name.tag == DNS_NAME)
			add_plain(out, name.body, NAME_MAX_SHOWN);
		else
			add_address(out, name.body);
		shown++;
	}
	if (shown == 0)
		buf_add(out, S("no host at all"));
	if (more)
		buf_print(out, " and %zu more", more);
}

void cert_text_date(struct buf *out, int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct tm tm = {0};
	char text[32];

	gmtime_r(&time, &tm);
	buf_add(out, str_make(text, strftime(text, sizeof text, "%Y-%m-%d", &tm)));
}
