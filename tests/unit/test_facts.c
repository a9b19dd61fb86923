#include "tests/support/test.h"

#include "core/alert/facts.h"
#include "core/base/buf.h"
#include "core/base/text.h"
#include "tests/support/cases.h"
#include "tests/support/run.h"

static const struct fact_ledger ledger = {
	.from = INT64_C(1767323045) * TICKS_PER_SECOND,
	.to = INT64_C(1767323046) * TICKS_PER_SECOND,
	.inputs = 3,
	.problems = 1,
};

/* An alert under the built-in rule, its record and the answers. */
struct scene {
	struct alert alert;
	struct event event;
	struct arena arena;
	struct fact facts[FACT_COUNT];
};

static void
open_scene(struct scene *s, struct str raw)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct error err;

	*s = (struct scene){0};
	assert_ok(event_parse(&s->event, raw, &err), &err);
	assert_true(rule_match(run, &s->event));
	alert_init(&s->alert, &s->event, rule, run);
	rule_run_free(run);
	rule_free(rule);
	facts_of_alert(s->facts, &s->arena, &s->alert, &s->event, &ledger);
}

static void
close_scene(struct scene *s)
{
	event_fini(&s->event);
	alert_fini(&s->alert);
	arena_fini(&s->arena);
}

static void
put_answer(struct buf *out, const struct fact *fact, char aspect)
{
	switch (aspect) {
	case 'j':
		buf_str(out, fact->json.data ? fact->json : STR("-"));
		break;
	case 'e':
		buf_puts(out, fact->evidence ? fact->evidence : "-");
		break;
	case '!':
		buf_puts(out, fact->alarming ? "yes" : "no");
		break;
	default:
		buf_puts(out, fact->known ? "" : "unknown: ");
		buf_str(out, fact->value);
	}
}

static void
check(struct str name, struct str input, struct str key, struct str value)
{
	int number = (int)strtol(key.data, NULL, 10);
	struct buf got = {0};
	struct scene s;

	open_scene(&s, input);
	put_answer(&got, &s.facts[number - 1], key.data[key.len - 1]);
	if (!str_equal(buf_view(&got), value))
		print_error("%.*s: %.*s is\n%s\nnot\n%.*s\n", STR_ARG(name), STR_ARG(key),
			buf_cstr(&got), STR_ARG(value));
	assert_true(str_equal(buf_view(&got), value));
	buf_fini(&got);
	close_scene(&s);
}

static void
every_question_is_answered_as_the_case_says(void **state)
{
	(void)state;
	assert_true(cases_run("facts.cases", check) > 60);
}

static void
every_answer_has_a_number_a_name_and_json_exactly_when_it_is_known(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, STR("{\"eventName\":\"CreateAccessKey\",\"userAgent\":\"a\\\"b\\u0000\\n\","
			   "\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"\\u202e\"}}"));
	for (int i = 0; i < FACT_COUNT; i++) {
		const struct fact *fact = &s.facts[i];

		assert_int_equal(fact->number, i + 1);
		assert_true(strlen(fact->label) <= 10);
		assert_true(fact->value.len > 0);
		assert_int_equal(fact->known, fact->json.data != NULL);
		if (fact->known) {
			struct json_doc *doc;
			struct error err;

			assert_ok(json_parse(fact->json, &doc, &err), &err);
			assert_int_not_equal(json_type(json_root(doc)), JSON_NULL);
			json_doc_free(doc);
		}
	}
	close_scene(&s);
}

static void
a_record_that_cannot_be_parsed_leaves_what_the_alert_knows(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, STR("{\"eventName\":\"CreateAccessKey\",\"userAgent\":\"curl/8\"}"));
	facts_of_alert(s.facts, &s.arena, &s.alert, NULL, NULL);
	assert_str(s.facts[9].value, "curl/8 (curl)");
	assert_str(s.facts[7].value, "not recorded");
	assert_str(s.facts[23].value, "not recorded: nothing was read since the start");
	close_scene(&s);
}

/* ---- decisions ---- */

static void
assert_decided(struct scene *s, size_t count, const char *text, const char *json)
{
	static struct decision decisions[] = {
		{.seq = 1, .action = DECIDE_TAKE, .actor = {"bob", 3}, .reason = {"", 0}},
		{.seq = 2, .action = DECIDE_REQUEST, .actor = {"bob", 3}, .reason = {"", 0}},
		{.seq = 3,
			.action = DECIDE_VALIDATE,
			.actor = {"ada", 3},
			.reason = {"change 7", 8}},
		{.seq = 4,
			.action = DECIDE_UNDO,
			.actor = {"ada", 3},
			.reason = {"oops", 4},
			.undoes = 3},
		{.seq = 5,
			.action = DECIDE_MALICIOUS,
			.actor = {"bob", 3},
			.reason = {"stolen", 6}},
	};

	for (size_t i = 0; i < 5; i++)
		decisions[i].at = (INT64_C(1767323045) + (int64_t)i) * TICKS_PER_SECOND;
	s->alert.decisions = decisions;
	s->alert.decision_count = count;
	s->alert.state = decision_fold(decisions, count, 1);
	facts_of_alert(s->facts, &s->arena, &s->alert, &s->event, &ledger);
	assert_str(s->facts[24].value, text);
	assert_str(s->facts[24].json, json);
}

static void
the_decision_that_stands_is_told(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, STR("{\"eventName\":\"CreateAccessKey\"}"));
	assert_decided(&s, 1, "taken by bob at 2026-01-02T03:04:05Z; needs an Account Admin",
		"{\"state\":\"none\",\"principal\":[],\"at\":null,\"reason\":null}");
	assert_decided(&s, 2,
		"awaiting validation, requested by bob at 2026-01-02T03:04:06Z; needs an Account "
		"Admin",
		"{\"state\":\"awaiting\",\"principal\":[],\"at\":\"2026-01-02T03:04:06Z\","
		"\"reason\":null}");
	assert_decided(&s, 3, "validated (unsigned) by ada at 2026-01-02T03:04:07Z: change 7",
		"{\"state\":\"unsigned\",\"principal\":[],\"at\":\"2026-01-02T03:04:07Z\","
		"\"reason\":\"change 7\"}");
	assert_decided(&s, 4,
		"awaiting validation, requested by bob at 2026-01-02T03:04:06Z; needs an Account "
		"Admin",
		"{\"state\":\"awaiting\",\"principal\":[],\"at\":\"2026-01-02T03:04:06Z\","
		"\"reason\":null}");
	assert_decided(&s, 5, "closed as TruePositive by bob at 2026-01-02T03:04:09Z: stolen",
		"{\"state\":\"none\",\"principal\":[],\"at\":null,\"reason\":null}");
	close_scene(&s);
}

static void
assert_signed(struct scene *s, enum verdict first, enum verdict second, const char *action,
	const char *text, const char *json)
{
	struct decision decisions[] = {
		{.seq = 1, .actor = STR("bob"), .reason = STR("OPS-1"), .principal = STR("ada")},
		{.seq = 2, .actor = STR("bob"), .reason = STR("OPS-2"), .principal = STR("eve")},
		{.seq = 3, .actor = STR("bob"), .reason = STR("odd")},
	};
	const enum verdict verdicts[] = {first, second};

	for (size_t i = 0; i < 2; i++) {
		decisions[i].action = DECIDE_VALIDATE;
		decisions[i].statement = STR("signed");
		decisions[i].why = STR("the key is revoked");
		decisions[i].verdict = verdicts[i];
	}
	for (size_t i = 0; i < 3; i++)
		decisions[i].at = (INT64_C(1767323045) + (int64_t)i) * TICKS_PER_SECOND;
	decisions[2].action = decision_find(str_from(action));
	decisions[2].undoes = decisions[2].action == DECIDE_UNDO ? 2 : 0;
	s->alert.decisions = decisions;
	s->alert.decision_count = *action ? 3 : 2;
	s->alert.state = decision_fold(decisions, s->alert.decision_count, 2);
	facts_of_alert(s->facts, &s->arena, &s->alert, &s->event, &ledger);
	assert_str(s->facts[24].value, text);
	assert_str(s->facts[24].json, json);
}

static void
the_decided_fact_says_what_came_of_signatures(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s, STR("{\"eventName\":\"CreateAccessKey\"}"));
	assert_signed(&s, VERDICT_HOLDS, VERDICT_HOLDS, "",
		"validated by ada, eve, signed at 2026-01-02T03:04:06Z: OPS-2",
		"{\"state\":\"signed\",\"principal\":[\"ada\",\"eve\"],"
		"\"at\":\"2026-01-02T03:04:06Z\",\"reason\":\"OPS-2\"}");
	assert_signed(&s, VERDICT_HOLDS, VERDICT_HOLDS, "undo",
		"awaiting further approvals (1 of 2), validated by ada, signed at "
		"2026-01-02T03:04:05Z: OPS-1; needs an Account Admin",
		"{\"state\":\"awaiting\",\"principal\":[\"ada\"],"
		"\"at\":\"2026-01-02T03:04:05Z\",\"reason\":\"OPS-1\"}");
	assert_signed(&s, VERDICT_HOLDS, VERDICT_VOID, "",
		"no longer holds: the key is revoked; needs an Account Admin",
		"{\"state\":\"no-longer-holds\",\"principal\":[\"ada\"],"
		"\"at\":\"2026-01-02T03:04:06Z\",\"reason\":\"the key is revoked\"}");
	assert_signed(&s, VERDICT_FORGED, VERDICT_VOID, "malicious",
		"forged: the key is revoked; closed as TruePositive by bob at "
		"2026-01-02T03:04:07Z: odd",
		"{\"state\":\"forged\",\"principal\":[],"
		"\"at\":\"2026-01-02T03:04:05Z\",\"reason\":\"the key is revoked\"}");
	assert_signed(&s, VERDICT_HOLDS, VERDICT_CHECKING, "", "checking a signed validation",
		"{\"state\":\"checking\",\"principal\":[\"ada\"],"
		"\"at\":\"2026-01-02T03:04:06Z\",\"reason\":\"OPS-2\"}");
	assert_signed(&s, VERDICT_UNSIGNED, VERDICT_UNSIGNED, "",
		"validated (unsigned: no policy to verify a signature by) by bob at "
		"2026-01-02T03:04:06Z: OPS-2",
		"{\"state\":\"unsigned\",\"principal\":[],"
		"\"at\":\"2026-01-02T03:04:06Z\",\"reason\":\"OPS-2\"}");
	assert_signed(&s, VERDICT_HOLDS, VERDICT_HOLDS, "note",
		"validated by ada, eve, signed at 2026-01-02T03:04:06Z: OPS-2",
		"{\"state\":\"signed\",\"principal\":[\"ada\",\"eve\"],"
		"\"at\":\"2026-01-02T03:04:06Z\",\"reason\":\"OPS-2\"}");
	close_scene(&s);
}

/* ---- the command to copy ---- */

static struct str
command_for(struct arena *arena, struct str user, struct str key)
{
	struct alert alert = {0};

	alert.text[ALERT_ACTOR_TYPE] = STR("IAMUser");
	alert.text[ALERT_TARGET_USER] = user;
	alert.text[ALERT_KEY_ID] = key;
	return fact_deactivate_command(arena, &alert);
}

/* What a POSIX shell makes of the command: its words, each followed by a line feed. */
static void
run_in_shell(struct str command, struct buf *out)
{
	struct buf script = {0};
	const char *arguments[] = {"-c", NULL, NULL};
	struct run run = {.child = {.program = "/bin/sh", .arguments = arguments, .home = "/tmp"}};

	buf_puts(&script, "aws() { printf '%s\\n' \"$@\"; }; ");
	buf_str(&script, command);
	arguments[1] = buf_cstr(&script);
	run_program(&run);
	assert_int_equal(run.status, 0);
	buf_str(out, buf_view(&run.out));
	run_fini(&run);
	buf_fini(&script);
}

static const struct {
	const char *user, *words; /* words NULL: there is no command */
} users[] = {
	{"svc-backup", "--user-name\nsvc-backup\n"},
	{"a+b=c,d.e@f-g_h", "--user-name\na+b=c,d.e@f-g_h\n"},
	{"x; touch /tmp/pwned", "--user-name\nx; touch /tmp/pwned\n"},
	{"it's $(id) `id` \"q\" \\ *", "--user-name\nit's $(id) `id` \"q\" \\ *\n"},
	{"'", "--user-name\n'\n"},
	{"=ls", "--user-name\n=ls\n"},
	{"-rf", "--user-name=-rf\n"},
	{"--user-name=x", "--user-name=--user-name=x\n"},
	{"-e \xe2\x80\xae", "--user-name=-e \xe2\x80\xae\n"},
	{"zo\xc3\xab", "--user-name\nzo\xc3\xab\n"},
	{"a\nb", "--user-name\na\nb\n"},
	{"\xe2\x80\xae%s\\x", "--user-name\n\xe2\x80\xae%s\\x\n"},
	{"\x1b]0;x\x07", "--user-name\n\x1b]0;x\x07\n"},
	{"\xff", "--user-name\n\xff\n"},
	{"-\x01", "--user-name=-\x01\n"},
	{"a\n", NULL},
	{"a\xc0\x80"
	 "b",
		NULL},
	{"file:///etc/passwd", NULL},
	{"https://evil.example/", NULL},
	{"", NULL},
};

static void
the_command_reaches_the_program_exactly_whatever_the_user_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		struct arena arena = {0};
		struct buf got = {0}, expected = {0};
		struct str command = command_for(&arena, str_from(users[i].user), STR("AKIAX"));

		print_message("user %zu: %.*s\n", i, STR_ARG(command));
		assert_int_equal(command.data != NULL, users[i].words != NULL);
		if (command.data) {
			assert_false(text_has_hidden(command));
			run_in_shell(command, &got);
			buf_printf(&expected,
				"iam\nupdate-access-key\n--access-key-id\nAKIAX\n--status\n"
				"Inactive\n%s",
				users[i].words);
			assert_string_equal(buf_cstr(&got), buf_cstr(&expected));
		}
		buf_fini(&got);
		buf_fini(&expected);
		arena_fini(&arena);
	}
}

static void
a_hostile_key_id_is_quoted_too(void **state)
{
	struct arena arena = {0};
	struct buf got = {0};

	(void)state;
	run_in_shell(command_for(&arena, STR("bob"), STR("AKIA'; id")), &got);
	assert_string_equal(buf_cstr(&got), "iam\nupdate-access-key\n--access-key-id\nAKIA'; id\n"
					    "--status\nInactive\n--user-name\nbob\n");
	assert_str(command_for(&arena, STR("bob"), STR_ABSENT), NULL);
	buf_fini(&got);
	arena_fini(&arena);
}

/* ---- 24, of live sources ---- */

static void
assert_watched(const struct fact_ledger *live, const char *expected)
{
	static const char raw[] = "{\"eventName\":\"CreateAccessKey\"}";
	struct buf got = {0};
	struct scene s;

	open_scene(&s, str_from(raw));
	s.alert.arrived = live->from;
	facts_of_alert(s.facts, &s.arena, &s.alert, &s.event, live);
	put_answer(&got, &s.facts[23], ' ');
	buf_puts(&got, " | ");
	put_answer(&got, &s.facts[23], 'j');
	assert_string_equal(buf_cstr(&got), expected);
	buf_fini(&got);
	close_scene(&s);
}

static void
evidence_of_live_sources_reaches_as_far_as_they_looked(void **state)
{
	struct health sources[] = {
		{.name = "prod",
			.success_at = ledger.to + TICKS_PER_MINUTE,
			.position = ledger.to + 1},
		{.name = "queue", .success_at = ledger.to + TICKS_PER_HOUR, .position = TIME_NONE},
	};
	struct fact_ledger live = ledger;

	(void)state;
	live.sources = sources;
	live.source_count = 2;
	live.since = ledger.from + 7;
	live.problems = 0;
	assert_watched(&live, "watched from 2026-01-02T03:04:05Z: prod until 2026-01-02T03:04:06Z, "
			      "queue until 2026-01-02T04:04:06Z | "
			      "{\"from\":\"2026-01-02T03:04:05.0000007Z\",\"to\":\"2026-01-02T03:"
			      "04:06.0000001Z\","
			      "\"gaps\":[],\"problems\":0}");
}

static void
a_source_that_fails_is_a_gap_of_the_evidence(void **state)
{
	struct health sources[] = {
		{.name = "prod", .success_at = TIME_NONE, .position = TIME_NONE, .cause = "denied"},
		{.name = "queue",
			.success_at = ledger.to,
			.position = TIME_NONE,
			.cause = "network"},
	};
	struct fact_ledger live = ledger;

	(void)state;
	live.sources = sources;
	live.source_count = 2;
	live.since = TIME_NONE;
	assert_watched(&live,
		"watched: prod nothing yet (denied), queue until 2026-01-02T03:04:06Z (network); "
		"1 unreadable | {\"from\":null,\"to\":null,\"gaps\":["
		"{\"source\":\"prod\",\"from\":null,\"to\":null,\"cause\":\"denied\"},"
		"{\"source\":\"queue\",\"from\":\"2026-01-02T03:04:06Z\",\"to\":null,"
		"\"cause\":\"network\"}],\"problems\":1}");
}

/* ---- 23 ---- */

static void
assert_sentinel(int64_t arrived_after, bool watched, int period_min, const char *expected)
{
	static const char raw[] = "{\"eventName\":\"CreateAccessKey\","
				  "\"eventTime\":\"2026-01-02T03:04:05Z\"}";
	struct fact_ledger live = ledger;
	struct buf yaml = {0};
	struct rule *rule;
	struct error err;
	struct buf got = {0};
	struct scene s;

	open_scene(&s, str_from(raw));
	s.alert.watched = watched;
	s.alert.arrived = s.alert.time + arrived_after;
	buf_printf(&yaml,
		"id: 9a6554e6-63d9-4f94-9b32-64d1d40628f2\nname: a\nseverity: Low\n"
		"queryFrequency: 15m\nqueryPeriod: %dm\n"
		"query: AWSCloudTrail\n",
		period_min);
	assert_ok(rule_load_text(&rule, buf_view(&yaml), "rule.yaml", &err), &err);
	live.rules = &rule;
	live.rule_count = 1;
	facts_of_alert(s.facts, &s.arena, &s.alert, &s.event, &live);
	put_answer(&got, &s.facts[22], ' ');
	buf_puts(&got, " | ");
	put_answer(&got, &s.facts[22], 'j');
	assert_string_equal(buf_cstr(&got), expected);
	buf_fini(&got);
	buf_fini(&yaml);
	rule_free(rule);
	close_scene(&s);
}

#define SEEN ": Sentinel's rule, reading a similar path, would have seen it | "
#define MISSED ": Sentinel's rule, reading a similar path, would have missed it | "

static void
what_sentinels_schedule_would_have_seen_is_said_with_its_numbers(void **state)
{
	(void)state;
	assert_sentinel(
		-1, true, 15, "reached us after 0 s" SEEN "{\"seen\":true,\"delaySeconds\":0}");
	assert_sentinel(5 * TICKS_PER_MINUTE, true, 15,
		"reached us after 5 min" SEEN "{\"seen\":true,\"delaySeconds\":300}");
	assert_sentinel(10 * TICKS_PER_MINUTE, true, 15,
		"unknown: not recorded: when the schedule ran; it reached us after 10 min, and 33 "
		"% of "
		"schedules of 15 min would have missed it | -");
	assert_sentinel(22 * TICKS_PER_MINUTE, true, 15,
		"reached us after 22 min" MISSED "{\"seen\":false,\"delaySeconds\":1320}");
	/* A longer look-back, as Microsoft's own remedy has it. */
	assert_sentinel(22 * TICKS_PER_MINUTE, true, 60,
		"reached us after 22 min" SEEN "{\"seen\":true,\"delaySeconds\":1320}");
	assert_sentinel(22 * TICKS_PER_MINUTE, false, 15, "unknown: first seen at start | -");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_is_answered_as_the_case_says),
		cmocka_unit_test(
			every_answer_has_a_number_a_name_and_json_exactly_when_it_is_known),
		cmocka_unit_test(evidence_of_live_sources_reaches_as_far_as_they_looked),
		cmocka_unit_test(a_source_that_fails_is_a_gap_of_the_evidence),
		cmocka_unit_test(a_record_that_cannot_be_parsed_leaves_what_the_alert_knows),
		cmocka_unit_test(the_decision_that_stands_is_told),
		cmocka_unit_test(the_decided_fact_says_what_came_of_signatures),
		cmocka_unit_test(the_command_reaches_the_program_exactly_whatever_the_user_name),
		cmocka_unit_test(a_hostile_key_id_is_quoted_too),
		cmocka_unit_test(what_sentinels_schedule_would_have_seen_is_said_with_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
