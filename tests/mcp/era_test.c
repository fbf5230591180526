#include "support/test.h"

#include "base/arena.h"
#include "json/json.h"
#include "mcp/era.h"
#include "mcp/rpc.h"

#define ERROR(code, data) "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":" code ",\"message\":\"x\"" data "}}"
#define SUPPORTED(list) ERROR("-32022", ",\"data\":{\"supported\":[" list "],\"requested\":\"2026-07-28\"}")

static void judges_every_answer(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum era_verdict verdict;
		const char *version;
	} cases[] = {
		{200, NULL, ERA_IS_MODERN, ""},
		{202, NULL, ERA_IS_MODERN, ""},
		{200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", ERA_IS_MODERN, ""},
		{200, ERROR("-32601", ""), ERA_IS_MODERN, ""},
		{401, NULL, ERA_WANTS_LOGIN, ""},
		{403, NULL, ERA_WANTS_LOGIN, ""},
		{403, ERROR("-32020", ""), ERA_WANTS_LOGIN, ""},
		{400, SUPPORTED("\"2026-07-28\""), ERA_WANTS_VERSION, "2026-07-28"},
		{400, SUPPORTED("\"2999-01-01\",\"2025-11-25\",\"2026-07-28\""), ERA_WANTS_VERSION, "2026-07-28"},
		{400, SUPPORTED("\"2025-11-25\""), ERA_IS_LEGACY, ""},
		{400, SUPPORTED("\"2999-01-01\""), ERA_IS_FOREIGN, ""},
		{400, SUPPORTED(""), ERA_IS_FOREIGN, ""},
		{400, ERROR("-32022", ""), ERA_IS_FOREIGN, ""},
		{400, ERROR("-32022", ",\"data\":[]"), ERA_IS_FOREIGN, ""},
		{400, ERROR("-32020", ""), ERA_REFUSES, ""},
		{400, ERROR("-32021", ""), ERA_REFUSES, ""},
		{400, ERROR("-32602", ""), ERA_REFUSES, ""},
		{404, ERROR("-32601", ""), ERA_REFUSES, ""},
		{400, NULL, ERA_IS_LEGACY, ""},
		{404, NULL, ERA_IS_LEGACY, ""},
		{405, NULL, ERA_IS_LEGACY, ""},
		{400, ERROR("-32000", ""), ERA_IS_LEGACY, ""},
		{400, ERROR("-32601", ""), ERA_IS_LEGACY, ""},
		{400, ERROR("-32600", ""), ERA_IS_LEGACY, ""},
		{404, ERROR("-32001", ""), ERA_IS_LEGACY, ""},
		{404, SUPPORTED("\"2026-07-28\""), ERA_IS_LEGACY, ""},
		{405, ERROR("-32022", ""), ERA_IS_LEGACY, ""},
		{400, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", ERA_IS_LEGACY, ""},
		{500, NULL, ERA_UNCLEAR, ""},
		{500, SUPPORTED("\"2026-07-28\""), ERA_UNCLEAR, ""},
		{307, NULL, ERA_UNCLEAR, ""},
		{406, NULL, ERA_UNCLEAR, ""},
		{429, NULL, ERA_UNCLEAR, ""},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 65536));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rpc m;
		struct str version = {0};
		struct err e = {0};

		if (cases[i].body)
			assert_ok(rpc_read(str_of(cases[i].body), &a, &m, &e), &e);
		if (era_judge(cases[i].status, cases[i].body ? &m : NULL, &version) != cases[i].verdict) {
			print_error("%d %s\n", cases[i].status, cases[i].body);
			fail();
		}
		assert_str(version, cases[i].version);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void knows_its_revisions(void **state)
{
	(void)state;
	assert_int_equal(era_of(S("2026-07-28")), ERA_MODERN);
	assert_int_equal(era_of(S("2025-11-25")), ERA_LEGACY);
	assert_int_equal(era_of(S("2025-06-18")), ERA_LEGACY);
	assert_int_equal(era_of(S("2025-03-26")), ERA_LEGACY);
	assert_int_equal(era_of(S("2024-11-05")), ERA_LEGACY);
	assert_int_equal(era_of(S("2024-10-07")), ERA_UNKNOWN);
	assert_int_equal(era_of(S("")), ERA_UNKNOWN);
	assert_str(era_literal(S("2025-06-18")), "2025-06-18");
	assert_str(era_literal(S("2025-06-19")), "");
}

static void chooses_the_best_of_an_era(void **state)
{
	struct arena a;
	const struct json *list;

	(void)state;
	assert_true(arena_new(&a, 4096));
	assert_true(json_read(S("[1,\"2025-03-26\",\"2025-06-18\",\"2026-07-28\",\"x\"]"), &a, &list, NULL));
	assert_str(era_choose(list, ERA_UNKNOWN), "2026-07-28");
	assert_str(era_choose(list, ERA_MODERN), "2026-07-28");
	assert_str(era_choose(list, ERA_LEGACY), "2025-06-18");
	assert_str(era_choose(NULL, ERA_LEGACY), "");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_every_answer),
		cmocka_unit_test(knows_its_revisions),
		cmocka_unit_test(chooses_the_best_of_an_era),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
