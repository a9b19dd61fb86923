/* The story of an alert on the screen: the line in plain words, the facts, the timeline, the lives
 * of keys, cards, and what Enter opens. */
#include "tests/support/test.h"

#include <stdio.h>

#include "tests/support/chronicle.h"
#include "tests/support/expect.h"
#include "tests/support/frame.h"
#include "tui/trace_text.h"

/* ---- whole screens ---- */

static const struct {
	int rows, cols;
} sizes[] = {{24, 80}, {40, 140}, {50, 200}};

static void
golden(struct chronicle *s, const char *keys, const char *view)
{
	static const char *const looks[] = {"dark", "ascii"};

	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct picture picture;
		struct pen title;
		struct buf text = {0};
		char name[96];

		s->rows = sizes[i / 2].rows;
		s->cols = sizes[i / 2].cols;
		chronicle_open(s, i % 2);
		chronicle_type(s, keys);
		snprintf(name, sizeof(name), "tests/data/golden/%s-%dx%d-%s.txt", view, s->cols,
			s->rows, looks[i % 2]);
		/* The store has another name each time. */
		title = pen_at(&s->ui.grid, 0, 0, s->cols);
		pen_blank(&title, ROLE_TEXT, s->cols);
		frame_picture(&picture, &s->ui.grid, &s->ui.theme, looks[i % 2]);
		picture_write(&picture, &text);
		expect_file(name, buf_view(&text));
		buf_fini(&text);
		picture_fini(&picture);
	}
}

static void
golden_backdoor(void **state)
{
	chronicle_tell(*state, chronicle_backdoor);
	golden(*state, "jj\r", "story");
}

static void
golden_timeline(void **state)
{
	chronicle_tell(*state, chronicle_backdoor);
	golden(*state, "jjH", "timeline");
}

static void
golden_family(void **state)
{
	chronicle_tell(*state, chronicle_backdoor);
	golden(*state, "jjK", "family");
}

static void
golden_rotation(void **state)
{
	chronicle_tell(*state, chronicle_rotation);
	golden(*state, "K", "rotation");
}

static void
golden_card(void **state)
{
	chronicle_tell(*state, chronicle_backdoor);
	golden(*state, "jj\rjj\r", "card");
}

/* ---- what it does ---- */

static void
the_alert_stands_in_its_history_although_no_input_was_looked_through(void **state)
{
	struct chronicle *s = *state;

	chronicle_put_alerts(s, chronicle_rotation);
	chronicle_open(s, false);
	chronicle_shows(s, "not looked for yet: used, same place, since");
	chronicle_type(s, "H");
	chronicle_shows(s, "08:14:09   alert  CreateAccessKey dave");
	chronicle_shows(s, "other records were not looked for yet");
	chronicle_type(s, "K");
	chronicle_shows(s, CHRONICLE_NEW);
	chronicle_shows(s, "rotation  unknown: not looked for yet");
}

/* What the list does not know yet must not read as what nobody can tell. */
static void
while_answers_for_the_list_are_made_the_status_line_counts_them(void **state)
{
	struct chronicle *s = *state;

	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	assert_int_equal(chronicle_count(s, "answers"), 0);
	s->ui.progress.history.answers_total = 3641;
	s->ui.progress.history.answers_done = 1821;
	chronicle_look(s);
	chronicle_shows(s, " ━━━─── answers: 1,821 of 3,641      ");
	s->cols = 140;
	chronicle_look(s);
	chronicle_shows(s, " ━━━━━━━━━━━━──────────── answers: 1,821 of 3,641 alerts      ");
	s->ui.progress.history.answers_total = 0;
	chronicle_look(s);
	assert_int_equal(chronicle_count(s, "answers"), 0);
}

static void
the_history_is_narrowed_by_what_ties_it_to_the_alert(void **state)
{
	struct chronicle *s = *state;

	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	chronicle_type(s, "jjH");
	chronicle_shows(s, "[all ");
	chronicle_shows(s, "break-glass");
	chronicle_type(s, "b");
	chronicle_shows(s, "[key ");
	assert_int_equal(chronicle_count(s, "-1 min"), 0); /* another key of the same caller */
	chronicle_shows(s, "sts:AssumeRole Deploy");
	chronicle_type(s, "b");
	chronicle_shows(s, "[actor ");
	assert_int_equal(chronicle_count(s, "AssumeRole"), 0);
	chronicle_type(s, ":by user\r");
	chronicle_shows(s, "[user ");
	chronicle_shows(s, "sts:GetCallerIdentity");
	chronicle_type(s, ":by nobody\r");
	chronicle_shows(s, "is no history");
}

static void
what_repeats_stands_once_and_enter_takes_it_apart(void **state)
{
	struct chronicle *s = *state;

	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	chronicle_type(s, "jjH");
	chronicle_shows(s, "s3:ListBuckets 3 times");
	chronicle_type(s, "jj\r");
	chronicle_shows(s, "only one call that was repeated");
	assert_int_equal(chronicle_count(s, "s3:ListBuckets"), 3);
	chronicle_type(s, "\033");
	chronicle_shows(s, "s3:ListBuckets 3 times");
	assert_int_equal(s->ui.focus, PANE_HISTORY);
	chronicle_type(s, "\033");
	assert_int_equal(s->ui.focus, PANE_LIST);
}

/* The last line is in view, and still it is said that these are not all. */
static void
what_narrows_the_history_stays_above_it(void **state)
{
	struct chronicle *s = *state;

	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	chronicle_type(s, "jjKj\r");
	ui_key(&s->ui, KEYCODE_END);
	chronicle_look(s);
	assert_true(s->ui.panes[PANE_HISTORY].top > 0);
	assert_int_equal(pane_rows_below(&s->ui.panes[PANE_HISTORY]), 0);
	chronicle_shows(s, "[all ");
	chronicle_shows(s, " only of " CHRONICLE_NEW);
	chronicle_shows(s, "delivered  ");
}

/* From a fact to what shows it: two keys. */
static void
a_fact_that_several_records_show_opens_the_history_of_these(void **state)
{
	struct chronicle *s = *state;

	s->rows = 40;
	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	chronicle_type(s, "jj\r/children\r\r");
	assert_int_equal(s->ui.focus, PANE_HISTORY);
	chronicle_shows(s, "only what shows \"children\"");
	chronicle_shows(s, "CreateAccessKey eve");
	assert_int_equal(chronicle_count(s, "GetCallerIdentity"), 0);
}

/* Not the role that many share. */
static void
who_acted_is_seen_where_history_and_card_are_narrow(void **state)
{
	struct chronicle *s = *state;

	s->rows = 40;
	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	chronicle_type(s, "jjH");
	chronicle_shows(s, "CreateAccessKey svc-ba… …WNEW Adm…/alice@… 203");
	chronicle_type(s, "\033\rjjj\r");
	chronicle_shows(s, "CreateAccessKey svc-backup …WNEW    Admin…/alice@corp…");
}

static void
history_and_ribbons_are_laid_out_anew_for_another_width(void **state)
{
	static const char *const keys[] = {"jjH", "jjK"};
	static const int cols[] = {60, 140, 100};
	struct chronicle *s = *state;

	chronicle_tell(s, chronicle_backdoor);
	for (size_t i = 0; i < 2 * sizeof(cols) / sizeof(cols[0]); i++) {
		struct buf resized = {0}, opened = {0};

		s->cols = 80;
		chronicle_open(s, false);
		chronicle_type(s, keys[i % 2]);
		s->cols = cols[i / 2];
		chronicle_look(s);
		grid_dump(&s->ui.grid, &resized);
		chronicle_open(s, false);
		chronicle_type(s, keys[i % 2]);
		grid_dump(&s->ui.grid, &opened);
		assert_string_equal(buf_cstr(&resized), buf_cstr(&opened));
		buf_fini(&resized);
		buf_fini(&opened);
	}
}

static void
a_role_that_a_call_is_about_alone_is_named_once(void **state)
{
	static const char record[] =
		"{\"eventName\":\"UpdateAssumeRolePolicy\",\"eventSource\":\"iam.amazonaws.com\","
		"\"requestParameters\":{\"roleName\":\"Deploy\"}}";
	struct arena arena = {0};
	struct trace trace;
	struct buf out = {0};

	(void)state;
	assert_true(trace_read(&trace, STR(record), &arena));
	trace_text_put_what(&out, &trace, false);
	assert_str(buf_view(&out), "UpdateAssumeRolePolicy Deploy");
	buf_fini(&out);
	arena_fini(&arena);
}

static void
of_a_call_that_is_too_long_the_end_of_its_key_stays(void **state)
{
	static const struct {
		int cols;
		const char *words;
	} cases[] = {
		{38, "CreateAccessKey svc-backup AKIA…7Q2D"},
		{36, "CreateAccessKey svc-backup AKIA…7Q2D"},
		{35, "CreateAccessKey svc-backup …7Q2D"},
		{25, "CreateAccessKey sv… …7Q2D"},
		{14, "CreateA… …7Q2D"},
		{13, "CreateAccess…"},
	};
	static const char record[] =
		"{\"eventName\":\"CreateAccessKey\",\"eventSource\":\"iam.amazonaws.com\","
		"\"requestParameters\":{\"userName\":\"svc-backup\"},\"responseElements\":{"
		"\"accessKey\":{\"accessKeyId\":\"AKIAEXAMPLEEXAMP7Q2D\"}}}";
	struct arena arena = {0};
	struct trace trace;

	(void)state;
	assert_true(trace_read(&trace, STR(record), &arena));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = {0};

		trace_text_put_what_in(&out, &trace, cases[i].cols, false);
		assert_str(buf_view(&out), cases[i].words);
		buf_fini(&out);
	}
	arena_fini(&arena);
}

static void
that_no_key_was_made_is_said_of_calls_that_failed_alone(void **state)
{
	static const struct told keyless[] = {
		{"2026-01-14T03:10:11Z", CHRONICLE_ROLE, "ASIAADMINADMIN000000",
			"iam:CreateAccessKey", NULL, NULL, "203.0.113.66", "AccessDenied"},
		{"2026-01-14T03:12:04Z", CHRONICLE_ROLE, "ASIAADMINADMIN000000",
			"iam:CreateAccessKey", NULL, NULL, "203.0.113.66", NULL},
		{NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	};
	struct chronicle *s = *state;

	chronicle_tell(s, keyless);
	chronicle_open(s, false);
	chronicle_type(s, "K");
	chronicle_shows(s, "the record holds no new key, and no other of this user is known");
	chronicle_type(s, "\033j");
	chronicle_shows(s, "the call made no key, and no other of this user is known");
}

static void
a_ribbon_opens_the_history_of_its_key(void **state)
{
	struct chronicle *s = *state;

	s->rows = 40;
	chronicle_tell(s, chronicle_rotation);
	chronicle_open(s, false);
	chronicle_type(s, "K\r");
	chronicle_shows(s, "only of " CHRONICLE_OLD);
	chronicle_shows(s, "DeleteAccessKey ");
	assert_int_equal(chronicle_count(s, "08:20:00"), 0); /* with the new one */
}

static void
a_card_goes_to_another_alert_of_the_same_actor_and_to_the_record(void **state)
{
	struct chronicle *s = *state;

	chronicle_tell(s, chronicle_backdoor);
	chronicle_open(s, false);
	chronicle_type(s, "jj\rjj\r");
	chronicle_shows(s, "alerts     2, 2 open");
	chronicle_type(s, "jj\r");
	chronicle_shows(s, "4 of 4 ");
	assert_int_equal(s->ui.focus, PANE_LIST);
	chronicle_type(s, "\rjj\r\r");
	assert_int_equal(s->ui.focus, PANE_EVENT);
	chronicle_shows(s, "\"userIdentity\": {");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		chronicle_test(golden_backdoor),
		chronicle_test(golden_timeline),
		chronicle_test(golden_family),
		chronicle_test(golden_rotation),
		chronicle_test(golden_card),
		chronicle_test(
			the_alert_stands_in_its_history_although_no_input_was_looked_through),
		chronicle_test(while_answers_for_the_list_are_made_the_status_line_counts_them),
		chronicle_test(the_history_is_narrowed_by_what_ties_it_to_the_alert),
		chronicle_test(what_repeats_stands_once_and_enter_takes_it_apart),
		chronicle_test(what_narrows_the_history_stays_above_it),
		chronicle_test(a_fact_that_several_records_show_opens_the_history_of_these),
		chronicle_test(who_acted_is_seen_where_history_and_card_are_narrow),
		chronicle_test(history_and_ribbons_are_laid_out_anew_for_another_width),
		cmocka_unit_test(a_role_that_a_call_is_about_alone_is_named_once),
		cmocka_unit_test(of_a_call_that_is_too_long_the_end_of_its_key_stays),
		chronicle_test(that_no_key_was_made_is_said_of_calls_that_failed_alone),
		chronicle_test(a_ribbon_opens_the_history_of_its_key),
		chronicle_test(a_card_goes_to_another_alert_of_the_same_actor_and_to_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
