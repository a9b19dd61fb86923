/*
 * What stands in a message of a queue (sources.md §1.3): a CloudTrail record by EventBridge, or the
 * names of objects that hold some, by S3, EventBridge or CloudTrail, with or without an envelope of
 * SNS around it. Told by its keys. Pure.
 */
#ifndef KEYWATCH_SOURCE_SQS_MESSAGE_H
#define KEYWATCH_SOURCE_SQS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum sqs_kind {
	SQS_POISON,  /* none of these: why says what is wrong */
	SQS_NOTHING, /* a test or set-up message */
	SQS_RECORDS, /* `text` is for the scanner */
	SQS_OBJECTS,
};

struct sqs_object {
	struct str bucket, key; /* decoded */
	struct str region;	/* absent: not said */
};

/* Strings live in the arena. */
struct sqs_message {
	enum sqs_kind kind;
	struct str text;
	struct sqs_object *objects;
	size_t object_count;
	const char *why;
};

void sqs_message_read(struct sqs_message *message, struct arena *arena, struct str body);

#endif
