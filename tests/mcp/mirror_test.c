#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "mcp/mirror.h"
#include "mcp/rpc.h"

static void encodes_what_cannot_stand_bare(void **state)
{
	static const struct {
		struct str value;
		const char *field;
	} cases[] = {
		{S_INIT("get_weather"), "get_weather"},
		{S_INIT("file:///a b/c?d=%20"), "file:///a b/c?d=%20"},
		{S_INIT(""), ""},
		{S_INIT("~"), "~"},
		{S_INIT("caf\xc3\xa9"), "=?base64?Y2Fmw6k=?="},
		{S_INIT(" a"), "=?base64?IGE=?="},
		{S_INIT("a\t"), "=?base64?YQk=?="},
		{S_INIT("a\tb"), "=?base64?YQli?="},
		{S_INIT("a\r\nb"), "=?base64?YQ0KYg==?="},
		{S_INIT("a\0b"), "=?base64?YQBi?="},
		{S_INIT("\x7f"), "=?base64?fw==?="},
		{S_INIT("=?base64?YQ==?="), "=?base64?PT9iYXNlNjQ/WVE9PT89?="},
		{S_INIT("=?base64?\?="), "=?base64?PT9iYXNlNjQ/Pz0=?="},
		{S_INIT("=?base64?="), "=?base64?="},
		{S_INIT("=?BASE64?YQ==?="), "=?BASE64?YQ==?="},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char memory[256], again[256];
		struct buf out = buf_over(memory, sizeof memory), back = buf_over(again, sizeof again);

		mirror_encode(&out, cases[i].value);
		assert_str(buf_str(&out), cases[i].field);
		assert_true(mirror_decode(&back, buf_str(&out)));
		assert_true(str_same(buf_str(&back), cases[i].value));
	}
}

static void refuses_broken_base64(void **state)
{
	static const char *const cases[] = {"=?base64?YQ?=", "=?base64?Y Q=?=", "=?base64?YR==?=", "=?base64?_w==?="};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char memory[64];
		struct buf out = buf_over(memory, sizeof memory);

		assert_false(mirror_decode(&out, str_of(cases[i])));
		assert_int_equal(out.len, 0);
	}
}

static void knows_what_is_mirrored(void **state)
{
	static const struct {
		const char *method, *params;
		const char *name; /* NULL: none */
	} cases[] = {
		{"tools/call", "{\"name\":\"x\",\"uri\":\"y\"}", "x"},
		{"prompts/get", "{\"name\":\"\"}", ""},
		{"resources/read", "{\"uri\":\"file:///x\"}", "file:///x"},
		{"tasks/get", "{\"taskId\":\"t\"}", "t"},
		{"tasks/cancel", "{\"taskId\":\"t\"}", "t"},
		{"tasks/update", "{\"taskId\":\"t\"}", "t"},
		{"tools/call", "{\"name\":1}", NULL},
		{"tools/call", "{}", NULL},
		{"tools/list", "{\"name\":\"x\"}", NULL},
		{"Tools/Call", "{\"name\":\"x\"}", NULL},
	};
	struct arena a;

	(void)state;
	assert_true(arena_new(&a, 4096));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str text = arena_print(&a, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}",
			cases[i].method, cases[i].params);
		struct str name = {0};
		struct rpc m;

		assert_true(rpc_read(text, &a, &m, NULL));
		assert_int_equal(mirror_name(&m, &name), cases[i].name != NULL);
		assert_str(name, cases[i].name ? cases[i].name : "");
		arena_reset(&a);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_what_cannot_stand_bare),
		cmocka_unit_test(refuses_broken_base64),
		cmocka_unit_test(knows_what_is_mirrored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
