/* test: what every test includes: cmocka and a few assertions of ours. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"

/* s equals the C string. */
void test_assert_str(struct str s, const char *text, const char *file, int line);
#define assert_str(s, text) test_assert_str(s, text, __FILE__, __LINE__)

/* The call succeeded; shows the error when not. */
void test_assert_ok(bool ok, const struct err *e, const char *call, const char *file, int line);
#define assert_ok(call, e) test_assert_ok(call, e, #call, __FILE__, __LINE__)

/* The whole of tests/vectors/NAME, in memory from malloc. */
struct str test_vector(const char *name);
