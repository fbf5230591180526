/* relay: what is read without a tree is what is read with one; a list of tools is passed on with nothing changed but what was left out. */
#include "support/fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"
#include "json/skim.h"
#include "mcp/relay.h"
#include "mcp/relay_tools.h"

static struct arena arena;
static struct relay_tools tools;

/* A tree tells the same, or is refused for what skim leaves alone: doubled names, half surrogates, depth. */
static void compare_with_tree(struct str text)
{
	const struct json *tree;
	struct str whole;
	struct err e = {0};
	bool skimmed = skim_whole(text, &whole, NULL);

	if (json_read(text, &arena, &tree, &e)) {
		fuzz_check(skimmed && str_same(whole, tree->raw));
		for (const struct json *m = json_is(tree, JSON_OBJECT) ? tree->first : NULL; m; m = m->next) {
			struct skim s;
			struct str name, value;
			struct str said = {0};
			bool found = false;

			skim_begin(&s, text);
			while (skim_next(&s, &name, &value, NULL) == SKIM_PART)
				found |= str_same(value, m->raw);
			fuzz_check(found);
			if (m->kind == JSON_STRING)
				fuzz_check(skim_str(m->raw, &arena, &said) && str_same(said, m->text));
		}
	} else if (skimmed) {
		fuzz_check(e.kind == ERR_LIMIT || strstr(e.text, "twice") || strstr(e.text, "surrogate"));
	}
}

static void compare_with_rpc(struct str text)
{
	struct relay m;
	struct rpc r;
	struct err e = {0};
	bool relayed = relay_read(text, &arena, &m, &e);

	if (!rpc_read(text, &arena, &r, NULL))
		return;
	if (!relayed) {
		fuzz_check(strstr(e.text, "escapes") || (strstr(e.text, "method") && !r.method.len) || e.kind == ERR_LIMIT);
		return;
	}
	fuzz_check(m.kind == r.kind && str_same(m.method, r.method));
	fuzz_check(str_same(m.id, r.id ? r.id->raw : (struct str){0}));
	fuzz_check(str_same(m.params, r.params ? r.params->raw : (struct str){0}));
	fuzz_check(m.kind != RPC_ERROR || relay_error_code(&m) == r.code);
}

static void give_an_id(struct str text)
{
	struct relay m, again;
	struct buf out = buf_in(&arena, 0);

	if (!relay_read(text, &arena, &m, NULL) || m.kind != RPC_ERROR || m.id.len)
		return;
	relay_write_with_id(&out, &m, S("\"given\""));
	fuzz_check(!out.full && relay_read(buf_str(&out), &arena, &again, NULL));
	fuzz_check(str_same(again.id, S("\"given\"")) && str_same(again.error, m.error));
}

static void pass_tools(struct str text)
{
	struct buf out = buf_in(&arena, 0);
	struct buf twice = buf_in(&arena, 0);
	struct relay m;
	bool changed, again;

	if (!relay_read(text, &arena, &m, NULL) || m.kind != RPC_RESULT)
		return;
	fuzz_check(relay_tools_pass(&tools, &m, true, &out, &changed, NULL));
	fuzz_check(changed || str_same(buf_str(&out), m.text));
	fuzz_check(relay_read(buf_str(&out), &arena, &m, NULL));
	fuzz_check(relay_tools_pass(&tools, &m, true, &twice, &again, NULL) && !again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size);
	struct relay_batch batch;
	struct str one;

	if (!arena.block && (!arena_new(&arena, 32 << 20) || !relay_tools_begin(&tools, NULL)))
		abort();
	if (size < 16384) {
		compare_with_tree(text);
		relay_batch_begin(&batch, text);
		while (relay_batch_next(&batch, &one, NULL) == FEED_DONE) {
			compare_with_rpc(one);
			give_an_id(one);
			pass_tools(one);
		}
	}
	arena_reset(&arena);
	return 0;
}
