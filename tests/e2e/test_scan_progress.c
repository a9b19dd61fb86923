/* What a scan says on a terminal while it goes on, and its end before it is done. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/gzip.h"
#include "tests/support/stage.h"
#include "tests/support/talk.h"

#define RECORD                                                                                     \
	"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"Root\"},"                         \
	"\"eventTime\":\"2026-01-12T08:00:00Z\",\"eventSource\":\"iam.amazonaws.com\","            \
	"\"eventName\":\"CreateAccessKey\",\"eventID\":\"a\"}\n"

/* A pipe that stands still holds it open; the line is gone when it ends. */
static void
on_a_terminal_it_says_how_far_it_is(void **state)
{
	const struct stage *stage = *state;
	char *log = test_file(stage->home, "a.json", RECORD, strlen(RECORD));
	char path[4096];
	struct pty *pty;
	int end;

	snprintf(path, sizeof(path), "%s/pipe", stage->home);
	assert_int_equal(mkfifo(path, 0600), 0);
	end = open(path, O_RDWR | O_CLOEXEC);
	assert_true(end >= 0);
	pty = stage_screen(stage, 24, 100, "scan", path, log);
	pty_wait_text(pty, ", 1/2 files, ");
	pty_wait_text(pty, ", 1 alert");
	close(end);
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_false(pty_has(pty, "1/2 files"));
	pty_close(pty);
	free(log);
}

enum { BLANKS = 16 << 20, MEMBERS = 32 };

/* An alert, and 500 MB that take a while. */
static char *
put_long(const struct stage *stage)
{
	struct buf text = {0}, member = {0}, gzip = {0};
	char *path;

	test_gzip(&gzip, STR(RECORD));
	buf_reserve(&text, BLANKS);
	memset(text.data, ' ', BLANKS);
	text.len = BLANKS;
	test_gzip(&member, buf_view(&text));
	for (int i = 0; i < MEMBERS; i++)
		buf_str(&gzip, buf_view(&member));
	path = test_file(stage->home, "long.json.gz", gzip.data, gzip.len);
	buf_fini(&text);
	buf_fini(&member);
	buf_fini(&gzip);
	return path;
}

static void
looking_for_history_is_told_and_can_be_stopped(void **state)
{
	const struct stage *stage = *state;
	char *log = put_long(stage);
	struct pty *pty = stage_screen(stage, 24, 100, "scan", "--facts", log);

	pty_wait_text(pty, "related: ");
	pty_send(pty, "\003");
	assert_int_equal(pty_wait_exit(pty), 130);
	assert_true(pty_has(pty, "stopped: not everything was read"));
	pty_close(pty);
	free(log);
}

/* More than a pipe holds, and a note that is said before it. */
static void
put_many(const struct stage *stage)
{
	enum { MANY = 500 };
	struct buf text = {0};

	for (int i = 0; i < MANY; i++)
		buf_printf(&text,
			"{\"eventName\":\"CreateAccessKey\",\"eventID\":\"%d\"}\n", i);
	free(test_file(stage->home, "many.json", text.data, text.len));
	free(test_file(stage->home, "none.json", "", 0));
	buf_fini(&text);
}

static void
a_signal_ends_it_while_nobody_reads_what_it_prints(void **state)
{
	const struct stage *stage = *state;
	const char *const arguments[] = {"scan", "--format", "jsonl", stage->home, NULL};
	const struct child_options options = {.arguments = arguments, .home = stage->home};
	static const int signals[] = {SIGINT, SIGTERM};

	put_many(stage);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct talk talk;

		talk_start(&talk, &options);
		talk.deaf = true;
		talk_await_err(&talk, "none.json: is empty");
		assert_int_equal(talk_end(&talk, signals[i], 30000), 128 + signals[i]);
		talk_fini(&talk);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(on_a_terminal_it_says_how_far_it_is),
		stage_test(looking_for_history_is_told_and_can_be_stopped),
		stage_test(a_signal_ends_it_while_nobody_reads_what_it_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
