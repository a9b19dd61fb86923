/* The mouse: off by default; where it is on, a click selects, the wheel scrolls what is under it,
 * and nothing is ever decided by it. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/support/stage.h"

#define ON "\033[?1006;1000h"
#define OFF "\033[?1006;1000l"

enum { FIRST_ROW = 2 }; /* of the list */

static struct pty *
open_with(const struct stage *stage, const char *config, const char *setting, int rows, int cols)
{
	const char *const words[] = {"--store", stage->store, SAMPLE, NULL};
	const char *const environment[] = {setting, NULL};
	char path[PATH_MAX];
	struct pty *pty;

	snprintf(path, sizeof(path), "%s/.config", stage->home);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/.config/keywatch", stage->home);
	mkdir(path, 0700);
	free(test_file(path, "config.ini", config, strlen(config)));
	pty = pty_open(&(struct pty_options){.rows = rows,
		.cols = cols,
		.child = {.arguments = words, .environment = environment, .home = stage->home}});
	pty_wait_text(pty, "1 of 42");
	pty_wait_text(pty, "42 alerts");
	return pty;
}

static struct pty *
open_on(const struct stage *stage, int rows, int cols)
{
	return open_with(stage, "[screen]\nmouse = on\n", "TERM=xterm-256color", rows, cols);
}

/* As xterm reports it; cells from 0. */
static void
mouse(struct pty *pty, int button, int row, int col)
{
	char report[96];

	snprintf(report, sizeof(report), "\033[<%d;%d;%dM\033[<%d;%d;%dm", button, col + 1, row + 1,
		button, col + 1, row + 1);
	pty_send(pty, report);
}

static void
the_mouse_is_left_to_the_terminal_unless_configured(void **state)
{
	struct pty *pty = open_with(*state, "", "TERM=xterm-256color", 24, 80);

	mouse(pty, 0, FIRST_ROW + 2, 10);
	mouse(pty, 65, FIRST_ROW, 10);
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	pty_assert_clean(pty);
	assert_int_equal(stage_count(pty_raw(pty), "1000"), 0);
	stage_quit(pty);
}

static void
a_click_selects_and_the_wheel_moves(void **state)
{
	struct pty *pty = open_on(*state, 24, 80);

	mouse(pty, 0, FIRST_ROW + 2, 10);
	pty_wait_text(pty, "3 of 42");
	mouse(pty, 65, FIRST_ROW, 10);
	pty_wait_text(pty, "6 of 42");
	mouse(pty, 64, FIRST_ROW, 10);
	pty_wait_text(pty, "3 of 42");
	mouse(pty, 0, 0, 5); /* the title, and the hints: nothing */
	mouse(pty, 0, 23, 5);
	mouse(pty, 2, FIRST_ROW, 10);
	pty_send(pty, "j");
	pty_wait_text(pty, "4 of 42");
	stage_quit(pty);
}

static void
below_the_last_row_a_click_selects_nothing(void **state)
{
	struct pty *pty = open_on(*state, 50, 200);

	mouse(pty, 0, 46, 10);
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	stage_quit(pty);
}

static void
the_wheel_scrolls_the_pane_under_it_and_leaves_the_list(void **state)
{
	struct pty *pty = open_on(*state, 50, 200);
	int row, col;

	assert_true(pty_find(pty, "eventVersion", &row, &col));
	mouse(pty, 65, row, col);
	pty_wait_gone(pty, "eventVersion");
	pty_wait_text(pty, "1 of 42");
	pty_send(pty, "j"); /* the list has the focus */
	pty_wait_text(pty, "2 of 42");
	stage_quit(pty);
}

static void
a_click_in_a_pane_takes_the_focus_there(void **state)
{
	struct pty *pty = open_on(*state, 50, 200);
	int row, col;

	assert_true(pty_find(pty, "eventVersion", &row, &col));
	mouse(pty, 0, row, col);
	pty_wait_text(pty, "z fold");
	mouse(pty, 0, FIRST_ROW, 10);
	pty_wait_text(pty, "v validate  r request");
	stage_quit(pty);
}

static void
nothing_moves_under_a_prompt_or_behind_the_help(void **state)
{
	struct pty *pty = open_on(*state, 24, 80);

	pty_send(pty, "vbecause");
	pty_wait_text(pty, "because");
	mouse(pty, 0, FIRST_ROW + 2, 10);
	mouse(pty, 65, FIRST_ROW, 10);
	pty_send(pty, "\025\003");
	pty_send(pty, "?");
	pty_wait_text(pty, "help");
	mouse(pty, 0, FIRST_ROW + 2, 10);
	mouse(pty, 65, FIRST_ROW, 10);
	pty_wait_gone(pty, "Moving");
	pty_send(pty, "q");
	pty_wait_text(pty, "1 of 42");
	pty_wait_text(pty, "42 new");
	stage_quit(pty);
}

/* However it ends, and while it is stopped. */
static void
the_mouse_is_given_back(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGSEGV, SIGABRT};
	struct pty *pty = open_on(*state, 24, 80);

	pty_wait_raw(pty, ON);
	pty_raw_mark(pty);
	pty_signal(pty, SIGTSTP);
	pty_wait_raw(pty, OFF);
	pty_raw_mark(pty);
	pty_signal(pty, SIGCONT);
	pty_wait_raw(pty, ON);
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_int_not_equal(str_find(pty_raw_since(pty), STR(OFF), 0), (size_t)-1);
	pty_close(pty);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		pty = open_on(*state, 24, 80);
		pty_wait_raw(pty, ON);
		pty_raw_mark(pty);
		pty_signal(pty, signals[i]);
		pty_wait_exit(pty);
		assert_int_not_equal(str_find(pty_raw_since(pty), STR(OFF), 0), (size_t)-1);
		pty_close(pty);
	}
}

/* Terminals with the older reports, and those without any. */
static void
each_terminal_is_asked_as_terminfo_says(void **state)
{
	struct pty *pty =
		open_with(*state, "[screen]\nmouse = on\n", "TERM=screen-256color", 24, 80);

	pty_wait_raw(pty, "\033[?1000h");
	pty_send(pty, "\033[M *%\033[M#*%"); /* row 4, column 9 */
	pty_wait_text(pty, "3 of 42");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
	pty = open_with(*state, "[screen]\nmouse = on\n", "TERM=vt100", 24, 80);
	assert_int_equal(stage_count(pty_raw(pty), "1000"), 0);
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(the_mouse_is_left_to_the_terminal_unless_configured),
		stage_test(a_click_selects_and_the_wheel_moves),
		stage_test(below_the_last_row_a_click_selects_nothing),
		stage_test(the_wheel_scrolls_the_pane_under_it_and_leaves_the_list),
		stage_test(a_click_in_a_pane_takes_the_focus_there),
		stage_test(nothing_moves_under_a_prompt_or_behind_the_help),
		stage_test(the_mouse_is_given_back),
		stage_test(each_terminal_is_asked_as_terminfo_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
