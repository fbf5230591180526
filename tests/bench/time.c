/* time: runs a command again and again and tells what one run takes.
 *
 * usage: time RUNS COMMAND [ARGUMENT...]
 * Prints the median and the least wall time in microseconds and the peak resident memory in KiB.
 * The command's output goes nowhere; a run that fails ends the measurement. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t run_once(char *command[], long *peak_kib)
{
	posix_spawn_file_actions_t actions;
	struct rusage used;
	int64_t start;
	pid_t pid;
	int status, error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	start = now_ns();
	error = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (error) {
		fprintf(stderr, "time: %s: %s\n", command[0], strerror(error));
		exit(1);
	}
	while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	start = now_ns() - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "time: %s failed\n", command[0]);
		exit(1);
	}
	if (used.ru_maxrss > *peak_kib)
		*peak_kib = used.ru_maxrss;
	posix_spawn_file_actions_destroy(&actions);
	return start;
}

static int in_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char *argv[])
{
	long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	long peak_kib = 0;
	int64_t *took;

	if (runs < 1 || runs > 100000 || !(took = calloc((size_t)runs, sizeof *took))) {
		fprintf(stderr, "usage: time RUNS COMMAND [ARGUMENT...]\n");
		return 2;
	}
	run_once(argv + 2, &peak_kib); /* the first finds nothing in the caches */
	for (long i = 0; i < runs; i++)
		took[i] = run_once(argv + 2, &peak_kib);
	qsort(took, (size_t)runs, sizeof *took, in_order);
	printf("%lld %lld %ld\n", (long long)took[runs / 2] / 1000, (long long)took[0] / 1000, peak_kib);
	free(took);
	return 0;
}
