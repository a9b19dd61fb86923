/* Rows of the AWSCloudTrail table as events: cells, what they tell of the record, places. */
#include "tests/support/test.h"

#include "core/event/event.h"

static const char whole[] =
	"{\"TimeGenerated\":\"2026-01-02T03:04:05.000Z\",\"AwsEventId\":\"e-1\","
	"\"EventName\":\"CreateAccessKey\",\"UserIdentityType\":\"AssumedRole\","
	"\"UserIdentityUserName\":\"\",\"UserIdentityAccountId\":\"111122223333\","
	"\"SessionMfaAuthenticated\":\"True\",\"SessionIssuerUserName\":\"Admin\","
	"\"SessionCreationDate\":null,\"ErrorCode\":\"\",\"ErrorMessage\":\"\",\"ReadOnly\":false,"
	"\"RecipientAccountId\":\"111122223333\","
	"\"RequestParameters\":\"{ \\\"userName\\\" : \\\"bob\\\" }\",\"ResponseElements\":"
	"\"{\\\"accessKey\\\":{\\\"accessKeyId\\\":\\\"AKIAX\\\"}}\",\"APIVersion\":7,"
	"\"TenantId\":\"t-1\",\"_BilledSize\":1200.0,\"UserName\":\"123\",\"Name\":\"true\"}";

static struct event
parsed(const char *text)
{
	struct event event;
	struct error err;

	assert_ok(event_parse_row(&event, str_from(text), &err), &err);
	return event;
}

static const struct cell *
cell(const struct event *event, const char *column)
{
	return &event->cells[column_find(str_from(column))];
}

static bool
has(const struct event *event, enum flag flag)
{
	return event->flags >> flag & 1;
}

static void
the_cells_are_the_row_s_own(void **state)
{
	struct event event = parsed(whole);

	(void)state;
	assert_str(event.event_id, "e-1");
	assert_int_equal(event.time, INT64_C(1767323045) * TICKS_PER_SECOND);
	assert_str(cell(&event, "EventName")->text, "CreateAccessKey");
	assert_str(cell(&event, "RequestParameters")->text, "{ \"userName\" : \"bob\" }");
	assert_int_equal(cell(&event, "SessionMfaAuthenticated")->number, 1);
	assert_true(cell(&event, "ReadOnly")->present);
	assert_false(cell(&event, "SessionCreationDate")->present);
	assert_false(cell(&event, "ErrorCode")->present);
	assert_str(cell(&event, "ErrorCode")->text, "");
	assert_str(cell(&event, "APIVersion")->text, "7");
	assert_str(cell(&event, "TenantId")->text, "t-1");
	assert_str(cell(&event, "Type")->text, "AWSCloudTrail"); /* not in the row: constant */
	assert_false(cell(&event, "_BilledSize")->present);
	assert_int_equal(event.flags, 1U << FLAG_FROM_TABLE);
	event_fini(&event);
}

static void
what_the_columns_tell_of_the_record_is_found_at_its_paths(void **state)
{
	struct event event = parsed(whole);

	(void)state;
	assert_str(event_text(&event, "eventName"), "CreateAccessKey");
	assert_str(event_text(&event, "userIdentity.type"), "AssumedRole");
	assert_str(event_text(&event, "userIdentity.sessionContext.sessionIssuer.userName"), "Admin");
	assert_true(json_bool(
		event_node(&event, "userIdentity.sessionContext.attributes.mfaAuthenticated")));
	assert_str(event_text(&event, "requestParameters.userName"), "bob");
	assert_str(event_text(&event, "responseElements.accessKey.accessKeyId"), "AKIAX");
	assert_null(event_node(&event, "errorCode"));
	assert_null(event_node(&event, "userIdentity.userName"));
	assert_null(event_node(&event, "tlsDetails"));
	assert_null(event_node(&event, "tenantId"));
	event_fini(&event);
}

static void
a_text_that_is_no_json_stays_a_text(void **state)
{
	struct event event = parsed("{\"RequestParameters\":\"{bob\",\"UserIdentityUserName\":\"123\"}");

	(void)state;
	assert_str(event_text(&event, "requestParameters"), "{bob");
	assert_str(event_text(&event, "userIdentity.userName"), "123");
	event_fini(&event);
}

static void
values_that_together_are_over_a_limit_stay_texts(void **state)
{
	struct buf raw = {0};
	struct event event;

	(void)state;
	buf_puts(&raw, "{\"RequestParameters\":\"");
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		buf_putc(&raw, '[');
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		buf_putc(&raw, ']');
	buf_puts(&raw, "\"}");
	event = parsed(buf_cstr(&raw));
	assert_int_equal(event_text(&event, "requestParameters").len, 2 * JSON_MAX_DEPTH);
	event_fini(&event);
	buf_fini(&raw);
}

static void
a_place_is_that_of_the_column_that_shows_it(void **state)
{
	struct event event = parsed(whole);
	size_t at, len;

	(void)state;
	assert_true(event_locate(&event, "requestParameters.userName", &at, &len));
	assert_str(str_slice(event.raw, at, len), "\"{ \\\"userName\\\" : \\\"bob\\\" }\"");
	assert_true(event_locate(&event, "userIdentity", &at, &len));
	assert_str(str_slice(event.raw, at, len), "\"AssumedRole\"");
	assert_true(event_locate(&event, "userIdentity.sessionContext.attributes.mfaAuthenticated",
		&at, &len));
	assert_str(str_slice(event.raw, at, len), "\"True\"");
	assert_false(event_locate(&event, "userAgent", &at, &len));
	event_fini(&event);
}

static void
columns_that_are_missing_are_flagged_and_known_to_be(void **state)
{
	struct event event = parsed("{\"AwsEventId\":\"e\",\"TimeGenerated\":\"2026-01-02\"}");

	(void)state;
	assert_int_equal(event.flags, 1U << FLAG_FROM_TABLE | 1U << FLAG_COLUMNS_MISSING);
	assert_false(event_tells(&event, "requestParameters"));
	assert_true(event_tells(&event, "eventID"));
	event_fini(&event);
}

static void
odd_strings_and_columns_are_flagged(void **state)
{
	struct event event = parsed("{\"RequestParameters\":\"{\\\"userName\\\":\\\"\\\\u202ebob\\\","
				    "\\\"userName\\\":\\\"eve\\\"}\"}");

	(void)state;
	assert_true(has(&event, FLAG_HIDDEN_CHARACTERS)); /* only inside the inner JSON */
	assert_true(has(&event, FLAG_DUPLICATE_KEY));
	assert_int_equal(event.variants, 2);
	event_select(&event, 1);
	assert_str(event_text(&event, "requestParameters.userName"), "eve");
	event_fini(&event);
	event = parsed("{\"EventName\":\"a\",\"EventName\":\"b\",\"eventname\":\"c\"}");
	assert_true(has(&event, FLAG_DUPLICATE_KEY));
	assert_true(has(&event, FLAG_SHADOWED_KEY));
	assert_str(cell(&event, "EventName")->text, "a");
	event_fini(&event);
}

static void
assert_equal_rows(const char *left, const char *right, bool equal, bool agree)
{
	struct event a = parsed(left), b = parsed(right);
	char hash_a[65], hash_b[65];

	event_canonical_hash(&a, hash_a);
	event_canonical_hash(&b, hash_b);
	assert_int_equal(strcmp(hash_a, hash_b) == 0, equal);
	assert_int_equal(event_rows_agree(&a, &b), agree);
	event_fini(&a);
	event_fini(&b);
}

static void
rows_that_tell_of_the_same_record_are_equal(void **state)
{
	(void)state;
	assert_equal_rows("{\"TimeGenerated\":\"2026-01-02T03:04:05Z\",\"ReadOnly\":false,"
			  "\"RequestParameters\":\"{\\\"a\\\":1}\",\"TenantId\":\"t\"}",
		"{\"RequestParameters\":\"{ \\\"a\\\" : 1 }\",\"ReadOnly\":\"False\",\"Extra\":1,"
		"\"TimeGenerated\":\"2026-01-02T03:04:05.000Z\",\"ErrorCode\":\"\"}",
		true, true);
}

static void
rows_agree_when_no_column_that_both_tell_differs(void **state)
{
	(void)state;
	assert_equal_rows("{\"AwsEventId\":\"e\",\"UserAgent\":\"x\"}",
		"{\"AwsEventId\":\"e\",\"EventName\":\"n\",\"UserAgent\":\"\"}", false, true);
	assert_equal_rows("{\"AwsEventId\":\"e\",\"RequestParameters\":\"{\\\"userName\\\":\\\"a\\\"}\"}",
		"{\"AwsEventId\":\"e\",\"RequestParameters\":\"{\\\"userName\\\":\\\"b\\\"}\"}", false,
		false);
	assert_equal_rows("{\"ReadOnly\":true}", "{\"ReadOnly\":\"false\"}", false, false);
}

static void
a_row_is_an_object(void **state)
{
	struct event event;
	struct error err;

	(void)state;
	assert_false(event_parse_row(&event, STR("[]"), &err));
	assert_false(event_parse_row(&event, STR("{"), &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cells_are_the_row_s_own),
		cmocka_unit_test(what_the_columns_tell_of_the_record_is_found_at_its_paths),
		cmocka_unit_test(a_text_that_is_no_json_stays_a_text),
		cmocka_unit_test(values_that_together_are_over_a_limit_stay_texts),
		cmocka_unit_test(a_place_is_that_of_the_column_that_shows_it),
		cmocka_unit_test(columns_that_are_missing_are_flagged_and_known_to_be),
		cmocka_unit_test(odd_strings_and_columns_are_flagged),
		cmocka_unit_test(rows_that_tell_of_the_same_record_are_equal),
		cmocka_unit_test(rows_agree_when_no_column_that_both_tell_differs),
		cmocka_unit_test(a_row_is_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
