/*
 * A one-off: every log below a prefix of a bucket, once (settled.md 12 and 25). What is not read
 * yet stays for the next poll after a failure. One thread.
 */
#ifndef KEYWATCH_SOURCE_S3_ONCE_H
#define KEYWATCH_SOURCE_S3_ONCE_H

#include "core/base/mem.h"
#include "core/source/s3_client.h"

struct s3_once {
	const struct source_options *options; /* borrows */
	struct s3_client *client;	      /* borrows */
	struct arena arena;		      /* of the batch */
	struct s3_entry *batch;		      /* owns; what is listed and not read */
	size_t count, capacity, next;
	struct buf last;			/* the last key that was listed */
	struct buf folder;			/* the last folder that was stepped over */
	bool listed;				/* to the end */
	bool stopped;				/* the sink said so */
	bool exact;				/* the prefix is an object's whole key */
	uint64_t found, done, refused, records; /* objects; records */
	struct source_failure refusal;		/* of the first that was refused */
	struct error why;
	void (*say)(void *context); /* after each object */
	void *context;
};

void s3_once_init(
	struct s3_once *once, const struct source_options *options, struct s3_client *client);
void s3_once_fini(struct s3_once *once);
/* SOURCE_END once all is read. */
enum source_result s3_once_poll(
	struct s3_once *once, struct source_failure *failure, struct error *err);

#endif
