#include "support/test.h"

#include "base/arena.h"
#include "http/fetch.h"

/* A carrier that only remembers the sink. */
struct stub {
	struct fetch fetch;
	struct fetch_sink sink;
	bool refuses;
	int cancelled;
};

static struct fetch_exchange *start(struct fetch *f, const struct fetch_request *r, struct fetch_sink sink, struct err *e)
{
	struct stub *s = (struct stub *)f;

	(void)r;
	s->sink = sink;
	if (s->refuses)
		err_set(e, ERR_NETWORK, "no");
	return s->refuses ? NULL : (struct fetch_exchange *)s;
}

static void cancel(struct fetch *f, struct fetch_exchange *x)
{
	(void)x;
	((struct stub *)f)->cancelled++;
}

static const struct fetch_ops ops = {start, cancel, NULL};

struct seen {
	int times;
	bool failed;
	struct fetch_answer answer;
};

static void done(void *self, const struct fetch_answer *answer, const struct err *failure)
{
	struct seen *seen = self;

	seen->times++;
	seen->failed = failure != NULL;
	assert_true((answer == NULL) == (failure != NULL));
	if (answer)
		seen->answer = *answer;
}

static char memory[4096];
static struct arena arena;
static struct seen seen;
static struct stub stub;
static struct fetch_whole whole;

static int begin(void **state)
{
	(void)state;
	arena_over(&arena, memory, sizeof memory);
	seen = (struct seen){0};
	stub = (struct stub){.fetch = {&ops}};
	whole = (struct fetch_whole){.arena = &arena, .limit = 10, .done = done, .self = &seen};
	return 0;
}

static void collects_a_whole_answer(void **state)
{
	struct fetch_request r = {0};
	struct err e = {0};
	char name[] = "A";
	char value[] = "b";
	char piece[] = "hello";

	(void)state;
	assert_non_null(fetch_start_whole(&stub.fetch, &r, &whole, &e));
	{
		struct http_field field = {str_of(name), str_of(value)};
		struct fetch_head head = {201, &field, 1};

		assert_true(stub.sink.head(stub.sink.self, &head, &e));
	}
	name[0] = value[0] = 'x'; /* the head is gone by now */
	assert_true(stub.sink.piece(stub.sink.self, str_of(piece), &e));
	piece[0] = 'j';
	assert_true(stub.sink.piece(stub.sink.self, str_of(piece), &e));
	stub.sink.end(stub.sink.self, NULL);
	assert_int_equal(seen.times, 1);
	assert_int_equal(seen.answer.status, 201);
	assert_int_equal(seen.answer.fields_n, 1);
	assert_str(fetch_field(seen.answer.fields, 1, S("a"), NULL), "b");
	assert_str(seen.answer.body, "hellojello");
}

static void refuses_more_than_its_limit(void **state)
{
	struct fetch_request r = {0};
	struct err e = {0};

	(void)state;
	fetch_start_whole(&stub.fetch, &r, &whole, &e);
	assert_true(stub.sink.piece(stub.sink.self, S("0123456789"), &e));
	assert_false(stub.sink.piece(stub.sink.self, S("x"), &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	whole.limit = 0;
	fetch_start_whole(&stub.fetch, &r, &whole, &e);
	assert_true(stub.sink.piece(stub.sink.self, S(""), &e));
	assert_false(stub.sink.piece(stub.sink.self, S("x"), &e));
}

static void refuses_more_than_its_arena_holds(void **state)
{
	static char big[5000];
	struct fetch_request r = {0};
	struct http_field field = {S("A"), str_make(big, sizeof big)};
	struct fetch_head head = {200, &field, 1};
	struct err e = {0};

	(void)state;
	whole.limit = 100000;
	fetch_start_whole(&stub.fetch, &r, &whole, &e);
	assert_false(stub.sink.head(stub.sink.self, &head, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	err_clear(&e);
	assert_false(stub.sink.piece(stub.sink.self, field.value, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
}

static void hands_on_a_failure(void **state)
{
	struct fetch_request r = {0};
	struct err e = {0};

	(void)state;
	fetch_start_whole(&stub.fetch, &r, &whole, &e);
	err_set(&e, ERR_NETWORK, "gone");
	stub.sink.end(stub.sink.self, &e);
	assert_int_equal(seen.times, 1);
	assert_true(seen.failed);
}

static void can_be_cancelled_and_refused(void **state)
{
	struct fetch_request r = {0};
	struct err e = {0};
	struct fetch_exchange *x = fetch_start_whole(&stub.fetch, &r, &whole, &e);

	(void)state;
	fetch_cancel(&stub.fetch, x);
	assert_int_equal(stub.cancelled, 1);
	stub.refuses = true;
	assert_null(fetch_start_whole(&stub.fetch, &r, &whole, &e));
	assert_int_equal(e.kind, ERR_NETWORK);
	assert_int_equal(seen.times, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(collects_a_whole_answer, begin),
		cmocka_unit_test_setup(refuses_more_than_its_limit, begin),
		cmocka_unit_test_setup(refuses_more_than_its_arena_holds, begin),
		cmocka_unit_test_setup(hands_on_a_failure, begin),
		cmocka_unit_test_setup(can_be_cancelled_and_refused, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
