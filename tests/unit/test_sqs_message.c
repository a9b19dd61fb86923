#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/source/sqs_message.h"

static void
describe(struct buf *out, const struct sqs_message *m)
{
	switch (m->kind) {
	case SQS_POISON:
		buf_printf(out, "poison: %s", m->why);
		break;
	case SQS_NOTHING:
		buf_puts(out, "nothing");
		break;
	case SQS_RECORDS:
		buf_printf(out, "records: %.*s", STR_ARG(m->text));
		break;
	case SQS_OBJECTS:
		buf_puts(out, "objects:");
		for (size_t i = 0; i < m->object_count; i++)
			buf_printf(out, " %.*s/%.*s@%.*s", STR_ARG(m->objects[i].bucket),
				STR_ARG(m->objects[i].key), STR_ARG(m->objects[i].region));
		break;
	}
}

static void
assert_read(const char *body, const char *expected)
{
	struct sqs_message message;
	struct arena arena = {0};
	struct buf got = {0};

	sqs_message_read(&message, &arena, str_from(body));
	describe(&got, &message);
	assert_string_equal(buf_cstr(&got), expected);
	buf_fini(&got);
	arena_fini(&arena);
}

static void
an_event_of_eventbridge_is_for_the_scanner(void **state)
{
	static const char event[] =
		"{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{\"a\":1}}";

	(void)state;
	assert_read(event,
		"records: {\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{\"a\":1}}");
	assert_read("{\"eventName\":\"x\"}", "records: {\"eventName\":\"x\"}");
	assert_read("{\"Records\":[{\"eventName\":\"x\"}]}",
		"records: {\"Records\":[{\"eventName\":\"x\"}]}");
	assert_read("{\"detail-type\":\"x\"}", "poison: is an EventBridge event without a detail");
}

static void
a_notification_of_s3_names_decoded_keys_of_what_was_created(void **state)
{
	(void)state;
	assert_read("{\"Records\":[{\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectCreated:Put\","
		    "\"awsRegion\":\"eu-west-1\",\"s3\":{\"bucket\":{\"name\":\"b\"},"
		    "\"object\":{\"key\":\"AWSLogs/a+b%2Bc%3D/x.json.gz\"}}},"
		    "{\"eventName\":\"ObjectRemoved:Delete\",\"s3\":{\"bucket\":{\"name\":\"b\"},"
		    "\"object\":{\"key\":\"gone\"}}}]}",
		"objects: b/AWSLogs/a b+c=/x.json.gz@eu-west-1");
	assert_read("{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"b\"}",
		"nothing");
	assert_read("{\"Records\":[{\"s3\":{\"bucket\":{\"name\":\"b\"}}}]}",
		"poison: names no bucket and key");
}

static void
a_notification_of_s3_by_eventbridge_names_keys_as_they_are(void **state)
{
	(void)state;
	assert_read("{\"detail-type\":\"Object Created\",\"region\":\"eu-west-1\",\"detail\":"
		    "{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"a+b%20c\"}}}",
		"objects: b/a+b%20c@eu-west-1");
}

static void
a_notification_of_cloudtrail_names_several(void **state)
{
	(void)state;
	assert_read("{\"s3Bucket\":\"b\",\"s3ObjectKey\":[\"k1\",\"k2\"]}", "objects: b/k1@ b/k2@");
	assert_read("CloudTrail validation message.", "nothing");
}

static void
envelopes_of_sns_are_opened_but_not_for_ever(void **state)
{
	(void)state;
	assert_read("{\"Type\":\"Notification\",\"Message\":"
		    "\"{\\\"s3Bucket\\\":\\\"b\\\",\\\"s3ObjectKey\\\":[\\\"k\\\"]}\"}",
		"objects: b/k@");
	assert_read("{\"Type\":\"Notification\",\"Message\":\"CloudTrail validation message.\"}",
		"nothing");
	assert_read("{\"Type\":\"SubscriptionConfirmation\",\"Message\":\"x\"}", "nothing");
	assert_read("{\"Type\":\"Notification\",\"Message\":\"{\\\"Type\\\":\\\"Notification\\\","
		    "\\\"Message\\\":\\\"hello\\\"}\"}",
		"poison: is not JSON");
}

static void
what_nobody_knows_is_poison_with_its_reason(void **state)
{
	(void)state;
	assert_read("", "poison: is not JSON");
	assert_read("hello", "poison: is not JSON");
	assert_read("[1]", "poison: is no JSON object");
	assert_read("{}", "poison: is no message that keywatch knows");
	assert_read("{\"Records\":{}}", "poison: is no message that keywatch knows");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_of_eventbridge_is_for_the_scanner),
		cmocka_unit_test(a_notification_of_s3_names_decoded_keys_of_what_was_created),
		cmocka_unit_test(a_notification_of_s3_by_eventbridge_names_keys_as_they_are),
		cmocka_unit_test(a_notification_of_cloudtrail_names_several),
		cmocka_unit_test(envelopes_of_sns_are_opened_but_not_for_ever),
		cmocka_unit_test(what_nobody_knows_is_poison_with_its_reason),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
