/* talk: whatever a server answers, on whatever road, a conversation ends: no step waits for what is not under way, and only so many
 * requests are sent. The input is answers, parted by a byte 0xff; the first byte of each chooses status and type, and what is
 * done where the talk asks its driver. The very first byte chooses what the talk is to be. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "json/json.h"
#include "mcp/talk.h"

enum { ENOUGH = 8 * TALK_PAGES, LIMIT = 16384 };

static const struct message_client client = {S_INIT("keyfob"), S_INIT("1"), S_INIT("{\"elicitation\":{},\"roots\":{}}")};
static const struct str types[] = {S_INIT("application/json"), S_INIT("text/event-stream"), S_INIT("text/html")};
static const int statuses[] = {200, 200, 202, 400, 401, 404, 405, 500};

static struct talk_memory memory;
static struct talk t;
static struct str script;
static bool out[TALK_SLOTS];
static int sent;

static struct str next_part(uint8_t *choice)
{
	struct str part;

	str_cut(script, (char)0xff, &part, &script);
	*choice = part.len ? (uint8_t)part.at[0] : 3;
	return str_from(part, 1);
}

static void answer(enum talk_slot slot)
{
	uint8_t choice;
	struct str body = next_part(&choice);
	struct http_field fields[2];
	struct fetch_head head = {.status = statuses[choice & 7], .fields = fields};
	struct err lost = {ERR_NETWORK, "lost"};

	out[slot] = false;
	fields[head.fields_n++] = (struct http_field){S("Content-Type"), types[(choice >> 3) % 3]};
	if (choice & 0x40)
		fields[head.fields_n++] = (struct http_field){S("Mcp-Session-Id"), S("session")};
	if (talk_head(&t, slot, &head) && talk_piece(&t, slot, body))
		talk_end(&t, slot, choice & 0x80 ? &lost : NULL);
}

static void send(const struct talk_request *r)
{
	fuzz_check(++sent < ENOUGH);
	fuzz_check(!out[r->slot]);
	fuzz_check(!t.setup.duplex || r->http.fetch.body.len > 0);
	out[r->slot] = !t.setup.duplex;
}

/* Something must be under way: that is answered, or told. False where the talk waits for nothing. */
static bool happen(void)
{
	uint8_t choice;
	struct str part;

	for (int slot = 0; slot < TALK_SLOTS; slot++)
		if (out[slot]) {
			answer((enum talk_slot)slot);
			return true;
		}
	if (!t.setup.duplex || !script.len)
		return false;
	part = next_part(&choice);
	if (choice & 0x40)
		talk_probe_is_late(&t);
	talk_message(&t, part);
	return true;
}

static void reply(void)
{
	uint8_t choice;
	struct str part = next_part(&choice);

	fuzz_check(t.wish.method.len > 0);
	if (choice & 1)
		talk_reply(&t, S("{\"action\":\"accept\"}"));
	else
		talk_refuse(&t, choice, part);
}

static void try_sse(void)
{
	struct err none = {ERR_FAILED, "there is none"};
	uint8_t choice;

	next_part(&choice);
	if (choice & 1)
		talk_go_duplex(&t);
	else
		talk_sse_failed(&t, &none);
}

/* Until the question is settled; WAIT: nothing more comes. */
static enum talk_step run(void)
{
	const struct talk_request *request;

	for (;;) {
		enum talk_step step = talk_next(&t, &request);

		if (step == TALK_SEND)
			send(request);
		else if (step == TALK_DROP)
			out[request->slot] = false;
		else if (step == TALK_ASK)
			reply();
		else if (step == TALK_TRY_SSE)
			try_sse();
		else if (step != TALK_WAIT || !happen())
			return step;
	}
}

static void begin(uint8_t choice)
{
	struct talk_setup setup = {
		.memory = &memory,
		.limit = LIMIT,
		.client = &client,
		.era = choice & 1 ? ERA_LEGACY : ERA_UNKNOWN,
		.duplex = choice & 2,
		.stands = choice & 4,
		.answers = choice & 8,
		.may_try_sse = choice & 16,
		.progress = choice & 32,
	};

	sent = 0;
	for (int i = 0; i < TALK_SLOTS; i++)
		out[i] = false;
	talk_begin(&t, &setup);
}

static void ask(uint8_t choice)
{
	static const struct json *params;
	static struct arena kept;

	if (!params && !(arena_new(&kept, 65536) && json_read(S("{\"name\":\"a\",\"arguments\":{\"x\":1,\"y\":\"z\"}}"), &kept, &params, NULL)))
		abort();
	talk_list(&t, S("tools/list"), S("tools"));
	if (choice & 64 && run() == TALK_READY)
		talk_ask(&t, S("tools/call"), params);
	if (choice & 128 && run() == TALK_READY)
		talk_listen(&t, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum talk_step step;

	if (!memory.keep.block && !talk_memory_make(&memory, 64 << 10, 4 << 20, NULL))
		abort();
	if (!size)
		return 0;
	script = str_make(data + 1, size - 1);
	begin(data[0]);
	ask(data[0]);
	step = run();
	fuzz_check(step == TALK_FAIL || step == TALK_READY || (step == TALK_WAIT && t.setup.duplex));
	fuzz_check(step != TALK_FAIL || talk_failure(&t)->kind != ERR_NONE);
	if (step == TALK_WAIT)
		talk_cancel(&t);
	talk_close(&t);
	if (step != TALK_FAIL)
		fuzz_check(run() == TALK_DONE);
	talk_forget(&t);
	arena_reset(&memory.keep);
	arena_reset(&memory.about);
	arena_reset(&memory.tools);
	return 0;
}
