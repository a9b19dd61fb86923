/* The terminal: every way to leave it, and other terminals than the usual one. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/stage.h"

enum { FIRST_ROW = 2 }; /* of the list */

/* ---- leaving ---- */

static void
assert_restored(struct pty *pty)
{
	struct termios before, now;
	int row, col;
	bool visible;

	pty_modes(pty, &before, &now);
	assert_int_equal(now.c_lflag, before.c_lflag);
	assert_int_equal(now.c_iflag, before.c_iflag);
	assert_int_equal(now.c_oflag, before.c_oflag);
	assert_false(pty_alternate(pty));
	pty_cursor(pty, &row, &col, &visible);
	assert_true(visible);
	assert_true(str_find(pty_raw(pty), STR("\033[?2004h"), 0) != (size_t)-1);
	assert_true(str_find(pty_raw(pty), STR("\033[?2004l"), 0) != (size_t)-1);
}

static void
q_restores_the_terminal(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	assert_true(pty_alternate(pty));
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_restored(pty);
	pty_close(pty);
}

static void
ctrl_c_quits(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "\003");
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_restored(pty);
	pty_close(pty);
}

static void
signals_that_end_it_restore_the_terminal_and_end_with_0(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct pty *pty = stage_sample(*state, 24, 80);

		pty_signal(pty, signals[i]);
		assert_int_equal(pty_wait_exit(pty), 0);
		assert_restored(pty);
		pty_close(pty);
	}
}

static void
a_signal_in_the_middle_of_a_prompt_restores_too(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "vbecause");
	pty_wait_text(pty, "because");
	pty_signal(pty, SIGTERM);
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_restored(pty);
	pty_close(pty);
}

static void
a_crash_restores_the_terminal_and_stays_visible(void **state)
{
	static const int signals[] = {SIGABRT, SIGQUIT};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct pty *pty = stage_sample(*state, 24, 80);

		pty_signal(pty, signals[i]);
		assert_int_equal(pty_wait_exit(pty), 128 + signals[i]);
		assert_restored(pty);
		pty_close(pty);
	}
}

static void
a_dropped_line_ends_it_with_0(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_hangup(pty);
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
}

static void
it_stops_and_goes_on(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_raw_mark(pty);
	pty_signal(pty, SIGTSTP);
	pty_wait_raw(pty, "\033[?2004l");
	pty_raw_mark(pty);
	pty_signal(pty, SIGCONT);
	pty_wait_raw(pty, "\033[?2004h");
	pty_wait_row(pty, FIRST_ROW, "heidi");
	stage_quit(pty);
}

/* ---- terminals ---- */

static void
keys_come_from_the_terminal_when_input_is_a_pipe(void **state)
{
	const struct stage *stage = *state;
	const char *const words[] = {"--store", stage->store, "-", NULL};
	int log = open(child_source("tests/data/cli/alerts.ndjson"), O_RDONLY | O_CLOEXEC), fds[2];
	char bytes[8192];
	ssize_t n = read(log, bytes, sizeof(bytes));
	struct pty *pty;

	assert_true(n > 0 && n < (ssize_t)sizeof(bytes));
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], bytes, (size_t)n), n);
	close(fds[1]);
	close(log);
	pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .home = stage->home}, .in = fds[0]});
	close(fds[0]);
	pty_wait_text(pty, "5 alerts");
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 5");
	stage_quit(pty);
}

static struct pty *
open_with(const struct stage *stage, const char *setting)
{
	const char *const words[] = {"--store", stage->store, SAMPLE, NULL};
	const char *const environment[] = {setting, NULL};

	return pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});
}

static void
a_terminal_that_is_dumb_or_unknown_gets_the_plain_list(void **state)
{
	static const char *const terms[] = {"TERM=dumb", "TERM=no-such-terminal", "TERM="};

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		struct pty *pty = open_with(*state, terms[i]);

		assert_int_equal(pty_wait_exit(pty), 0);
		assert_int_equal(str_find(pty_raw(pty), STR("\033"), 0), (size_t)-1);
		assert_int_equal(stage_count(pty_raw(pty), "2026-01-1"), SAMPLE_ALERTS);
		pty_close(pty);
	}
}

static void
other_terminals_work(void **state)
{
	static const char *const terms[] = {"TERM=vt100", "TERM=linux", "TERM=screen-256color",
		"TERM=tmux-256color", "TERM=xterm", "TERM=rxvt-unicode"};

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		struct pty *pty = open_with(*state, terms[i]);

		pty_wait_text(pty, "42 alerts");
		stage_quit(pty);
	}
}

static bool
has_colour(struct pty *pty)
{
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++) {
			struct pty_cell cell = pty_cell(pty, row, col);

			if (cell.fg != -1 || cell.bg != -1)
				return true;
		}
	return false;
}

static void
no_color_is_respected_and_the_selection_still_shows(void **state)
{
	struct pty *pty = open_with(*state, "NO_COLOR=1");

	pty_wait_text(pty, "1 of 42");
	assert_false(has_colour(pty));
	assert_true(pty_cell(pty, FIRST_ROW, 10).reverse);
	stage_quit(pty);
	pty = open_with(*state, "NO_COLOR=");
	pty_wait_text(pty, "1 of 42");
	assert_true(has_colour(pty));
	stage_quit(pty);
}

static void
nothing_blinks(void **state)
{
	struct pty *pty = stage_sample(*state, 50, 200);

	for (int row = 0; row < 50; row++)
		for (int col = 0; col < 200; col++)
			assert_false(pty_cell(pty, row, col).blink);
	stage_quit(pty);
}

static void
an_ascii_locale_gets_ascii(void **state)
{
	struct pty *pty = open_with(*state, "LC_ALL=C");
	struct str raw;

	pty_wait_text(pty, "1 of 42");
	raw = pty_raw(pty);
	for (size_t i = 0; i < raw.len; i++)
		assert_true((unsigned char)raw.data[i] < 0x80);
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(q_restores_the_terminal),
		stage_test(ctrl_c_quits),
		stage_test(signals_that_end_it_restore_the_terminal_and_end_with_0),
		stage_test(a_signal_in_the_middle_of_a_prompt_restores_too),
		stage_test(a_crash_restores_the_terminal_and_stays_visible),
		stage_test(a_dropped_line_ends_it_with_0),
		stage_test(it_stops_and_goes_on),
		stage_test(keys_come_from_the_terminal_when_input_is_a_pipe),
		stage_test(a_terminal_that_is_dumb_or_unknown_gets_the_plain_list),
		stage_test(other_terminals_work),
		stage_test(no_color_is_respected_and_the_selection_still_shows),
		stage_test(nothing_blinks),
		stage_test(an_ascii_locale_gets_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
