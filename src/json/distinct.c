#include "json/distinct.h"

#include "base/arena.h"
#include "json/json.h"

enum { FEW = 8 }; /* up to here comparing all with all is quicker than sorting */

static bool check_few(const struct json *object, const struct json **twice)
{
	for (const struct json *a = object->first; a; a = a->next)
		for (const struct json *b = object->first; b != a; b = b->next)
			if (str_same(a->name, b->name)) {
				*twice = a;
				return true;
			}
	return true;
}

/* By name; members of one name by place, so that the later one is found. */
static bool stands_before(const struct json *a, const struct json *b)
{
	int order = str_order(a->name, b->name);

	if (order)
		return order < 0;
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Lets the member at i sink in a heap of n. */
static void sink(const struct json **heap, size_t i, size_t n)
{
	const struct json *member = heap[i];

	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && stands_before(heap[child], heap[child + 1]))
			child++;
		if (!stands_before(member, heap[child]))
			break;
		heap[i] = heap[child];
	}
	heap[i] = member;
}

/* Heapsort: no input makes it slow, and it needs no memory of its own. */
static void sort(const struct json **members, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sink(members, i - 1, n);
	for (size_t i = n; i > 1; i--) {
		const struct json *last = members[i - 1];

		members[i - 1] = members[0];
		members[0] = last;
		sink(members, 0, i - 1);
	}
}

bool distinct_check(const struct json *object, struct arena scratch, const struct json **twice)
{
	size_t n = json_count(object), i = 0;
	const struct json **members;

	*twice = NULL;
	if (n <= FEW)
		return check_few(object, twice);
	members = arena_take_many(&scratch, n, sizeof *members);
	if (!members)
		return false;
	for (const struct json *m = object->first; m; m = m->next)
		members[i++] = m;
	sort(members, n);
	for (i = 1; i < n && !*twice; i++)
		if (str_same(members[i - 1]->name, members[i]->name))
			*twice = members[i];
	return true;
}
