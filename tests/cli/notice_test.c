#include "support/test.h"

#include "base/buf.h"
#include "cli/notice.h"
#include "json/json_write.h"
#include "mcp/rpc.h"
#include "support/world.h"

static struct test_world t;
static struct notice n;
static struct err e;

static int set_up(void **state)
{
	(void)state;
	test_world_start(&t);
	n = (struct notice){.world = &t.world};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_end(&t);
	return 0;
}

static void takes(const char *method, const char *params)
{
	struct str text = arena_print(&t.arena, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":%s}", method, params);
	struct rpc m;

	t.log[0] = 0;
	assert_ok(rpc_read(text, &t.arena, &m, &e), &e);
	notice_take(&n, &m);
}

static void progress_is_a_line_of_the_terminal_that_changes(void **state)
{
	(void)state;
	t.tty.tty.err = true;
	takes("notifications/progress", "{\"progressToken\":1,\"progress\":3,\"total\":10,\"message\":\"a\\nb\\u001b[2J\"}");
	assert_string_equal(t.log, "\r\033[K3 of 10: a\\x0ab\\x1b[2J");
	takes("notifications/progress", "{\"progress\":0.5}");
	assert_string_equal(t.log, "\r\033[K0.5");
	t.log[0] = 0;
	notice_clear(&n);
	assert_string_equal(t.log, "\r\033[K");
	t.log[0] = 0;
	notice_clear(&n);
	assert_string_equal(t.log, "");
}

static void a_line_is_no_longer_than_the_terminal_is_wide(void **state)
{
	char text[200];

	(void)state;
	t.tty.tty.err = true;
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = 0;
	takes("notifications/progress", arena_print(&t.arena, "{\"progress\":1,\"message\":\"%s\"}", text).at);
	assert_int_equal(strlen(t.log), strlen("\r\033[K") + 79);
}

static void elsewhere_nothing_changes(void **state)
{
	(void)state;
	takes("notifications/progress", "{\"progress\":1}");
	assert_string_equal(t.log, "");
	t.tty.tty.err = t.world.options.quiet = true;
	takes("notifications/progress", "{\"progress\":1}");
	assert_string_equal(t.log, "");
}

static void logs_are_shown_to_who_wants_them(void **state)
{
	(void)state;
	takes("notifications/message", "{\"level\":\"info\",\"data\":\"x\"}");
	assert_string_equal(t.log, "");
	t.world.options.verbose = true;
	takes("notifications/message", "{\"level\":\"info\",\"logger\":\"db\",\"data\":\"x\\u001b\"}");
	assert_string_equal(t.log, "info db: x\\x1b\n");
	takes("notifications/message", "{\"level\":\"warning\",\"data\":{\"a\":1}}");
	assert_string_equal(t.log, "warning: {\"a\":1}\n");
	takes("notifications/tools/list_changed", "{}");
	assert_string_equal(t.log, "The server tells: notifications/tools/list_changed\n");
}

static void what_is_wanted_is_told_in_the_request(void **state)
{
	struct buf out = buf_in(&t.arena, 0);
	struct json_write w = json_write_to(&out);

	(void)state;
	json_write_object(&w);
	notice_write_meta(&t.world, &w);
	t.tty.tty.err = t.world.options.verbose = true;
	notice_write_meta(&t.world, &w);
	json_write_end_object(&w);
	assert_str(buf_str(&out), "{\"_meta\":{\"progressToken\":\"keyfob\",\"io.modelcontextprotocol/logLevel\":\"debug\"}}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(progress_is_a_line_of_the_terminal_that_changes),
		TEST(a_line_is_no_longer_than_the_terminal_is_wide),
		TEST(elsewhere_nothing_changes),
		TEST(logs_are_shown_to_who_wants_them),
		TEST(what_is_wanted_is_told_in_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
