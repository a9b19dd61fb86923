/* The drivers that the end-to-end tests stand on, tried on a shell. */
#include <signal.h>

#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/test.h"

static struct pty *
shell(const char *script, int rows, int cols)
{
	const char *const arguments[] = {"-c", script, NULL};

	return pty_open(&(struct pty_options){.rows = rows, .cols = cols,
		.child = {.program = "/bin/sh", .arguments = arguments, .home = "/"}});
}

static void
the_screen_has_text_and_attributes_where_they_were_drawn(void **state)
{
	struct pty *pty = shell("printf 'one\\033[2;3H\\033[1;31mtw\xc3\xb6\\033[0m'; read x", 5, 20);
	int row, col;
	bool visible;
	struct pty_cell cell;

	(void)state;
	pty_wait_text(pty, "tw\xc3\xb6");
	assert_true(pty_find(pty, "w\xc3\xb6", &row, &col));
	assert_int_equal(row, 1);
	assert_int_equal(col, 3);
	cell = pty_cell(pty, 1, 4);
	assert_string_equal(cell.text, "\xc3\xb6");
	assert_true(cell.bold);
	assert_int_equal(cell.fg, 1);
	assert_int_equal(pty_cell(pty, 0, 0).fg, -1);
	pty_cursor(pty, &row, &col, &visible);
	assert_int_equal(row, 1);
	assert_int_equal(col, 5);
	assert_true(visible);
	pty_close(pty);
}

static void
keys_are_read_and_the_exit_status_is_known(void **state)
{
	struct pty *pty = shell("read x; echo \"got $x\"; exit 7", 0, 0);

	(void)state;
	pty_send(pty, "hello\r");
	pty_wait_row(pty, 1, "got hello");
	assert_int_equal(pty_wait_exit(pty), 7);
	pty_close(pty);
}

static void
a_resize_is_signalled(void **state)
{
	struct pty *pty = shell("trap 'stty size; exit' WINCH; echo ready; while :; do read x; done", 0, 0);

	(void)state;
	pty_wait_text(pty, "ready");
	pty_resize(pty, 10, 33);
	pty_wait_text(pty, "10 33");
	pty_close(pty);
}

static void
a_killed_program_says_by_what(void **state)
{
	struct pty *pty = shell("echo up; read x", 0, 0);

	(void)state;
	pty_wait_text(pty, "up");
	pty_hangup(pty);
	assert_int_equal(pty_wait_exit(pty), 128 + SIGHUP);
	pty_close(pty);
}

static void
bytes_since_a_mark_are_counted(void **state)
{
	struct pty *pty = shell("stty -echo; echo a; read x; printf 12345; read x", 0, 0);

	(void)state;
	pty_wait_text(pty, "a");
	assert_true(pty_quiet(pty, 1));
	pty_raw_mark(pty);
	pty_send(pty, "\r");
	pty_wait_raw(pty, "12345");
	assert_int_equal(pty_raw_since(pty).len, 5);
	pty_assert_clean(pty);
	pty_close(pty);
}

static void
a_command_gets_input_and_gives_output_messages_and_status(void **state)
{
	const char *const arguments[] = {"-c", "tr a-z A-Z; echo oops >&2; exit 3", NULL};
	struct run run = {.child = {.program = "/bin/sh", .arguments = arguments, .home = "/"},
		.input = "text", .input_len = 4};

	(void)state;
	run_program(&run);
	assert_str(buf_view(&run.out), "TEXT");
	assert_str(buf_view(&run.err), "oops\n");
	assert_int_equal(run.status, 3);
	run_fini(&run);
}

static void
a_reader_may_go_away(void **state)
{
	const char *const arguments[] = {"-c", "while :; do echo line; done", NULL};
	struct run run = {.child = {.program = "/bin/sh", .arguments = arguments, .home = "/"},
		.close_out_after = 10};

	(void)state;
	run_program(&run);
	assert_str(buf_view(&run.out), "line\nline\n");
	assert_int_equal(run.status, 128 + SIGPIPE);
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_has_text_and_attributes_where_they_were_drawn),
		cmocka_unit_test(keys_are_read_and_the_exit_status_is_known),
		cmocka_unit_test(a_resize_is_signalled),
		cmocka_unit_test(a_killed_program_says_by_what),
		cmocka_unit_test(bytes_since_a_mark_are_counted),
		cmocka_unit_test(a_command_gets_input_and_gives_output_messages_and_status),
		cmocka_unit_test(a_reader_may_go_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
