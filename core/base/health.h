/*
 * How a source is, in the words the screen, the log and `watch` show. A value, copied about.
 */
#ifndef KEYWATCH_BASE_HEALTH_H
#define KEYWATCH_BASE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

enum health_state {
	HEALTH_STARTING, /* nothing was asked yet, or the first round is under way */
	HEALTH_OK,
	HEALTH_RETRYING, /* the last round failed; it is tried again at retry_at */
	HEALTH_ENDED,	 /* nothing more will come of it */
};

struct health {
	char name[64], type[16];
	enum health_state state;
	int64_t success_at; /* ticks, of the last complete round; TIME_NONE: never */
	int64_t retry_at;   /* ticks, while retrying */
	char cause[16];	    /* one word: throttled, denied …; "" while all is well */
	char error[512];    /* the last error, whole; not cleaned */
	char advice[320];   /* what to do about it */
	char note[160];	    /* what it is doing; not cleaned */
	uint64_t requests, bytes, records, alerts, problems, failures;
	int64_t position; /* ticks: events are known up to here; TIME_NONE: not said */
	int64_t skew_ms;  /* the server's clock less ours */
	/* Of its history, which is looked through beside. */
	int64_t history_until;	 /* ticks: the newest that was; 0: nothing was yet */
	uint64_t history_left;	 /* questions that are due */
	char history_error[400]; /* what keeps it from being whole; "": nothing */
	char history_advice[320];
	uint64_t done, total; /* objects of a first fill or a one-off; total 0: not known */
};

#endif
