/*
 * A trail's bucket looked through for what alerts are about: the objects that were delivered since
 * a little before them, of every account and region below the prefix, read once more for records
 * of theirs. In steps, and bounded an hour. One thread.
 */
#ifndef KEYWATCH_SOURCE_S3_SURVEY_H
#define KEYWATCH_SOURCE_S3_SURVEY_H

#include "core/source/s3_client.h"
#include "core/source/s3_trail.h"

struct s3_survey {
	const struct source_options *options; /* borrows */
	struct s3_client *client;	      /* borrows */
	struct s3_trail *trail;		      /* borrows */
	int64_t found; /* ticks: when accounts and regions were looked for; 0: never */
	int64_t hour;  /* ticks: what follows was read since then */
	uint64_t objects, bytes;
};
/* source_ops.survey. */
enum source_result s3_survey(struct s3_survey *s, struct source_survey *survey,
	struct source_failure *failure, struct error *err);

#endif
