#include "tests/support/test.h"

#include <stdio.h>

#include "core/event/event.h"
#include "core/event/judged.h"

#define MINIMAL "\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventID\":\"e-1\",\"eventName\":\"CreateAccessKey\""

static const char whole[] =
	"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"AssumedRole\",\"principalId\":\"AROAX:alice\","
	"\"arn\":\"arn:aws:sts::111122223333:assumed-role/Admin/alice\",\"accountId\":\"111122223333\","
	"\"accessKeyId\":\"ASIAX\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\",\"userName\":\"Admin\"},"
	"\"attributes\":{\"creationDate\":\"2026-01-02T03:00:00Z\",\"mfaAuthenticated\":\"true\"},"
	"\"ec2RoleDelivery\":\"2.0\"},\"onBehalfOf\":{\"userId\":\"u\",\"identityStoreArn\":\"s\"}},"
	MINIMAL ",\"readOnly\":false,\"managementEvent\":true,\"requestParameters\": { \"userName\" : \"bob\" },"
	"\"responseElements\":null,\"apiVersion\":7,\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\"}}";

static struct event
parsed(const char *text)
{
	struct event event;
	struct error err;

	assert_ok(event_parse(&event, str_from(text), &err), &err);
	return event;
}

static const struct cell *
cell(const struct event *event, const char *column)
{
	size_t i = column_find(str_from(column));

	assert_true(i < column_count);
	return &event->cells[i];
}

static bool
has(const struct event *event, enum flag flag)
{
	return event->flags >> flag & 1;
}

static void
the_table_has_fifty_five_columns_with_unique_names(void **state)
{
	(void)state;
	assert_int_equal(column_count, 55);
	for (size_t i = 0; i < column_count; i++)
		assert_int_equal(column_find(str_from(columns[i].name)), i);
	assert_true(column_find(STR("eventname")) == (size_t)-1);
}

/* Every step of a column's path outside arrays is a judged name. */
static void
every_column_rests_on_judged_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < column_count; i++) {
		const char *path = columns[i].path, *dot;
		bool judged = false;
		size_t parent;

		if (!path || strstr(path, ".items."))
			continue;
		dot = strrchr(path, '.');
		parent = dot ? (size_t)(dot - path) : 0;
		for (size_t k = 0; k < judged_object_count; k++) {
			if (!str_is((struct str){path, parent}, judged_objects[k].path))
				continue;
			for (const char *const *n = judged_objects[k].names; *n; n++)
				judged |= strcmp(*n, dot ? dot + 1 : path) == 0;
		}
		if (!judged)
			print_error("%s\n", path);
		assert_true(judged);
	}
}

static void
columns_are_taken_from_their_places(void **state)
{
	struct event event = parsed(whole);

	(void)state;
	assert_str(cell(&event, "EventName")->text, "CreateAccessKey");
	assert_str(cell(&event, "UserIdentityPrincipalid")->text, "AROAX:alice");
	assert_str(cell(&event, "SessionIssuerUserName")->text, "Admin");
	assert_str(cell(&event, "EC2RoleDelivery")->text, "2.0");
	assert_str(cell(&event, "UserIdentityUserId")->text, "u");
	assert_str(cell(&event, "RequestParameters")->text, "{\"userName\":\"bob\"}");
	assert_str(cell(&event, "OperationName")->text, "CloudTrail");
	assert_str(cell(&event, "APIVersion")->text, "7");
	assert_int_equal(cell(&event, "SessionMfaAuthenticated")->number, 1);
	assert_true(cell(&event, "ReadOnly")->present);
	assert_int_equal(cell(&event, "ReadOnly")->number, 0);
	assert_true(cell(&event, "SessionCreationDate")->number == event.time - 245 * TICKS_PER_SECOND);
	assert_int_equal(event.flags, 0);
	event_fini(&event);
}

static void
absent_and_null_values_are_as_in_kusto(void **state)
{
	struct event event = parsed("{" MINIMAL ",\"responseElements\":null}");

	(void)state;
	assert_str(cell(&event, "ErrorCode")->text, "");
	assert_false(cell(&event, "ErrorCode")->present);
	assert_false(cell(&event, "ResponseElements")->present);
	assert_false(cell(&event, "SessionMfaAuthenticated")->present);
	assert_false(cell(&event, "SessionCreationDate")->present);
	assert_false(cell(&event, "_BilledSize")->present);
	event_fini(&event);
}

static void
the_first_permission_fills_the_security_group_columns(void **state)
{
	struct event event = parsed("{" MINIMAL ",\"requestParameters\":{\"ipPermissions\":{\"items\":["
				    "{\"ipProtocol\":\"tcp\",\"fromPort\":22,\"toPort\":23,"
				    "\"ipRanges\":{\"items\":[{\"cidrIp\":\"0.0.0.0/0\"}]}}]}}}");

	(void)state;
	assert_str(cell(&event, "CidrIp")->text, "0.0.0.0/0");
	assert_str(cell(&event, "SourcePort")->text, "22");
	assert_str(cell(&event, "DestinationPort")->text, "23");
	event_fini(&event);
}

static void
every_copy_of_a_duplicated_key_can_be_selected(void **state)
{
	struct event event = parsed("{\"eventName\":\"ListUsers\",\"eventName\":\"CreateAccessKey\","
				    "\"userIdentity\":{\"type\":\"Root\"},\"userIdentity\":{\"type\":\"IAMUser\"}}");
	const char *names[4], *types[4];

	(void)state;
	assert_true(has(&event, FLAG_DUPLICATE_KEY));
	assert_int_equal(event.variants, 4);
	for (size_t i = 0; i < 4; i++) {
		event_select(&event, i);
		names[i] = cell(&event, "EventName")->text.data;
		types[i] = cell(&event, "UserIdentityType")->text.data;
	}
	assert_string_equal(names[0], "ListUsers");
	assert_string_equal(types[0], "Root");
	assert_string_equal(names[3], "CreateAccessKey");
	assert_string_equal(types[3], "IAMUser");
	assert_true(strcmp(names[1], names[2]) != 0);
	event_fini(&event);
}

static void
too_many_copies_are_said(void **state)
{
	struct buf text = {0};
	struct event event;

	(void)state;
	buf_puts(&text, "{\"eventID\":\"x\"");
	for (int i = 0; i < 1100; i++)
		buf_puts(&text, ",\"eventName\":\"x\"");
	buf_puts(&text, "}");
	event = parsed(buf_cstr(&text));
	assert_true(event.variants_cut);
	assert_true(event.variants <= EVENT_MAX_VARIANTS);
	event_fini(&event);
	buf_fini(&text);
}

static void
a_key_in_another_case_is_flagged_and_never_read(void **state)
{
	struct event event = parsed("{" MINIMAL ",\"ERRORCODE\":\"AccessDenied\"}");

	(void)state;
	assert_true(has(&event, FLAG_SHADOWED_KEY));
	assert_str(cell(&event, "ErrorCode")->text, "");
	event_fini(&event);
}

static void
hidden_characters_anywhere_are_flagged(void **state)
{
	struct event nul = parsed("{" MINIMAL ",\"userAgent\":\"a\\u0000\"}");
	struct event bidi = parsed("{" MINIMAL ",\"requestParameters\":{\"x\":[\"\\u202e\"]}}");
	struct event bytes = parsed("{" MINIMAL ",\"userAgent\":\"\xff\"}");

	(void)state;
	assert_true(has(&nul, FLAG_NUL) && has(&nul, FLAG_HIDDEN_CHARACTERS));
	assert_true(has(&bidi, FLAG_HIDDEN_CHARACTERS) && !has(&bidi, FLAG_NUL));
	assert_true(has(&bytes, FLAG_INVALID_UTF8));
	event_fini(&nul);
	event_fini(&bidi);
	event_fini(&bytes);
}

static void
a_missing_time_and_id_are_flagged(void **state)
{
	struct event event = parsed("{\"eventTime\":\"soon\"}");

	(void)state;
	assert_true(event.time == TIME_NONE);
	assert_true(has(&event, FLAG_TIME_UNREADABLE) && has(&event, FLAG_NO_EVENT_ID));
	event_fini(&event);
}

static void
equal_records_have_equal_hashes_however_they_are_spelled(void **state)
{
	struct event a = parsed("{\"eventID\":\"x\",\"userIdentity\":{\"type\":\"Root\",\"n\":1}}");
	struct event b = parsed("{ \"userIdentity\" : {\"n\":1.0,\"type\":\"\\u0052oot\"},\"eventID\":\"x\"}");
	struct event c = parsed("{\"eventID\":\"x\",\"userIdentity\":{\"type\":\"root\",\"n\":1}}");
	char hash_a[65], hash_b[65], hash_c[65];

	(void)state;
	event_canonical_hash(&a, hash_a);
	event_canonical_hash(&b, hash_b);
	event_canonical_hash(&c, hash_c);
	assert_string_equal(hash_a, hash_b);
	assert_string_not_equal(hash_a, hash_c);
	event_fini(&a);
	event_fini(&b);
	event_fini(&c);
}

static void
bytes_that_are_no_utf8_are_flagged_and_equal_only_themselves(void **state)
{
	static const char *const spelled[] = {
		"\xff", "\xfe", "\\ufffd", "\xc0\x80", "\\u0000", "\xed\xa0\x80", "\\ud800"};
	enum { COUNT = sizeof(spelled) / sizeof(spelled[0]) };
	char hashes[COUNT][65];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct buf raw = {0};
		struct event event;

		buf_printf(&raw, "{\"userAgent\":\"%s\"}", spelled[i]);
		event = parsed(buf_cstr(&raw));
		assert_int_equal(has(&event, FLAG_INVALID_UTF8), spelled[i][0] != '\\');
		event_canonical_hash(&event, hashes[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(hashes[i], hashes[j]);
		event_fini(&event);
		buf_fini(&raw);
	}
}

static void
a_value_is_located_in_the_raw_bytes(void **state)
{
	struct event event = parsed(whole);
	size_t offset, len;

	(void)state;
	assert_true(event_locate(&event, "userIdentity.sessionContext.attributes.mfaAuthenticated",
		&offset, &len));
	assert_str(str_slice(str_from(whole), offset, len), "\"true\"");
	assert_true(event_locate(&event, "requestParameters", &offset, &len));
	assert_str(str_slice(str_from(whole), offset, len), "{ \"userName\" : \"bob\" }");
	assert_false(event_locate(&event, "responseElements.accessKey", &offset, &len));
	event_fini(&event);
}

static void
a_record_is_an_object(void **state)
{
	struct event event;
	struct error err;

	(void)state;
	assert_false(event_parse(&event, STR("[]"), &err));
	assert_false(event_parse(&event, STR("{\"a\":}"), &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_has_fifty_five_columns_with_unique_names),
		cmocka_unit_test(every_column_rests_on_judged_keys),
		cmocka_unit_test(columns_are_taken_from_their_places),
		cmocka_unit_test(absent_and_null_values_are_as_in_kusto),
		cmocka_unit_test(the_first_permission_fills_the_security_group_columns),
		cmocka_unit_test(every_copy_of_a_duplicated_key_can_be_selected),
		cmocka_unit_test(too_many_copies_are_said),
		cmocka_unit_test(a_key_in_another_case_is_flagged_and_never_read),
		cmocka_unit_test(hidden_characters_anywhere_are_flagged),
		cmocka_unit_test(a_missing_time_and_id_are_flagged),
		cmocka_unit_test(equal_records_have_equal_hashes_however_they_are_spelled),
		cmocka_unit_test(bytes_that_are_no_utf8_are_flagged_and_equal_only_themselves),
		cmocka_unit_test(a_value_is_located_in_the_raw_bytes),
		cmocka_unit_test(a_record_is_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
