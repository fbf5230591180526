#include "crypto/rng.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/len.h"

void rng_fill(struct rng *r, void *at, size_t len)
{
	r->fill(r, at, len);
}

/* Without randomness nothing here is safe to do, so there is no error to return. */
static _Noreturn void give_up(void)
{
	static const char text[] = "keyfob: the kernel gives no random bytes (getrandom failed)\n";
	ssize_t told = write(STDERR_FILENO, text, sizeof text - 1);

	(void)told;
	_exit(1);
}

static void fill(struct rng *r, void *at, size_t len)
{
	char *next = at;

	(void)r;
	while (len) {
		ssize_t n = getrandom(next, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			give_up();
		next += n;
		len = len_sub(len, (size_t)n);
	}
}

struct rng rng_system = {fill};
