/* The calls of SQS's API that keywatch makes on one queue (sources.md §1.3). One thread. */
#ifndef KEYWATCH_SOURCE_SQS_QUEUE_H
#define KEYWATCH_SOURCE_SQS_QUEUE_H

#include "core/source/aws_client.h"

/* What SQS gives and deletes at most. */
enum { SQS_BATCH = 10, SQS_WAIT_S = 20 };

struct sqs_queue {
	struct aws_client client;
	const char *url; /* borrows from the configuration */
	bool redrive, redrive_known;
};

/* Region (settled.md 22): the configured one, else of the queue's URL, else the chain's. */
void sqs_queue_init(struct sqs_queue *queue, const struct source_options *options);
void sqs_queue_fini(struct sqs_queue *queue);

/* A message as it is received; valid during the visit. */
struct sqs_received {
	struct str id, receipt, body;
	int64_t sent;	   /* ticks; TIME_NONE: not said */
	unsigned receives; /* this one counted */
};
/* SOURCE_OK: go on; anything else ends the visits and is what sqs_receive returns. */
typedef enum source_result sqs_visit(void *context, const struct sqs_received *message,
	struct source_failure *failure, struct error *err);
enum source_result sqs_receive(struct sqs_queue *queue, int wait_s, sqs_visit *visit, void *context,
	struct source_failure *failure, struct error *err);

enum source_result sqs_delete(struct sqs_queue *queue, const char *const *receipts, size_t count,
	struct source_failure *failure, struct error *err);

/* Does the queue move poison away itself? Asked once; who may not ask gets the careful answer. */
enum source_result sqs_has_redrive(
	struct sqs_queue *queue, bool *has, struct source_failure *failure, struct error *err);
/* One harmless request (settled.md 29): never receives. */
enum source_result sqs_ask_attribute(struct sqs_queue *queue, const char *name,
	struct source_failure *failure, struct error *err);

#endif
