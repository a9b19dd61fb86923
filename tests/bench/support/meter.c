#include "tests/bench/support/meter.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "core/base/mem.h"
#include "tests/support/test.h"

enum { SILENCE_MS = 2, ANSWER_US = 1000000 };

void
samples_add(struct samples *samples, int64_t value)
{
	MEM_GROW(samples->at, samples->count, samples->capacity);
	samples->at[samples->count++] = value;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t
samples_percentile(struct samples *samples, int percent)
{
	size_t rank = (samples->count * (size_t)percent + 99) / 100;

	if (!samples->count)
		return 0;
	qsort(samples->at, samples->count, sizeof(*samples->at), compare);
	return samples->at[rank ? rank - 1 : 0];
}

double
samples_mean(const struct samples *samples)
{
	double sum = 0;

	for (size_t i = 0; i < samples->count; i++)
		sum += (double)samples->at[i];
	return samples->count ? sum / (double)samples->count : 0;
}

void
samples_fini(struct samples *samples)
{
	free(samples->at);
	*samples = (struct samples){0};
}

int64_t
meter_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
meter_until(struct pty *pty, int64_t since, int limit_ms, meter_condition *condition,
	const void *argument)
{
	while (!condition(pty, argument)) {
		if (meter_now_us() - since > (int64_t)limit_ms * 1000)
			return -1;
		pty_quiet(pty, 20);
	}
	return meter_now_us() - since;
}

bool
meter_has(struct pty *pty, const void *text)
{
	return pty_has(pty, text);
}

struct meter_key
meter_key(struct pty *pty, const char *key)
{
	int64_t since = meter_now_us(), last = -1;
	struct meter_key result = {-1, 0};

	pty_raw_mark(pty);
	pty_send(pty, key);
	while (meter_now_us() - since < ANSWER_US) {
		if (!pty_quiet(pty, SILENCE_MS))
			last = meter_now_us();
		else if (last >= 0)
			break;
	}
	result.bytes = pty_raw_since(pty).len;
	if (last >= 0)
		result.us = last - since;
	return result;
}

void
meter_pass(struct pty *pty, int64_t us)
{
	int64_t end = meter_now_us() + us, left;

	while ((left = end - meter_now_us()) > 0)
		pty_quiet(pty, (int)(left / 1000) + 1);
}

/* ---- the process ---- */

static int64_t
thread_ns(pid_t pid, const char *thread)
{
	char path[96];
	long long ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)pid, thread);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%lld", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns;
}

int64_t
meter_cpu_ns(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	int64_t ns = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ns += thread_ns(pid, entry->d_name);
	closedir(dir);
	return ns;
}

long
meter_memory_kib(pid_t pid, const char *field)
{
	char path[64], line[128];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, strlen(field)))
			kib = strtol(line + strlen(field), NULL, 10);
	if (f)
		fclose(f);
	return kib;
}
