/* What the screen costs on a slow line: bytes. */
#include <stdio.h>

#include "tests/support/stage.h"

enum { ALERTS = 40, MOVES = 30, MOST_PER_MOVE = 760 };

/* All that a key made it write. */
static size_t
bytes_of(struct pty *pty, const char *key)
{
	pty_raw_mark(pty);
	pty_send(pty, key);
	while (!pty_quiet(pty, 300))
		;
	return pty_raw_since(pty).len;
}

/* Alerts as they come day by day: of one kind, of different users. */
static struct pty *
open_many(const struct stage *stage)
{
	struct buf log = {0};
	struct pty *pty;
	char *path;

	for (int i = 0; i < ALERTS; i++)
		buf_printf(&log,
			"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\","
			"\"arn\":\"arn:aws:iam::111122223333:user/user-%d\",\"accountId\":"
			"\"111122223333\",\"accessKeyId\":\"AKIAEXAMPLE%09d\",\"userName\":"
			"\"user-%d\"},\"eventTime\":\"2026-01-12T08:%02d:00Z\",\"eventSource\":"
			"\"iam.amazonaws.com\",\"eventName\":\"CreateAccessKey\",\"awsRegion\":"
			"\"us-east-1\",\"sourceIPAddress\":\"198.51.100.%d\",\"userAgent\":"
			"\"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key\","
			"\"requestParameters\":{\"userName\":\"user-%d\"},\"responseElements\":{"
			"\"accessKey\":{\"userName\":\"user-%d\",\"accessKeyId\":"
			"\"AKIAEXAMPLE9%08d\",\"status\":\"Active\"}},\"eventID\":\"e-%d\"}\n",
			i * 37 % 97, i, i * 37 % 97, i, i * 7 % 250, i * 11 % 89, i * 11 % 89, i,
			i);
	path = test_file(stage->home, "many.jsonl", log.data, log.len);
	pty = stage_screen(stage, 40, 120, path);
	pty_wait_text(pty, "1 of 40");
	bytes_of(pty, "g"); /* ends follow */
	free(path);
	buf_fini(&log);
	return pty;
}

static void
a_move_with_the_entity_pane_costs_less_than_760_bytes(void **state)
{
	struct pty *pty = open_many(*state);
	size_t bytes = 0;

	for (int i = 0; i < MOVES; i++)
		bytes += bytes_of(pty, "j");
	if (bytes / MOVES >= MOST_PER_MOVE)
		fail_msg("%zu bytes a move", bytes / MOVES);
	stage_quit(pty);
}

static void
a_key_that_changes_nothing_costs_nothing(void **state)
{
	struct pty *pty = open_many(*state);

	assert_int_equal(bytes_of(pty, "g"), 0);
	assert_int_equal(bytes_of(pty, "k"), 0);
	stage_quit(pty);
}

/* What is left of an erased row is erased, not written over with blanks. */
static void
blanks_are_erased(void **state)
{
	struct pty *pty = open_many(*state);
	struct str raw;

	bytes_of(pty, "j");
	bytes_of(pty, "j");
	raw = pty_raw_since(pty);
	assert_true(str_find(raw, STR("?   "), 0) == (size_t)-1);
	assert_true(str_find(raw, STR("\033[K"), 0) != (size_t)-1);
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_move_with_the_entity_pane_costs_less_than_760_bytes),
		stage_test(a_key_that_changes_nothing_costs_nothing),
		stage_test(blanks_are_erased),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
