/*
 * Measures a program on a pseudo terminal: how long until the screen says something, how long and
 * how many bytes a key takes, what the process costs. Times in microseconds.
 */
#ifndef KEYWATCH_BENCH_METER_H
#define KEYWATCH_BENCH_METER_H

#include "tests/support/pty.h"

/* Samples of one measure. */
struct samples {
	int64_t *at; /* owns */
	size_t count, capacity;
};
void samples_add(struct samples *samples, int64_t value);
/* The sample that `percent` of them do not exceed; 0 without any. */
int64_t samples_percentile(struct samples *samples, int percent);
double samples_mean(const struct samples *samples);
void samples_fini(struct samples *samples);

int64_t meter_now_us(void);

/* A condition on the screen. */
typedef bool meter_condition(struct pty *pty, const void *argument);
/* From `since` until it holds; -1 when it does not within `limit_ms`. */
int64_t meter_until(struct pty *pty, int64_t since, int limit_ms, meter_condition *condition,
	const void *argument);
bool meter_has(struct pty *pty, const void *text);

struct meter_key {
	int64_t us;   /* to the last byte before 2 ms of silence; -1: nothing came for a second */
	size_t bytes; /* of that answer */
};
struct meter_key meter_key(struct pty *pty, const char *key);
/* Lets the program go on for so long, its output taken. */
void meter_pass(struct pty *pty, int64_t us);

/* Of all threads, in nanoseconds. */
int64_t meter_cpu_ns(pid_t pid);
/* A field of /proc/PID/status in KiB: "VmRSS:", "VmHWM:". */
long meter_memory_kib(pid_t pid, const char *field);

#endif
