/* The story of an alert out of the sample logs, on a terminal. */
#include <sys/stat.h>

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
	pty_wait_text(pty, "└─ AKIAEXAMPLEY7XQPWODH for svc-monitor, CreateAccessKey +4 min");
	pty_wait_text(pty, "● made  ▪ used  ┤ deactivated");
	stage_quit(pty);
}

/* The history shows a key by its ends alone. */
static void
keys_of_the_sample_are_told_apart_by_their_ends(void **state)
{
	struct pty *pty = stage_sample(*state, 50, 200);

	pty_send(pty, "Hw");
	pty_wait_text(pty, "CreateAccessKey heidi AKIA…DK5B");
	pty_wait_text(pty, "CreateAccessKey heidi AKIA…DW4C");
	stage_quit(pty);
}

#define CALL(id, name, service, time, more)                                                        \
	"{\"eventVersion\":\"1.08\",\"eventID\":\"" id "\",\"eventName\":\"" name "\","            \
	"\"eventSource\":\"" service ".amazonaws.com\",\"eventTime\":\"2026-01-12T" time "Z\","    \
	"\"recipientAccountId\":\"111122223333\",\"sourceIPAddress\":\"203.0.113.9\"," more "}\n"
#define MADE                                                                                       \
	CALL("made", "CreateAccessKey", "iam", "10:00:00",                                         \
		"\"userIdentity\":{\"type\":\"Root\",\"accountId\":\"111122223333\"},"             \
		"\"requestParameters\":{\"userName\":\"bob\"},\"responseElements\":{"              \
		"\"accessKey\":{\"accessKeyId\":\"AKIANEW\",\"userName\":\"bob\"}}")
#define USED                                                                                       \
	CALL("used", "ListBuckets", "s3", "10:05:00",                                              \
		"\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"111122223333\","           \
		"\"accessKeyId\":\"AKIANEW\",\"userName\":\"bob\"}")

static void
put_log(const struct stage *stage, const char *name, const char *text)
{
	free(test_file(stage->home, name, text, strlen(text)));
}

static void
look_through(const struct stage *stage, const char *folder)
{
	struct run run = {0};

	stage_run(stage, &run, "scan", "--facts", "--store", stage->store, folder);
	assert_int_equal(run.status, 0);
	run_fini(&run);
}

static void
a_record_whose_file_has_changed_is_shown_out_of_another_that_holds_it(void **state)
{
	const struct stage *stage = *state;
	struct buf folder = {0};
	struct pty *pty;

	buf_printf(&folder, "%s/logs", stage->home);
	assert_int_equal(mkdir(buf_cstr(&folder), 0700), 0);
	put_log(stage, "logs/one.json", MADE USED);
	look_through(stage, buf_cstr(&folder));
	put_log(stage, "logs/two.json", "\n" USED);
	look_through(stage, buf_cstr(&folder));
	put_log(stage, "logs/one.json", MADE MADE);
	pty = stage_screen(stage, 30, 100, buf_cstr(&folder));
	pty_wait_text(pty, "after 5 min from 203.0.113.9");
	pty_send(pty, "H");
	pty_wait_text(pty, "+5 min  s3:ListBuckets");
	pty_send(pty, "j\r");
	pty_wait_text(pty, "\"eventTime\": \"2026-01-12T10:05:00Z\"");
	pty_wait_text(pty, "logs/two.json at byte 1");
	pty_send(pty, "\033");
	pty_wait_text(pty, "+5 min  s3:ListBuckets");
	stage_quit(pty);
	buf_fini(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(the_list_says_after_how_long_a_key_was_used_and_marks_what_is_hostile),
		stage_test(a_line_of_the_history_opens_its_record_out_of_the_gzip_that_holds_it),
		stage_test(a_record_whose_file_has_changed_is_shown_out_of_another_that_holds_it),
		stage_test(keys_of_one_user_stand_above_each_other_and_the_family_below),
		stage_test(keys_of_the_sample_are_told_apart_by_their_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
