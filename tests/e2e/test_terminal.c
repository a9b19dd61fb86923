/* The terminal: every way to leave it, and other terminals than the usual one. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/timefmt.h"
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

/* A line that hangs, or a terminal whose output was stopped: writing to it waits for ever. */
static void
a_terminal_that_takes_nothing_holds_up_no_end(void **state)
{
	struct pty *pty = stage_sample(*state, 50, 200);
	struct termios before, now;
	int64_t began;

	for (int i = 0; i < 200; i++)
		pty_send(pty, "\014");
	pty_wait_unread(pty, 4000);
	began = time_monotonic_ms();
	pty_signal(pty, SIGTERM);
	assert_int_equal(pty_wait_exit_unread(pty), 0);
	assert_true(time_monotonic_ms() - began < 2000);
	pty_modes(pty, &before, &now);
	assert_int_equal(now.c_lflag, before.c_lflag);
	pty_close(pty);
}

static void
a_crash_restores_the_terminal_and_stays_visible(void **state)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

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

static struct pty *
open_with(const struct stage *stage, const char *setting)
{
	const char *const words[] = {"--store", stage->store, SAMPLE, NULL};
	const char *const environment[] = {setting, NULL};

	return pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});
}

/* keywatch WORDS behind a shell's SCRIPT, which starts it by "$0" "$@". */
static struct pty *
open_behind(const struct stage *stage, const char *script, const char *const *words, int in)
{
	const char *arguments[16] = {"-c", script, child_program(), "--store", stage->store};
	size_t count = 5;

	for (; *words && count < 15; words++)
		arguments[count++] = *words;
	return pty_open(&(struct pty_options){.in = in,
		.child = {.program = "/bin/bash", .arguments = arguments, .home = stage->home}});
}

static void
assert_ends_soon(struct pty *pty)
{
	int64_t began = time_monotonic_ms();

	pty_hangup(pty);
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_true(time_monotonic_ms() - began < 2000);
	pty_close(pty);
}

static void
a_dropped_line_ends_it_also_where_hangups_are_ignored(void **state)
{
	static const char script[] = "trap '' HUP; exec \"$0\" \"$@\"";
	struct pty *pty = open_behind(*state, script, (const char *const[]){SAMPLE, NULL}, 0);

	pty_wait_text(pty, "42 alerts");
	pty_signal(pty, SIGHUP);
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	pty_send(pty, "vbecause");
	pty_wait_text(pty, "because");
	assert_ends_soon(pty);
}

/* And where input is still to come, keys from /dev/tty. */
static void
a_dropped_line_ends_it_also_while_it_reads(void **state)
{
	static const char *const scripts[] = {
		"trap '' HUP; exec \"$0\" \"$@\"", "exec \"$0\" \"$@\""};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct pty *pty;
		int fds[2];

		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		pty = open_behind(*state, scripts[i], (const char *const[]){"-", NULL}, fds[0]);
		pty_wait_text(pty, "reading: no access key");
		assert_ends_soon(pty);
		close(fds[0]);
		close(fds[1]);
	}
}

static void
a_shell_stops_it_and_brings_it_back(void **state)
{
	static const char script[] = "set -m; \"$0\" \"$@\"; stty -g >~/stopped; echo is stopped; "
				     "read x; fg >/dev/null; "
				     "echo came back with $?; stty -g >~/ended";
	const struct stage *stage = *state;
	struct pty *pty = open_behind(stage, script, (const char *const[]){SAMPLE, NULL}, 0);
	struct termios before, now;

	pty_wait_text(pty, "42 alerts");
	pty_send(pty, "jj");
	pty_wait_text(pty, "3 of 42");
	pty_send(pty, "\032");
	pty_wait_text(pty, "is stopped");
	pty_modes(pty, &before, &now);
	assert_int_equal(now.c_lflag, before.c_lflag);
	assert_false(pty_alternate(pty));
	pty_resize(pty, 30, 100);
	pty_send(pty, "\r");
	pty_wait_text(pty, "3 of 42");
	assert_true(pty_alternate(pty));
	pty_send(pty, "j");
	pty_wait_text(pty, "4 of 42");
	pty_wait_row(pty, 29, "v validate");
	pty_send(pty, "q");
	pty_wait_text(pty, "came back with 0");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
}

static bool
screen_is(struct pty *pty, const char *expected)
{
	char *screen = pty_screen(pty);
	bool same = strcmp(screen, expected) == 0;

	free(screen);
	return same;
}

static void
storms_of_resizes_leave_what_a_repaint_would(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = {{1, 1}, {2, 1}, {1, 2}, {10, 40}, {1, 500}, {200, 1}, {9, 39}, {60, 300},
		{11, 139}, {24, 141}};
	struct pty *pty = stage_sample(*state, 24, 80);
	int64_t deadline = 0;
	char *before;

	pty_send(pty, "jjj");
	pty_wait_text(pty, "4 of 42");
	for (int i = 0; i < 200; i++) {
		size_t n = (size_t)i * 7 % (sizeof(sizes) / sizeof(sizes[0]));

		pty_resize(pty, sizes[n].rows, sizes[n].cols);
		if (i % 11 == 0)
			pty_send(pty, "\t");
	}
	pty_resize(pty, 1, 1);
	pty_wait_row(pty, 0, "k");
	pty_resize(pty, 24, 80);
	pty_wait_text(pty, "4 of 42");
	pty_send(pty, "?");
	pty_wait_text(pty, "Moving"); /* behind all the Tabs */
	pty_wait_gone(pty, "v validate");
	pty_send(pty, "q");
	/* The end of the frame, as a read may part it; in the list or in the pane, by how many of
	 * the Tabs came while there was room for both. */
	pty_wait_row(pty, 23, "v validate");
	before = pty_screen(pty);
	pty_raw_mark(pty);
	pty_send(pty, "\014");
	pty_wait_raw(pty, "keywatch");
	while (!screen_is(pty, before) && pty_step(pty, &deadline))
		continue;
	if (!screen_is(pty, before)) {
		char *now = pty_screen(pty);

		fputs(before, stderr); /* print_error cuts at 1024 bytes */
		fputs(now, stderr);
		free(now);
		fail_msg("a repaint shows something else");
	}
	free(before);
	stage_quit(pty);
}

static void
a_shell_stops_it_at_a_prompt_too(void **state)
{
	static const char script[] =
		"set -m; \"$0\" \"$@\"; echo is stopped; read x; fg >/dev/null";
	const struct stage *stage = *state;
	struct pty *pty = open_behind(stage, script, (const char *const[]){SAMPLE, NULL}, 0);

	pty_wait_text(pty, "42 alerts");
	pty_send(pty, "xwhy");
	pty_wait_text(pty, "reason: why");
	pty_send(pty, "\032");
	pty_wait_text(pty, "is stopped");
	pty_send(pty, "\r");
	pty_wait_text(pty, "reason: why");
	pty_raw_mark(pty);
	pty_send(pty, "\014");
	pty_wait_raw(pty, "tests/sample/logs");
	pty_send(pty, "\033");
	pty_wait_text(pty, "nothing was decided");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
}

static void
without_another_screen_its_last_line_is_cleared(void **state)
{
	struct pty *pty = open_with(*state, "TERM=vt100");
	char *row;

	pty_wait_text(pty, "v validate");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	row = pty_row(pty, 23);
	assert_string_equal(row, "");
	free(row);
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

/* Waits until the screen is the expected one, or nothing more comes. */
static char *
await_screen(struct pty *pty, const char *expected)
{
	char *screen = pty_screen(pty);
	int64_t deadline = 0;

	while (strcmp(screen, expected) != 0 && pty_step(pty, &deadline)) {
		free(screen);
		screen = pty_screen(pty);
	}
	return screen;
}

/* What is on the screen after some of everything; expected: NULL for the first. */
static char *
screen_of(const struct stage *stage, const char *term, const char *expected)
{
	const char *const words[] = {"--store", stage->store, SAMPLE, NULL};
	const char *const environment[] = {
		term, "KEYWATCH_NOW=" STAGE_NOW, "KEYWATCH_CLOCK_RATE=0", NULL};
	struct pty *pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});
	char *screen;

	pty_wait_text(pty, "42 alerts");
	pty_wait_text(pty, "success  4 s"); /* what else the logs tell is known */
	pty_send(pty, "jG");
	pty_wait_text(pty, "42 of 42");
	pty_send(pty, "?");
	pty_wait_text(pty, "Moving");
	pty_send(pty, "q\t/arn\r");
	pty_wait_text(pty, "/arn");
	pty_send(pty, "gvticket 4711");
	pty_wait_text(pty, "ticket 4711");
	pty_send(pty, "\003");
	pty_wait_text(pty, "nothing was decided");
	pty_send(pty, "j");
	pty_wait_text(pty, "2 of 42");
	pty_wait_text(pty, "? help"); /* the last words, and of no frame before */
	screen = expected ? await_screen(pty, expected) : pty_screen(pty);
	stage_quit(pty);
	return screen;
}

static void
every_terminal_shows_the_same(void **state)
{
	static const char *const terms[] = {"TERM=vt100", "TERM=vt102", "TERM=vt220", "TERM=screen",
		"TERM=screen-256color", "TERM=tmux", "TERM=tmux-256color", "TERM=xterm",
		"TERM=xterm-color", "TERM=xterm-mono", "TERM=rxvt", "TERM=rxvt-unicode-256color"};
	char *usual = screen_of(*state, "TERM=xterm-256color", NULL);

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		char *screen = screen_of(*state, terms[i], usual);

		if (strcmp(screen, usual) != 0)
			print_error("%s\n", terms[i]);
		assert_string_equal(screen, usual);
		free(screen);
	}
	free(usual);
}

/* Its font has no more than some hundred characters. */
static void
the_console_of_linux_gets_only_what_its_font_has(void **state)
{
	static const char has[] = "\u2500\u2502\u2192\u00b7\u2191\u2193\u251c\u25cb\u00eb";
	struct pty *pty = open_with(*state, "TERM=linux");

	pty_wait_text(pty, "o 2026-01-16 14:02:29"); /* new */
	pty_send(pty, "aj ");			     /* takes the first, marks the second */
	pty_wait_text(pty, "~ 2026-01-16 14:02:29");
	pty_wait_text(pty, "*o 2026-01-16 13:37:04");
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++) {
			struct pty_cell cell = pty_cell(pty, row, col);

			assert_true((unsigned char)cell.text[0] < 0x80 || strstr(has, cell.text));
		}
	stage_quit(pty);
}

static void
a_terminal_that_nobody_knows_is_named(void **state)
{
	struct pty *pty = open_with(*state, "TERM=no-such-terminal");

	assert_int_equal(pty_wait_exit(pty), 0);
	assert_true(
		stage_count(pty_raw(pty), "terminfo knows no terminal `no-such-terminal`") == 1);
	pty_close(pty);
	pty = open_with(*state, "TERM=dumb");
	assert_int_equal(pty_wait_exit(pty), 0);
	assert_int_equal(stage_count(pty_raw(pty), "terminfo"), 0);
	pty_close(pty);
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

/* The user's own delay counts: what comes later is still the same key. */
static void
escdelay_says_how_long_esc_waits_for_the_rest(void **state)
{
	static const char *const environment[] = {"ESCDELAY=10000", NULL};
	const struct stage *stage = *state;
	const char *const words[] = {"--store", stage->store, SAMPLE, NULL};
	struct pty *pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});

	pty_wait_text(pty, "42 alerts");
	pty_send(pty, "?");
	pty_wait_text(pty, " help ");
	pty_settle(pty);
	pty_raw_mark(pty);
	pty_send(pty, "\033");
	assert_true(pty_quiet(pty, 300));
	assert_int_equal(pty_raw_since(pty).len, 0);
	pty_send(pty, "[B");
	pty_wait_raw(pty, "\033");
	assert_true(pty_has(pty, " help "));
	pty_close(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(q_restores_the_terminal),
		stage_test(ctrl_c_quits),
		stage_test(signals_that_end_it_restore_the_terminal_and_end_with_0),
		stage_test(a_signal_in_the_middle_of_a_prompt_restores_too),
		stage_test(a_terminal_that_takes_nothing_holds_up_no_end),
		stage_test(a_crash_restores_the_terminal_and_stays_visible),
		stage_test(a_dropped_line_ends_it_with_0),
		stage_test(a_dropped_line_ends_it_also_where_hangups_are_ignored),
		stage_test(a_dropped_line_ends_it_also_while_it_reads),
		stage_test(a_shell_stops_it_and_brings_it_back),
		stage_test(storms_of_resizes_leave_what_a_repaint_would),
		stage_test(a_shell_stops_it_at_a_prompt_too),
		stage_test(without_another_screen_its_last_line_is_cleared),
		stage_test(it_stops_and_goes_on),
		stage_test(keys_come_from_the_terminal_when_input_is_a_pipe),
		stage_test(a_terminal_that_is_dumb_or_unknown_gets_the_plain_list),
		stage_test(every_terminal_shows_the_same),
		stage_test(the_console_of_linux_gets_only_what_its_font_has),
		stage_test(a_terminal_that_nobody_knows_is_named),
		stage_test(no_color_is_respected_and_the_selection_still_shows),
		stage_test(nothing_blinks),
		stage_test(an_ascii_locale_gets_ascii),
		stage_test(escdelay_says_how_long_esc_waits_for_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
