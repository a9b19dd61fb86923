/* The `:` prompt with what stands behind a name, Tab, exports, the record in a pager, filtering by
 * what an alert says, and what is found again at the next start. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "core/store/store.h"
#include "tests/support/stage.h"

static void
path_of(const struct stage *stage, const char *name, char path[300])
{
	snprintf(path, 300, "%s/%s", stage->home, name);
}

static void
send_export(struct pty *pty, const char *path)
{
	char keys[320];

	snprintf(keys, sizeof(keys), ":export %s\r", path);
	pty_send(pty, keys);
}

/* Esc and the key behind it must not arrive as one. */
static void
leave(struct pty *pty, const char *gone)
{
	pty_send(pty, "\033");
	pty_wait_gone(pty, gone);
}

/* ---- export ---- */

static void
what_is_shown_is_exported_in_its_order(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(*state, 24, 80);
	struct run run = {0};
	char path[300], *text;

	path_of(*state, "out.jsonl", path);
	pty_send(pty, ":filter UserIdentityType == \"Root\"\r");
	pty_wait_text(pty, "of 42 alerts");
	stage_run(stage, &run, "--store", stage->store, "export", "--format", "jsonl", "--filter",
		"UserIdentityType == \"Root\"");
	send_export(pty, path);
	pty_wait_text(pty, "wrote ");
	text = test_read(path, NULL);
	assert_int_equal(stage_count(str_from(text), "\n"), stage_count(buf_view(&run.out), "\n"));
	assert_true(stage_count(str_from(text), "\"type\":\"Root\"") > 0);
	free(text);
	run_fini(&run);
	stage_quit(pty);
}

static void
each_ending_is_a_format_and_another_one_is_refused(void **state)
{
	static const char *const first[][2] = {{"a.csv", "timeGenerated,"}, {"a.json", "["},
		{"a.jsonl", "{\"alertId\""}, {"a.md", "|"}, {"a.txt", "timeGenerated "}};
	struct pty *pty = stage_sample(*state, 24, 80);
	char path[300], said[64], *text;

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		path_of(*state, first[i][0], path);
		send_export(pty, path);
		pty_wait_text(pty, "wrote 42 alerts to ");
		snprintf(said, sizeof(said), "%s", first[i][0]);
		pty_wait_text(pty, "wrote 42 alerts to ");
		pty_send(pty, "j"); /* the message goes */
		pty_wait_gone(pty, "wrote ");
		text = test_read(path, NULL);
		assert_true(str_starts_with(str_from(text), str_from(first[i][1])));
		free(text);
	}
	send_export(pty, "/tmp/alerts.xls");
	pty_wait_text(pty, "the file's ending says how");
	leave(pty, "the file's ending");
	stage_quit(pty);
}

static void
a_file_is_replaced_only_when_its_word_was_typed(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);
	char path[300], *text;
	struct stat st;

	free(test_file(((struct stage *)*state)->home, "old.csv", "precious", 8));
	path_of(*state, "old.csv", path);
	send_export(pty, path);
	pty_wait_text(pty, "is there already");
	pty_send(pty, "y\r");
	pty_wait_text(pty, "that is not the word");
	leave(pty, "type replace");
	text = test_read(path, NULL);
	assert_string_equal(text, "precious");
	free(text);
	send_export(pty, path);
	pty_wait_text(pty, "type replace:");
	pty_send(pty, "replace\r");
	pty_wait_text(pty, "wrote 42 alerts");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_size > 1000);
	stage_quit(pty);
}

/* ---- the prompt ---- */

static void
tab_completes_names_and_what_stands_behind_them(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, ":the\t");
	pty_wait_text(pty, ":theme");
	pty_send(pty, " li\t");
	pty_wait_text(pty, ":theme light");
	pty_send(pty, "\025sort a\t\t");
	pty_wait_text(pty, "actor account");
	pty_send(pty, "\025columns target,ac\t");
	pty_wait_text(pty, "actor account");
	pty_send(pty, "\025quit now\r");
	pty_wait_text(pty, "quit takes nothing behind it");
	leave(pty, "takes nothing");
	pty_send(pty, "f");
	pty_wait_text(pty, "filter:");
	pty_send(pty, "UserIdentityT\t == \"Roo");
	pty_wait_text(pty, "filter: UserIdentityType == \"Roo");
	pty_send(pty, "\025useridentityt\t in");
	pty_wait_text(pty, "filter: UserIdentityType in");
	pty_send(pty, "\025RecipientAccountId == \"4444\t");
	pty_wait_text(pty, "RecipientAccountId == \"444455556666");
	leave(pty, "filter:");
	stage_quit(pty);
}

static void
an_error_stands_under_what_it_is_about(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);
	int row, col, caret_row, caret_col;

	pty_send(pty, ":filter UserIdentityTyp == 1\r");
	pty_wait_text(pty, "^ ");
	assert_true(pty_find(pty, "UserIdentityTyp ", &row, &col));
	assert_true(pty_find(pty, "^", &caret_row, &caret_col));
	assert_int_equal(caret_row, row + 1);
	assert_int_equal(caret_col, col);
	leave(pty, "UserIdentityTyp ");
	stage_quit(pty);
}

/* ---- by what an alert says ---- */

static void
alerts_like_the_selected_one_are_kept_or_left_out(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 120);

	pty_send(pty, "+");
	pty_wait_text(pty, "only alerts with this one's");
	pty_send(pty, "c");
	pty_wait_text(pty, "RecipientAccountId == \"444455556666\"");
	pty_wait_text(pty, " of 42 alerts");
	pty_send(pty, "-");
	pty_wait_text(pty, "leave out alerts with this one's");
	pty_send(pty, "t");
	pty_wait_text(pty, "and not(tostring(parse_json(Request");
	pty_wait_text(pty, "platform/ADMIN \xe2\x86\x92 grace");
	pty_send(pty, "+");
	pty_wait_text(pty, "one key; any other leaves");
	pty_send(pty, "z");
	pty_wait_gone(pty, "one key; any other leaves");
	pty_send(pty, "\033");
	pty_wait_text(pty, "42 alerts \xc2\xb7 42 new");
	stage_quit(pty);
}

static void
activity_counts_by_day_and_filters_to_one(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "x");
	pty_wait_text(pty, "reason:");
	pty_send(pty, "seen\r");
	pty_wait_text(pty, "y");
	pty_send(pty, "y");
	pty_wait_text(pty, "41 new");
	pty_send(pty, "A");
	pty_wait_text(pty, "alerts a day, newest first");
	pty_wait_text(pty, "2026-01-16               6  \xe2\x97\x8f\xe2\x97\x8f\xe2\x97\x8f"
			   "\xe2\x97\x8f\xe2\x97\x8f\xe2\x9c\x97");
	pty_wait_text(pty, "2026-01-12              12  ");
	pty_send(pty, "G\r");
	pty_wait_text(pty, "TimeGenerated >= datetime(2026-01-12T00:00:00Z)");
	pty_wait_text(pty, "12 of 42 alerts");
	stage_quit(pty);
}

/* Times that are forged reach from the first year to the last: the bars stay few. */
static void
activity_of_all_of_time_has_few_bars(void **state)
{
	static const char log[] =
		"{\"eventName\":\"CreateAccessKey\",\"eventTime\":\"0001-01-01T00:00:00Z\","
		"\"eventID\":"
		"\"a\"}\n{\"eventName\":\"CreateAccessKey\",\"eventTime\":\"9999-12-31T23:59:59Z\","
		"\"eventID\":\"b\"}\n{\"eventName\":\"CreateAccessKey\",\"eventTime\":\"never\","
		"\"eventID\":\"c\"}\n";
	const struct stage *stage = *state;
	char *path = test_file(stage->home, "forged.json", log, strlen(log));
	struct pty *pty = stage_screen(stage, 24, 80, path);

	pty_wait_text(pty, "3 alerts");
	pty_send(pty, "A");
	pty_wait_text(pty, "alerts a 30 days");
	pty_send(pty, "G");
	pty_wait_text(pty, "1 without a time that can be read");
	pty_wait_text(pty, "  1  \xe2\x97\x8f");
	leave(pty, "without a time");
	free(path);
	stage_quit(pty);
}

/* ---- again ---- */

static void
columns_and_the_last_filter_are_found_again(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, ":columns target actor\r");
	pty_wait_row(pty, 1, "TARGET");
	pty_send(pty, "fUserIdentityType == \"Root\"\r");
	pty_wait_text(pty, "of 42 alerts");
	stage_quit(pty);
	pty = stage_screen((struct stage *)*state, 24, 80, SAMPLE);
	pty_wait_text(pty, "42 alerts");
	assert_false(pty_has(pty, "OUTCOME"));
	assert_true(pty_has(pty, "TARGET"));
	pty_send(pty, "f\033[A");
	pty_wait_text(pty, "filter: UserIdentityType == \"Root\"");
	leave(pty, "filter:");
	stage_quit(pty);
}

static void
a_store_that_somebody_holds_does_not_keep_it_from_ending(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = stage_sample(stage, 24, 80);
	struct store *store;
	struct error err;
	int64_t before;

	pty_send(pty, ":columns target actor\r");
	pty_wait_row(pty, 1, "TARGET");
	assert_ok(store_open(&store, stage->store, &err), &err);
	assert_ok(store_begin(store, &err), &err);
	before = time_monotonic_ms();
	stage_quit(pty);
	assert_true(time_monotonic_ms() - before < 2000);
	store_rollback(store);
	store_close(store);
}

/* ---- the record ---- */

static struct pty *
screen_with_pager(const struct stage *stage, const char *pager)
{
	const char *const words[] = {"--store", stage->store, SAMPLE, NULL};
	const char *const environment[] = {
		"KEYWATCH_NOW=" STAGE_NOW, "EDITOR=false", "TMPDIR=/tmp", pager, NULL};
	struct pty *pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});

	pty_wait_text(pty, "42 alerts");
	return pty;
}

static void
the_record_opens_in_a_pager_from_a_private_file_that_goes(void **state)
{
	const struct stage *stage = *state;
	char pager[400], path[300], *text, *end;
	struct pty *pty;

	/* Notes the file's name, mode and content. */
	snprintf(pager, sizeof(pager),
		"PAGER=sh -c 'stat -c %%a:%%n \"$1\" >%s/name; cp \"$1\" %s/copy' pager",
		stage->home, stage->home);
	pty = screen_with_pager(stage, pager);
	pty_send(pty, "e");
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	path_of(stage, "copy", path);
	text = test_read(path, NULL);
	assert_true(str_starts_with(str_from(text), STR("{\n  \"eventVersion\": \"1.")));
	free(text);
	path_of(stage, "name", path);
	text = test_read(path, NULL);
	assert_true(str_starts_with(str_from(text), STR("600:/")));
	end = strchr(text, '\n');
	*end = '\0';
	assert_int_equal(access(text + strlen("600:"), F_OK), -1);
	free(text);
	stage_quit(pty);
}

static void
the_record_s_file_goes_also_when_the_end_comes_meanwhile(void **state)
{
	const struct stage *stage = *state;
	char pager[400], path[300], *name;
	struct pty *pty;

	snprintf(pager, sizeof(pager), "PAGER=sh -c 'echo \"$1\" >%s/name; echo shown; cat' pager",
		stage->home);
	pty = screen_with_pager(stage, pager);
	pty_send(pty, "e");
	pty_wait_text(pty, "shown");
	pty_signal(pty, SIGTERM);
	assert_int_equal(pty_wait_exit(pty), 0);
	path_of(stage, "name", path);
	name = test_read(path, NULL);
	name[strcspn(name, "\n")] = '\0';
	assert_int_equal(access(name, F_OK), -1);
	free(name);
	pty_close(pty);
}

static void
a_pager_that_is_not_there_is_said(void **state)
{
	struct pty *pty = screen_with_pager(*state, "PAGER=/no/such/pager");

	pty_send(pty, "e");
	pty_wait_text(pty, "`/no/such/pager` cannot be started");
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(what_is_shown_is_exported_in_its_order),
		stage_test(each_ending_is_a_format_and_another_one_is_refused),
		stage_test(a_file_is_replaced_only_when_its_word_was_typed),
		stage_test(tab_completes_names_and_what_stands_behind_them),
		stage_test(an_error_stands_under_what_it_is_about),
		stage_test(alerts_like_the_selected_one_are_kept_or_left_out),
		stage_test(activity_counts_by_day_and_filters_to_one),
		stage_test(activity_of_all_of_time_has_few_bars),
		stage_test(columns_and_the_last_filter_are_found_again),
		stage_test(a_store_that_somebody_holds_does_not_keep_it_from_ending),
		stage_test(the_record_opens_in_a_pager_from_a_private_file_that_goes),
		stage_test(the_record_s_file_goes_also_when_the_end_comes_meanwhile),
		stage_test(a_pager_that_is_not_there_is_said),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
