#include "client/enrol.h"

#include "client/site.h"
#include "oauth/scope.h"
#include "sys/clock.h"
#include "sys/tty.h"
#include "sys/world.h"

/* --- Keeping what came ------------------------------------------------------------------------ */

static void finish(struct enrol *n)
{
	struct err kept = n->failure;

	n->done(n->self, n->result, n->result == SIGNIN_FAILED ? &kept : NULL);
}

static bool fill(struct enrol *n, struct err *e)
{
	struct arena *a = &n->arena;
	struct profile p = {.verified = true, .grant = n->signin.flow.grant};

	p.identity = site_identity(&n->wish.server, a);
	p.server_url = url_text(&n->wish.server, a);
	if (!p.grant.resource.len)
		p.grant.resource = site_resource(&n->wish.server, a);
	if (!p.grant.obtained_at)
		p.grant.obtained_at = clock_now(n->world->clock);
	return profile_copy(a, &p, &n->profile, e);
}

/* Another process may be writing: it is tried again, while the loop turns. */
static bool put(struct enrol *n, bool *again, struct err *e)
{
	n->vault.wait_ms = 0;
	if (vault_put(&n->vault, &n->profile, NULL, e))
		return true;
	*again = n->vault.trouble == VAULT_BUSY && clock_ms(n->world->clock) < n->until_ms;
	return err_where(e, "signed in, but that could not be kept");
}

static void keep(void *self)
{
	struct enrol *n = self;
	bool again = false;

	if (n->result == SIGNIN_DONE && !n->in_memory && !put(n, &again, &n->failure)) {
		if (again) {
			events_timer_set(n->world->events, &n->soon, ENROL_AGAIN_MS);
			return;
		}
		n->result = SIGNIN_FAILED;
	}
	finish(n);
}

static void signed_in(void *self, enum signin_result result, const struct err *failure)
{
	struct enrol *n = self;

	n->result = result;
	if (failure)
		n->failure = *failure;
	if (result == SIGNIN_DONE && !fill(n, &n->failure))
		n->result = SIGNIN_FAILED;
	n->until_ms = clock_ms(n->world->clock) + ENROL_KEEP_MS;
	events_timer_set(n->world->events, &n->soon, 0); /* not from within the sign-in, which the caller may end */
}

/* --- What was before ---------------------------------------------------------------------------- */

static bool open_vault(struct enrol *n, struct err *e)
{
	if (vault_open(&n->vault, n->world, e) && vault_can_write(&n->vault, e))
		return true;
	return err_hint(e, n->vault.trouble == VAULT_NO_HOME ? "" : " (--persist memory keeps nothing on disk)");
}

/* The tokens of the earlier sign-in are of no use to this one. The vault rests while the user is away. */
static bool find_known(struct enrol *n, bool *found, struct err *e)
{
	const struct profile *p = site_find(&n->vault, &n->wish.server, n->arena);
	struct profile bare;
	bool done = true;

	*found = p != NULL;
	if (p) {
		bare = *p;
		bare.grant.access_token = bare.grant.refresh_token = (struct str){0};
		done = profile_copy(&n->arena, &bare, &n->known, e);
	}
	vault_rest(&n->vault);
	return done;
}

/* A client metadata document is good anywhere; other clients are good at their issuer, and the flow sees to that. */
static void inherit_client(struct signin_wish *wish, const struct grant *g)
{
	struct register_config *c = &wish->client;

	if (c->client_id.len || c->metadata_url.len || g->client != GRANT_CLIENT_METADATA)
		return;
	c->metadata_url = g->client_id;
	c->client_key = g->client_key;
}

static void inherit_type(struct signin_wish *wish, const struct grant *g)
{
	if (wish->type_is_given || wish->client.client_id.len)
		return;
	wish->type = g->type;
	wish->assertion_file = g->assertion_file;
	wish->id_token_file = g->id_token_file;
	wish->idp_token_endpoint = g->idp_token_endpoint;
	wish->idp_client_id = g->idp_client_id;
	wish->idp_client_secret = g->idp_client_secret;
}

static void inherit(struct signin_wish *wish, const struct grant *g)
{
	inherit_type(wish, g);
	inherit_client(wish, g);
	if (g->dpop_key.len)
		wish->dpop = true;
	wish->known = g;
}

/* --- What led here ------------------------------------------------------------------------------ */

static bool copy_challenge(struct enrol *n, const struct challenge *from)
{
	struct challenge *c = &n->challenge;
	struct arena *a = &n->arena;

	*c = *from;
	c->resource_metadata = arena_str(a, from->resource_metadata);
	c->scope = arena_str(a, from->scope);
	c->error = arena_str(a, from->error);
	c->error_description = arena_str(a, from->error_description);
	return c->resource_metadata.at && c->scope.at && c->error.at && c->error_description.at;
}

/* A step up asks for what was held and what is lacking; offline access is the flow's to add. Any other challenge's scope is in the
 * challenge, and the user's own word comes before it. */
static void want_scope(struct enrol *n, struct signin_wish *wish, struct str scope)
{
	if (!scope.len || (wish->challenge && !challenge_wants_scope(wish->challenge)))
		return;
	if (!wish->challenge) {
		wish->scope = arena_str(&n->arena, scope);
		return;
	}
	n->known.grant.scope = scope_join(n->known.grant.scope, scope, &n->arena);
	wish->known = &n->known.grant;
}

static bool prepare(struct enrol *n, const struct challenge *challenge, struct str scope, struct err *e)
{
	struct signin_wish *wish = &n->signin.wish;
	bool found = false;

	if (!arena_new_secret(&n->arena, ENROL_ARENA))
		return err_set(e, ERR_SYSTEM, "no memory for a sign-in");
	if (!n->in_memory && (!open_vault(n, e) || !find_known(n, &found, e)))
		return false;
	*wish = n->wish;
	if (found)
		inherit(wish, &n->known.grant);
	if (challenge && !copy_challenge(n, challenge))
		return err_set(e, ERR_LIMIT, "the server's challenge is too large to be handled");
	wish->challenge = challenge ? &n->challenge : NULL;
	want_scope(n, wish, scope);
	return true;
}

bool enrol_start(struct enrol *n, const struct challenge *challenge, struct str scope, struct err *e)
{
	n->soon = (struct events_timer){.fire = keep, .self = n};
	n->signin = (struct signin){.world = n->world, .done = signed_in, .self = n};
	n->failure = (struct err){0};
	if (prepare(n, challenge, scope, e) && signin_start(&n->signin, e))
		return true;
	enrol_end(n);
	return false;
}

void enrol_end(struct enrol *n)
{
	if (!n->arena.block)
		return;
	events_timer_clear(n->world->events, &n->soon);
	signin_end(&n->signin);
	vault_close(&n->vault);
	arena_free(&n->arena);
	n->profile = n->known = (struct profile){0};
	n->challenge = (struct challenge){0};
}

bool enrol_is_possible(const struct enrol *n)
{
	const struct tty *tty = n->world->tty;

	return grant_needs_nobody(n->wish.type) || (tty && tty->present) || n->wish.browser.len > 0;
}
