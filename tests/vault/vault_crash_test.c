/* A process that is killed at any moment leaves the old or the new vault, never none.
 * With an argument: that many kills at random moments instead of 500. */
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/child.h"
#include "support/vault_box.h"

enum { WRITERS = 8, EACH = 8, POINTS_MAX = 200 };

static struct vault_box b;
static int kills = 500;

#define A "https://a.example"
#define B "https://b.example"

/* --- At every system call of a writing path ------------------------------------------------- */

static int calls_left;

static void die_when_due(const char *call)
{
	(void)call;
	if (--calls_left == 0)
		kill(getpid(), SIGKILL);
}

static struct keysearch_secret key_b(void)
{
	struct keysearch_secret s = {.kind = KEYSEARCH_IS_KEY, .len = 32};

	memset(s.bytes, 'B', 32);
	return s;
}

static void open_here(struct vault *v)
{
	child_check(vault_open(v, &b.t.world, NULL));
}

static void log_in(void *self)
{
	struct profile p = vault_box_profile(A, self ? self : "new");
	struct vault v;

	open_here(&v);
	child_check(vault_put(&v, &p, NULL, NULL));
}

static void add_key(void *self)
{
	struct keysearch_secret s = key_b();
	struct vault v;

	(void)self;
	open_here(&v);
	child_check(vault_add_key(&v, &s, NULL, NULL));
}

static void rekey(void *self)
{
	struct vault v;

	(void)self;
	open_here(&v);
	child_check(vault_rekey(&v, NULL, 0, NULL));
}

static void remove_key(void *self)
{
	uint32_t two = 2;
	struct vault v;

	(void)self;
	open_here(&v);
	child_check(vault_rekey(&v, &two, 1, NULL));
}

static void log_out(void *self)
{
	struct vault v;

	(void)self;
	open_here(&v);
	child_check(vault_remove(&v, vault_find(&v, S(A))->id, 0, NULL, NULL));
}

static void prove_room(void *self)
{
	struct vault v;

	(void)self;
	open_here(&v);
	child_check(vault_can_write(&v, NULL));
}

struct path {
	const char *name;
	void (*work)(void *self);
	bool is_first; /* no vault is there before */
	bool two_keys; /* two slots are there before */
	const char *new_token; /* NULL: none */
	int points;    /* at least that many system calls */
};

static const struct path paths[] = {
	{"first login", log_in, true, false, "new", 15},
	{"update", log_in, false, false, "new", 7},
	{"logout", log_out, false, false, NULL, 7},
	{"add-key", add_key, false, false, "old", 7},
	{"rekey", rekey, false, false, "old", 7},
	{"remove-key", remove_key, false, true, "old", 7},
	{"proof of room", prove_room, false, false, "old", 6},
};

static void work_until_due(void *self)
{
	const struct path *p = self;

	file_fault = die_when_due;
	p->work(NULL);
}

static void prepare(const struct path *p)
{
	vault_box_start(&b);
	if (!p->is_first)
		assert_int_equal(child_run(log_in, "old"), 0);
	if (p->two_keys)
		assert_int_equal(child_run(add_key, NULL), 0);
}

/* What is there opens, holds the old or the new, and takes the next change, which leaves nothing behind. */
static void judge(const struct path *path, int point)
{
	const struct profile *p;
	const char *old = path->is_first ? NULL : "old";
	struct vault v;
	struct err e = {0};
	bool is_old, is_new;

	if (!vault_open(&v, &b.t.world, &e))
		fail_msg("%s, killed after call %d: %s", path->name, point, e.text);
	p = vault_find(&v, S(A));
	is_old = old ? p && str_same(p->grant.access_token, str_of(old)) : !p;
	is_new = path->new_token ? p && str_same(p->grant.access_token, str_of(path->new_token)) : !p;
	if (!is_old && !is_new)
		fail_msg("%s, killed after call %d: neither the old state nor the new", path->name, point);
	vault_close(&v);
	vault_box_put(&b, B, "next");
	vault_box_has(&b, B, "next");
	if (folder_count(&b.f, "home", ".tmp"))
		fail_msg("%s, killed after call %d: temporary files stay", path->name, point);
}

static void kill_at_every_call(const struct path *path)
{
	int status = SIGKILL + 256;
	int point;

	for (point = 1; status == SIGKILL + 256 && point < POINTS_MAX; point++) {
		prepare(path);
		calls_left = point;
		status = child_run(work_until_due, (void *)(uintptr_t)path);
		judge(path, point);
		vault_box_end(&b);
	}
	assert_int_equal(status, 0);
	if (point - 2 < path->points)
		fail_msg("%s has only %d points", path->name, point - 2);
}

static void a_kill_after_any_system_call_leaves_the_old_or_the_new(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		kill_at_every_call(&paths[i]);
}

/* --- At random moments -------------------------------------------------------------------------- */

struct tally {
	volatile unsigned begun, done;
};

static struct tally *tally;

static void write_and_write(void *self)
{
	char token[32];
	struct vault v;

	(void)self;
	open_here(&v);
	for (;;) {
		struct profile p;

		snprintf(token, sizeof token, "%u", ++tally->begun);
		p = vault_box_profile(A, token);
		child_check(vault_put(&v, &p, NULL, NULL));
		tally->done = tally->begun;
		if (tally->begun % 7 == 0)
			child_check(vault_rekey(&v, NULL, 0, NULL));
	}
}

static void pass(long microseconds)
{
	nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

static void assert_number_is_between(unsigned least, unsigned most)
{
	struct vault v;
	struct err e = {0};
	const struct profile *p;
	uint64_t number = 0;

	assert_ok(vault_open(&v, &b.t.world, &e), &e);
	p = vault_find(&v, S(A));
	if (p)
		assert_true(str_to_u64(p->grant.access_token, &number));
	if (number < least || number > most)
		fail_msg("%u writes were done and %u begun, but number %u is stored", least, most, (unsigned)number);
	vault_close(&v);
}

static void a_kill_at_a_random_moment_loses_nothing_that_was_stored(void **state)
{
	unsigned short seed[3] = {1, 2, 3};
	long span = 2000;
	unsigned before;

	(void)state;
	vault_box_start(&b);
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(tally, MAP_FAILED);
	for (int i = 0; i < kills; i++) {
		pid_t pid;

		before = tally->begun;
		pid = child_start(write_and_write, NULL);
		pass(500 + nrand48(seed) % span);
		kill(pid, SIGKILL);
		assert_int_equal(child_wait(pid), SIGKILL + 256);
		assert_number_is_between(tally->done, tally->begun);
		if (tally->begun == before && span < 200000)
			span *= 2; /* a slow machine: let it come to its writing */
	}
	assert_true(tally->done > (unsigned)kills / 10);
	munmap(tally, sizeof *tally);
	vault_box_end(&b);
}

/* --- All at once ---------------------------------------------------------------------------------- */

static void write_my_own(void *self)
{
	int who = *(int *)self;
	char identity[64];
	struct vault v;

	open_here(&v);
	v.wait_ms = 60 * 1000;
	for (int i = 0; i < EACH; i++) {
		struct profile p;

		snprintf(identity, sizeof identity, "https://w%d-%d.example", who, i);
		p = vault_box_profile(identity, "t");
		child_check(vault_put(&v, &p, NULL, NULL));
	}
}

static void eight_writers_at_once_lose_nothing(void **state)
{
	int who[WRITERS];
	pid_t pids[WRITERS];
	char identity[64];

	(void)state;
	vault_box_start(&b);
	for (int i = 0; i < WRITERS; i++) {
		who[i] = i;
		pids[i] = child_start(write_my_own, &who[i]); /* the first login of all of them */
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(child_wait(pids[i]), 0);
	for (int i = 0; i < WRITERS * EACH; i++) {
		snprintf(identity, sizeof identity, "https://w%d-%d.example", i / EACH, i % EACH);
		vault_box_has(&b, identity, "t");
	}
	vault_box_end(&b);
}

struct turn {
	int got, tried;
};

/* Who got the lock holds it until all have tried. */
static void refresh_under_lock(void *self)
{
	struct turn *turn = self;
	struct vault v;
	bool got;

	open_here(&v);
	child_check(vault_grant_try(&v, S("one grant"), &got, NULL));
	__atomic_add_fetch(&turn->got, got, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&turn->tried, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; got && i < 3000 && __atomic_load_n(&turn->tried, __ATOMIC_SEQ_CST) < WRITERS; i++)
		pass(10000);
}

static void of_eight_processes_one_refreshes(void **state)
{
	pid_t pids[WRITERS];
	struct turn *turn = mmap(NULL, sizeof *turn, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	vault_box_start(&b);
	vault_box_put(&b, A, "t");
	for (int i = 0; i < WRITERS; i++)
		pids[i] = child_start(refresh_under_lock, turn);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(child_wait(pids[i]), 0);
	assert_int_equal(turn->got, 1);
	munmap(turn, sizeof *turn);
	vault_box_end(&b);
}

/* Only what reaches the page cache counts here, so memory serves, and spares the disk thousands of fsyncs. */
static void use_memory(void)
{
	if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_after_any_system_call_leaves_the_old_or_the_new),
		cmocka_unit_test(a_kill_at_a_random_moment_loses_nothing_that_was_stored),
		cmocka_unit_test(eight_writers_at_once_lose_nothing),
		cmocka_unit_test(of_eight_processes_one_refreshes),
	};

	if (argc > 1)
		kills = atoi(argv[1]);
	use_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
