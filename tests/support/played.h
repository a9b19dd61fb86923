/*
 * Live sources that follow a plan, for tests of what stands above them. The plans are fixed before
 * a pipeline starts and stay until it is stopped.
 */
#ifndef KEYWATCH_TESTS_PLAYED_H
#define KEYWATCH_TESTS_PLAYED_H

#include "core/source/source.h"

enum { PLAYED_MOST = 8 };

/* What one does in every round. */
struct played {
	const char *name;
	const char *type;
	enum source_cause cause; /* with error: every round fails */
	const char *error, *advice;
	const char *problem; /* given in the first round */
	const char *record;  /* eventID of an alert, given in the first round */
	struct source_report report;
	int64_t next_ms; /* 0: never again */
	bool hangs;	 /* the first round ends with the stop */
};

/* Up to one without a name. */
extern struct played played[PLAYED_MOST];

/* Forgets the plans. */
void played_begin(void);
/* Ends the rounds that hang; to be called before the pipeline is freed. */
void played_release(void);
void played_end(void);
/* The ops of a plan's type, cloudtrail unless it says another. */
const struct source_ops *played_ops(const struct played *plan);
/* How many rounds there were, of all of them. */
unsigned played_rounds(void);

#endif
