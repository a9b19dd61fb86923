#include "core/source/sqs_queue.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/json.h"

/* How long a received message is hidden from others; and past the asked wait for an answer. */
enum { VISIBLE_S = 120, WAIT_SLACK_MS = 10000 };

/* ---- calls ---- */

static enum source_result
call_queue(struct sqs_queue *q, const char *target, const char *action, struct str body,
	int wait_ms, struct http_response *response, struct source_failure *failure,
	struct error *err)
{
	struct aws_json_call call = {.target = target,
		.content_type = "application/x-amz-json-1.0",
		.action = action,
		.body = body,
		.first_byte_ms = wait_ms};

	return aws_client_json(&q->client, &call, response, failure, err);
}

static void
begin_body(struct json_writer *w, const struct sqs_queue *q)
{
	json_begin_object(w);
	json_member_string(w, "QueueUrl", str_from(q->url));
}

static void
put_names(struct json_writer *w, const char *key, const char *const *names)
{
	json_put_key(w, key);
	json_begin_array(w);
	for (; *names; names++)
		json_put_string(w, str_from(*names));
	json_end_array(w);
}

static void
put_number(struct json_writer *w, const char *key, int64_t number)
{
	json_put_key(w, key);
	json_put_long(w, number);
}

static enum source_result
parse_answer(const struct http_response *response, struct json_doc **doc,
	struct source_failure *failure, struct error *err)
{
	if (json_parse(buf_view(&response->body), doc, NULL)) {
		if (json_type(json_root(*doc)) == JSON_OBJECT)
			return SOURCE_OK;
		json_doc_free(*doc);
		*doc = NULL;
	}
	failure->cause = CAUSE_ANSWER;
	snprintf(failure->advice, sizeof(failure->advice),
		"is the endpoint that of SQS, and no proxy in between?");
	error_set(err, ERROR_INPUT, "the answer is not one of SQS");
	return SOURCE_FAILED;
}

/* ---- attributes ---- */

/* doc (may be NULL): the answer, the caller's to free. */
static enum source_result
get_attribute(struct sqs_queue *q, const char *name, struct json_doc **doc,
	struct source_failure *failure, struct error *err)
{
	const char *const names[] = {name, NULL};
	struct http_response response = {0};
	struct buf body = {0};
	struct json_writer w = {.out = &body};
	enum source_result result;

	begin_body(&w, q);
	put_names(&w, "AttributeNames", names);
	json_end_object(&w);
	result = call_queue(q, "AmazonSQS.GetQueueAttributes", "sqs:GetQueueAttributes",
		buf_view(&body), 0, &response, failure, err);
	if (result == SOURCE_OK)
		result = parse_answer(&response, doc, failure, err);
	http_response_fini(&response);
	buf_fini(&body);
	return result;
}

enum source_result
sqs_ask_attribute(
	struct sqs_queue *q, const char *name, struct source_failure *failure, struct error *err)
{
	struct json_doc *doc = NULL;
	enum source_result result = get_attribute(q, name, &doc, failure, err);

	json_doc_free(doc);
	return result;
}

enum source_result
sqs_has_redrive(struct sqs_queue *q, bool *has, struct source_failure *failure, struct error *err)
{
	struct json_doc *doc = NULL;
	enum source_result result = SOURCE_OK;

	if (!q->redrive_known) {
		result = get_attribute(q, "RedrivePolicy", &doc, failure, err);
		q->redrive = true;
		if (result == SOURCE_OK)
			q->redrive = json_get(json_get(json_root(doc), STR("Attributes")),
					     STR("RedrivePolicy")) != NULL;
		else if (result == SOURCE_FAILED && failure->cause == CAUSE_DENIED)
			result = SOURCE_OK;
		q->redrive_known = result == SOURCE_OK;
		json_doc_free(doc);
	}
	*has = q->redrive;
	return result;
}

/* ---- receiving ---- */

static int64_t
attribute(const struct json *message, struct str name)
{
	struct str text = json_string(json_get(json_get(message, STR("Attributes")), name));

	return text.data ? strtoll(text.data, NULL, 10) : 0;
}

static struct sqs_received
read_received(const struct json *message)
{
	int64_t sent_ms = attribute(message, STR("SentTimestamp"));
	int64_t receives = attribute(message, STR("ApproximateReceiveCount"));

	return (struct sqs_received){
		.id = json_string(json_get(message, STR("MessageId"))),
		.receipt = json_string(json_get(message, STR("ReceiptHandle"))),
		.body = json_string(json_get(message, STR("Body"))),
		.sent = sent_ms > 0 ? sent_ms * TICKS_PER_MS : TIME_NONE,
		.receives = receives > 0 ? (unsigned)receives : 1,
	};
}

static void
write_receive(struct buf *body, const struct sqs_queue *q, int wait_s)
{
	static const char *const names[] = {"ApproximateReceiveCount", "SentTimestamp", NULL};
	struct json_writer w = {.out = body};

	begin_body(&w, q);
	put_names(&w, "MessageSystemAttributeNames", names);
	put_number(&w, "MaxNumberOfMessages", SQS_BATCH);
	put_number(&w, "VisibilityTimeout", VISIBLE_S);
	put_number(&w, "WaitTimeSeconds", wait_s);
	json_end_object(&w);
}

static enum source_result
visit_messages(const struct json *root, sqs_visit *visit, void *context,
	struct source_failure *failure, struct error *err)
{
	enum source_result result = SOURCE_OK;

	for (const struct json *message = json_first(json_get(root, STR("Messages")));
		message && result == SOURCE_OK; message = json_next(message)) {
		const struct sqs_received received = read_received(message);

		result = visit(context, &received, failure, err);
	}
	return result;
}

enum source_result
sqs_receive(struct sqs_queue *q, int wait_s, sqs_visit *visit, void *context,
	struct source_failure *failure, struct error *err)
{
	struct http_response response = {0};
	struct json_doc *doc = NULL;
	struct buf body = {0};
	enum source_result result;

	write_receive(&body, q, wait_s);
	result = call_queue(q, "AmazonSQS.ReceiveMessage", "sqs:ReceiveMessage", buf_view(&body),
		wait_s * 1000 + WAIT_SLACK_MS, &response, failure, err);
	if (result == SOURCE_OK)
		result = parse_answer(&response, &doc, failure, err);
	if (result == SOURCE_OK)
		result = visit_messages(json_root(doc), visit, context, failure, err);
	json_doc_free(doc);
	http_response_fini(&response);
	buf_fini(&body);
	return result;
}

/* ---- deleting ---- */

static void
write_delete(struct buf *body, const struct sqs_queue *q, const char *const *receipts, size_t count)
{
	struct json_writer w = {.out = body};
	char id[24];

	begin_body(&w, q);
	json_put_key(&w, "Entries");
	json_begin_array(&w);
	for (size_t i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "%zu", i);
		json_begin_object(&w);
		json_member_string(&w, "Id", str_from(id));
		json_member_string(&w, "ReceiptHandle", str_from(receipts[i]));
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
}

/* A single one that could not be deleted becomes visible again, and is known then. */
enum source_result
sqs_delete(struct sqs_queue *q, const char *const *receipts, size_t count,
	struct source_failure *failure, struct error *err)
{
	struct http_response response = {0};
	struct buf body = {0};
	enum source_result result;

	write_delete(&body, q, receipts, count);
	result = call_queue(q, "AmazonSQS.DeleteMessageBatch", "sqs:DeleteMessage", buf_view(&body),
		0, &response, failure, err);
	http_response_fini(&response);
	buf_fini(&body);
	return result;
}

/* ---- where it is ---- */

static const char first_host[] = "queue.amazonaws.com"; /* of us-east-1 */

/* What stands between "://" and the path. */
static struct str
host_of(const char *url)
{
	const char *begin = strstr(url, "://");

	if (!begin)
		return STR("");
	begin += 3;
	return (struct str){begin, strcspn(begin, "/:")};
}

/* Up to the next dot; takes it from the host. */
static struct str
take_label(struct str *host)
{
	size_t dot = str_find(*host, STR("."), 0);
	struct str label = str_slice(*host, 0, dot == (size_t)-1 ? host->len : dot);

	*host = str_slice(*host, dot == (size_t)-1 ? host->len : dot + 1, host->len);
	return label;
}

/* sqs.us-east-1.amazonaws.com and VPC endpoints, vpce-….sqs.us-east-1.vpce.amazonaws.com; older:
 * eu-west-1.queue.amazonaws.com, and queue.amazonaws.com in the first region. */
static bool
region_of_url(const char *url, struct buf *region)
{
	struct str host = host_of(url), label;

	if (str_is(host, first_host)) {
		buf_puts(region, "us-east-1");
		return true;
	}
	label = take_label(&host);
	if (str_starts_with(label, STR("vpce-")))
		label = take_label(&host);
	if (str_is(label, "sqs") || str_is(label, "sqs-fips"))
		label = take_label(&host);
	else if (!str_starts_with(host, STR("queue.amazonaws.")))
		return false;
	buf_str(region, label);
	return label.len > 0;
}

static void
choose_region(struct sqs_queue *q)
{
	const char *configured = aws_client_configured_region(&q->client);
	const char *chains = aws_chain_region(q->client.chain);
	struct buf region = {0};

	if (configured)
		buf_puts(&region, configured);
	else if (!region_of_url(q->url, &region))
		buf_puts(&region, chains ? chains : "us-east-1");
	aws_client_set_region(&q->client, buf_cstr(&region));
	buf_fini(&region);
}

/* As AWS's SDKs do, the queue's own host is asked, but for the older ones, which speak XML only. */
static void
choose_origin(struct sqs_queue *q)
{
	struct str host = host_of(q->url), rest = host;
	struct buf origin = {0};

	take_label(&rest);
	if (!host.len || str_is(host, first_host) || str_starts_with(rest, STR("queue.amazonaws.")))
		return;
	buf_str(&origin, (struct str){q->url, (size_t)(host.data - q->url)});
	buf_str(&origin, (struct str){host.data, strcspn(host.data, "/")});
	q->client.origin = buf_take(&origin);
}

void
sqs_queue_init(struct sqs_queue *q, const struct source_options *options)
{
	*q = (struct sqs_queue){.url = options->config->value[SOURCE_KEY_QUEUE_URL]};
	aws_client_init(&q->client, options, "sqs");
	choose_region(q);
	choose_origin(q);
}

void
sqs_queue_fini(struct sqs_queue *q)
{
	aws_client_fini(&q->client);
}
