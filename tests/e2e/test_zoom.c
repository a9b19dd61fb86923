/* The list, or a pane, alone on the screen. */
#include "tests/support/stage.h"

static void
the_list_alone_takes_all_rows_and_gives_them_back(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "w");
	pty_wait_row(pty, 21, "2026-01-14 03:12:04");
	pty_wait_row(pty, 22, " alerts │ entity │ event │ history ");
	pty_send(pty, "jjj");
	pty_wait_row(pty, 5, "▎ ● 2026-01-16 09:40:17");
	pty_send(pty, "w");
	pty_wait_row(pty, 9, "pat → pat ");
	pty_wait_row(pty, 5, "▎ ● 2026-01-16 09:40:17");
	stage_quit(pty);
}

static void
a_pane_alone_is_read_with_the_keys_of_panes_and_tab_goes_on(void **state)
{
	struct pty *pty = stage_sample(*state, 40, 140);

	pty_send(pty, "\t\tw");
	pty_wait_row(pty, 1, "heidi → heidi ");
	pty_wait_row(pty, 3, "\"eventVersion\"");
	pty_wait_gone(pty, "TIME");
	pty_send(pty, "\t");
	pty_wait_text(pty, "decisions  nothing was decided yet");
	pty_wait_row(pty, 2, "[all ");
	pty_send(pty, "\t");
	pty_wait_row(pty, 2, "rotation");
	pty_send(pty, "\t");
	pty_wait_row(pty, 1, "TIME");
	pty_send(pty, "\r");
	pty_wait_row(pty, 2, "▎in short");
	pty_send(pty, "j\r"); /* to the evidence */
	pty_wait_text(pty, "▎  \"responseElements\"");
	pty_send(pty, "w");
	pty_wait_row(pty, 1, "TIME");
	pty_wait_text(pty, "▎  \"responseElements\"");
	stage_quit(pty);
}

/* What is decided is what the name above the pane says. */
static void
a_decision_from_a_pane_alone_is_about_its_alert(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "j\rw");
	pty_wait_row(pty, 1, "platform/ADMIN → grace ");
	pty_send(pty, "a");
	pty_wait_row(pty, 1, "Active");
	pty_send(pty, "w");
	pty_wait_row(pty, 3, "▎ ◐ 2026-01-16 13:37:04");
	stage_quit(pty);
}

static void
it_lives_through_every_size(void **state)
{
	static const int sizes[][2] = {{9, 39}, {10, 40}, {1, 1}, {50, 200}, {24, 80}};
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_send(pty, "\t\rw");
	pty_wait_row(pty, 22, " alerts │ entity │ event │ history ");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		pty_resize(pty, sizes[i][0], sizes[i][1]);
	pty_wait_row(pty, 22, " alerts │ entity │ event │ history ");
	pty_send(pty, "w");
	pty_wait_row(pty, 1, "TIME");
	assert_true(pty_has(pty, "heidi → heidi "));
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(the_list_alone_takes_all_rows_and_gives_them_back),
		stage_test(a_pane_alone_is_read_with_the_keys_of_panes_and_tab_goes_on),
		stage_test(a_decision_from_a_pane_alone_is_about_its_alert),
		stage_test(it_lives_through_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
