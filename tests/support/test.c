#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

void test_assert_str(struct str s, const char *text, const char *file, int line)
{
	if (str_same(s, str_of(text)))
		return;
	print_error("\"%.*s\" is not \"%s\"\n", STR(s), text);
	_fail(file, line);
}

void test_assert_ok(bool ok, const struct err *e, const char *call, const char *file, int line)
{
	if (ok)
		return;
	print_error("%s: %s\n", call, e->text);
	_fail(file, line);
}

struct str test_vector(const char *name)
{
	char path[1024];
	FILE *file;
	long size;
	char *at;

	snprintf(path, sizeof path, "%s/vectors/%s", TESTS_DIR, name);
	file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
		print_error("no test vector %s\n", path);
		abort();
	}
	rewind(file);
	at = malloc((size_t)size + 1);
	if (!at || fread(at, 1, (size_t)size, file) != (size_t)size)
		abort();
	at[size] = 0;
	fclose(file);
	return str_make(at, (size_t)size);
}
