#include "vault/profile.h"

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"
#include "json/json_write.h"
#include "json/utf8.h"

/* The members that are kept, in the order in which they are written. Empty strings and zeroes are left out. */
static const struct member {
	struct str name;
	size_t offset;
} texts[] = {
	{S_INIT("id"), offsetof(struct profile, id)},
	{S_INIT("identity"), offsetof(struct profile, identity)},
	{S_INIT("server_url"), offsetof(struct profile, server_url)},
	{S_INIT("account"), offsetof(struct profile, account)},
	{S_INIT("issuer"), offsetof(struct profile, grant.issuer)},
	{S_INIT("authorization_endpoint"), offsetof(struct profile, grant.authorization_endpoint)},
	{S_INIT("token_endpoint"), offsetof(struct profile, grant.token_endpoint)},
	{S_INIT("registration_endpoint"), offsetof(struct profile, grant.registration_endpoint)},
	{S_INIT("revocation_endpoint"), offsetof(struct profile, grant.revocation_endpoint)},
	{S_INIT("client_id"), offsetof(struct profile, grant.client_id)},
	{S_INIT("client_secret"), offsetof(struct profile, grant.client_secret)},
	{S_INIT("client_key"), offsetof(struct profile, grant.client_key)},
	{S_INIT("redirect_uri"), offsetof(struct profile, grant.redirect_uri)},
	{S_INIT("assertion_file"), offsetof(struct profile, grant.assertion_file)},
	{S_INIT("id_token_file"), offsetof(struct profile, grant.id_token_file)},
	{S_INIT("idp_token_endpoint"), offsetof(struct profile, grant.idp_token_endpoint)},
	{S_INIT("idp_client_id"), offsetof(struct profile, grant.idp_client_id)},
	{S_INIT("idp_client_secret"), offsetof(struct profile, grant.idp_client_secret)},
	{S_INIT("resource"), offsetof(struct profile, grant.resource)},
	{S_INIT("access_token"), offsetof(struct profile, grant.access_token)},
	{S_INIT("token_type"), offsetof(struct profile, grant.token_type)},
	{S_INIT("dpop_key"), offsetof(struct profile, grant.dpop_key)},
	{S_INIT("refresh_token"), offsetof(struct profile, grant.refresh_token)},
	{S_INIT("scope"), offsetof(struct profile, grant.scope)},
};

static const struct member numbers[] = {
	{S_INIT("created_at"), offsetof(struct profile, created_at)},
	{S_INIT("updated_at"), offsetof(struct profile, updated_at)},
	{S_INIT("client_secret_expires_at"), offsetof(struct profile, grant.client_secret_expires_at)},
	{S_INIT("expires_at"), offsetof(struct profile, grant.expires_at)},
	{S_INIT("obtained_at"), offsetof(struct profile, grant.obtained_at)},
};

#define REVISION S("revision")
#define VERIFIED S("verified")

static const struct str clients[] = {
	[GRANT_CLIENT_NONE] = S_INIT("none"),
	[GRANT_CLIENT_CONFIGURED] = S_INIT("configured"),
	[GRANT_CLIENT_METADATA] = S_INIT("metadata"),
	[GRANT_CLIENT_REGISTERED] = S_INIT("registered"),
};

static const struct str auths[] = {
	[GRANT_AUTH_NONE] = S_INIT("none"),
	[GRANT_AUTH_BASIC] = S_INIT("basic"),
	[GRANT_AUTH_POST] = S_INIT("post"),
	[GRANT_AUTH_KEY] = S_INIT("key"),
};

static const struct str types[] = {
	[GRANT_AUTHORIZATION_CODE] = S_INIT("authorization_code"),
	[GRANT_DEVICE_CODE] = S_INIT("device_code"),
	[GRANT_CLIENT_CREDENTIALS] = S_INIT("client_credentials"),
	[GRANT_JWT_BEARER] = S_INIT("jwt_bearer"),
	[GRANT_ENTERPRISE] = S_INIT("enterprise"),
};

#define LIST(list) list, sizeof list / sizeof *list

/* Members that are one of a few words. */
static const struct choice {
	struct str name;
	const struct str *words;
	size_t count;
	bool is_told; /* written even where it is the first word */
} choices[] = {
	{S_INIT("client"), LIST(clients), true},
	{S_INIT("auth"), LIST(auths), true},
	{S_INIT("grant"), LIST(types), false},
};

enum {
	TEXTS = sizeof texts / sizeof *texts,
	NUMBERS = sizeof numbers / sizeof *numbers,
	CHOICES = sizeof choices / sizeof *choices,
};

static size_t chosen(const struct profile *p, size_t i)
{
	const size_t all[CHOICES] = {p->grant.client, p->grant.auth, p->grant.type};

	return all[i];
}

static struct str *text_of(const struct profile *p, size_t i)
{
	return (struct str *)((char *)p + texts[i].offset);
}

static int64_t *number_of(const struct profile *p, size_t i)
{
	return (int64_t *)((char *)p + numbers[i].offset);
}

bool profile_copy(struct arena *a, const struct profile *p, struct profile *out, struct err *e)
{
	struct profile copy = *p;
	bool ok;

	copy.extra = arena_str(a, p->extra);
	ok = copy.extra.at;
	for (size_t i = 0; i < TEXTS; i++) {
		*text_of(&copy, i) = arena_str(a, *text_of(p, i));
		ok = ok && text_of(&copy, i)->at;
	}
	*out = copy;
	return ok || err_set(e, ERR_LIMIT, "a stored sign-in is too large for the memory set aside for it");
}

/* The index of word in the choice; count when it is none of them. */
static size_t find_word(const struct choice *c, struct str word)
{
	size_t i = 0;

	while (i < c->count && !str_same(word, c->words[i]))
		i++;
	return i;
}

/* A word that a later version may have added leaves 0, and stays among the extra members. */
static bool read_choice(const struct json *object, const struct choice *c, size_t *out, struct err *e)
{
	struct str word = c->words[0];

	if (!json_opt_str(object, c->name, &word, e))
		return false;
	*out = find_word(c, word);
	if (*out == c->count)
		*out = 0;
	return true;
}

static bool is_known(const struct json *member)
{
	for (size_t i = 0; i < TEXTS; i++)
		if (str_same(member->name, texts[i].name))
			return true;
	for (size_t i = 0; i < NUMBERS; i++)
		if (str_same(member->name, numbers[i].name))
			return true;
	for (size_t i = 0; i < CHOICES; i++)
		if (str_same(member->name, choices[i].name))
			return find_word(&choices[i], member->text) < choices[i].count;
	return str_same(member->name, REVISION) || str_same(member->name, VERIFIED);
}

static bool keep_extra(const struct json *object, struct arena *a, struct str *out, struct err *e)
{
	struct buf text = buf_in(a, 0);
	struct json_write w = json_write_to(&text);
	size_t kept = 0;

	for (const struct json *m = object->first; m; m = m->next) {
		if (is_known(m))
			continue;
		if (!kept++)
			json_write_object(&w);
		json_write_tree_as(&w, m->name, m);
	}
	if (kept)
		json_write_end_object(&w);
	*out = buf_str(&text);
	return !text.full || err_set(e, ERR_LIMIT, "a stored sign-in is too large");
}

bool profile_read(const struct json *object, struct arena *a, struct profile *out, struct err *e)
{
	struct profile p = {0};
	size_t words[CHOICES];
	int64_t revision = 0;

	if (!json_is(object, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "a stored sign-in is %s, not an object", json_kind_name(object));
	for (size_t i = 0; i < TEXTS; i++)
		if (!json_opt_str(object, texts[i].name, text_of(&p, i), e))
			return false;
	for (size_t i = 0; i < NUMBERS; i++)
		if (!json_opt_int(object, numbers[i].name, number_of(&p, i), e))
			return false;
	for (size_t i = 0; i < CHOICES; i++)
		if (!read_choice(object, &choices[i], &words[i], e))
			return false;
	if (!json_opt_int(object, REVISION, &revision, e) || !json_opt_bool(object, VERIFIED, &p.verified, e) ||
			!keep_extra(object, a, &p.extra, e))
		return false;
	p.revision = (uint64_t)revision;
	p.grant.client = (enum grant_client)words[0];
	p.grant.auth = (enum grant_auth)words[1];
	p.grant.type = (enum grant_type)words[2];
	if (!p.id.len || !p.identity.len)
		return err_set(e, ERR_INPUT, "a stored sign-in has no id or no identity");
	*out = p;
	return true;
}

static bool write_texts(struct json_write *w, const struct profile *p, struct err *e)
{
	for (size_t i = 0; i < TEXTS; i++) {
		if (!utf8_is_valid(*text_of(p, i)))
			return err_set(e, ERR_INPUT, "%.*s is not UTF-8 and cannot be stored", STR(texts[i].name));
		if (text_of(p, i)->len)
			json_write_str_as(w, texts[i].name, *text_of(p, i));
	}
	return true;
}

/* What a later version wrote, unless it was chosen anew here. */
static bool is_replaced(const struct profile *p, const struct json *member)
{
	for (size_t i = 0; i < CHOICES; i++)
		if (chosen(p, i) && str_same(member->name, choices[i].name))
			return true;
	return is_known(member);
}

static void write_rest(struct json_write *w, const struct profile *p, const struct json *extra)
{
	for (size_t i = 0; i < NUMBERS; i++)
		if (*number_of(p, i))
			json_write_int_as(w, numbers[i].name, *number_of(p, i));
	json_write_int_as(w, REVISION, (int64_t)p->revision);
	if (p->verified)
		json_write_bool_as(w, VERIFIED, true);
	for (size_t i = 0; i < CHOICES; i++)
		if (chosen(p, i) || (choices[i].is_told && !json_get(extra, choices[i].name)))
			json_write_str_as(w, choices[i].name, choices[i].words[chosen(p, i)]);
	for (const struct json *m = extra ? extra->first : NULL; m; m = m->next)
		if (!is_replaced(p, m))
			json_write_tree_as(w, m->name, m);
}

bool profile_write(struct json_write *w, const struct profile *p, struct arena scratch, struct err *e)
{
	const struct json *extra = NULL;

	if (p->extra.len && !json_read(p->extra, &scratch, &extra, e))
		return err_where(e, "the members of a stored sign-in that a later version wrote");
	json_write_object(w);
	if (!write_texts(w, p, e))
		return false;
	write_rest(w, p, extra);
	json_write_end_object(w);
	return true;
}
