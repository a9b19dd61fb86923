/*
 * A round over a trail's bucket, day by day: lists what was not seen of a day, reads it, moves its
 * mark. What is refused of one thing does not keep the others from being read. One thread.
 */
#ifndef KEYWATCH_SOURCE_S3_DAY_H
#define KEYWATCH_SOURCE_S3_DAY_H

#include "core/source/s3_client.h"
#include "core/source/s3_trail.h"

struct s3_round {
	const struct source_options *options; /* borrows */
	struct s3_client *client;	      /* borrows */
	struct s3_trail trail;
	int64_t now;	  /* ticks, when it began */
	int64_t overlap;  /* ticks */
	unsigned refused; /* in a row */
	bool failed;	  /* something was stepped over; the first: */
	struct source_failure failure;
	struct error err;
	uint64_t records, done, total; /* since the start; objects of the first fill */
	void (*say)(void *context);    /* after each object */
	void *context;
};

/* Keeps what failed for the end of the round; true when the round goes on without it, and failure
 * is cleared. */
bool s3_step_over(struct s3_round *round, enum source_result result, struct source_failure *failure,
	const struct error *err);
/* *whole: all of it that is there is read, or was. unwatched as in struct source_place. */
enum source_result s3_read_day(struct s3_round *round, struct s3_stream *stream, int64_t date,
	bool unwatched, bool *whole, struct source_failure *failure, struct error *err);

#endif
