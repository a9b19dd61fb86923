/* Themes on the screen: where they come from, and what each number of colours makes of them. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/process.h"
#include "tests/support/stage.h"

enum { ROWS = 24, COLS = 80, FIRST_ROW = 2 }; /* of the list */

static struct pty *
open_with(const struct stage *stage, const char *theme, const char *setting)
{
	const char *const words[] = {
		"--store", stage->store, SAMPLE, theme ? "--theme" : NULL, theme, NULL};
	const char *const environment[] = {setting, NULL};
	struct pty *pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});

	pty_wait_text(pty, "1 of 42");
	pty_wait_text(pty, "42 alerts");
	return pty;
}

/* The word `keywatch` at the left of the title line: the accent. */
static struct pty_cell
title_cell(struct pty *pty)
{
	return pty_cell(pty, 0, 1);
}

/* A new theme is drawn over a screen that was erased. */
static void
await_title(struct pty *pty, int fg)
{
	int64_t deadline = 0;

	while (title_cell(pty).fg != fg && pty_step(pty, &deadline))
		continue;
	assert_int_equal(title_cell(pty).fg, fg);
}

static struct pty_cell
selected_cell(struct pty *pty)
{
	return pty_cell(pty, FIRST_ROW, 10);
}

static char *
config_folder(const struct stage *stage, const char *below)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/.config", stage->home);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/.config/keywatch", stage->home);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/.config/keywatch%s", stage->home, below);
	mkdir(path, 0700);
	return path;
}

static void
put(const char *folder, const char *name, const char *text)
{
	free(test_file(folder, name, text, strlen(text)));
}

static void
put_theme(const struct stage *stage, const char *name, const char *text)
{
	put(config_folder(stage, "/themes"), name, text);
}

/* ---- colours ---- */

static void
compile_terminals(const struct stage *stage)
{
	char folder[PATH_MAX];
	const char *const argv[] = {
		"tic", "-x", "-o", folder, child_source("tests/data/terminfo/colours.ti"), NULL};
	const struct process tic = {.argv = argv, .timeout_ms = CHILD_DEADLINE_MS};
	struct process_result result = {0};
	struct error err;

	snprintf(folder, sizeof(folder), "%s/.terminfo", stage->home);
	assert_ok(process_run(&tic, &result, &err), &err);
	assert_int_equal(result.status, 0);
	process_result_fini(&result);
}

static void
each_number_of_colours_shows_what_the_theme_has_for_it(void **state)
{
	static const struct {
		const char *setting;
		int title, front, ground;
		bool bold;
	} rows[] = {
		{"TERM=xterm", 6, 7, 4, true},
		{"TERM=linux", 6, 7, 4, true},
		{"TERM=keywatch-16", 6, 15, 4, false},
		{"TERM=xterm-256color", 80, 231, 24, false},
		{"TERM=screen-256color", 80, 231, 24, false},
		{"TERM=keywatch-direct", PTY_RGB | 0x5fd7d7, PTY_RGB | 0xffffff, PTY_RGB | 0x1f4f78,
			false},
	};

	compile_terminals(*state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pty *pty = open_with(*state, "dark", rows[i].setting);
		struct pty_cell selected = selected_cell(pty);

		assert_int_equal(title_cell(pty).fg, rows[i].title);
		assert_int_equal(selected.fg, rows[i].front);
		assert_int_equal(selected.bg, rows[i].ground);
		assert_int_equal(selected.bold, rows[i].bold);
		stage_quit(pty);
	}
}

/* The first eight numbers are the palette's there, whose black is not always black. */
static void
black_is_black_where_there_are_all_colours(void **state)
{
	struct pty *pty;

	compile_terminals(*state);
	pty = open_with(*state, "high-contrast", "TERM=keywatch-direct");
	assert_int_equal(title_cell(pty).fg, PTY_RGB | 0x00ffff);
	assert_int_equal(title_cell(pty).bg, PTY_RGB | 0x000008);
	stage_quit(pty);
}

/* But for the selected row, the second. */
static bool
is_ground(struct pty *pty, int ground)
{
	for (int row = 0; row < ROWS; row++)
		for (int col = 0; col < COLS; col++)
			if (row != FIRST_ROW + 1 && pty_cell(pty, row, col).bg != ground)
				return false;
	return pty_has(pty, "2 of 42");
}

/* On terminals that erase to the ground of the moment, and on those that do not. */
static void
a_ground_of_its_own_is_behind_everything(void **state)
{
	static const struct {
		const char *theme, *setting;
		int ground;
	} rows[] = {
		{"high-contrast", "TERM=xterm-256color", 16},
		{"high-contrast", "TERM=screen-256color", 16},
		{"high-contrast", "TERM=xterm", 0},
		{"colour-blind", "TERM=xterm-256color", 234},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pty *pty = open_with(*state, rows[i].theme, rows[i].setting);
		int64_t deadline = 0;

		pty_send(pty, "Ggj\t?q");
		while (!is_ground(pty, rows[i].ground) && pty_step(pty, &deadline))
			continue;
		assert_true(is_ground(pty, rows[i].ground));
		pty_send(pty, "q");
		assert_int_equal(pty_wait_exit(pty), 0);
		pty_close(pty);
	}
}

static void
monochrome_has_no_colour_and_the_selection_still_shows(void **state)
{
	struct pty *pty = open_with(*state, "monochrome", "TERM=xterm-256color");

	for (int row = 0; row < ROWS; row++)
		for (int col = 0; col < COLS; col++) {
			assert_int_equal(pty_cell(pty, row, col).fg, -1);
			assert_int_equal(pty_cell(pty, row, col).bg, -1);
		}
	assert_true(selected_cell(pty).reverse);
	stage_quit(pty);
}

/* ---- which one ---- */

static void
the_ground_of_the_terminal_chooses_and_the_user_overrules(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty = open_with(stage, NULL, "COLORFGBG=0;15");

	await_title(pty, 25);
	stage_quit(pty);
	put(config_folder(stage, ""), "config.ini", "[screen]\ntheme = high-contrast\n");
	pty = open_with(stage, NULL, "COLORFGBG=0;15");
	await_title(pty, 51);
	stage_quit(pty);
	pty = open_with(stage, "dark", "COLORFGBG=0;15");
	await_title(pty, 80);
	stage_quit(pty);
}

static void
t_goes_through_all_themes_and_those_of_the_user(void **state)
{
	static const char *const names[] = {
		"light", "high-contrast", "colour-blind", "monochrome", "aaa", "dark"};
	const struct stage *stage = *state;
	struct pty *pty;
	char text[64];

	put_theme(stage, "aaa.ini", "[roles]\ntitle = red/202\n");
	put_theme(stage, "notes.txt", "no theme");
	pty = open_with(stage, "dark", "TERM=xterm-256color");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pty_send(pty, "t");
		snprintf(text, sizeof(text), "theme %s", names[i]);
		pty_wait_text(pty, text);
		if (strcmp(names[i], "aaa") == 0)
			await_title(pty, 202);
	}
	await_title(pty, 80);
	stage_quit(pty);
}

static void
a_theme_is_chosen_by_its_name_with_completion(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;

	put_theme(stage, "mine.ini", "[roles]\ntitle = red/202\n");
	pty = open_with(stage, "dark", "TERM=xterm-256color");
	pty_send(pty, ":theme \t");
	pty_wait_text(pty, "dark light high-contrast colour-blind monochrome mine");
	pty_send(pty, "hi\t");
	pty_wait_text(pty, ":theme high-contrast");
	pty_send(pty, "\r");
	pty_wait_gone(pty, ":theme");
	await_title(pty, 51);
	pty_send(pty, ":theme mi\t");
	pty_wait_text(pty, ":theme mine");
	pty_send(pty, "\r");
	pty_wait_gone(pty, ":theme");
	await_title(pty, 202);
	pty_send(pty, ":theme nix\r");
	pty_wait_text(pty, "there is no theme `nix`; there are dark, light, ");
	await_title(pty, 202);
	pty_send(pty, "\003");
	pty_wait_gone(pty, ":theme");
	stage_quit(pty);
}

static void
t_says_what_is_wrong_with_a_theme_and_passes_it_over(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;

	put_theme(stage, "mine.ini", "[roles]\ntitle = pinkish\n");
	pty = open_with(stage, "monochrome", "TERM=xterm-256color");
	pty_send(pty, "t");
	pty_wait_text(pty, "mine.ini:2: `pinkish` is no");
	await_title(pty, 80);
	pty_send(pty, "t");
	pty_wait_text(pty, "theme light");
	stage_quit(pty);
}

static void
a_theme_that_is_wrong_or_not_there_is_refused_at_the_start(void **state)
{
	const struct stage *stage = *state;
	const char *const words[] = {"--store", stage->store, SAMPLE, "--theme", "mine", NULL};
	static const struct {
		const char *text, *says;
	} rows[] = {
		{NULL, "there is no theme `mine`; there are dark, light, high-contrast, "},
		{"[roles]\ntitel = red\n", "mine.ini:2: there is no role `titel`"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pty *pty;

		if (rows[i].text)
			put_theme(stage, "mine.ini", rows[i].text);
		pty = pty_open(&(struct pty_options){
			.cols = 200, .child = {.arguments = words, .home = stage->home}});
		assert_int_equal(pty_wait_exit(pty), 2);
		assert_int_not_equal(str_find(pty_raw(pty), str_from(rows[i].says), 0), (size_t)-1);
		pty_close(pty);
	}
}

/* Each file in themes/ is one of them. */
static void
shells_complete_the_names_of_all_themes(void **state)
{
	DIR *folder = opendir(child_source("themes"));
	struct run run = {0};
	struct dirent *entry;
	size_t count = 0;
	char *script, *line;

	assert_non_null(folder);
	stage_run(*state, &run, "completion", "bash");
	script = buf_take(&run.out);
	line = strstr(script, "words='dark light ");
	assert_non_null(line);
	*strchr(line, '\n') = '\0';
	while ((entry = readdir(folder))) {
		char *end = strstr(entry->d_name, ".ini");

		if (!end)
			continue;
		*end = '\0';
		assert_non_null(strstr(line, entry->d_name));
		count++;
	}
	assert_int_equal(count, 5);
	closedir(folder);
	free(script);
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(each_number_of_colours_shows_what_the_theme_has_for_it),
		stage_test(black_is_black_where_there_are_all_colours),
		stage_test(a_ground_of_its_own_is_behind_everything),
		stage_test(monochrome_has_no_colour_and_the_selection_still_shows),
		stage_test(the_ground_of_the_terminal_chooses_and_the_user_overrules),
		stage_test(t_goes_through_all_themes_and_those_of_the_user),
		stage_test(a_theme_is_chosen_by_its_name_with_completion),
		stage_test(t_says_what_is_wrong_with_a_theme_and_passes_it_over),
		stage_test(shells_complete_the_names_of_all_themes),
		stage_test(a_theme_that_is_wrong_or_not_there_is_refused_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
