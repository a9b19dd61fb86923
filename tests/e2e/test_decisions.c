/* Every decision by its key on a real screen, with its reason and confirmation; two instances on
 * one store; what was shown as saved survives a restart and a kill. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/user.h"
#include "tests/support/stage.h"

#define NEWEST "\"timeGenerated\":\"2026-01-16T14:02:29Z\"" /* heidi for heidi */
#define SECOND "\"timeGenerated\":\"2026-01-16T13:37:04Z\"" /* platform/ADMIN for grace */

/* The exported line of one alert; owned. */
static char *
exported(const struct stage *stage, const char *which)
{
	struct run run = {0};
	char *line, *rest, *found = NULL;

	stage_run(stage, &run, "export", "--format", "jsonl", "--store", stage->store);
	assert_int_equal(run.status, 0);
	rest = run.out.data;
	while (!found && (line = strsep(&rest, "\n")))
		if (strstr(line, which))
			found = mem_strdup(line);
	assert_non_null(found);
	run_fini(&run);
	return found;
}

static void
expect(const struct stage *stage, const char *which, const char *text)
{
	char *line = exported(stage, which);

	if (!strstr(line, text))
		print_error("%s is not in %s\n", text, line);
	assert_non_null(strstr(line, text));
	free(line);
}

static void
expect_decisions(const struct stage *stage, const char *which, size_t count)
{
	char *line = exported(stage, which);

	assert_int_equal(stage_count(str_from(line), "\"seq\":"), count);
	free(line);
}

static const char *
me(void)
{
	static char name[256];

	user_name(name, sizeof(name)); /* there may be none in the user database */
	return name;
}

/* ---- one by one ---- */

static void
take_makes_it_mine_at_once(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);
	char owner[300];

	pty_send(pty, "a");
	pty_wait_text(pty, "done: take");
	pty_wait_text(pty, "1 active");
	stage_quit(pty);
	snprintf(owner, sizeof(owner), "\"owner\":\"%s\"", me());
	expect(stage, NEWEST, "\"status\":\"Active\"");
	expect(stage, NEWEST, owner);
}

static void
request_waits_for_validation_and_its_note_may_be_empty(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "r");
	pty_wait_text(pty, "heidi \xe2\x86\x92 heidi");
	pty_send(pty, "\r");
	pty_wait_text(pty, "awaiting validation");
	stage_quit(pty);
	expect(stage, NEWEST, "\"status\":\"Active\"");
	expect(stage, NEWEST, "\"state\":\"awaiting\"");
}

static void
validate_needs_a_reason_and_a_confirmation(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "v");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "\r");
	pty_wait_text(pty, "needs a reason");
	pty_send(pty, "ticket 4711\r");
	pty_wait_text(pty, "y confirms");
	pty_send(pty, "y");
	pty_wait_text(pty, "Closed, BenignPositive, unsigned");
	stage_quit(pty);
	expect(stage, NEWEST, "\"classificationReason\":\"SuspiciousButExpected\"");
	expect(stage, NEWEST, "\"reason\":\"ticket 4711\"");
	expect(stage, NEWEST, "\"validated\":false");
	expect(stage, NEWEST, "\"state\":\"unsigned\"");
}

static void
anything_but_y_does_not_validate(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "v");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "because\r");
	pty_wait_text(pty, "y confirms");
	pty_send(pty, "\r");
	pty_wait_gone(pty, "y confirms");
	pty_wait_text(pty, "0 closed");
	stage_quit(pty);
	expect_decisions(stage, NEWEST, 0);
}

static void
no_single_key_and_no_pasted_text_validates(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_paste(pty, "vx\ry\ry");
	pty_send(pty, "v");
	pty_wait_text(pty, "reason:");
	pty_paste(pty, "looks fine\ry\r");
	pty_wait_text(pty, "looks fine");
	assert_false(pty_has(pty, "y confirms"));
	pty_send(pty, "\025"); /* Ctrl-U */
	pty_wait_gone(pty, "looks fine");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "reason:");
	stage_quit(pty);
	expect_decisions(stage, NEWEST, 0);
}

static void
malicious_needs_a_reason_and_a_confirmation(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "x");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "stolen\r");
	pty_wait_text(pty, "y confirms");
	pty_send(pty, "y");
	pty_wait_text(pty, "Closed, TruePositive");
	stage_quit(pty);
	expect(stage, NEWEST, "\"classificationReason\":\"SuspiciousActivity\"");
}

static void
false_positive_asks_which_first(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "F");
	pty_wait_text(pty, "incorrect alert logic");
	pty_send(pty, "l");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "rule is too wide\r");
	pty_wait_text(pty, "Closed, FalsePositive");
	pty_send(pty, "jF");
	pty_wait_text(pty, "incorrect alert logic");
	pty_send(pty, "d");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "test data\r");
	pty_wait_text(pty, "2 closed");
	stage_quit(pty);
	expect(stage, NEWEST, "\"classificationReason\":\"IncorrectAlertLogic\"");
	expect(stage, SECOND, "\"classificationReason\":\"InaccurateData\"");
}

static void
a_note_changes_no_state(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "m");
	pty_wait_text(pty, "note:");
	pty_send(pty, "called her\r");
	pty_wait_text(pty, "done: note");
	stage_quit(pty);
	expect(stage, NEWEST, "\"status\":\"New\"");
	expect(stage, NEWEST, "\"note\":\"called her\"");
}

static void
undo_goes_back_and_erases_nothing(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "a");
	pty_wait_text(pty, "1 active");
	pty_send(pty, "u");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "wrong row\r");
	pty_wait_text(pty, "0 active");
	stage_quit(pty);
	expect(stage, NEWEST, "\"status\":\"New\"");
	expect_decisions(stage, NEWEST, 2);
}

static void
the_history_names_who_when_what_and_why(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "x");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "stolen\r");
	pty_wait_text(pty, "y confirms");
	pty_send(pty, "y");
	pty_wait_text(pty, "Closed, TruePositive");
	pty_send(pty, "\t\t");
	pty_wait_text(pty, me());
	pty_wait_text(pty, "2026-01-17 00:00:00");
	pty_wait_text(pty, "confirm malicious");
	pty_wait_text(pty, "stolen");
	stage_quit(pty);
}

/* ---- several at once ---- */

static void
several_marked_ones_close_only_by_a_typed_word(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "  x"); /* Space marks and moves on */
	pty_wait_text(pty, "2 marked alerts");
	pty_send(pty, "one campaign\r");
	pty_wait_text(pty, "type malicious");
	pty_send(pty, "y\r");
	pty_wait_text(pty, "type malicious");
	pty_send(pty, "\025malicious\r");
	pty_wait_text(pty, "2 closed");
	stage_quit(pty);
	expect(stage, NEWEST, "\"classification\":\"TruePositive\"");
	expect(stage, SECOND, "\"classification\":\"TruePositive\"");
}

static void
with_marks_it_is_about_the_marked_ones_whatever_is_selected(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "a");
	pty_wait_text(pty, "1 active");
	pty_send(pty, "j g"); /* marks the second, and back to the one that is taken */
	pty_wait_text(pty, " 1 of 42");
	pty_send(pty, "a");
	pty_wait_text(pty, "2 active");
	stage_quit(pty);
	expect_decisions(stage, NEWEST, 1);
	expect_decisions(stage, SECOND, 1);
}

static void
a_prompt_says_which_alerts_are_meant_and_how_many_are_not_seen(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "  r\r");
	pty_wait_text(pty, "2 awaiting");
	pty_wait_text(pty, "entity \xe2\x94\x82 event"); /* the panes' names keep their place */
	pty_send(pty, "  fUserIdentityType == \"Root\"\r");
	pty_wait_text(pty, "filter 1 of 42");
	pty_send(pty, "v");
	pty_wait_text(pty, "2 marked alerts, 2 not shown: ");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "reason:");
	pty_send(pty, "*f\025\r");
	pty_wait_text(pty, "of 42 \xc2\xb7 root");
	pty_resize(pty, 10, 40);
	pty_send(pty, "gjjv"); /* both names, whoever chose one too long */
	pty_wait_text(pty, "validate  dat\xe2\x80\xa6/zo\xc3\xab@co\xe2\x80\xa6 \xe2\x86\x92 "
			   "svc-dashbo\xe2\x80\xa6");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "reason:");
	stage_quit(pty);
}

/* Two marked alerts, one of which somebody else has closed before. */
static void
of_several_the_refused_ones_are_listed_with_who_was_first(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);
	const char *first = "56da8807-7021-4c50-bac4-7aad661250be"; /* heidi for heidi */
	struct run run = {0};

	pty_send(pty, "  x");
	pty_wait_text(pty, "2 marked alerts");
	pty_send(pty, "one campaign\r");
	pty_wait_text(pty, "type malicious");
	stage_run(stage, &run, "decide", first, "--validate", "--reason", "agreed", "--store",
		stage->store);
	assert_int_equal(run.status, 0);
	pty_send(pty, "malicious\r");
	pty_wait_text(pty, "decided");
	pty_wait_text(pty, "heidi");
	pty_wait_text(pty, "agreed");
	pty_assert_clean(pty);
	pty_close(pty);
	expect(stage, NEWEST, "\"classification\":\"BenignPositive\"");
	expect(stage, SECOND, "\"classification\":\"TruePositive\"");
	run_fini(&run);
}

/* ---- others ---- */

static void
another_instance_sees_the_decision_by_itself(void **state)
{
	const struct stage *stage = *state;
	struct pty *one = stage_sample(stage, 24, 80), *two = stage_sample(stage, 24, 80);

	pty_send(one, "a");
	pty_wait_text(one, "1 active");
	pty_wait_text(two, "1 active");
	stage_quit(one);
	stage_quit(two);
}

static void
who_comes_second_is_refused_and_sees_who_was_first(void **state)
{
	const struct stage *stage = *state;
	struct pty *one = stage_sample(stage, 24, 80), *two = stage_sample(stage, 24, 80);

	pty_send(one, "v");
	pty_wait_text(one, "reason:");
	pty_send(one, "fine\r");
	pty_wait_text(one, "y confirms");
	pty_send(two, "x");
	pty_wait_text(two, "reason:");
	pty_send(two, "not fine\r");
	pty_wait_text(two, "y confirms");
	pty_send(two, "y");
	pty_wait_text(two, "Closed, TruePositive");
	pty_send(one, "y");
	pty_wait_text(one, "refused: somebody was first: ");
	pty_wait_text(one, "decided confirm malicious");
	stage_quit(one);
	stage_quit(two);
	expect(stage, NEWEST, "\"classification\":\"TruePositive\"");
	expect_decisions(stage, NEWEST, 1);
}

static void
a_decision_from_the_command_line_appears_on_the_screen(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);
	char *line = exported(stage, NEWEST), id[64];
	struct run run = {0};

	assert_int_equal(sscanf(line, "{\"alertId\":\"%32[0-9a-f]\"", id), 1);
	stage_run(stage, &run, "decide", id, "--take", "--store", stage->store);
	assert_int_equal(run.status, 0);
	pty_wait_text(pty, "1 active");
	stage_quit(pty);
	run_fini(&run);
	free(line);
}

/* ---- it lasts ---- */

static void
decisions_are_there_after_a_restart_and_without_paths(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);

	pty_send(pty, "a");
	pty_wait_text(pty, "1 active");
	stage_quit(pty);
	pty = stage_sample(stage, 24, 80);
	pty_wait_text(pty, "1 active");
	stage_quit(pty);
	pty = stage_screen(stage, 24, 80, NULL);
	pty_wait_text(pty, "42 alerts");
	pty_wait_text(pty, "1 active");
	stage_quit(pty);
}

static void
what_was_shown_as_saved_survives_a_kill(void **state)
{
	const struct stage *stage = *state;

	for (int i = 1; i <= 5; i++) {
		struct pty *pty = stage_sample(stage, 24, 80);
		char text[32];

		pty_send(pty, "ma");
		snprintf(text, sizeof(text), "note %d\r", i);
		pty_send(pty, text);
		pty_wait_text(pty, "done: note");
		pty_signal(pty, SIGKILL);
		assert_int_equal(pty_wait_exit(pty), 128 + SIGKILL);
		pty_close(pty);
		expect_decisions(stage, NEWEST, (size_t)i);
	}
}

static void
killing_it_while_it_reads_loses_and_repeats_nothing(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;

	for (int i = 0; i < 8; i++) {
		pty = stage_screen(stage, 24, 80, SAMPLE);
		pty_wait_text(pty, "alerts");
		pty_signal(pty, SIGKILL);
		pty_wait_exit(pty);
		pty_close(pty);
	}
	pty = stage_sample(stage, 24, 80);
	pty_wait_text(pty, "42 new");
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(take_makes_it_mine_at_once),
		stage_test(request_waits_for_validation_and_its_note_may_be_empty),
		stage_test(validate_needs_a_reason_and_a_confirmation),
		stage_test(anything_but_y_does_not_validate),
		stage_test(no_single_key_and_no_pasted_text_validates),
		stage_test(malicious_needs_a_reason_and_a_confirmation),
		stage_test(false_positive_asks_which_first),
		stage_test(a_note_changes_no_state),
		stage_test(undo_goes_back_and_erases_nothing),
		stage_test(the_history_names_who_when_what_and_why),
		stage_test(several_marked_ones_close_only_by_a_typed_word),
		stage_test(with_marks_it_is_about_the_marked_ones_whatever_is_selected),
		stage_test(a_prompt_says_which_alerts_are_meant_and_how_many_are_not_seen),
		stage_test(of_several_the_refused_ones_are_listed_with_who_was_first),
		stage_test(another_instance_sees_the_decision_by_itself),
		stage_test(who_comes_second_is_refused_and_sees_who_was_first),
		stage_test(a_decision_from_the_command_line_appears_on_the_screen),
		stage_test(decisions_are_there_after_a_restart_and_without_paths),
		stage_test(what_was_shown_as_saved_survives_a_kill),
		stage_test(killing_it_while_it_reads_loses_and_repeats_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
