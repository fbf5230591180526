/* talk: whatever a server answers, a conversation ends: no step waits for what is not under way, and
 * only so many requests are sent. The input is answers, parted by a byte 0xff; the first byte of each
 * chooses status and type. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "json/json.h"
#include "mcp/talk.h"

enum { ENOUGH = 4 * TALK_PAGES };

static const struct message_client client = {S_INIT("keyfob"), S_INIT("1"), {0}};
static const struct str types[] = {S_INIT("application/json"), S_INIT("text/event-stream"), S_INIT("text/html")};
static const int statuses[] = {200, 200, 202, 400, 401, 404, 405, 500};

static void answer(struct talk *t, enum talk_slot slot, struct str *script)
{
	struct str body;
	uint8_t choice;
	struct http_field fields[2];
	struct fetch_head head = {.fields = fields};

	str_cut(*script, (char)0xff, &body, script);
	choice = body.len ? (uint8_t)body.at[0] : 3;
	body = str_from(body, 1);
	head.status = statuses[choice & 7];
	fields[head.fields_n++] = (struct http_field){S("Content-Type"), types[(choice >> 3) % 3]};
	if (choice & 0x40)
		fields[head.fields_n++] = (struct http_field){S("Mcp-Session-Id"), S("session")};
	talk_answer(t, slot, &head, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena keep, work;
	static struct talk t;
	struct str script = str_make(data, size);
	const struct talk_request *request;
	enum talk_step step;
	int sent = 0;

	if (!keep.block && !(arena_new(&keep, 4 << 20) && arena_new(&work, 256 << 10)))
		abort();
	talk_begin(&t, &keep, &work, 16384, size & 1 ? ERA_LEGACY : ERA_UNKNOWN, &client);
	talk_list(&t, S("tools/list"), S("tools"));
	while ((step = talk_next(&t, &request)) == TALK_SEND) {
		fuzz_check(++sent < ENOUGH);
		answer(&t, request->slot, &script);
	}
	fuzz_check(step == TALK_FAIL || step == TALK_READY);
	fuzz_check(step != TALK_FAIL || talk_failure(&t)->kind != ERR_NONE);
	fuzz_check(step != TALK_READY || t.refused || t.items || t.needs_input);
	talk_close(&t);
	while (step == TALK_READY && talk_next(&t, &request) == TALK_SEND)
		answer(&t, request->slot, &script);
	fuzz_check(step == TALK_FAIL || talk_next(&t, &request) == TALK_DONE);
	talk_forget(&t);
	arena_reset(&keep);
	return 0;
}
