/* metadata: a document that was taken names the server that was asked, leads only where it may, and
 * written anew is taken as the same. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/url.h"
#include "json/json_write.h"
#include "oauth/metadata.h"
#include "oauth/place.h"
#include "oauth/scope.h"

static struct arena arena;
static const struct place place = {PLACE_PUBLIC, {0}};

static void write_strs(struct json_write *w, struct str name, const struct str *strs, size_t n)
{
	json_write_name(w, name);
	json_write_array(w);
	for (size_t i = 0; i < n; i++)
		json_write_str(w, strs[i]);
	json_write_end_array(w);
}

static void check_resource(struct str document)
{
	struct metadata_resource r;
	struct metadata_resource again;
	struct buf out = buf_in(&arena, 0);
	struct json_write w = json_write_to(&out);
	struct url server;
	struct url resource;
	struct str scopes[1];

	fuzz_check(url_read(S("https://h/a/mcp"), &arena, &server, NULL));
	if (metadata_read_resource(document, &server, &arena, &r, NULL) != METADATA_OK)
		return;
	fuzz_check(url_read(r.resource, &arena, &resource, NULL) && url_covers(&resource, &server));
	fuzz_check(r.servers_n > 0 && r.servers_n <= METADATA_SERVERS);
	fuzz_check(r.scopes.len == 0 || scope_is_valid(r.scopes));
	json_write_object(&w);
	write_strs(&w, S("authorization_servers"), r.servers, r.servers_n);
	json_write_str_as(&w, S("resource"), r.resource);
	str_cut(r.scopes, ' ', &scopes[0], NULL);
	write_strs(&w, S("scopes_supported"), scopes, scopes[0].len > 0);
	json_write_bool_as(&w, S("dpop_bound_access_tokens_required"), r.wants_dpop);
	json_write_end_object(&w);
	fuzz_check(metadata_read_resource(buf_str(&out), &server, &arena, &again, NULL) == METADATA_OK);
	fuzz_check(str_same(r.resource, again.resource) && r.servers_n == again.servers_n);
	fuzz_check(str_same(scopes[0], again.scopes) && r.wants_dpop == again.wants_dpop);
	for (size_t i = 0; i < r.servers_n; i++)
		fuzz_check(str_same(r.servers[i], again.servers[i]));
}

static void write_issuer(struct json_write *w, const struct metadata_issuer *m)
{
	struct str methods[4];
	struct str algs[2];
	size_t n = 0;

	json_write_object(w);
	json_write_str_as(w, S("issuer"), m->issuer);
	json_write_str_as(w, S("token_endpoint"), m->token_endpoint);
	json_write_str_as(w, S("authorization_endpoint"), m->authorization_endpoint);
	json_write_str_as(w, S("registration_endpoint"), m->registration_endpoint);
	json_write_str_as(w, S("revocation_endpoint"), m->revocation_endpoint);
	write_strs(w, S("code_challenge_methods_supported"), &S("S256"), m->has_s256);
	write_strs(w, S("scopes_supported"), &S("offline_access"), m->offers_offline);
	json_write_str_as(w, S("device_authorization_endpoint"), m->device_authorization_endpoint);
	write_strs(w, S("dpop_signing_alg_values_supported"), &S("ES256"), m->dpop_es256);
	if (m->auth_es256)
		algs[n++] = S("ES256");
	if (m->auth_rs256)
		algs[n++] = S("RS256");
	write_strs(w, S("token_endpoint_auth_signing_alg_values_supported"), algs, n);
	n = 0;
	json_write_bool_as(w, S("authorization_response_iss_parameter_supported"), m->sends_iss);
	json_write_bool_as(w, S("client_id_metadata_document_supported"), m->takes_metadata_id);
	if (m->auth_none)
		methods[n++] = S("none");
	if (m->auth_basic)
		methods[n++] = S("client_secret_basic");
	if (m->auth_post)
		methods[n++] = S("client_secret_post");
	if (m->auth_key)
		methods[n++] = S("private_key_jwt");
	if (m->auth_listed)
		write_strs(w, S("token_endpoint_auth_methods_supported"), methods, n);
	json_write_end_object(w);
}

static void check_endpoint(struct str text, bool may_miss)
{
	struct url url;

	fuzz_check((may_miss && text.len == 0) || place_read(&place, text, "it", &arena, &url, NULL));
}

static void check_issuer(struct str document)
{
	struct metadata_issuer m;
	struct metadata_issuer again;
	struct buf out = buf_in(&arena, 0);
	struct json_write w = json_write_to(&out);

	if (metadata_read_issuer(document, S("https://as"), &place, &arena, &m, NULL) != METADATA_OK)
		return;
	fuzz_check(str_same(m.issuer, S("https://as")));
	check_endpoint(m.token_endpoint, false);
	check_endpoint(m.authorization_endpoint, true);
	check_endpoint(m.registration_endpoint, true);
	check_endpoint(m.revocation_endpoint, true);
	check_endpoint(m.device_authorization_endpoint, true);
	write_issuer(&w, &m);
	fuzz_check(metadata_read_issuer(buf_str(&out), S("https://as"), &place, &arena, &again, NULL) == METADATA_OK);
	fuzz_check(str_same(m.token_endpoint, again.token_endpoint));
	fuzz_check(str_same(m.authorization_endpoint, again.authorization_endpoint));
	fuzz_check(str_same(m.registration_endpoint, again.registration_endpoint));
	fuzz_check(str_same(m.revocation_endpoint, again.revocation_endpoint));
	fuzz_check(m.has_s256 == again.has_s256 && m.sends_iss == again.sends_iss && m.offers_offline == again.offers_offline);
	fuzz_check(m.takes_metadata_id == again.takes_metadata_id && m.auth_listed == again.auth_listed);
	fuzz_check(str_same(m.device_authorization_endpoint, again.device_authorization_endpoint));
	fuzz_check(m.auth_key == again.auth_key && m.auth_es256 == again.auth_es256 && m.auth_rs256 == again.auth_rs256);
	fuzz_check(m.dpop_es256 == again.dpop_es256);
	fuzz_check(m.auth_none == again.auth_none && m.auth_basic == again.auth_basic && m.auth_post == again.auth_post);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	if (size < 32768) {
		check_resource(str_make(data, size));
		check_issuer(str_make(data, size));
	}
	arena_reset(&arena);
	return 0;
}
