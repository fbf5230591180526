#include "mcp/era.h"

#include <stddef.h>

#include "json/json.h"
#include "mcp/rpc.h"

/* The best first. */
static const struct {
	struct str version;
	enum era era;
} revisions[] = {
	{S_INIT(ERA_MODERN_VERSION), ERA_MODERN},
	{S_INIT(ERA_LEGACY_VERSION), ERA_LEGACY},
	{S_INIT("2025-06-18"), ERA_LEGACY},
	{S_INIT("2025-03-26"), ERA_LEGACY},
	{S_INIT("2024-11-05"), ERA_LEGACY},
};

enum { REVISIONS = sizeof revisions / sizeof *revisions };

enum era era_of(struct str version)
{
	for (size_t i = 0; i < REVISIONS; i++)
		if (str_same(version, revisions[i].version))
			return revisions[i].era;
	return ERA_UNKNOWN;
}

struct str era_literal(struct str version)
{
	for (size_t i = 0; i < REVISIONS; i++)
		if (str_same(version, revisions[i].version))
			return revisions[i].version;
	return (struct str){0};
}

struct str era_choose(const struct json *versions, enum era era)
{
	for (size_t i = 0; i < REVISIONS; i++)
		if ((era == ERA_UNKNOWN || era == revisions[i].era) && json_has_str(versions, revisions[i].version))
			return revisions[i].version;
	return (struct str){0};
}

/* A server of the modern era that lists only legacy revisions is asked in the legacy way. */
static enum era_verdict judge_versions(const struct rpc *error, struct str *version)
{
	struct str best = era_choose(json_get(error->data, S("supported")), ERA_UNKNOWN);

	if (!best.len)
		return ERA_IS_FOREIGN;
	if (era_of(best) == ERA_LEGACY)
		return ERA_IS_LEGACY;
	*version = best;
	return ERA_WANTS_VERSION;
}

static enum era_verdict judge_bad_request(const struct rpc *error, struct str *version)
{
	switch (error->code) {
	case RPC_NO_VERSION:
		return judge_versions(error, version);
	case RPC_HEADER_MISMATCH:
	case RPC_NO_CAPABILITY:
	case RPC_INVALID_PARAMS:
		return ERA_REFUSES;
	default:
		return ERA_IS_LEGACY;
	}
}

enum era_verdict era_judge(int status, const struct rpc *answer, struct str *version)
{
	bool is_error = answer && answer->kind == RPC_ERROR;

	if (status >= 200 && status <= 299)
		return ERA_IS_MODERN;
	if (status == 401 || status == 403)
		return ERA_WANTS_LOGIN;
	if (status == 400 && is_error)
		return judge_bad_request(answer, version);
	if (status == 404 && is_error && answer->code == RPC_NO_METHOD)
		return ERA_REFUSES;
	if (status == 400 || status == 404 || status == 405)
		return ERA_IS_LEGACY;
	return ERA_UNCLEAR;
}
