/*
 * One record of a trail's bucket, whose object is read once more. One thread.
 */
#ifndef KEYWATCH_SOURCE_S3_ASK_H
#define KEYWATCH_SOURCE_S3_ASK_H

#include "core/source/s3_client.h"

/* source_ops.ask, of SOURCE_ASK_EVENT alone: gives what stands in the object until the sink has
 * enough. An object that is gone is `missing`. */
enum source_result s3_ask(struct s3_client *client, struct str bucket, struct source_ask *ask,
	struct source_failure *failure, struct error *err);

#endif
