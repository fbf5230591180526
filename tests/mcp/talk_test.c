#include "support/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "json/json.h"
#include "mcp/talk.h"
#include "support/transcript.h"

#define POST "POST\nContent-Type: application/json\nAccept: application/json, text/event-stream\n"
#define MODERN POST "MCP-Protocol-Version: 2026-07-28\n"
#define META \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
	"\"io.modelcontextprotocol/clientInfo\":{\"name\":\"keyfob\",\"version\":\"9\"}," \
	"\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define CALL(id, method, params) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" params "}}"
#define RESULT(id, result) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" result "}"
#define ERROR(id, code) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":" code ",\"message\":\"no such thing\"}}"
#define NO_VERSION(id, list) \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":-32022,\"message\":\"no\",\"data\":{\"supported\":[" list "]}}}"
#define EVENT(data) "data: " data "\n\n"

#define DISCOVER(id) MODERN "Mcp-Method: server/discover\n\n" CALL(id, "server/discover", META)
#define DISCOVERED(id) \
	RESULT(id, "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}}," \
	"\"instructions\":\"be kind\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}")
#define MODERN_LIST(id, cursor) MODERN "Mcp-Method: tools/list\n\n" CALL(id, "tools/list", cursor META)
#define INITIALIZE(id) \
	POST "\n" CALL(id, "initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}," \
	"\"clientInfo\":{\"name\":\"keyfob\",\"version\":\"9\"}")
#define INITIALIZED_AS(id, version) \
	RESULT(id, "{\"protocolVersion\":\"" version "\",\"capabilities\":{},\"serverInfo\":{\"name\":\"old\"," \
	"\"title\":\"The Old\",\"version\":\"0.1\"},\"instructions\":\"hello\"}")
#define LEGACY POST "MCP-Protocol-Version: 2025-11-25\n"
#define OPENED(session) LEGACY session "\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define SESSION "Mcp-Session-Id: s1\n"
#define LEGACY_LIST(id, session, cursor) LEGACY session "\n" CALL(id, "tools/list", cursor)
#define DELETE_SESSION "DELETE\nAccept: application/json\nMCP-Protocol-Version: 2025-11-25\n" SESSION "\n"
#define NOT_INITIALIZED "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"Server not initialized\"},\"id\":null}"
#define JSON "application/json"
#define EVENTS "text/event-stream"
#define TOOLS_A "{\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"

/* How a conversation with a legacy server begins. */
#define LEGACY_BEGINNING \
	{DISCOVER("1"), 0, 400, JSON, NULL, NOT_INITIALIZED, false}, \
	{INITIALIZE("2"), 0, 200, JSON, "s1", INITIALIZED_AS("2", "2025-11-25"), false}, \
	{OPENED(SESSION), 0, 202, NULL, NULL, "", false}
#define MODERN_BEGINNING {DISCOVER("1"), 0, 200, JSON, NULL, DISCOVERED("1"), false}

static const struct message_client client = {S_INIT("keyfob"), S_INIT("9"), S_INIT("")};
static struct talk_memory memory;
static struct talk t;

static int set_up(void **state)
{
	(void)state;
	return talk_memory_make(&memory, 1 << 18, 1 << 20, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	talk_memory_free(&memory);
	return 0;
}

static void begin(enum era era)
{
	talk_begin(&t, &(struct talk_setup){.memory = &memory, .limit = 65536, .client = &client, .era = era});
}

/* Runs `tools/list` and the goodbye, the bodies whole and then in small pieces; returns how it ended. */
static enum talk_step list_tools(enum era era, const struct transcript_turn *turns, size_t n, size_t piece)
{
	arena_reset(&memory.keep);
	begin(era);
	talk_list(&t, S("tools/list"), S("tools"));
	return transcript_run(&t, turns, n, piece);
}

static void check_names(const char *names)
{
	char text[256] = "";

	assert_non_null(t.items);
	for (const struct json *tool = t.items->first; tool; tool = tool->next) {
		const struct json *name = json_get(tool, S("name"));

		assert_non_null(name);
		strncat(text, name->text.at, name->text.len);
	}
	assert_string_equal(text, names);
}

struct story {
	const char *name;
	enum era era;
	enum era ends_in;
	const char *names; /* of all tools; NULL: it fails */
	enum err_kind kind;
	const char *says;
	struct transcript_turn turns[12];
};

static void run_story(const struct story *story, size_t piece)
{
	size_t n = 0;
	enum talk_step step;

	while (n < sizeof story->turns / sizeof *story->turns && story->turns[n].status)
		n++;
	step = list_tools(story->era, story->turns, n, piece);
	if ((step == TALK_READY) != (story->names != NULL))
		print_error("%s: %s\n", story->name, talk_failure(&t)->text);
	if (story->names) {
		assert_int_equal(step, TALK_READY);
		assert_false(t.refused);
		assert_int_equal(t.stream.era, story->ends_in);
		check_names(story->names);
		return;
	}
	assert_int_equal(step, TALK_FAIL);
	assert_int_equal(talk_failure(&t)->kind, story->kind);
	if (!strstr(talk_failure(&t)->text, story->says))
		print_error("%s: \"%s\" does not say \"%s\"\n", story->name, talk_failure(&t)->text, story->says);
	assert_non_null(strstr(talk_failure(&t)->text, story->says));
}

static const struct story stories[] = {
	{"modern", ERA_UNKNOWN, ERA_MODERN, "ab", 0, NULL, {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 200, JSON, NULL, RESULT("2", TOOLS_A), false},
	}},
	{"modern, with events, comments and notifications", ERA_MODERN, ERA_MODERN, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 200, EVENTS, NULL, ": hello\n\nevent: message\n" EVENT(DISCOVERED("1")), false},
		{MODERN_LIST("2", ""), 0, 200, "text/event-stream; charset=utf-8", NULL,
			"\xef\xbb\xbf:\r\n\r\nevent: other\ndata: {}\n\n"
			EVENT("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}")
			EVENT(RESULT("1", "{}"))
			"id: 7\ndata: " RESULT("2", TOOLS_A) "\r\n\r\n" "data: never read\n\n", false},
	}},
	{"modern, in pages; an empty cursor is one", ERA_UNKNOWN, ERA_MODERN, "abcd", 0, NULL, {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 200, JSON, NULL, RESULT("2", "{\"tools\":[{\"name\":\"a\"}],\"nextCursor\":\"p\\\"2\"}"), false},
		{MODERN_LIST("3", "\"cursor\":\"p\\\"2\","), 0, 200, JSON, NULL, RESULT("3", "{\"tools\":[],\"nextCursor\":\"\"}"), false},
		{MODERN_LIST("4", "\"cursor\":\"\","), 0, 200, JSON, NULL,
			RESULT("4", "{\"tools\":[{\"name\":\"b\"},{\"name\":\"c\"}],\"nextCursor\":\"x\"}"), false},
		{MODERN_LIST("5", "\"cursor\":\"x\","), 0, 200, JSON, NULL, RESULT("5", "{\"tools\":[{\"name\":\"d\"}]}"), false},
	}},
	{"modern, names the very revision that was asked with", ERA_UNKNOWN, ERA_MODERN, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 400, JSON, NULL, NO_VERSION("1", "\"2026-07-28\""), false},
		{DISCOVER("2"), 0, 200, JSON, NULL, DISCOVERED("2"), false},
		{MODERN_LIST("3", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"modern, and names it again and again", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "refuses server/discover: no (code -32022)", {
		{DISCOVER("1"), 0, 400, JSON, NULL, NO_VERSION("1", "\"2026-07-28\""), false},
		{DISCOVER("2"), 0, 400, JSON, NULL, NO_VERSION("2", "\"2026-07-28\""), false},
	}},
	{"modern, without server/discover", ERA_UNKNOWN, ERA_MODERN, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 404, JSON, NULL, ERROR("1", "-32601"), false},
		{MODERN_LIST("2", ""), 0, 200, JSON, NULL, RESULT("2", TOOLS_A), false},
	}},
	{"modern, of another world", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "(it lists [\"2999-01-01\"])", {
		{DISCOVER("1"), 0, 400, JSON, NULL, NO_VERSION("1", "\"2999-01-01\""), false},
	}},
	{"modern, refuses", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "no such thing (code -32020)", {
		{DISCOVER("1"), 0, 400, JSON, NULL, ERROR("1", "-32020"), false},
	}},
	{"modern, with a request of its own", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "revision 2026-07-28 forbids", {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 200, EVENTS, NULL, EVENT("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"), false},
	}},
	{"modern, with a result of a type nobody knows", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "\"task\"", {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 200, JSON, NULL, RESULT("2", "{\"resultType\":\"task\",\"tools\":[]}"), false},
	}},
	{"modern, its event stream ends too early, again and again", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "does not hold the response", {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 200, EVENTS, NULL, "id: 1\ndata:\n\n", false},
		{MODERN_LIST("3", ""), 0, 200, EVENTS, NULL, ":\n\n", false},
	}},
	{"modern, its event stream breaks: what only reads is asked again, as another request", ERA_UNKNOWN, ERA_MODERN, "ab", 0, NULL, {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 200, EVENTS, NULL, ":\n\n", true},
		{MODERN_LIST("3", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"legacy", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"legacy, known before", ERA_LEGACY, ERA_LEGACY, "ab", 0, NULL, {
		{INITIALIZE("1"), 0, 200, EVENTS, NULL, EVENT(INITIALIZED_AS("1", "2025-11-25")), false},
		{OPENED(""), 0, 202, NULL, NULL, "", false},
		{LEGACY_LIST("2", "", ""), 0, 200, JSON, NULL, RESULT("2", TOOLS_A), false},
	}},
	{"legacy, of 2025-03-26", ERA_LEGACY, ERA_LEGACY, "ab", 0, NULL, {
		{INITIALIZE("1"), 0, 200, JSON, NULL, INITIALIZED_AS("1", "2025-03-26"), false},
		{NULL, 0, 202, NULL, NULL, "", false},
		{POST "MCP-Protocol-Version: 2025-03-26\n\n" CALL("2", "tools/list", ""), 0, 200, JSON, NULL, RESULT("2", TOOLS_A), false},
	}},
	{"legacy, tells so with another id", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 400, JSON, NULL, ERROR("\"server-error\"", "-32600"), false},
		{INITIALIZE("2"), 0, 200, JSON, NULL, INITIALIZED_AS("2", "2025-11-25"), false},
		{OPENED(""), 0, 200, "text/html", NULL, "<p>thanks</p>", false},
		{LEGACY_LIST("3", "", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"legacy, tells so with 404 and HTML", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 404, "text/html", NULL, "<html>", false},
		{INITIALIZE("2"), 0, 200, JSON, NULL, INITIALIZED_AS("2", "2025-11-25"), false},
		{OPENED(""), 0, 202, NULL, NULL, "", false},
		{LEGACY_LIST("3", "", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"legacy, tells so with 405 and nothing", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 405, NULL, NULL, "", false},
		{INITIALIZE("2"), 0, 200, JSON, NULL, INITIALIZED_AS("2", "2025-11-25"), false},
		{OPENED(""), 0, 202, EVENTS, NULL, "", false},
		{LEGACY_LIST("3", "", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"legacy, tells so in a good answer", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 200, JSON, NULL, ERROR("1", "-32601"), false},
		{INITIALIZE("2"), 0, 200, JSON, NULL, INITIALIZED_AS("2", "2025-11-25"), false},
		{OPENED(""), 0, 200, EVENTS, NULL, ": never ends", false},
		{LEGACY_LIST("3", "", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"lists only legacy revisions", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		{DISCOVER("1"), 0, 400, JSON, NULL, NO_VERSION("1", "\"2025-06-18\""), false},
		{INITIALIZE("2"), 0, 200, JSON, NULL, INITIALIZED_AS("2", "2025-06-18"), false},
		{NULL, 0, 202, NULL, NULL, "", false},
		{NULL, 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"was legacy, is modern now", ERA_LEGACY, ERA_MODERN, "ab", 0, NULL, {
		{INITIALIZE("1"), 0, 404, JSON, NULL, ERROR("1", "-32601"), false},
		{DISCOVER("2"), 0, 200, JSON, NULL, DISCOVERED("2"), false},
		{MODERN_LIST("3", ""), 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	}},
	{"legacy, its session ends and is begun anew", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 200, JSON, NULL, RESULT("3", "{\"tools\":[{\"name\":\"x\"}],\"nextCursor\":\"c\"}"), false},
		{LEGACY_LIST("4", SESSION, "\"cursor\":\"c\""), 0, 404, JSON, NULL, ERROR("null", "-32001"), false},
		{INITIALIZE("5"), 0, 200, JSON, "s2", INITIALIZED_AS("5", "2025-11-25"), false},
		{OPENED("Mcp-Session-Id: s2\n"), 0, 202, NULL, NULL, "", false},
		{LEGACY_LIST("6", "Mcp-Session-Id: s2\n", ""), 0, 200, JSON, NULL, RESULT("6", TOOLS_A), false},
	}},
	{"legacy, its sessions always end", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "HTTP 404", {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 404, NULL, NULL, "", false},
		{INITIALIZE("4"), 0, 200, JSON, "s1", INITIALIZED_AS("4", "2025-11-25"), false},
		{OPENED(SESSION), 0, 202, NULL, NULL, "", false},
		{LEGACY_LIST("5", SESSION, ""), 0, 404, NULL, NULL, "", false},
	}},
	{"legacy, pings and asks while it works", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 200, EVENTS, NULL,
			EVENT("{\"jsonrpc\":\"2.0\",\"id\":\"p\\u0031\",\"method\":\"ping\"}")
			EVENT("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"roots/list\"}") "\f"
			EVENT(RESULT("3", TOOLS_A)), false},
		{LEGACY SESSION "\n{\"jsonrpc\":\"2.0\",\"id\":\"p\\u0031\",\"result\":{}}", 0, 202, NULL, NULL, "", false},
		{LEGACY SESSION "\n{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32601,\"message\":\"this client does not offer that\"}}",
			0, 404, "text/html", NULL, "<p>", true},
	}},
	{"legacy, its event stream is taken up again", ERA_UNKNOWN, ERA_LEGACY, "ab", 0, NULL, {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 200, EVENTS, NULL, "retry: 500\nid: e1\ndata:\n\n", false},
		{"GET\nAccept: text/event-stream\nMCP-Protocol-Version: 2025-11-25\n" SESSION "Last-Event-ID: e1\n\n",
			500, 200, EVENTS, NULL, "id: e2\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\n", true},
		{"GET\nAccept: text/event-stream\nMCP-Protocol-Version: 2025-11-25\n" SESSION "Last-Event-ID: e2\n\n",
			1000, 200, EVENTS, NULL, ":\n\n", false},
		{"GET\nAccept: text/event-stream\nMCP-Protocol-Version: 2025-11-25\n" SESSION "Last-Event-ID: e2\n\n",
			1000, 200, EVENTS, NULL, EVENT(RESULT("3", TOOLS_A)), false},
	}},
	{"legacy, its event stream cannot be taken up again", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "HTTP 405", {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 200, EVENTS, NULL, "id: e1\ndata:\n\n", true},
		{NULL, 1000, 405, NULL, NULL, "", false},
	}},
	{"legacy, its event stream tells no id", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_NETWORK, "the connection was lost", {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 200, EVENTS, NULL, ":\n\n", true},
	}},
	{"legacy, of a revision not known", ERA_LEGACY, ERA_UNKNOWN, NULL, ERR_FAILED, "revision \"2024-10-07\"", {
		{INITIALIZE("1"), 0, 200, JSON, NULL, INITIALIZED_AS("1", "2024-10-07"), false},
	}},
	{"legacy, claims to be modern", ERA_LEGACY, ERA_UNKNOWN, NULL, ERR_FAILED, "revision \"2026-07-28\"", {
		{INITIALIZE("1"), 0, 200, JSON, NULL, INITIALIZED_AS("1", "2026-07-28"), false},
	}},
	{"legacy, tells no revision", ERA_LEGACY, ERA_UNKNOWN, NULL, ERR_INPUT, "protocolVersion is missing", {
		{INITIALIZE("1"), 0, 200, JSON, NULL, RESULT("1", "{}"), false},
	}},
	{"legacy, refuses the opening", ERA_LEGACY, ERA_UNKNOWN, NULL, ERR_FAILED, "refuses initialize: no such thing (code -32602)", {
		{INITIALIZE("1"), 0, 200, JSON, NULL, ERROR("1", "-32602"), false},
	}},
	{"legacy, with a session id that is none", ERA_LEGACY, ERA_UNKNOWN, NULL, ERR_INPUT, "not visible ASCII", {
		{INITIALIZE("1"), 0, 200, JSON, "a b", INITIALIZED_AS("1", "2025-11-25"), false},
	}},
	{"legacy, refuses what follows the opening", ERA_LEGACY, ERA_UNKNOWN, NULL, ERR_FAILED, "notifications/initialized with HTTP 500", {
		{INITIALIZE("1"), 0, 200, JSON, NULL, INITIALIZED_AS("1", "2025-11-25"), false},
		{OPENED(""), 0, 500, NULL, NULL, "", false},
	}},
	{"speaks neither", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "initialize with HTTP 404", {
		{DISCOVER("1"), 0, 404, "text/html", NULL, "<p>no</p>", false},
		{INITIALIZE("2"), 0, 404, "text/html", NULL, "<p>no</p>", false},
	}},
	{"wants a login", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_LOGIN, "log in again", {
		{DISCOVER("1"), 0, 401, JSON, NULL, "{\"error\":\"invalid_token\"}", false},
	}},
	{"wants a login for the tools", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_LOGIN, "HTTP 403", {
		MODERN_BEGINNING,
		{MODERN_LIST("2", ""), 0, 403, JSON, NULL, ERROR("2", "-32000"), false},
	}},
	{"legacy, wants a login for the tools", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_LOGIN, "HTTP 401", {
		LEGACY_BEGINNING,
		{LEGACY_LIST("3", SESSION, ""), 0, 401, NULL, NULL, "", false},
	}},
	{"is in trouble", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_FAILED, "HTTP 503", {
		{DISCOVER("1"), 0, 503, "text/plain", NULL, "later", false},
	}},
	{"is a page", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "answered with text/html, not JSON", {
		{DISCOVER("1"), 0, 200, "text/html; charset=utf-8", NULL, "<html>", false},
	}},
	{"is not there", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_NETWORK, "the connection was lost", {
		{DISCOVER("1"), 0, 200, JSON, NULL, "{", true},
	}},
	{"sends broken JSON", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "JSON line 1, column 2", {
		{DISCOVER("1"), 0, 200, JSON, NULL, "{", false},
	}},
	{"sends a batch", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "a batch", {
		{DISCOVER("1"), 0, 200, EVENTS, NULL, "data: [\ndata: ]\n\n", false},
	}},
	{"answers something else", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "does not hold the response", {
		{DISCOVER("1"), 0, 200, JSON, NULL, RESULT("2", "{}"), false},
	}},
	{"answers nothing", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "does not hold the response", {
		{DISCOVER("1"), 0, 202, NULL, NULL, "", false},
	}},
	{"lists no tools", ERA_UNKNOWN, ERA_UNKNOWN, NULL, ERR_INPUT, "the server's list: tools is a string", {
		MODERN_BEGINNING,
		{NULL, 0, 200, JSON, NULL, RESULT("2", "{\"tools\":\"x\"}"), false},
	}},
};

static void goes_as_written_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		run_story(&stories[i], 0);
		run_story(&stories[i], 1);
		run_story(&stories[i], 7);
	}
}

static void tells_what_the_server_says_of_itself(void **state)
{
	static const struct transcript_turn modern[] = {
		MODERN_BEGINNING,
		{NULL, 0, 200, JSON, NULL, RESULT("2", TOOLS_A), false},
	};
	static const struct transcript_turn legacy[] = {
		LEGACY_BEGINNING,
		{NULL, 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	};

	(void)state;
	assert_int_equal(list_tools(ERA_UNKNOWN, modern, 2, 0), TALK_READY);
	assert_str(t.server.name, "s");
	assert_str(t.server.version, "1");
	assert_str(t.server.title, "");
	assert_str(t.server.instructions, "be kind");
	assert_non_null(json_get(t.server.capabilities, S("tools")));
	assert_int_equal(list_tools(ERA_UNKNOWN, legacy, 4, 0), TALK_READY);
	assert_str(t.server.name, "old");
	assert_str(t.server.title, "The Old");
	assert_str(t.server.version, "0.1");
	assert_str(t.server.instructions, "hello");
}

static void says_goodbye_where_there_is_a_session(void **state)
{
	static const int statuses[] = {200, 204, 405, 404, 500};
	static const struct transcript_turn legacy[] = {
		LEGACY_BEGINNING,
		{NULL, 0, 200, JSON, NULL, RESULT("3", TOOLS_A), false},
	};
	static const struct transcript_turn modern[] = {
		MODERN_BEGINNING,
		{NULL, 0, 200, JSON, "ignored", RESULT("2", TOOLS_A), false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct transcript_turn goodbye = {DELETE_SESSION, 0, statuses[i], "text/html", NULL, "<p>", i == 4};

		assert_int_equal(list_tools(ERA_UNKNOWN, legacy, 4, 0), TALK_READY);
		talk_close(&t);
		assert_int_equal(transcript_run(&t, &goodbye, 1, 0), TALK_DONE);
	}
	assert_int_equal(list_tools(ERA_UNKNOWN, modern, 2, 0), TALK_READY);
	talk_close(&t);
	assert_int_equal(transcript_run(&t, NULL, 0, 0), TALK_DONE);
}

static void opens_without_a_question_and_takes_one_later(void **state)
{
	static const struct transcript_turn opening[] = {MODERN_BEGINNING};
	static const struct transcript_turn call[] = {
		{MODERN "Mcp-Method: tools/call\nMcp-Name: =?base64?w6k=?=\n\n" CALL("2", "tools/call",
			"\"name\":\"\\u00e9\",\"arguments\":{\"x\":[1.0]},\"_meta\":{\"progressToken\":5,"
			"\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
			"\"io.modelcontextprotocol/clientInfo\":{\"name\":\"keyfob\",\"version\":\"9\"},"
			"\"io.modelcontextprotocol/clientCapabilities\":{}}"),
			0, 200, JSON, NULL, RESULT("2", "{\"isError\":true,\"content\":[]}"), false},
	};
	static const struct transcript_turn refusals[] = {
		{NULL, 0, 200, JSON, NULL, ERROR("3", "-32602"), false},
		{NULL, 0, 404, JSON, NULL, ERROR("4", "-32601"), false},
		{NULL, 0, 500, JSON, NULL, ERROR("5", "-32603"), false},
		{NULL, 0, 200, JSON, NULL, RESULT("6", "{\"resultType\":\"input_required\","
			"\"inputRequests\":{\"a\":{\"method\":\"roots/list\"}}}"), false},
	};
	const struct json *params;

	(void)state;
	begin(ERA_UNKNOWN);
	assert_int_equal(transcript_run(&t, opening, 1, 0), TALK_READY);
	assert_null(t.result);
	assert_true(json_read(S("{\"name\":\"\\u00e9\",\"arguments\":{\"x\":[1.0]},\"_meta\":{\"progressToken\":5,"
		"\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}"), &memory.keep, &params, NULL));
	talk_ask(&t, S("tools/call"), params);
	assert_int_equal(transcript_run(&t, call, 1, 1), TALK_READY);
	assert_true(json_is(json_get(t.result, S("isError")), JSON_TRUE));
	for (size_t i = 0; i < 3; i++) {
		talk_ask(&t, S("tools/call"), params);
		assert_int_equal(transcript_run(&t, &refusals[i], 1, 0), TALK_READY);
		assert_true(t.refused);
		assert_null(t.result);
		assert_str(t.refusal.message, "no such thing");
	}
	talk_ask(&t, S("tools/call"), params);
	assert_int_equal(transcript_run(&t, &refusals[3], 1, 0), TALK_FAIL);
	assert_int_equal(talk_failure(&t)->kind, ERR_FAILED);
	assert_non_null(strstr(talk_failure(&t)->text, "wants roots/list, which is not offered here"));
}

static void bounds_what_a_server_can_make_it_hold(void **state)
{
	static char large[70000];
	struct transcript_turn turn = {NULL, 0, 200, JSON, NULL, large, false};

	(void)state;
	memset(large, ' ', sizeof large - 1);
	assert_int_equal(list_tools(ERA_UNKNOWN, &turn, 1, 0), TALK_FAIL);
	assert_int_equal(talk_failure(&t)->kind, ERR_LIMIT);
	large[0] = ':';
	large[60000] = '\n';
	memcpy(large + 60001, "data: ", 6);
	turn.type = EVENTS; /* a comment is not held, an event that never ends is, but here it is short */
	assert_int_equal(list_tools(ERA_UNKNOWN, &turn, 1, 999), TALK_FAIL);
	assert_int_equal(talk_failure(&t)->kind, ERR_INPUT);
	memcpy(large, "data: ", 6);
	large[60000] = ' ';
	assert_int_equal(list_tools(ERA_UNKNOWN, &turn, 1, 999), TALK_FAIL);
	assert_int_equal(talk_failure(&t)->kind, ERR_LIMIT);
	turn.status = 500; /* a large page of a proxy hides nothing */
	turn.type = "text/html";
	assert_int_equal(list_tools(ERA_UNKNOWN, &turn, 1, 0), TALK_FAIL);
	assert_non_null(strstr(talk_failure(&t)->text, "HTTP 500"));
}

static void stops_a_list_that_never_ends(void **state)
{
	static const struct transcript_turn beginning[] = {MODERN_BEGINNING};
	const struct talk_request *request;
	enum talk_step step = TALK_READY;
	int sent = 0;

	(void)state;
	begin(ERA_UNKNOWN);
	assert_int_equal(transcript_run(&t, beginning, 1, 0), TALK_READY);
	talk_list(&t, S("tools/list"), S("tools"));
	while ((step = talk_next(&t, &request)) == TALK_SEND) {
		char body[200];
		struct http_field type = {S("Content-Type"), S(JSON)};
		struct fetch_head head = {200, &type, 1};

		snprintf(body, sizeof body, RESULT("%d", "{\"tools\":[],\"nextCursor\":\"same\"}"), ++sent + 1);
		talk_answer(&t, TALK_MAIN, &head, str_of(body));
	}
	assert_int_equal(step, TALK_FAIL);
	assert_int_equal(talk_failure(&t)->kind, ERR_LIMIT);
	assert_true(sent <= TALK_PAGES + 1);
}

static void stops_a_server_that_asks_without_end(void **state)
{
	static const struct transcript_turn beginning[] = {LEGACY_BEGINNING};
	const struct talk_request *request;
	struct http_field type = {S("Content-Type"), S(EVENTS)};
	struct fetch_head head = {200, &type, 1};
	int sent = 0;

	(void)state;
	begin(ERA_UNKNOWN);
	assert_int_equal(transcript_run(&t, beginning, 3, 0), TALK_READY);
	talk_list(&t, S("tools/list"), S("tools"));
	assert_int_equal(talk_next(&t, &request), TALK_SEND);
	assert_true(talk_head(&t, TALK_MAIN, &head));
	while (talk_piece(&t, TALK_MAIN, S(EVENT("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"))))
		assert_true(++sent <= TALK_OUTBOX);
	assert_int_equal(talk_failure(&t)->kind, ERR_LIMIT);
	assert_int_equal(talk_next(&t, &request), TALK_FAIL);
}

static void forgets_the_session(void **state)
{
	static const struct transcript_turn legacy[] = {LEGACY_BEGINNING};

	(void)state;
	begin(ERA_UNKNOWN);
	assert_int_equal(transcript_run(&t, legacy, 3, 0), TALK_READY);
	assert_str(stream_session(&t.stream), "s1");
	talk_forget(&t);
	assert_int_equal(t.stream.session[0], 0);
	assert_int_equal(stream_session(&t.stream).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_as_written_down, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_what_the_server_says_of_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_goodbye_where_there_is_a_session, set_up, tear_down),
		cmocka_unit_test_setup_teardown(opens_without_a_question_and_takes_one_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_what_a_server_can_make_it_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stops_a_list_that_never_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stops_a_server_that_asks_without_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgets_the_session, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
