#include "tests/support/test.h"

#include "core/alert/alert.h"
#include "core/base/buf.h"
#include "tests/support/cases.h"

typedef bool parse(struct event *event, struct str raw, struct error *err);

/* The alert of a record or row under the built-in rule; the event must outlive nothing. */
static void
make_alert_by(parse *parse_raw, struct alert *alert, struct str raw)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct event event;
	struct error err;

	*alert = (struct alert){0};
	assert_ok(parse_raw(&event, raw, &err), &err);
	assert_true(rule_match(run, &event));
	alert_init(alert, &event, rule, run);
	assert_ok(alert_is_of_record(alert, &err), &err);
	event_fini(&event);
	rule_run_free(run);
	rule_free(rule);
}

static void
make_alert(struct alert *alert, struct str raw)
{
	make_alert_by(event_parse, alert, raw);
}

static void
put_flags(struct buf *out, const struct alert *alert)
{
	for (int i = 0; i < FLAG_COUNT; i++)
		if (alert->flags & 1U << i)
			buf_printf(out, "%s%s", out->len ? "," : "", flag_name((enum flag)i));
}

/* Absent is "-". */
static void
put_value(struct buf *out, const struct alert *alert, struct str key)
{
	struct arena arena = {0};

	if (str_is(key, "self"))
		buf_puts(out, alert_self_word(alert));
	else if (str_is(key, "outcome"))
		buf_puts(out, outcome_name(alert->outcome));
	else if (str_is(key, "label"))
		buf_str(out, alert_actor_label(&arena, alert));
	else if (str_is(key, "flags"))
		put_flags(out, alert);
	for (size_t i = 0; i < ALERT_TEXT_COUNT; i++)
		if (str_is(key, alert_texts[i].json))
			buf_str(out, alert->text[i].data ? alert->text[i] : STR("-"));
	arena_fini(&arena);
}

static void
check_by(parse *parse_raw, struct str name, struct str input, struct str key, struct str value)
{
	struct alert alert;
	struct buf got = {0};

	make_alert_by(parse_raw, &alert, input);
	put_value(&got, &alert, key);
	if (!str_equal(buf_view(&got), value))
		print_error("%.*s: %.*s is \"%s\", not \"%.*s\"\n", STR_ARG(name), STR_ARG(key),
			buf_cstr(&got), STR_ARG(value));
	assert_true(str_equal(buf_view(&got), value));
	buf_fini(&got);
	alert_fini(&alert);
}

static void
check(struct str name, struct str input, struct str key, struct str value)
{
	check_by(event_parse, name, input, key, value);
}

static void
check_row(struct str name, struct str input, struct str key, struct str value)
{
	check_by(event_parse_row, name, input, key, value);
}

static void
every_record_makes_the_alert_that_the_case_says(void **state)
{
	(void)state;
	assert_true(cases_run("alert.cases", check) > 50);
}

static void
every_row_makes_the_alert_that_the_case_says(void **state)
{
	(void)state;
	assert_true(cases_run("row.cases", check_row) > 30);
}

static void
an_alert_s_event_is_parsed_again_as_what_it_was(void **state)
{
	struct alert alert;
	struct event event;
	struct error err;

	(void)state;
	make_alert_by(event_parse_row, &alert,
		STR("{\"AwsEventId\":\"e\",\"EventName\":\"CreateAccessKey\"}"));
	assert_ok(alert_parse_event(&event, &alert, &err), &err);
	assert_str(event.event_id, "e");
	event_fini(&event);
	alert.flags = 0;
	assert_ok(alert_parse_event(&event, &alert, &err), &err);
	assert_str(event.event_id, NULL);
	event_fini(&event);
	alert_fini(&alert);
}

static const char record[] = "{\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-1\",\"eventTime\":"
			     "\"2026-01-02T03:04:05Z\",\"userIdentity\":{\"type\":\"Root\"}}";

static void
an_alert_carries_its_rule_its_row_and_the_exact_bytes(void **state)
{
	struct alert alert;
	char hex[HASH_HEX];

	(void)state;
	make_alert(&alert, STR(record));
	assert_str(alert.text[ALERT_RULE_ID], "9a6554e6-63d9-4f94-9b32-64d1d40628f2");
	assert_str(alert.text[ALERT_SEVERITY], "Medium");
	assert_str(alert.text[ALERT_TACTICS], "[\"Persistence\"]");
	assert_str(alert.text[ALERT_TECHNIQUES], "[\"T1098\"]");
	assert_true(str_starts_with(alert.text[ALERT_ROW], STR("{\"")));
	assert_str(alert.raw, record);
	hash_hex(STR(record), hex);
	assert_str(alert.text[ALERT_RAW_SHA256], hex);
	assert_int_equal(alert.time, INT64_C(1767323045) * TICKS_PER_SECOND);
	alert_fini(&alert);
}

static void
equal_records_have_equal_identities_and_others_do_not(void **state)
{
	static const char spelled[] = "{ \"userIdentity\":{\"type\":\"R\\u006fot\"}, "
				      "\"eventTime\":\"2026-01-02T03:04:05Z\","
				      "\"eventID\":\"e-1\",\"eventName\":\"CreateAccessKey\"}";
	struct alert a, b;

	(void)state;
	make_alert(&a, STR(record));
	make_alert(&b, STR(spelled));
	assert_string_equal(a.id, b.id);
	assert_string_equal(a.record_hash, b.record_hash);
	alert_fini(&a);
	alert_fini(&b);
}

static void
an_identity_depends_on_rule_event_and_without_event_on_the_record(void **state)
{
	char a[ALERT_ID_SIZE], b[ALERT_ID_SIZE];

	(void)state;
	alert_identity(a, STR("rule"), STR("event"), "hash 1");
	alert_identity(b, STR("rule"), STR("event"), "hash 2");
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	alert_identity(b, STR("rule2"), STR("event"), "hash 1");
	assert_string_not_equal(a, b);
	/* The border between rule and event is part of it. */
	alert_identity(a, STR("rul"), STR("eevent"), "hash 1");
	alert_identity(b, STR("rule"), STR("event"), "hash 1");
	assert_string_not_equal(a, b);
	alert_identity(a, STR("rule"), STR(""), "hash 1");
	alert_identity(b, STR("rule"), STR_ABSENT, "hash 2");
	assert_string_not_equal(a, b);
	alert_identity_conflict(a, STR("rule"), STR("event"), "hash 1");
	alert_identity_conflict(b, STR("rule"), STR("event"), "hash 2");
	assert_string_not_equal(a, b);
}

/* A record with two actors is an alert on either of them, and on no third. */
static void
an_alert_that_says_another_thing_than_its_record_is_told(void **state)
{
	static const char twofold[] =
		"{\"eventName\":\"CreateAccessKey\",\"eventSource\":\"iam.amazonaws.com\","
		"\"eventID\":\"e\","
		"\"eventTime\":\"2026-01-02T03:04:05Z\",\"userIdentity\":{\"type\":\"IAMUser\","
		"\"userName\":\"ada\",\"userName\":\"bob\"},\"requestParameters\":{\"userName\":"
		"\"x\"}}";
	static const char *const names[] = {"ada", "bob", "eve"};
	struct alert alert;
	struct error err;

	(void)state;
	make_alert(&alert, str_from(twofold));
	for (int i = 0; i < 3; i++) {
		alert.text[ALERT_ACTOR_USER] = str_from(names[i]);
		assert_int_equal(alert_is_of_record(&alert, &err), i < 2);
	}
	assert_string_equal(err.text, "its record says otherwise: userIdentity.userName");
	alert.text[ALERT_ACTOR_USER] = str_from("ada");
	alert.text[ALERT_TARGET_USER] = str_from("y");
	assert_false(alert_is_of_record(&alert, &err));
	assert_string_equal(err.text, "its record says otherwise: target.userName");
	alert.text[ALERT_TARGET_USER] = str_from("x");
	alert.flags |= 1U << FLAG_FROM_TABLE;
	assert_false(alert_is_of_record(&alert, &err));
	assert_string_equal(err.text, "it is kept as a row, and is a record");
	alert_fini(&alert);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_makes_the_alert_that_the_case_says),
		cmocka_unit_test(every_row_makes_the_alert_that_the_case_says),
		cmocka_unit_test(an_alert_s_event_is_parsed_again_as_what_it_was),
		cmocka_unit_test(an_alert_carries_its_rule_its_row_and_the_exact_bytes),
		cmocka_unit_test(equal_records_have_equal_identities_and_others_do_not),
		cmocka_unit_test(an_identity_depends_on_rule_event_and_without_event_on_the_record),
		cmocka_unit_test(an_alert_that_says_another_thing_than_its_record_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
