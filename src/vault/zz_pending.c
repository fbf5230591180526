/* Weak stand-ins until their rooms are there. */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct http_field;
#define WEAK __attribute__((weak))
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
