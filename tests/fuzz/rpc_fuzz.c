/* rpc: a message that is accepted, written again from its parts, is the same message. */
#include "support/fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"
#include "json/json_write.h"
#include "mcp/rpc.h"
#include "support/trees.h"

static struct arena arena;

static void write_call(struct buf *out, const struct rpc *m)
{
	struct json_write w = json_write_to(out);
	int64_t id;

	if (m->kind == RPC_NOTIFICATION)
		rpc_write_notification(&w, m->method);
	else if (json_int(m->id, &id))
		rpc_write_request(&w, id, m->method);
	else
		rpc_write_request(&w, 0, m->method);
	if (m->params)
		json_write_tree_as(&w, S("params"), m->params);
	json_write_end_object(&w);
}

static void write_again(struct buf *out, const struct rpc *m)
{
	struct json_write w = json_write_to(out);
	struct str id = m->id ? m->id->raw : (struct str){0};

	if (m->kind == RPC_REQUEST || m->kind == RPC_NOTIFICATION) {
		write_call(out, m);
	} else if (m->kind == RPC_ERROR) {
		rpc_write_error(out, id, m->code, m->message, m->data ? m->data->raw : (struct str){0});
	} else {
		rpc_write_answer(&w, id);
		json_write_tree_as(&w, S("result"), m->result);
		json_write_end_object(&w);
	}
}

static bool same_tree(const struct json *a, const struct json *b)
{
	return a && b ? trees_same(a, b) : a == b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc m, again;
	struct buf out;
	int64_t id;

	if (!arena.block && !arena_new(&arena, 8 << 20))
		abort();
	if (size < 16384 && rpc_read(str_make(data, size), &arena, &m, NULL)) {
		out = buf_in(&arena, 0);
		write_again(&out, &m);
		fuzz_check(!out.full && rpc_read(buf_str(&out), &arena, &again, NULL));
		fuzz_check(m.kind == again.kind && str_same(m.method, again.method));
		fuzz_check(same_tree(m.params, again.params) && same_tree(m.result, again.result));
		fuzz_check(m.code == again.code && str_same(m.message, again.message) && same_tree(m.data, again.data));
		if (m.kind == RPC_RESULT || json_int(m.id, &id))
			fuzz_check(rpc_same_id(m.id, again.id));
	}
	arena_reset(&arena);
	return 0;
}
