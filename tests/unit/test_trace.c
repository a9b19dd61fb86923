/* Records as rows of history, and what they are looked for by: tests/data/trace.cases. */
#include "tests/support/test.h"

#include "core/alert/term.h"
#include "core/base/buf.h"
#include "core/rule/rule.h"
#include "tests/support/cases.h"

static const char *const kept[TRACE_TEXT_COUNT] = {
#define X(name, column) [TRACE_##name] = #column,
	TRACE_TEXTS(X)
#undef X
};

static void
put_time(struct buf *out, const struct trace *trace)
{
	char time[TIME_TEXT] = "none";

	if (trace->time != TIME_NONE)
		time_format_iso(trace->time, time);
	buf_puts(out, time);
}

static void
put_term(struct buf *out, const struct term *term, bool first)
{
	buf_printf(out, "%s%s=%.*s%s", out->len ? "; " : "", term_kind_names[term->kind],
		STR_ARG(term->value), first ? " first" : "");
}

static void
put_terms(struct buf *out, const struct trace *trace, struct arena *arena)
{
	struct term_use uses[TERMS_MAX];
	size_t count = terms_of_trace(trace, arena, uses);

	for (size_t i = 0; i < count; i++)
		put_term(out, &uses[i].term, uses[i].first_of);
}

static void
open_alert(struct alert *alert, struct event *event, struct str raw)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	bool row = str_find(raw, STR("\"AwsEventId\""), 0) != (size_t)-1;
	struct error err;

	assert_ok(row ? event_parse_row(event, raw, &err) : event_parse(event, raw, &err), &err);
	assert_true(rule_match(run, event));
	*alert = (struct alert){0};
	alert_init(alert, event, rule, run);
	rule_run_free(run);
	rule_free(rule);
}

static void
put_alert_terms(struct buf *out, struct str raw, struct arena *arena)
{
	struct term terms[TERMS_MAX];
	struct event event;
	struct alert alert;
	size_t count;

	open_alert(&alert, &event, raw);
	count = terms_of_alert(&alert, arena, terms);
	for (size_t i = 0; i < count; i++)
		put_term(out, &terms[i], false);
	event_fini(&event);
	alert_fini(&alert);
}

static void
put_column(struct buf *out, const struct trace *trace, struct str key)
{
	size_t i = 0;

	while (i < TRACE_TEXT_COUNT && !str_is(key, kept[i]))
		i++;
	assert_true(i < TRACE_TEXT_COUNT);
	buf_str(out, trace->text[i].len ? trace->text[i] : STR("-"));
}

static void
put_answer(struct buf *out, struct str raw, struct str key, struct arena *arena)
{
	struct trace trace;
	bool object = trace_read(&trace, raw, arena);

	if (str_is(key, "read"))
		buf_puts(out, object ? "yes" : "no");
	else if (str_is(key, "time"))
		put_time(out, &trace);
	else if (str_is(key, "weight"))
		buf_printf(out, "%u%s", trace_weight(&trace),
			trace_succeeded(&trace) ? "" : " failed");
	else if (str_is(key, "terms"))
		put_terms(out, &trace, arena);
	else if (str_is(key, "alert"))
		put_alert_terms(out, raw, arena);
	else
		put_column(out, &trace, key);
}

static void
check(struct str name, struct str input, struct str key, struct str value)
{
	struct arena arena = {0};
	struct buf got = {0};

	put_answer(&got, input, key, &arena);
	if (!str_equal(buf_view(&got), value))
		print_error("%.*s: %.*s is\n%s\nnot\n%.*s\n", STR_ARG(name), STR_ARG(key),
			buf_cstr(&got), STR_ARG(value));
	assert_true(str_equal(buf_view(&got), value));
	buf_fini(&got);
	arena_fini(&arena);
}

/* Whoever has no account in their ARN has none then. */
static void
check_caller(struct str name, struct str input, struct str key, struct str value)
{
	static const enum trace_text same[] = {
		TRACE_ACTOR, TRACE_ACTOR_USER, TRACE_TYPE, TRACE_KEY, TRACE_IP};
	struct arena arena = {0};
	struct trace whole, caller;

	(void)name;
	(void)key;
	(void)value;
	assert_int_equal(trace_read_caller(&caller, input, &arena),
		trace_read(&whole, input, &arena));
	assert_int_equal(caller.time, whole.time);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_true(str_equal(caller.text[same[i]], whole.text[same[i]]));
	assert_true(!trace_caller_account(&caller).len ||
		    str_equal(trace_caller_account(&caller), trace_caller_account(&whole)));
	arena_fini(&arena);
}

static void
a_caller_is_read_as_in_the_whole_record(void **state)
{
	(void)state;
	assert_true(cases_run("trace.cases", check_caller) > 60);
}

static void
of_a_caller_no_more_is_read_than_needed(void **state)
{
	struct arena arena = {0};
	struct trace t;

	(void)state;
	assert_true(trace_read_caller(&t,
		STR("{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventName\":\"A\",\"userIdentity\":"
		    "{\"arn\":\"arn:aws:iam::1:user/a\",\"arn\":\"b\"},\"sourceIPAddress\":\"::1\","
		    "damage"),
		&arena));
	assert_str(t.text[TRACE_ACTOR], "arn:aws:iam::1:user/a");
	assert_str(t.text[TRACE_IP], "::1");
	assert_null(t.text[TRACE_NAME].data);
	arena_fini(&arena);
}

static void
every_record_is_read_as_the_case_says(void **state)
{
	(void)state;
	assert_true(cases_run("trace.cases", check) > 60);
}

static void
identify(const char *raw, unsigned char identity[16])
{
	struct arena arena = {0};
	struct trace trace;

	assert_true(trace_read(&trace, str_from(raw), &arena));
	trace_identity(&trace, identity);
	arena_fini(&arena);
}

static void
a_forged_copy_of_an_event_id_is_another_record(void **state)
{
	unsigned char a[16], again[16], forged[16];

	(void)state;
	identify("{\"eventID\":\"1\",\"eventName\":\"A\",\"errorCode\":\"x\"}", a);
	identify("{ \"errorCode\":\"\\u0078\",\"eventName\":\"A\",\"eventID\":\"1\"}", again);
	identify("{\"eventID\":\"1\",\"eventName\":\"A\"}", forged);
	assert_memory_equal(a, again, sizeof(a));
	assert_memory_not_equal(a, forged, sizeof(a));
}

/* Else the record of an alert would not be found to be its own among what a store gives back. */
static void
a_text_is_read_no_longer_than_a_store_keeps_it(void **state)
{
	struct arena arena = {0};
	struct buf raw = {0};
	struct trace trace;

	(void)state;
	buf_puts(&raw, "{\"userAgent\":\"");
	for (size_t i = 0; i < 2047; i++)
		buf_putc(&raw, 'a');
	buf_puts(&raw, "\xc3\xab and more\"}");
	assert_true(trace_read(&trace, buf_view(&raw), &arena));
	assert_int_equal(trace.text[TRACE_AGENT].len, 2047);
	buf_fini(&raw);
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_is_read_as_the_case_says),
		cmocka_unit_test(a_caller_is_read_as_in_the_whole_record),
		cmocka_unit_test(of_a_caller_no_more_is_read_than_needed),
		cmocka_unit_test(a_forged_copy_of_an_event_id_is_another_record),
		cmocka_unit_test(a_text_is_read_no_longer_than_a_store_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
