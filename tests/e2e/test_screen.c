/* The screen on a real terminal: what stands where, and how it is moved about in. */
#include <stdio.h>

#include "tests/support/stage.h"

enum { FIRST_ROW = 2 }; /* of the list, in both layouts */

/* ---- what stands on it ---- */

static void
a_folder_is_listed_newest_first(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_wait_row(pty, 0, "keywatch");
	pty_wait_row(pty, 0, SAMPLE);
	pty_wait_row(pty, FIRST_ROW, "01-16 14:02:29");
	pty_wait_row(pty, FIRST_ROW, "heidi");
	pty_wait_row(pty, FIRST_ROW + 1, "platform/ADMIN");
	pty_wait_row(pty, 22, "entity");
	pty_wait_row(pty, 23, "v validate");
	stage_quit(pty);
}

static void
from_160_columns_on_every_column_is_there(void **state)
{
	static const char *const titles[] = {"TIME", "STATUS", "SEV", "ACTOR", "TARGET", "SELF",
		"ACCOUNT", "IP", "OUTCOME", "USED"};
	struct pty *pty = stage_sample(*state, 50, 200);

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		pty_wait_row(pty, FIRST_ROW - 1, titles[i]);
	pty_wait_row(pty, FIRST_ROW, "444455556666");
	pty_wait_text(pty, "\"eventVersion\"");
	pty_wait_text(pty, "not deactivated, not deleted, looked until");
	pty_wait_text(pty, "decided    nobody yet");
	stage_quit(pty);
}

static void
a_store_without_paths_is_listed(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};
	struct pty *pty;

	stage_run(stage, &run, "scan", "--store", stage->store, SAMPLE);
	pty = stage_screen(stage, 24, 80, NULL);
	pty_wait_text(pty, "42 alerts");
	stage_quit(pty);
	run_fini(&run);
}

static void
what_cannot_be_read_is_counted_and_listed(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_screen(stage, 24, 80, SAMPLE, "no/such/folder");

	pty_wait_text(pty, "42 alerts");
	pty_wait_text(pty, "1 problem");
	pty_send(pty, "p");
	pty_wait_text(pty, " problems ");
	pty_wait_row(pty, 2, "no/such/folder");
	pty_send(pty, "\033");
	pty_wait_gone(pty, " problems ");
	stage_quit(pty);
}

static void
where_there_is_no_alert_it_says_why_and_claims_no_more(void **state)
{
	const struct stage *stage = *state;
	char *empty = test_folder(), *none = test_file(stage->home, "none.json", "[]", 2);
	const struct {
		const char *path, *says;
	} cases[] = {
		{empty, "there is no log here"},
		{none, "1 file could be read to the end"},
		{"no/such/folder", "nothing could be read"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pty *pty = stage_screen(stage, 24, 80, cases[i].path);

		pty_wait_text(pty, cases[i].says);
		stage_quit(pty);
	}
	test_rmtree(empty);
	free(none);
}

/* Whoever makes a call chooses how long its user agent is. */
static void
a_long_value_pushes_no_fact_out_of_sight(void **state)
{
	const struct stage *stage = *state;
	struct buf record = {0};
	struct pty *pty;
	char *path;

	buf_puts(&record, "{\"eventName\":\"CreateAccessKey\",\"userAgent\":\"");
	for (int i = 0; i < 20000; i++)
		buf_puts(&record, "a b");
	buf_puts(&record, " Pacu\"}");
	path = test_file(stage->home, "a.json", record.data, record.len);
	pty = stage_screen(stage, 50, 200, path);
	pty_wait_text(pty, "more bytes");
	pty_wait_text(pty, "hint at Pacu");
	pty_wait_text(pty, "decided ");
	stage_quit(pty);
	buf_fini(&record);
	free(path);
}

/* ---- moving about ---- */

static void
arrows_letters_and_pages_move_the_selection(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	pty_send(pty, "\033OB");
	pty_wait_text(pty, "3 of 42");
	pty_send(pty, "\033[A");
	pty_wait_text(pty, "2 of 42");
	pty_send(pty, "k");
	pty_wait_text(pty, "1 of 42");
	pty_send(pty, "G");
	pty_wait_text(pty, "42 of 42");
	pty_wait_text(pty, "01-12 08:14:09");
	pty_send(pty, "g");
	pty_wait_text(pty, "1 of 42");
	pty_send(pty, "\033[6~");
	pty_wait_gone(pty, " 1 of 42");
	pty_send(pty, "\033[5~");
	pty_wait_text(pty, " 1 of 42");
	stage_quit(pty);
}

static void
tab_changes_the_pane_below(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_wait_text(pty, " result");
	pty_send(pty, "\t");
	pty_wait_text(pty, "\"eventVersion\"");
	pty_send(pty, "\t");
	pty_wait_gone(pty, "\"eventVersion\"");
	pty_wait_text(pty, "[all ");
	pty_send(pty, "\t");
	pty_wait_text(pty, "made with it");
	pty_send(pty, "\t");
	pty_wait_text(pty, " result");
	stage_quit(pty);
}

static void
enter_goes_to_the_facts_and_from_a_fact_to_its_evidence(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);
	int row, col;

	pty_send(pty, "\r");
	pty_wait_text(pty, "Enter evidence");
	while (!pty_find(pty,
		"\xe2\x96\x8e"
		"with ",
		&row, &col)) {
		assert_false(pty_has(pty, "\xe2\x96\x8e"
					  "decided")); /* the last line */
		pty_raw_mark(pty);
		pty_send(pty, "j");
		pty_wait_raw(pty, "\xe2\x96\x8e");
		pty_settle(pty);
	}
	pty_send(pty, "\r");
	pty_wait_text(pty, "\"userAgent\"");
	assert_true(pty_find(pty, "\"userAgent\"", &row, &col));
	stage_quit(pty);
}

static void
the_event_pane_folds(void **state)
{
	struct pty *pty = stage_sample(*state, 50, 200);

	pty_send(pty, "\t\t");
	pty_send(pty, "jj");
	pty_wait_text(pty, "\"principalId\"");
	pty_send(pty, "z");
	pty_wait_gone(pty, "\"principalId\"");
	pty_send(pty, "z");
	pty_wait_text(pty, "\"principalId\"");
	stage_quit(pty);
}

static void
tokens_stand_as_they_were_logged(void **state)
{
	const struct stage *stage = *state;
	static const char text[] =
		"{\"eventName\":\"Create\\u0041ccessKey\",\"eventID\":\"i\","
		"\"eventVersion\":\"1.09\",\"n\":1.50e+2,\"e\":\"\\/\\u00e9\xc3\xa9\"}";
	char *path = test_file(stage->home, "a.json", text, sizeof(text) - 1);
	struct pty *pty = stage_screen(stage, 24, 80, path);

	pty_wait_text(pty, "1 alert");
	pty_send(pty, "\t");
	pty_wait_text(pty, "\"eventName\": \"Create\\u0041ccessKey\"");
	pty_wait_text(pty, "\"n\": 1.50e+2");
	pty_wait_text(pty, "\"e\": \"\\/\\u00e9\xc3\xa9\"");
	stage_quit(pty);
	free(path);
}

static void
help_lists_every_key_and_goes_away(void **state)
{
	struct pty *pty = stage_sample(*state, 50, 200);

	pty_send(pty, "?");
	pty_wait_text(pty, "next-undecided");
	pty_wait_text(pty, "take the alert: it becomes yours");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "next-undecided");
	stage_quit(pty);
}

static void
actions_run_by_name_with_completion(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, ":pee\t");
	pty_wait_text(pty, ":peek");
	pty_send(pty, "\r");
	pty_wait_text(pty, "exact bytes");
	pty_wait_text(pty, "00000000  {");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "exact bytes");
	stage_quit(pty);
}

/* ---- finding ---- */

static void
sorting_keeps_the_selected_alert(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "jjjjjj");
	pty_wait_text(pty, "7 of 42");
	pty_wait_text(pty, "build-agent/i-0f9e8d7c6b5a43210 \xe2\x86\x92 ci-artifacts");
	pty_send(pty, "s");
	pty_wait_gone(pty, "TIME\xe2\x86\x93");
	pty_wait_text(pty, "build-agent/i-0f9e8d7c6b5a43210 \xe2\x86\x92 ci-artifacts");
	stage_quit(pty);
}

static void
marks_are_counted(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "  ");
	pty_wait_text(pty, "2 marked");
	pty_send(pty, "*");
	pty_wait_gone(pty, "marked");
	stage_quit(pty);
}

/* ---- sizes ---- */

static void
it_follows_every_resize(void **state)
{
	static const struct {
		int rows, cols;
		const char *text;
	} sizes[] = {{50, 200, "SEV"}, {10, 40, "heidi"}, {5, 20, "40"}, {24, 80, "v validate"},
		{10, 140, "heidi"}, {100, 300, "\"eventVersion\""}, {1, 1, ""},
		{24, 80, "v validate"}};
	struct pty *pty = stage_sample(*state, 24, 80);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pty_resize(pty, sizes[i].rows, sizes[i].cols);
		pty_wait_text(pty, sizes[i].text);
	}
	pty_wait_row(pty, FIRST_ROW, "heidi");
	stage_quit(pty);
}

static void
a_resize_there_and_back_repaints_what_the_terminal_lost(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_resize(pty, 9, 39);
	pty_resize(pty, 24, 80);
	pty_wait_row(pty, 9, "1 of 42");
	pty_wait_row(pty, FIRST_ROW, "success");
	pty_wait_row(pty, 23, "v validate");
	stage_quit(pty);
}

static void
too_small_a_screen_says_so_and_keys_do_nothing_hidden(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);
	struct run run = {0};

	pty_resize(pty, 9, 39);
	pty_wait_gone(pty, "heidi");
	pty_wait_text(pty, "keywatch needs 40x10, this is 39x9");
	pty_resize(pty, 8, 20);
	pty_wait_text(pty, "40x10, this is 20x8");
	pty_raw_mark(pty);
	pty_send(pty, "aa\f");
	pty_wait_raw(pty, "20x8"); /* drawn anew: all was read, and nothing came of it */
	pty_resize(pty, 24, 80);
	pty_wait_text(pty, "42 new");
	stage_quit(pty);
	stage_run(stage, &run, "export", "--format", "jsonl", "--store", stage->store);
	assert_int_equal(stage_count(buf_view(&run.out), "\"seq\":"), 0);
	run_fini(&run);
}

/* ---- keys ---- */

static void
pasted_text_never_acts(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_paste(pty, "jjjqaGv\r");
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	pty_wait_text(pty, "42 new");
	pty_send(pty, "/");
	pty_paste(pty, "nobody-of-that-name\r\nq");
	pty_wait_text(pty, "nobody-of-that-name");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "nobody-of-that-name");
	stage_quit(pty);
}

static void
a_torn_sequence_is_not_escape_and_commands(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_settle(pty);
	pty_send(pty, "\033[1;");
	assert_true(pty_quiet(pty, 100)); /* well over the 25 ms of Esc */
	pty_send(pty, "5Bj");
	pty_wait_text(pty, " 2 of 42");
	pty_settle(pty);
	pty_send(pty, "\033[");
	assert_true(pty_quiet(pty, 100));
	pty_send(pty, "B");
	pty_wait_text(pty, " 3 of 42");
	stage_quit(pty);
}

static void
nothing_is_written_while_nothing_happens(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	while (!pty_quiet(pty, 300))
		continue;
	assert_true(pty_quiet(pty, 2500));
	stage_quit(pty);
}

static void
a_row_down_costs_few_bytes(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);
	size_t total = 0;

	while (!pty_quiet(pty, 300))
		continue;
	for (int i = 2; i <= 6; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%d of 42", i);
		pty_raw_mark(pty);
		pty_send(pty, "j");
		pty_wait_text(pty, text);
		while (!pty_quiet(pty, 100))
			continue;
		total += pty_raw_since(pty).len;
	}
	print_message("%zu bytes a row down, facts included\n", total / 5);
	assert_true(total / 5 < 1500);
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_folder_is_listed_newest_first),
		stage_test(from_160_columns_on_every_column_is_there),
		stage_test(a_store_without_paths_is_listed),
		stage_test(what_cannot_be_read_is_counted_and_listed),
		stage_test(where_there_is_no_alert_it_says_why_and_claims_no_more),
		stage_test(a_long_value_pushes_no_fact_out_of_sight),
		stage_test(arrows_letters_and_pages_move_the_selection),
		stage_test(tab_changes_the_pane_below),
		stage_test(enter_goes_to_the_facts_and_from_a_fact_to_its_evidence),
		stage_test(the_event_pane_folds),
		stage_test(tokens_stand_as_they_were_logged),
		stage_test(help_lists_every_key_and_goes_away),
		stage_test(actions_run_by_name_with_completion),
		stage_test(sorting_keeps_the_selected_alert),
		stage_test(marks_are_counted),
		stage_test(it_follows_every_resize),
		stage_test(a_resize_there_and_back_repaints_what_the_terminal_lost),
		stage_test(too_small_a_screen_says_so_and_keys_do_nothing_hidden),
		stage_test(pasted_text_never_acts),
		stage_test(a_torn_sequence_is_not_escape_and_commands),
		stage_test(nothing_is_written_while_nothing_happens),
		stage_test(a_row_down_costs_few_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
