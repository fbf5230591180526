#include "crypto/path.h"

#include "crypto/cert.h"
#include "crypto/trust.h"

enum { STEPS = 200 }; /* certificates that name one another in circles end here */

bool path_is_pinned(const struct trust *t, const struct cert *c)
{
	for (const struct trust_root *r = trust_find(t, c->subject, NULL); r; r = trust_find(t, c->subject, r))
		if (!r->is_ca && str_same(r->spki, c->spki))
			return true;
	return false;
}

static bool has_root(const struct trust *t, const struct cert *c)
{
	for (const struct trust_root *r = trust_find(t, c->issuer, NULL); r; r = trust_find(t, c->issuer, r))
		if (r->is_ca)
			return true;
	return false;
}

/* The same certificate, or another for the same name and key: one is enough on a way. */
static bool is_used(const struct path *p, const struct cert *c)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_same(p->certs[i]->subject, c->subject) && str_same(p->certs[i]->spki, c->spki))
			return true;
	return false;
}

static bool offer(struct path_search *s)
{
	return s->tries++ < PATH_TRIES && s->found(s->self, &s->path);
}

static bool step(struct path_search *s, const struct cert *c)
{
	bool led_on = false;
	bool done = false;

	if (s->path.n == PATH_MAX_CERTS || s->steps++ >= STEPS)
		return false;
	s->path.certs[s->path.n++] = c;
	if (has_root(s->trust, c)) {
		led_on = true;
		done = offer(s);
	}
	for (size_t i = 0; !done && i < s->n; i++) {
		if (!str_same(s->certs[i].subject, c->issuer) || is_used(&s->path, &s->certs[i]))
			continue;
		led_on = true;
		done = step(s, &s->certs[i]);
	}
	if (!led_on && !s->end)
		s->end = c;
	s->path.n--;
	return done;
}

bool path_search(struct path_search *s)
{
	if (path_is_pinned(s->trust, &s->certs[0])) {
		s->path = (struct path){.certs = {&s->certs[0]}, .n = 1};
		if (offer(s))
			return true;
		s->path.n = 0;
	}
	return step(s, &s->certs[0]);
}
