#include "sys/environment.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"

extern char **environ;

/* Where things are is no secret, and another keyfob below may want to know. */
bool environment_strips(const char *variable)
{
	static const struct str passed[] = {
		S_INIT("KEYFOB_HOME"),
		S_INIT("KEYFOB_KEY_FILE"),
		S_INIT("KEYFOB_PASSPHRASE_FILE"),
		S_INIT("KEYFOB_AGENT"),
	};
	struct str name;

	str_cut(str_of(variable), '=', &name, NULL);
	for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
		if (str_same(name, passed[i]))
			return false;
	return str_starts(name, S("KEYFOB_"));
}

static bool same_name(const char *a, const char *b)
{
	struct str name_a, name_b;

	str_cut(str_of(a), '=', &name_a, NULL);
	str_cut(str_of(b), '=', &name_b, NULL);
	return str_same(name_a, name_b);
}

static bool is_replaced(const char *variable, const char *const more[], size_t more_n)
{
	for (size_t i = 0; i < more_n; i++)
		if (same_name(variable, more[i]))
			return true;
	return false;
}

char **environment_for(const char *const more[], size_t more_n)
{
	size_t n = 0, count = 0;
	char **list;

	while (environ && environ[count])
		count++;
	list = calloc(count + more_n + 1, sizeof *list);
	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!environment_strips(environ[i]) && !is_replaced(environ[i], more, more_n))
			list[n++] = environ[i];
	for (size_t i = 0; i < more_n; i++)
		list[n++] = (char *)(uintptr_t)more[i];
	return list;
}
