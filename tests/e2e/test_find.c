/* Finding: search and filter, as they are written, sent and left. */
#include <stdio.h>

#include "tests/support/stage.h"

enum { FIRST_ROW = 2 }; /* of the list */

static void
search_goes_from_match_to_match(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "/svc-backup\r");
	pty_wait_text(pty, "svc-backup \xe2\x86\x92 admin");
	pty_send(pty, "n");
	pty_wait_text(pty, "svc-backup \xe2\x86\x92 svc-monitor");
	pty_send(pty, "n");
	pty_wait_text(pty, "/i-0a1b2c3d4e5f67890 \xe2\x86\x92 svc-backup");
	pty_send(pty, "N");
	pty_wait_text(pty, "svc-backup \xe2\x86\x92 svc-monitor");
	pty_send(pty, "/^nobody at all$\r");
	pty_wait_text(pty, "no alert matches");
	pty_wait_text(pty, "svc-backup \xe2\x86\x92 svc-monitor");
	stage_quit(pty);
}

static bool
is_lit(struct pty *pty, int row, const char *text)
{
	struct pty_cell plain = pty_cell(pty, 1, 0);
	int y = 0, x = 0;

	/* In that row, from its first cell on. */
	for (x = 0; x < 80; x++) {
		bool here = true;

		for (y = 0; text[y] && here; y++)
			here = pty_cell(pty, row, x + y).text[0] == text[y];
		if (here)
			return pty_cell(pty, row, x).fg != plain.fg &&
			       (pty_cell(pty, row, x).underline || pty_cell(pty, row, x).bg >= 0);
	}
	return false;
}

/* What is found is seen while the pattern is written, and Esc goes back to where it began. */
static void
a_search_is_seen_while_it_is_written_and_esc_goes_back(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "jj/olg");
	pty_wait_row(pty, 6, "▎ ● 2026-01-16 08:25:40");
	assert_true(is_lit(pty, 6, "olg"));
	assert_true(is_lit(pty, 7, "olg"));
	assert_false(is_lit(pty, 5, "pat"));
	pty_send(pty, "a(");
	pty_wait_row(pty, 4, "▎ ● 2026-01-16 09:41:52"); /* not finished: no error yet */
	pty_send(pty, "\b$");
	pty_wait_row(pty, 22, " /olga$");
	pty_wait_text(pty, "no alert matches /olga$");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "/olga$");
	pty_wait_row(pty, 4, "▎ ● 2026-01-16 09:41:52");
	assert_false(is_lit(pty, 7, "olg"));
	stage_quit(pty);
}

static void
esc_brings_the_search_before_back(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "/dave\r");
	pty_wait_row(pty, 22, "/dave");
	pty_wait_text(pty, "▎ ● 2026-01-15 09:00:58");
	pty_send(pty, "/judy");
	pty_wait_text(pty, "▎ ● 2026-01-13 12:05:19");
	pty_send(pty, "\033");
	pty_wait_row(pty, 22, "/dave");
	pty_wait_text(pty, "▎ ● 2026-01-15 09:00:58");
	assert_false(pty_has(pty, "judy  judy"));
	pty_send(pty, "n");
	pty_wait_text(pty, "▎ ● 2026-01-15 04:44:15");
	stage_quit(pty);
}

static void
a_search_in_a_pane_is_seen_while_it_is_written(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "\tl/eventType");
	pty_wait_row(pty, 20, "\"eventType\"");
	pty_send(pty, "\033");
	pty_wait_row(pty, 11, "\"eventVersion\"");
	stage_quit(pty);
}

/* What it costs to light a row by it is bounded too. */
static void
a_pattern_that_takes_too_long_costs_a_message_while_it_is_written(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "/(([ -~]+)+)+$x");
	pty_wait_text(pty, "takes too long");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "takes too long");
	stage_quit(pty);
}

static void
a_wrong_pattern_is_said_in_its_place(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "/ab(cd\r");
	pty_wait_text(pty, "ab(cd");
	pty_wait_text(pty, "      ^ missing closing parenthesis");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "parenthesis");
	stage_quit(pty);
}

static void
a_filter_shows_only_what_fits_and_an_empty_one_all(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "fUserIdentityType == \"Root\"\r");
	pty_wait_text(pty, "1 of 1");
	pty_wait_row(pty, FIRST_ROW, "root");
	pty_wait_text(pty, "filter 1 of 42");
	pty_send(pty, "f\025\r");
	pty_wait_text(pty, " of 42");
	pty_send(pty, "fisnotempty(ErrorCode) and UserIdentityType == 'AssumedRole'\r");
	pty_wait_text(pty, "1 of 1");
	pty_wait_row(pty, FIRST_ROW, "break-glass");
	pty_send(pty, "\033");
	pty_wait_text(pty, " of 42");
	stage_quit(pty);
}

/* Whether the history was looked through before or is still to be. */
static void
a_filter_asks_what_the_history_answers(void **state)
{
	const char *const words[] = {"--filter", "Used == true", SAMPLE, NULL};
	struct pty *pty = stage_screen_words(*state, 24, 80, words);

	pty_wait_text(pty, "filter 8 of 42");
	pty_send(pty, "f\025Used == true and Assessed == 'hostile'\r");
	pty_wait_text(pty, "filter 3 of 42");
	pty_send(pty, "f\025UsedA\t");
	pty_wait_text(pty, "UsedAfter");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "UsedAfter");
	stage_quit(pty);
}

static void
a_filter_of_the_command_line_is_the_lists_first(void **state)
{
	const char *const words[] = {"--filter", "UserIdentityType == 'Root'", SAMPLE, NULL};
	struct pty *pty = stage_screen_words(*state, 24, 80, words);

	pty_wait_text(pty, "filter 1 of 42");
	pty_wait_row(pty, FIRST_ROW, "root");
	pty_send(pty, "\033");
	pty_wait_text(pty, " of 42 ");
	stage_quit(pty);
}

static void
a_wrong_filter_is_said_in_its_place_and_can_be_mended(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 120);
	int row, col, caret_row, caret_col;

	pty_send(pty, "fUserIdentityType == \"Root\" and Nope == 1\r");
	pty_wait_text(pty, "^ ");
	assert_true(pty_find(pty, "Nope == 1", &row, &col));
	assert_true(pty_find(pty, "^ ", &caret_row, &caret_col));
	assert_int_equal(caret_row, row + 1);
	assert_int_equal(caret_col, col);
	pty_send(pty, "\027\027\027\027\r"); /* Ctrl-W: `1`, `==`, `Nope`, `and` */
	pty_wait_text(pty, "1 of 1");
	stage_quit(pty);
}

/* ^(a+)+$ takes 2^n steps over what ends otherwise. */
static void
a_filter_that_takes_too_long_costs_a_message(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 120);

	pty_send(pty, "fstrcat(strrep('a', 60), '!') matches regex '^(a+)+$'\r");
	pty_wait_text(pty, "this pattern takes too long: given up 42 times");
	pty_send(pty, "\033");
	pty_wait_text(pty, " of 42");
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(search_goes_from_match_to_match),
		stage_test(a_search_is_seen_while_it_is_written_and_esc_goes_back),
		stage_test(esc_brings_the_search_before_back),
		stage_test(a_search_in_a_pane_is_seen_while_it_is_written),
		stage_test(a_pattern_that_takes_too_long_costs_a_message_while_it_is_written),
		stage_test(a_wrong_pattern_is_said_in_its_place),
		stage_test(a_filter_shows_only_what_fits_and_an_empty_one_all),
		stage_test(a_filter_asks_what_the_history_answers),
		stage_test(a_filter_of_the_command_line_is_the_lists_first),
		stage_test(a_wrong_filter_is_said_in_its_place_and_can_be_mended),
		stage_test(a_filter_that_takes_too_long_costs_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
