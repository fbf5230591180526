#include "support/test.h"

#include "support/issuer_script.h"

#include <stdio.h>
#include <stdlib.h>

#include "http/url.h"

static const char resource[] = "{\"resource\":\"https://mcp.example/mcp\",\"authorization_servers\":[\"https://as.example\"],"
	"\"scopes_supported\":[\"read\"]}";

static void metadata(struct issuer_script *i, struct fetch_script_step *answer)
{
	snprintf(i->text, sizeof i->text,
		"{\"issuer\":\"https://as.example\",\"authorization_endpoint\":\"https://as.example/authorize\","
		"\"token_endpoint\":\"https://as.example/token\",\"registration_endpoint\":\"https://as.example/register\","
		"\"device_authorization_endpoint\":\"https://as.example/device\","
		"\"code_challenge_methods_supported\":[\"S256\"],\"response_types_supported\":[\"code\"],"
		"\"token_endpoint_auth_methods_supported\":[\"none\",\"client_secret_basic\"]%s}",
		i->sends_iss ? ",\"authorization_response_iss_parameter_supported\":true" : "");
	answer->answer = str_of(i->text);
}

static void probed(struct issuer_script *i, struct fetch_script_step *answer)
{
	i->probes++;
	if (i->open)
		return;
	answer->status = 401;
	answer->answer_fields[1] = "WWW-Authenticate: Bearer resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\"";
}

static void token(struct issuer_script *i, struct str body, struct fetch_script_step *answer)
{
	snprintf(i->sent, sizeof i->sent, "%.*s", STR(body));
	if (i->pendings > 0) {
		i->pendings--;
		answer->status = 400;
		answer->answer = S("{\"error\":\"authorization_pending\"}");
		return;
	}
	answer->status = i->token_status;
	i->token_status = 200;
	if (answer->status != 200) {
		answer->answer = str_of(i->refusal);
		return;
	}
	i->tokens++;
	snprintf(i->text, sizeof i->text, "{\"access_token\":\"at-%d\",\"token_type\":\"bearer\",\"expires_in\":3600%s%d\"%s%s%s}", i->tokens,
		strstr(i->sent, "grant_type=client_credentials") ? ",\"x\":\"" : ",\"refresh_token\":\"rt-", i->tokens,
		i->scope ? ",\"scope\":\"" : "", i->scope ? i->scope : "", i->scope ? "\"" : "");
	answer->answer = str_of(i->text);
}

static void device(struct issuer_script *i, struct fetch_script_step *answer)
{
	snprintf(i->text, sizeof i->text,
		"{\"device_code\":\"dc-1\",\"user_code\":\"%s\",\"verification_uri\":\"https://as.example/activate\","
		"\"verification_uri_complete\":\"https://as.example/activate?user_code=WDJB-MJHT\",\"expires_in\":%lld,\"interval\":5}",
		i->user_code, (long long)i->device_s);
	answer->answer = str_of(i->text);
}

static void serve(void *self, const struct fetch_request *r, struct fetch_script_step *answer)
{
	struct issuer_script *i = self;

	answer->answer_fields[0] = "Content-Type: application/json";
	answer->status = 200;
	if (str_same(r->url.path, S("/mcp"))) {
		probed(i, answer);
	} else if (str_starts(r->url.path, S("/.well-known/oauth-protected-resource")) && !i->open) {
		answer->answer = str_of(resource);
	} else if (str_starts(r->url.path, S("/.well-known/oauth-authorization-server")) && !i->open) {
		metadata(i, answer);
	} else if (str_same(r->url.path, S("/register"))) {
		i->registrations++;
		answer->status = 201;
		answer->answer = S("{\"client_id\":\"client-1\",\"token_endpoint_auth_method\":\"none\"}");
	} else if (str_same(r->url.path, S("/device"))) {
		device(i, answer);
	} else if (str_same(r->url.path, S("/token"))) {
		token(i, r->body, answer);
	} else {
		answer->status = 404;
	}
}

void issuer_script_start(struct issuer_script *i, struct test_world *t)
{
	*i = (struct issuer_script){
		.sends_iss = true, .token_status = 200, .refusal = "{\"error\":\"invalid_grant\"}", .device_s = 600, .user_code = "WDJB-MJHT", .t = t};
	t->fetch.serve = serve;
	t->fetch.self = i;
	t->world.input = -1;
}

struct str issuer_script_parameter(struct str address, const char *name)
{
	struct str rest, one, key, value;

	str_cut(address, '?', NULL, &rest);
	while (str_word(&rest, '&', &one))
		if (str_cut(one, '=', &key, &value) && str_same(key, str_of(name)))
			return value;
	return (struct str){0};
}

int issuer_script_approve(struct issuer_script *i, struct str authorization_url)
{
	struct str escaped = issuer_script_parameter(authorization_url, "redirect_uri");
	char port[8] = "", target[2048];
	size_t at = str_find_str(escaped, S("127.0.0.1%3A"));

	snprintf(port, sizeof port, "%.*s", STR(str_span(escaped, at + 12, 5)));
	snprintf(target, sizeof target, "/callback?code=c&state=%.*s%s", STR(issuer_script_parameter(authorization_url, "state")),
		i->sends_iss ? "&iss=https%3A%2F%2Fas.example" : "");
	return test_world_visit(i->t, (uint16_t)strtoul(port, NULL, 10), target).status;
}
