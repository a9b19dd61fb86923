/* Filters and searches on a list of many: in slices, newest first, and left when somebody says so.
 */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/store/history.h"
#include "tests/support/scene.h"
#include "tui/key.h"
#include "tui/ui.h"

enum { MANY = 3000, LATER = 100 };

struct stage {
	struct scene scene;
	struct store *reader;
	struct rule *rule;
	struct clock clock;
	struct config config;
	struct ui ui;
};

/* Record n came from 203.0.113.(n % 10); every fifth was a session with MFA. */
static void
put(struct stage *s, int64_t from, int64_t to)
{
	struct rule_run *run = rule_run_new(s->rule, 0);
	struct error err;

	assert_ok(store_begin(s->scene.store, &err), &err);
	for (int64_t n = from; n <= to; n++) {
		struct alert alert = {0};
		struct event event;
		char record[640];

		snprintf(record, sizeof(record),
			"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"AssumedRole\","
			"\"sessionContext\":{\"attributes\":{\"mfaAuthenticated\":\"%s\"}}},"
			"\"eventTime\":\"2026-01-02T%02lld:%02lld:%02lldZ\",\"eventSource\":"
			"\"iam.amazonaws.com\",\"eventName\":\"CreateAccessKey\",\"eventID\":\"e-%"
			"lld\","
			"\"sourceIPAddress\":\"203.0.113.%lld\",\"userAgent\":\"agent-%lld\"}",
			n % 5 ? "false" : "true", (long long)n / 3600, (long long)n / 60 % 60,
			(long long)n % 60, (long long)n, (long long)n % 10, (long long)n % 10);
		assert_ok(event_parse(&event, str_from(record), &err), &err);
		assert_true(rule_match(run, &event));
		alert_init(&alert, &event, s->rule, run);
		assert_int_equal(store_put_alert(s->scene.store, &alert, s->scene.input, 0, &err),
			STORE_NEW);
		alert_fini(&alert);
		event_fini(&event);
	}
	assert_ok(store_commit(s->scene.store, &err), &err);
	rule_run_free(run);
}

/* One frame after all that the store has was read. */
static void
look(struct stage *s)
{
	bool more;

	do {
		ui_follow_store(&s->ui, &more);
	} while (more);
	ui_load(&s->ui, 24, 80);
	ui_draw(&s->ui);
}

static int
setup(void **state)
{
	struct stage *s = MEM_NEW(struct stage);
	struct error err;

	scene_open(&s->scene);
	s->rule = rule_builtin();
	put(s, 1, MANY);
	assert_ok(store_open_again(&s->reader, s->scene.store, &err), &err);
	assert_ok(clock_init(&s->clock, "2026-01-03T00:00:00Z", "0", &err), &err);
	config_init(&s->config);
	assert_ok(ui_init(&s->ui,
			  &(struct ui_options){.store = s->reader,
				  .rules = &s->rule,
				  .rule_count = 1,
				  .config = &s->config,
				  .clock = &s->clock,
				  .theme = "dark",
				  .user = "alice"},
			  &err),
		&err);
	look(s);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	ui_fini(&s->ui);
	config_fini(&s->config);
	rule_free(s->rule);
	store_close(s->reader);
	scene_close(&s->scene);
	free(s);
	return 0;
}

static void
type(struct stage *s, const char *keys)
{
	for (; *keys; keys++)
		ui_key(&s->ui, *keys == '\r' ? KEYCODE_ENTER : (unsigned char)*keys);
}

static bool
shows(struct stage *s, const char *text)
{
	struct buf frame = {0};
	bool there;

	ui_load(&s->ui, 24, 80);
	ui_draw(&s->ui);
	grid_dump(&s->ui.grid, &frame);
	there = strstr(buf_cstr(&frame), text) != NULL;
	buf_fini(&frame);
	return there;
}

static int64_t
second_at(const struct stage *s, size_t position)
{
	int64_t first;

	assert_true(time_parse(STR("2026-01-02T00:00:00Z"), &first));
	return (s->ui.list.rows[list_at(&s->ui.list, position)].time - first) / TICKS_PER_SECOND;
}

/* Slices that have no time: each judges some rows nevertheless. */
static void
work_slices(struct stage *s, int slices)
{
	while (slices-- > 0)
		ui_filter_slice(&s->ui, 0);
	list_settle(&s->ui.list);
}

static void
a_filter_finds_the_newest_first_and_counts_as_it_goes(void **state)
{
	struct stage *s = *state;

	type(s, "fUserAgent == \"agent-7\"\r");
	assert_true(ui_is_busy(&s->ui));
	work_slices(s, 1);
	assert_int_equal(s->ui.list.shown, 2);
	assert_int_equal(second_at(s, 0), MANY - 3);
	assert_int_equal(second_at(s, 1), MANY - 13);
	assert_true(shows(s, "filter 2 of 3,000 alerts"));
	assert_true(shows(s, "0 %"));
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_true(shows(s, "filter 300 of 3,000 alerts"));
	assert_false(shows(s, " %"));
}

static void
answer(struct stage *s, int64_t rowid, enum answer_yes used)
{
	const struct answer answer = {.used = used, .children = -1, .first_seen_actor = TIME_NONE};
	struct error err;

	assert_ok(store_begin(s->scene.store, &err), &err);
	assert_ok(store_answer_put(s->scene.store, rowid, &answer, &err), &err);
	assert_ok(store_commit(s->scene.store, &err), &err);
	look(s);
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
}

static void
what_history_answers_filters_at_once_and_whenever_it_changes(void **state)
{
	struct stage *s = *state;

	answer(s, 7, ANSWER_YES);
	answer(s, 9, ANSWER_NO);
	type(s, "fUsed == true\r");
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_true(shows(s, "filter 1 of 3,000 alerts"));
	answer(s, 3, ANSWER_YES);
	assert_true(shows(s, "filter 2 of 3,000 alerts"));
	answer(s, 3, ANSWER_NO);
	assert_true(shows(s, "filter 1 of 3,000 alerts"));
}

static void
columns_of_the_list_the_store_and_the_record_filter_alike(void **state)
{
	static const struct {
		const char *typed, *says;
	} cases[] = {
		{"fSourceIpAddress == \"203.0.113.4\"\r", "filter 300 of 3,000 alerts"},
		{"fUserAgent == \"agent-4\"\r", "filter 300 of 3,000 alerts"},
		{"fSessionMfaAuthenticated == true\r", "filter 600 of 3,000 alerts"},
		{"fSessionMfaAuthenticated == true and SourceIpAddress endswith \"5\"\r",
			"filter 300 of 3,000 alerts"},
		{"fUserAgent == \"agent-4\" or TimeGenerated < datetime(2026-01-02T00:00:05Z)\r",
			"filter 303 of 3,000 alerts"},
	};
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		type(s, cases[i].typed);
		while (ui_is_busy(&s->ui))
			ui_work(&s->ui);
		if (!shows(s, cases[i].says))
			fail_msg("%s does not give %s", cases[i].typed, cases[i].says);
		ui_key(&s->ui, KEYCODE_ESC);
	}
}

static void
escape_leaves_a_filter_under_way_and_nothing_moves(void **state)
{
	struct stage *s = *state;
	int64_t rowid;

	type(s, "jj");
	rowid = list_selected(&s->ui.list)->rowid;
	assert_int_equal(second_at(s, s->ui.list.position), MANY - 2);
	type(s, "fUserAgent == \"agent-8\"\r");
	work_slices(s, 1);
	assert_true(ui_is_busy(&s->ui));
	assert_int_equal(list_selected(&s->ui.list)->rowid, rowid);
	ui_key(&s->ui, KEYCODE_ESC);
	assert_false(ui_is_filtering(&s->ui));
	assert_true(shows(s, "3,000 alerts"));
	assert_int_equal(s->ui.list.shown, MANY);
	assert_int_equal(list_selected(&s->ui.list)->rowid, rowid);
}

static void
what_arrives_is_judged_before_what_is_older(void **state)
{
	struct stage *s = *state;

	type(s, "fUserAgent == \"agent-7\"\r");
	work_slices(s, 1);
	put(s, MANY + 1, MANY + LATER);
	look(s);
	work_slices(s, LATER / 16 + 1);
	assert_int_equal(second_at(s, 0), MANY + LATER - 3);
	assert_true(ui_is_busy(&s->ui));
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_true(shows(s, "filter 310 of 3,100 alerts"));
}

/* Of those that are shown, and of no other. */
static void
a_predicate_marks_what_is_shown_and_esc_stops_it(void **state)
{
	struct stage *s = *state;

	type(s, "fUserAgent == \"agent-4\"\r");
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	type(s, ":mark SessionMfaAuthenticated == true or SourceIpAddress endswith \"4\"\r");
	ui_mark_slice(&s->ui, 0);
	assert_true(ui_is_marking(&s->ui));
	assert_true(shows(s, "of 300 looked at; Esc stops"));
	type(s, "v");
	assert_int_equal(s->ui.prompt.kind, PROMPT_NONE);
	assert_true(shows(s, "still being marked"));
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_true(shows(s, "it holds for 300 of 300 alerts; 300 marked"));
	assert_int_equal(s->ui.list.marks, 300);

	ui_key(&s->ui, KEYCODE_ESC); /* the filter */
	type(s, ":mark SessionMfaAuthenticated == true\r");
	while (s->ui.marking.at < 1000)
		ui_mark_slice(&s->ui, 0);
	ui_key(&s->ui, KEYCODE_ESC);
	assert_false(ui_is_marking(&s->ui));
	assert_true(s->ui.list.marks > 300 && s->ui.list.marks < 900);
	assert_true(shows(s, "marking was stopped"));
	type(s, ":mark Nope == 1\r");
	assert_true(shows(s, "Nope"));
	assert_int_equal(s->ui.prompt.kind, PROMPT_COMMAND);
	assert_false(ui_is_marking(&s->ui));
}

static void
a_search_looks_at_what_the_columns_say(void **state)
{
	struct stage *s = *state;

	type(s, "/203\\.0\\.113\\.5 *$\r");
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_int_equal(second_at(s, s->ui.list.position) % 10, 5);
	type(s, "/^2026-01-02 00:16:40 .*success\r");
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_int_equal(second_at(s, s->ui.list.position), 1000);
	type(s, "/nowhere\r");
	while (ui_is_busy(&s->ui))
		ui_work(&s->ui);
	assert_true(shows(s, "no alert matches /nowhere"));
	assert_int_equal(second_at(s, s->ui.list.position), 1000);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* Where a search from the top comes to; 0: nowhere. */
static size_t
found_at(struct stage *s, const char *pattern)
{
	struct error err;

	type(s, "g");
	assert_ok(ui_set_search(&s->ui, str_from(pattern), &err), &err);
	ui_find(&s->ui, 1);
	ui_find_slice(&s->ui, INT64_MAX);
	return s->ui.list.position;
}

/* A plain word is looked for in the words that rows share; in a group, in every row's text. */
static void
a_search_for_a_word_finds_what_a_search_in_rows_finds(void **state)
{
	static const struct {
		const char *plain, *grouped;
		bool there;
	} searches[] = {
		{"assumed", "(?:assumed)", true},
		{"AssumedRole", "(?:AssumedRole)", true},
		{"assumedROLE", "(?:assumedROLE)", false},
		{"medium", "(?:medium)", true},
		{"new", "(?:new)", true},
		{"other", "(?:other)", true},
		{"success", "(?:success)", true},
		{"self", "(?:self)", false},
		{"closed", "(?:closed)", false},
		{"00:30:07", "(?:00:30:07)", true},
		{"113", "(?:113)", true},
		{"nowhere", "(?:nowhere)", false},
	};
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		size_t plain = found_at(s, searches[i].plain);

		print_message("%s: %zu\n", searches[i].plain, plain);
		assert_int_equal(plain, found_at(s, searches[i].grouped));
		assert_int_equal(plain > 0, searches[i].there);
	}
	found_at(s, "nowhere"); /* is left under way */
}

/* Of one address some were denied: what the list says of it is not said of all of its alerts. */
static void
alerts_of_one_address_are_judged_by_their_outcome_too(void **state)
{
	struct stage *s = *state;
	struct error err;

	for (size_t i = 0; i < s->ui.list.count; i += 3)
		s->ui.list.rows[i].outcome = OUTCOME_DENIED;
	assert_ok(ui_set_filter(&s->ui,
			  STR("SourceIpAddress == \"203.0.113.7\" and isempty(ErrorCode)"), &err),
		&err);
	for (size_t i = 0; i < s->ui.list.count; i++) {
		const struct list_row *row = &s->ui.list.rows[i];

		while (s->ui.list.match[i] == MATCH_UNKNOWN)
			ui_filter_slice(&s->ui, INT64_MAX);
		if (row->outcome == OUTCOME_SUCCESS)
			assert_int_equal(s->ui.list.match[i] == MATCH_YES, row->rowid % 10 == 7);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_filter_finds_the_newest_first_and_counts_as_it_goes),
		test(what_history_answers_filters_at_once_and_whenever_it_changes),
		test(columns_of_the_list_the_store_and_the_record_filter_alike),
		test(escape_leaves_a_filter_under_way_and_nothing_moves),
		test(what_arrives_is_judged_before_what_is_older),
		test(a_predicate_marks_what_is_shown_and_esc_stops_it),
		test(a_search_looks_at_what_the_columns_say),
		test(a_search_for_a_word_finds_what_a_search_in_rows_finds),
		test(alerts_of_one_address_are_judged_by_their_outcome_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
