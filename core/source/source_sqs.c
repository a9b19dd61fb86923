/*
 * A queue (sources.md §1.3): messages are received, what they hold or name is given to the sink, a
 * barrier behind it; only when that is committed are they deleted. What is not committed becomes
 * visible again and is received again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/s3_client.h"
#include "core/source/sqs_message.h"
#include "core/source/sqs_queue.h"

enum {
	OUTSTANDING_MAX = 100, /* messages that wait for their commit */
	POISON_RECEIVES = 3,
	COMMIT_WAIT_MS = 30000, /* the commit itself ends the pause */
	SHORT_MS = 1000,	/* a queue that answers at once although asked to wait */
};

struct outstanding {
	char *receipt; /* owns */
	uint64_t token;
};

struct sqs {
	struct source source;
	struct sqs_queue queue;
	struct s3_client *s3; /* NULL until an object is named */
	struct scanner *scanner;
	struct outstanding waiting[OUTSTANDING_MAX + SQS_BATCH];
	size_t waiting_count;
	uint64_t token;
	size_t taken;		  /* of the batch at hand */
	enum source_result worst; /* of its messages */
	uint64_t records, messages;
	int64_t received_at; /* ticks; when the queue was last seen */
	bool empty;	     /* and gave nothing more */
	bool answers;	     /* it did, at the last poll */
};

/* A message and where it stands. */
struct message {
	const struct sqs_received *received;
	char path[160];
};

static struct source_place
place_of(const struct message *m)
{
	return (struct source_place){.path = str_from(m->path),
		.offset = PROBLEM_NO_OFFSET,
		.arrived = m->received->sent,
		.exact = m->received->sent != TIME_NONE};
}

/* ---- poison ---- */

/* Named and kept; it may go (*done) once it was seen often enough and nobody else takes care. */
static enum source_result
take_poison(struct sqs *q, const struct message *m, const char *why, bool *done,
	struct source_failure *failure, struct error *err)
{
	const struct source_sink *sink = q->source.options.sink;
	const struct source_place place = place_of(m);
	struct buf reason = {0};
	bool redrive;
	enum source_result result = sqs_has_redrive(&q->queue, &redrive, failure, err);

	*done = !redrive && m->received->receives >= POISON_RECEIVES;
	if (result != SOURCE_OK)
		return result;
	buf_printf(&reason, "message %.*s %s", STR_ARG(m->received->id), why);
	if (!sink->problem(
		    sink->context, &place, PROBLEM_ERROR, buf_cstr(&reason), m->received->body))
		result = SOURCE_STOPPED;
	buf_fini(&reason);
	return result;
}

/* ---- what a message holds ---- */

struct scanning {
	struct sqs *q;
	const struct message *m;
	bool stopped;
	bool damaged;
	char why[256];
};

static bool
scan_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct scanning *s = context;
	struct source_place place = place_of(s->m);
	const struct source_sink *sink = s->q->source.options.sink;

	place.offset = offset;
	s->q->records++;
	s->stopped = !sink->record(sink->context, &place, raw, flags);
	return !s->stopped;
}

static void
scan_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct scanning *s = context;

	if (severity != PROBLEM_ERROR || s->damaged)
		return;
	s->damaged = true;
	snprintf(s->why, sizeof(s->why), "holds what cannot be read: byte %llu: %s",
		(unsigned long long)offset, reason);
}

static enum source_result
take_records(struct sqs *q, const struct message *m, struct str text, bool *done,
	struct source_failure *failure, struct error *err)
{
	struct scanning s = {.q = q, .m = m};
	const struct scan_sink sink = {&s, scan_record, scan_problem};
	struct scan_summary summary;

	scan_begin(q->scanner, &sink);
	scan_bytes(q->scanner, text.data, text.len);
	scan_end(q->scanner, &summary);
	if (s.stopped)
		return SOURCE_STOPPED;
	if (s.damaged)
		return take_poison(q, m, s.why, done, failure, err);
	if (!summary.shows_form)
		return take_poison(q, m, "holds no CloudTrail record", done, failure, err);
	*done = true;
	return SOURCE_OK;
}

/* What is gone will not come: it is named as poison is. What is denied or not answered for now
 * fails the round, and the message comes again. */
static enum source_result
take_object(struct sqs *q, const struct message *m, const struct sqs_object *named, bool *done,
	struct source_failure *failure, struct error *err)
{
	struct buf region = {0}, why = {0};
	struct s3_object object = {.bucket = named->bucket,
		.key = named->key,
		.arrived = m->received->sent,
		.exact = m->received->sent != TIME_NONE};
	enum source_result result;

	if (!s3_is_trail_key(named->key))
		return SOURCE_OK;
	if (!q->s3)
		q->s3 = s3_client_new(&q->source.options);
	if (named->region.len)
		buf_str(&region, named->region);
	object.region = region.len ? buf_cstr(&region) : NULL;
	result = s3_read_object(q->s3, &object, failure, err);
	q->records += object.records;
	if (result == SOURCE_FAILED && object.missing) {
		buf_printf(&why, "names an object that is not there: s3://%.*s/%.*s",
			STR_ARG(named->bucket), STR_ARG(named->key));
		*failure = (struct source_failure){0};
		result = take_poison(q, m, buf_cstr(&why), done, failure, err);
	}
	buf_fini(&region);
	buf_fini(&why);
	return result;
}

static enum source_result
take_objects(struct sqs *q, const struct message *m, const struct sqs_message *message, bool *done,
	struct source_failure *failure, struct error *err)
{
	enum source_result result = SOURCE_OK;

	*done = true;
	for (size_t i = 0; i < message->object_count && result == SOURCE_OK; i++) {
		bool this_done = true;

		result = take_object(q, m, &message->objects[i], &this_done, failure, err);
		*done &= this_done;
	}
	return result;
}

/* *done: nothing more is wanted of the message, it may be deleted after the commit. */
static enum source_result
take_message(struct sqs *q, const struct message *m, bool *done, struct source_failure *failure,
	struct error *err)
{
	struct sqs_message message;
	struct arena arena = {0};
	enum source_result result = SOURCE_OK;

	*done = false;
	sqs_message_read(&message, &arena, m->received->body);
	switch (message.kind) {
	case SQS_POISON:
		result = take_poison(q, m, message.why, done, failure, err);
		break;
	case SQS_NOTHING:
		*done = true;
		break;
	case SQS_RECORDS:
		result = take_records(q, m, message.text, done, failure, err);
		break;
	case SQS_OBJECTS:
		result = take_objects(q, m, &message, done, failure, err);
		break;
	}
	arena_fini(&arena);
	return result;
}

/* ---- receiving ---- */

static void
wait_for_commit(struct sqs *q, struct str receipt)
{
	struct outstanding *o = &q->waiting[q->waiting_count++];

	o->receipt = mem_zalloc(receipt.len + 1);
	memcpy(o->receipt, receipt.data ? receipt.data : "", receipt.len);
	o->token = q->token;
}

/* One message that fails does not keep the others of its batch. */
static enum source_result
visit(void *context, const struct sqs_received *received, struct source_failure *failure,
	struct error *err)
{
	struct sqs *q = context;
	struct message m = {.received = received};
	struct source_failure failed = {0};
	struct error why = {0};
	enum source_result result;
	bool done;

	snprintf(m.path, sizeof(m.path), "sqs:%.*s", STR_ARG(received->id));
	q->taken++;
	q->messages++;
	result = take_message(q, &m, &done, &failed, &why);
	if (result == SOURCE_OK && done)
		wait_for_commit(q, received->receipt);
	if (result == SOURCE_FAILED && q->worst == SOURCE_OK) {
		q->worst = result;
		*failure = failed;
		*err = why;
	}
	return result == SOURCE_STOPPED ? result : SOURCE_OK;
}

static enum source_result
receive(struct sqs *q, int wait_s, struct source_failure *failure, struct error *err)
{
	const struct source_sink *sink = q->source.options.sink;
	enum source_result result;

	q->taken = 0;
	q->worst = SOURCE_OK;
	q->token++;
	result = sqs_receive(&q->queue, wait_s, visit, q, failure, err);
	if (result != SOURCE_OK)
		return result;
	q->received_at = clock_now(q->source.options.clock);
	q->empty = q->taken == 0;
	if (q->taken && !sink->barrier(sink->context, q->token))
		return SOURCE_STOPPED;
	return q->worst;
}

/* Drains what is there, then waits: for the commit while there is something to be committed, else
 * at the queue, which has to show first that it answers: that is not to be known 20 s later. */
static enum source_result
sqs_poll(struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct sqs *q = (struct sqs *)source;
	int64_t began_ms = time_monotonic_ms();
	bool busy = q->waiting_count > 0 || !q->answers;
	enum source_result result;

	*next_ms = COMMIT_WAIT_MS;
	do {
		result = receive(q, busy ? 0 : SQS_WAIT_S, failure, err);
		busy |= q->taken > 0;
	} while (result == SOURCE_OK && q->taken && q->waiting_count < OUTSTANDING_MAX);
	q->answers = result == SOURCE_OK;
	if (q->waiting_count)
		return result;
	*next_ms = !busy && time_monotonic_ms() - began_ms < SHORT_MS ? SHORT_MS : 0;
	return result;
}

/* ---- deleting ---- */

static void
forget_receipts(struct sqs *q, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(q->waiting[i].receipt);
	q->waiting_count -= count;
	memmove(q->waiting, q->waiting + count, q->waiting_count * sizeof(*q->waiting));
}

static size_t
committed_count(const struct sqs *q, uint64_t token)
{
	size_t count = 0;

	while (count < q->waiting_count && count < SQS_BATCH && q->waiting[count].token <= token)
		count++;
	return count;
}

static enum source_result
sqs_committed(
	struct source *source, uint64_t token, struct source_failure *failure, struct error *err)
{
	struct sqs *q = (struct sqs *)source;
	const char *receipts[SQS_BATCH];
	size_t count;

	while ((count = committed_count(q, token)) > 0) {
		enum source_result result;

		for (size_t i = 0; i < count; i++)
			receipts[i] = q->waiting[i].receipt;
		result = sqs_delete(&q->queue, receipts, count, failure, err);
		if (result != SOURCE_OK)
			return result;
		forget_receipts(q, count);
	}
	return SOURCE_OK;
}

/* ---- the ops ---- */

static bool
sqs_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct sqs *q = MEM_NEW(struct sqs);

	(void)err;
	q->source = (struct source){&source_sqs, *options};
	q->received_at = TIME_NONE;
	sqs_queue_init(&q->queue, &q->source.options);
	q->scanner = scanner_new(options->scan);
	*out = &q->source;
	return true;
}

static void
sqs_close(struct source *source)
{
	struct sqs *q = (struct sqs *)source;

	forget_receipts(q, q->waiting_count);
	s3_client_free(q->s3);
	sqs_queue_fini(&q->queue);
	scanner_free(q->scanner);
	free(q);
}

/* An emptied queue is known up to now. */
static void
sqs_report(const struct source *source, struct source_report *report)
{
	const struct sqs *q = (const struct sqs *)source;

	*report = (struct source_report){.requests = q->queue.client.requests,
		.bytes = q->queue.client.bytes,
		.records = q->records,
		.position = q->empty ? q->received_at : TIME_NONE,
		.skew_ms = q->queue.client.skew_ms};
	if (q->s3)
		s3_client_report(q->s3, report);
	if (!q->empty && q->messages)
		snprintf(report->note, sizeof(report->note), "%llu messages",
			(unsigned long long)q->messages);
}

static enum source_result
sqs_probe(struct source *source, struct source_asked *asked, struct source_failure *failure,
	struct error *err)
{
	struct sqs *q = (struct sqs *)source;
	enum source_result result =
		sqs_ask_attribute(&q->queue, "ApproximateNumberOfMessages", failure, err);

	aws_client_asked(&q->queue.client, "GetQueueAttributes", asked);
	asked->untried = "sqs:ReceiveMessage, sqs:DeleteMessage; where messages name files, "
			 "s3:GetObject";
	return result;
}

static const char *const keys[] = {
	"profile", "region", "endpoint_url", "ca_bundle", "queue_url", "request_payer", NULL};

const struct source_ops source_sqs = {
	.type = "sqs",
	.keys = keys,
	.poll_interval_ms = SQS_WAIT_S * 1000,
	.open = sqs_open,
	.poll = sqs_poll,
	.committed = sqs_committed,
	.report = sqs_report,
	.probe = sqs_probe,
	.reads_all = true,
	.close = sqs_close,
};
