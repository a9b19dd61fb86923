#include "core/source/sqs_message.h"

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/source/http.h"

enum { ENVELOPES_MAX = 3, OBJECTS_MAX = 1000 };

struct reading {
	struct sqs_message *message;
	struct arena *arena;
};

static void
be_poison(struct reading *r, const char *why)
{
	r->message->kind = SQS_POISON;
	r->message->why = why;
}

/* ---- objects ---- */

static void
add_object(struct reading *r, struct str bucket, struct str key, struct str region)
{
	struct sqs_message *m = r->message;

	if (!bucket.len || !key.len || m->object_count == OBJECTS_MAX) {
		be_poison(r, m->object_count == OBJECTS_MAX ? "names too many objects"
							    : "names no bucket and key");
		return;
	}
	if (!m->objects)
		m->objects = arena_alloc(r->arena, OBJECTS_MAX * sizeof(*m->objects));
	m->objects[m->object_count++] = (struct sqs_object){
		arena_str(r->arena, bucket), arena_str(r->arena, key), arena_str(r->arena, region)};
}

/* Keys of S3's own notifications are encoded, with + for a blank. */
static void
add_encoded(struct reading *r, struct str bucket, struct str key, struct str region)
{
	struct buf decoded = {0};

	http_decode(&decoded, key, true);
	add_object(r, bucket, buf_view(&decoded), region);
	buf_fini(&decoded);
}

/* {"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{…}}]} */
static void
take_s3_event(struct reading *r, const struct json *record)
{
	const struct json *s3 = json_get(record, STR("s3"));
	struct str name = json_string(json_get(record, STR("eventName")));

	if (name.data && !str_starts_with(name, STR("ObjectCreated")) &&
		!str_starts_with(name, STR("s3:ObjectCreated")))
		return; /* what was deleted or restored is not to be read */
	add_encoded(r, json_string(json_get(json_get(s3, STR("bucket")), STR("name"))),
		json_string(json_get(json_get(s3, STR("object")), STR("key"))),
		json_string(json_get(record, STR("awsRegion"))));
}

static void
take_s3_events(struct reading *r, const struct json *records)
{
	r->message->kind = SQS_OBJECTS;
	for (const struct json *record = json_first(records);
		record && r->message->kind == SQS_OBJECTS; record = json_next(record))
		take_s3_event(r, record);
}

/* {"s3Bucket":"b","s3ObjectKey":["AWSLogs/…"]} */
static void
take_trail_notice(struct reading *r, const struct json *root)
{
	struct str bucket = json_string(json_get(root, STR("s3Bucket")));

	r->message->kind = SQS_OBJECTS;
	for (const struct json *key = json_first(json_get(root, STR("s3ObjectKey")));
		key && r->message->kind == SQS_OBJECTS; key = json_next(key))
		add_object(r, bucket, json_string(key), STR_ABSENT);
}

/* ---- EventBridge ---- */

static void
take_event(struct reading *r, const struct json *root, struct str body)
{
	const struct json *detail = json_get(root, STR("detail"));
	const struct json *bucket = json_get(detail, STR("bucket"));

	if (json_type(bucket) == JSON_OBJECT) {
		r->message->kind = SQS_OBJECTS;
		add_object(r, json_string(json_get(bucket, STR("name"))),
			json_string(json_get(json_get(detail, STR("object")), STR("key"))),
			json_string(json_get(root, STR("region"))));
	} else if (json_type(detail) == JSON_OBJECT) {
		r->message->kind = SQS_RECORDS;
		r->message->text = arena_str(r->arena, body);
	} else {
		be_poison(r, "is an EventBridge event without a detail");
	}
}

/* ---- telling them apart ---- */

static bool
is_set_up(const struct json *root)
{
	struct str type = json_string(json_get(root, STR("Type")));

	return str_equal(json_string(json_get(root, STR("Event"))), STR("s3:TestEvent")) ||
	       str_equal(type, STR("SubscriptionConfirmation")) ||
	       str_equal(type, STR("UnsubscribeConfirmation"));
}

static bool
is_notification(const struct json *root)
{
	return str_equal(json_string(json_get(root, STR("Type"))), STR("Notification")) &&
	       json_type(json_get(root, STR("Message"))) == JSON_STRING;
}

static void read_body(struct reading *r, struct str body, int depth);

static void
read_object(struct reading *r, const struct json *root, struct str body, int depth)
{
	const struct json *records = json_get(root, STR("Records"));

	if (is_set_up(root))
		r->message->kind = SQS_NOTHING;
	else if (is_notification(root))
		read_body(r, json_string(json_get(root, STR("Message"))), depth + 1);
	else if (json_get(root, STR("detail-type")))
		take_event(r, root, body);
	else if (json_get(root, STR("s3Bucket")) && json_get(root, STR("s3ObjectKey")))
		take_trail_notice(r, root);
	else if (json_get(json_first(records), STR("s3")))
		take_s3_events(r, records);
	else if (json_type(records) == JSON_ARRAY || json_get(root, STR("eventName"))) {
		r->message->kind = SQS_RECORDS;
		r->message->text = arena_str(r->arena, body);
	} else {
		be_poison(r, "is no message that keywatch knows");
	}
}

static void
read_body(struct reading *r, struct str body, int depth)
{
	struct json_doc *doc;

	if (str_equal(str_trim(body), STR("CloudTrail validation message."))) {
		r->message->kind = SQS_NOTHING;
		return;
	}
	if (depth > ENVELOPES_MAX) {
		be_poison(r, "has too many envelopes around it");
		return;
	}
	if (!json_parse(body, &doc, NULL)) {
		be_poison(r, "is not JSON");
		return;
	}
	if (json_type(json_root(doc)) == JSON_OBJECT)
		read_object(r, json_root(doc), body, depth);
	else
		be_poison(r, "is no JSON object");
	json_doc_free(doc);
}

void
sqs_message_read(struct sqs_message *message, struct arena *arena, struct str body)
{
	struct reading r = {message, arena};

	*message = (struct sqs_message){.kind = SQS_POISON};
	read_body(&r, body, 0);
}
