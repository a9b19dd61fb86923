#include "tests/bench/support/race.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/support/host.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void
put_in_place(const char *path, int flags, int fd)
{
	int opened = open(path, flags, 0644);

	if (opened < 0 || dup2(opened, fd) < 0) {
		perror(path);
		_exit(127);
	}
	close(opened);
}

struct run_cost
race_run(const char *const *words, const char *output, const char *messages)
{
	struct run_cost cost = {0};
	struct rusage usage;
	double busy = host_busy(), begin = now();
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		put_in_place("/dev/null", O_RDONLY, 0);
		put_in_place(output, O_WRONLY | O_CREAT | O_TRUNC, 1);
		put_in_place(messages, O_WRONLY | O_CREAT | O_TRUNC, 2);
		execvp(words[0], (char *const *)(size_t)words);
		perror(words[0]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror(words[0]);
		exit(1);
	}
	cost.seconds = now() - begin;
	cost.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	cost.peak_kib = usage.ru_maxrss;
	cost.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	cost.others = (host_busy() - busy - cost.cpu) / cost.seconds / host_cores();
	return cost;
}

static double
measure_of(const struct run_cost *a, const struct run_cost *b, enum race_measure measure)
{
	switch (measure) {
	case RACE_RATIO:
		return b->seconds / a->seconds;
	case RACE_CPU_RATIO:
		return b->cpu / a->cpu;
	case RACE_A:
		return a->seconds;
	case RACE_B:
		return b->seconds;
	case RACE_LESS:
		return a->seconds - b->seconds;
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread
race_spread(const struct race *race, enum race_measure measure)
{
	double values[RACE_PAIRS_MAX];
	size_t n = race->pairs;

	for (size_t i = 0; i < n; i++)
		values[i] = measure_of(&race->a[i], &race->b[i], measure);
	qsort(values, n, sizeof(values[0]), compare);
	return (struct spread){(values[(n - 1) / 2] + values[n / 2]) / 2, values[0], values[n - 1]};
}
