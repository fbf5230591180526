/* What signs is not there yet: until it is, whoever wants it is told so. */
#include "base/err.h"
#include "oauth/assertion.h"
#include "oauth/dpop.h"
#include "oauth/jwt.h"
#include "oauth/key.h"

#define WEAK __attribute__((weak))

WEAK bool assertion_make(const struct assertion *q, struct arena *a, struct str *jwt, struct err *e)
{
	(void)q, (void)a, (void)jwt;
	return err_set(e, ERR_SYSTEM, "nothing signs here yet");
}

WEAK bool dpop_draw_key(struct rng *rng, struct arena *a, struct str *key, struct err *e)
{
	(void)rng, (void)a, (void)key;
	return err_set(e, ERR_SYSTEM, "nothing signs here yet");
}

WEAK bool dpop_prove(const struct dpop *q, struct arena *a, struct str *proof, struct err *e)
{
	(void)q, (void)a, (void)proof;
	return err_set(e, ERR_SYSTEM, "nothing signs here yet");
}

WEAK struct str dpop_nonce(const struct http_field *fields, size_t n)
{
	(void)fields, (void)n;
	return (struct str){0};
}

WEAK struct str jwt_alg(const struct sig_key *k)
{
	(void)k;
	return (struct str){0};
}

WEAK bool key_read(struct str text, struct arena *a, struct key *k, struct err *e)
{
	(void)text, (void)a, (void)k;
	return err_set(e, ERR_SYSTEM, "nothing signs here yet");
}

WEAK void key_wipe(struct key *k)
{
	(void)k;
}
