/*
 * Runs commands and takes their time; two in turn, A B A B, so that what the machine does meanwhile
 * meets both.
 */
#ifndef KEYWATCH_BENCH_RACE_H
#define KEYWATCH_BENCH_RACE_H

#include <stddef.h>

enum { RACE_PAIRS_MAX = 50 };

struct run_cost {
	double seconds; /* of the wall clock */
	double cpu;	/* of it and of all that it waited for */
	double others;	/* the share of our cores that others used meanwhile */
	long peak_kib;	/* resident, of the largest process */
	int status;	/* exit status, or 128 + signal */
};

/* Its output and messages go to the files of these names. NULL-terminated words; a first word
 * without a slash is looked up. */
struct run_cost race_run(const char *const *words, const char *output, const char *messages);

/* What two commands took in turn. */
struct race {
	size_t pairs;
	struct run_cost a[RACE_PAIRS_MAX], b[RACE_PAIRS_MAX];
};

struct spread {
	double median, least, most;
};
/* Of b's time by a's in each pair; of a's or b's seconds, or of their difference b - a. */
enum race_measure { RACE_RATIO, RACE_CPU_RATIO, RACE_A, RACE_B, RACE_LESS };
struct spread race_spread(const struct race *race, enum race_measure measure);

#endif
