/* What comes through a pipe is looked through for the story of its alerts as a file is. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/stage.h"

#define LOG                                                                                        \
	"{\"eventVersion\":\"1.08\",\"eventID\":\"made\",\"eventName\":\"CreateAccessKey\","       \
	"\"eventSource\":\"iam.amazonaws.com\",\"eventTime\":\"2026-01-12T10:00:00Z\","            \
	"\"recipientAccountId\":\"111122223333\",\"userIdentity\":{\"type\":\"Root\"},"            \
	"\"requestParameters\":{\"userName\":\"bob\"},\"responseElements\":{\"accessKey\":{"       \
	"\"accessKeyId\":\"AKIANEW\",\"userName\":\"bob\"}}}\n"                                    \
	"{\"eventVersion\":\"1.08\",\"eventID\":\"used\",\"eventName\":\"ListBuckets\","           \
	"\"eventSource\":\"s3.amazonaws.com\",\"eventTime\":\"2026-01-12T10:05:00Z\","             \
	"\"recipientAccountId\":\"111122223333\",\"userIdentity\":{\"type\":\"IAMUser\","          \
	"\"userName\":\"bob\",\"accessKeyId\":\"AKIANEW\"}}\n"
#define USED "\"first\":\"2026-01-12T10:05:00Z\",\"afterSeconds\":300"
#define NO_COPY "note: standard input: is a pipe of which no copy can be kept (TMPDIR)"

/* `keywatch scan --facts …` as a shell runs it; $0 is the program, $1 the log. */
static void
scan(const struct stage *stage, struct run *run, const char *how)
{
	char *log = test_file(stage->home, "a.json", LOG, sizeof(LOG) - 1);

	*run = (struct run){.child = {.program = "/bin/bash"}};
	stage_run(stage, run, "-c", how, child_program(), log, stage->home);
	assert_int_equal(run->status, 0);
	assert_int_equal(stage_count(buf_view(&run->out), "\"alertId\""), 1);
	free(log);
}

static void
a_pipe_and_a_file_as_standard_input_tell_what_a_file_tells(void **state)
{
	static const char *const ways[] = {
		"cat \"$1\" | \"$0\" scan --facts --format jsonl -",
		"cat \"$1\" | TMPDIR=\"$2\" \"$0\" scan --facts --format jsonl -",
		"\"$0\" scan --facts --format jsonl <(cat \"$1\")",
		"\"$0\" scan --facts --format jsonl - <\"$1\"",
		"{ read -r _; \"$0\" scan --facts --format jsonl -; } < <(echo x; cat \"$1\")",
		"{ echo x; cat \"$1\"; } >\"$1.x\"; "
		"{ read -r _; \"$0\" scan --facts --format jsonl -; } <\"$1.x\"",
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct run run;

		scan(*state, &run, ways[i]);
		if (!strstr(buf_cstr(&run.out), USED))
			fail_msg("%s: %s", ways[i], buf_cstr(&run.out));
		assert_string_equal(buf_cstr(&run.err), "");
		run_fini(&run);
	}
}

/* Nothing is left behind, and it is not called unused. */
static void
without_a_place_for_its_copy_a_pipe_is_said_not_to_be_looked_through(void **state)
{
	struct run run;

	scan(*state, &run, "cat \"$1\" | TMPDIR=\"$2/none\" \"$0\" scan --facts --format jsonl -");
	assert_int_equal(stage_count(buf_view(&run.err), NO_COPY), 1);
	assert_non_null(strstr(buf_cstr(&run.out),
		"\"name\":\"used\",\"value\":null,\"unknown\":\"not looked for yet"));
	run_fini(&run);
	/* It is kept only to be looked through. */
	scan(*state, &run, "cat \"$1\" | TMPDIR=\"$2/none\" \"$0\" scan --format jsonl -");
	assert_string_equal(buf_cstr(&run.err), "");
	run_fini(&run);
}

/* Shown while the pipe stays open, so that it is known where the look stands. */
static void
the_look_for_other_records_is_stopped_and_started_on_the_screen(void **state)
{
	const struct stage *stage = *state;
	struct buf path = {0};
	struct pty *pty;
	int fd;

	buf_printf(&path, "%s/pipe", stage->home);
	assert_int_equal(mkfifo(buf_cstr(&path), 0600), 0);
	fd = open(buf_cstr(&path), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, LOG, sizeof(LOG) - 1), sizeof(LOG) - 1);
	pty = stage_screen(stage, 30, 100, buf_cstr(&path));
	pty_wait_text(pty, "root → bob");
	pty_send(pty, ":history st\t\r");
	pty_wait_text(pty, "is no word for it");
	pty_send(pty, "\025history stop\r");
	pty_wait_text(pty, "other records will not be looked for; :history start does it");
	close(fd);
	pty_wait_text(pty, "not looked for yet: stopped");
	pty_send(pty, "H");
	pty_wait_text(pty, "the look for other records was stopped");
	pty_send(pty, ":history stop\r");
	pty_wait_text(pty, "no logs are looked through for other records");
	pty_send(pty, "\025history start\r");
	pty_wait_text(pty, "looking for other records again");
	pty_wait_text(pty, "+5 min  s3:ListBuckets");
	pty_send(pty, ":history start\r");
	pty_wait_text(pty, "the look for other records was not stopped");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "was not stopped");
	pty_send(pty, "E");
	stage_quit(pty);
	buf_fini(&path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_pipe_and_a_file_as_standard_input_tell_what_a_file_tells),
		stage_test(the_look_for_other_records_is_stopped_and_started_on_the_screen),
		stage_test(without_a_place_for_its_copy_a_pipe_is_said_not_to_be_looked_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
