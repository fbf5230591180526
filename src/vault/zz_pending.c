/* Weak stand-ins until their rooms are there. */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct http_field;
#define WEAK __attribute__((weak))
WEAK bool enrol_start(void *n, const void *challenge, struct str scope, struct err *e);
WEAK bool enrol_start(void *n, const void *challenge, struct str scope, struct err *e)
{
	(void)n, (void)challenge, (void)scope;
	return err_set(e, ERR_LOGIN, "no sign-in here");
}
WEAK void enrol_end(void *n);
WEAK void enrol_end(void *n)
{
	(void)n;
}
WEAK bool enrol_is_possible(const void *n);
WEAK bool enrol_is_possible(const void *n)
{
	(void)n;
	return false;
}
WEAK bool dpop_prove(const void *q, void *a, struct str *proof, struct err *e);
WEAK bool dpop_prove(const void *q, void *a, struct str *proof, struct err *e)
{
	(void)q, (void)a, (void)proof;
	return err_set(e, ERR_INPUT, "no proofs here");
}
WEAK struct str dpop_nonce(const struct http_field *fields, size_t n);
WEAK struct str dpop_nonce(const struct http_field *fields, size_t n)
{
	(void)fields, (void)n;
	return (struct str){0};
}
