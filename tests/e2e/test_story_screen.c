/* The story of an alert out of the sample logs, on a terminal. */
#include "tests/support/stage.h"

static void
open_backdoor(struct pty *pty)
{
	pty_send(pty, "fTimeGenerated == datetime(2026-01-14T03:12:04Z)\r");
	pty_wait_text(pty, "filter 1 of 42");
}

static void
the_list_says_after_how_long_a_key_was_used_and_marks_what_is_hostile(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	open_backdoor(pty);
	pty_wait_row(pty, 2, "success  58 s !");
	pty_wait_text(pty, "treat as hostile until explained");
	stage_quit(pty);
}

static void
a_line_of_the_history_opens_its_record_out_of_the_gzip_that_holds_it(void **state)
{
	struct pty *pty = stage_sample(*state, 40, 120);

	open_backdoor(pty);
	pty_wait_text(pty, "after 58 s from 198.51.100.7");
	pty_send(pty, "H");
	pty_wait_text(pty, "+58 s  sts:GetCallerIdentity");
	pty_send(pty, "j\r");
	pty_wait_text(pty, "\"eventTime\": \"2026-01-14T03:13:02Z\"");
	assert_string_equal(pty_cell(pty, 1, 2).text, "r"); /* record */
	pty_send(pty, "\033");
	pty_wait_text(pty, "+58 s  sts:GetCallerIdentity");
	stage_quit(pty);
}

static void
keys_of_one_user_stand_above_each_other_and_the_family_below(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	open_backdoor(pty);
	pty_wait_text(pty, "treat as hostile");
	pty_send(pty, "K");
	pty_wait_text(pty, "└─ AKIAY7XQPWODHEXAMPLE for svc-monitor, CreateAccessKey +4 min");
	pty_wait_text(pty, "● made  ▪ used  ┤ deactivated");
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(the_list_says_after_how_long_a_key_was_used_and_marks_what_is_hostile),
		stage_test(a_line_of_the_history_opens_its_record_out_of_the_gzip_that_holds_it),
		stage_test(keys_of_one_user_stand_above_each_other_and_the_family_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
