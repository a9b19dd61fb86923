/* What does the same jobs as a scan, each called as its users would call it at its best. */
#ifndef KEYWATCH_BENCH_RIVAL_H
#define KEYWATCH_BENCH_RIVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "tests/bench/support/corpus.h"

enum rival_kind {
	RIVAL_FASTER,  /* keywatch must be so many times faster */
	RIVAL_SHARE,   /* a limit: keywatch reaches a share of it */
	RIVAL_PER_FILE /* nothing to read: what a file costs over it, in microseconds */
};

struct rival {
	enum corpus_kind job;
	enum rival_kind kind;
	const char *name;
	double least, aim;    /* 0: none, it is only shown */
	const char *needs[2]; /* programs */
	/* For sh, which finds in its environment: CORPUS, EMPTY (a folder), CORES, KEYWATCH, and
	 * for the limits BENCH (this program) and LIBRARY. */
	const char *command;
};
extern const struct rival rivals[];
extern const size_t rival_count;

/* Appends the programs that it lacks, and what would install them; false when there are some. */
bool rival_ready(const struct rival *rival, struct buf *missing);
/* Appends the versions of $KEYWATCH and of the programs that are there, one a line. */
void rival_versions(struct buf *out);

#endif
