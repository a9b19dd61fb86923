#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "tui/clipboard.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/command/config_file.h"
#include "tui/clock_text.h"
#include "tui/config.h"

/* As the program does: through the reader of the whole file. */
static bool
parse(struct config *config, struct str text, struct error *err)
{
	const struct config_screen rows = {config_take, config, NULL};
	struct source_configs sources = {0};
	bool ok;

	config_init(config);
	ok = config_file_parse(text, "c.ini", &sources, &rows, err);
	source_configs_fini(&sources);
	return ok;
}

static void
assert_refused(const char *text, const char *expected)
{
	struct config config;
	struct error err;

	assert_false(parse(&config, str_from(text), &err));
	if (!strstr(err.text, expected))
		print_error("%s\n", err.text);
	assert_non_null(strstr(err.text, expected));
	config_fini(&config);
}

static void
screen_keys_and_filters_are_read(void **state)
{
	struct config config;
	struct error err;

	(void)state;
	assert_ok(parse(&config,
			  STR("[screen]\ntheme = light\ntime = local\n[keys]\nvalidate = V F3\n"
			      "[filters]\nroot = UserIdentityType == \"Root\"\n"
			      "[source prod]\ntype = cloudtrail\n"),
			  &err),
		&err);
	assert_string_equal(config.theme, "light");
	assert_true(config.local);
	assert_int_equal(keymap_find(&config.keymap, 'V'), ACTION_VALIDATE);
	assert_int_equal(keymap_find(&config.keymap, 'v'), ACTION_NONE);
	assert_string_equal(
		config_find_filter(&config, STR("root")), "UserIdentityType == \"Root\"");
	assert_null(config_find_filter(&config, STR("other")));
	config_fini(&config);
}

/* Nothing rings, names itself or takes the mouse unless it is asked for. */
static void
bell_title_and_mouse_are_off_unless_configured(void **state)
{
	struct config config;
	struct error err;

	(void)state;
	assert_ok(parse(&config, STR("[screen]\n"), &err), &err);
	assert_int_equal(config.bell, BELL_OFF);
	assert_false(config.mouse || config.title || config.local);
	config_fini(&config);
	assert_ok(parse(&config,
			  STR("[screen]\nbell = other-success\ntitle = on\nmouse = on\n"
			      "time = utc\n"),
			  &err),
		&err);
	assert_int_equal(config.bell, BELL_OTHER_SUCCESS);
	assert_true(config.mouse && config.title);
	assert_false(config.local);
	config_fini(&config);
	assert_ok(parse(&config, STR("[screen]\nbell = new\nbell = off\n"), &err), &err);
	assert_int_equal(config.bell, BELL_OFF);
	config_fini(&config);
}

static void
mistakes_are_named_with_their_line(void **state)
{
	(void)state;
	assert_refused("[screen]\nfont = big\n", "c.ini:2: [screen] has the keys");
	assert_refused("[screen]\ntime = here\n", "c.ini:2: time is utc | local");
	assert_refused("[screen]\nmouse = yes\n", "c.ini:2: mouse is off | on");
	assert_refused("[screen]\nbell = other\n", "c.ini:2: bell is off | new | other-success");
	assert_refused("[screen]\ntitle =\n", "c.ini:2: title is off | on");
	assert_refused("[keys]\nvelociraptor = x\n",
		"c.ini:2: there is no action `velociraptor`; ? lists them");
	assert_refused("[keys]\nvalidat = V\n",
		"c.ini:2: there is no action `validat`: did you mean `validate`?");
	assert_refused("[keys]\n\nnote = Hyper-x\n", "c.ini:3: `Hyper-x` names no key");
	assert_refused("[keys]\nnote = n\nundo = n\n", "c.ini:3: `n` is given to `note` already");
}

static void
sections_that_nobody_owns_are_mistakes(void **state)
{
	(void)state;
	assert_refused("theme = light\n", "c.ini:1: `theme` stands outside of any section");
	assert_refused("[keys]\n[filter]\n", "c.ini:2: there is no section [filter]: did you mean "
					     "[filters]?");
	assert_refused("[sources prod]\n", "c.ini:1: there is no section [sources prod]: did you "
					   "mean [source NAME]?");
	assert_refused(
		"[Screen]\n", "c.ini:1: there is no section [Screen]: did you mean [screen]?");
	assert_refused("\n[admins]\nx = y\n", "c.ini:2: there is no section [admins]; there are "
					      "[screen], [keys], [filters], [known] "
					      "and [source NAME]");
	assert_refused("[source a]\ntyp = s3\n", "c.ini:2: a source has no key `typ`: did you mean "
						 "`type`?");
}

/* ---- who is known ---- */

static void
automation_and_special_users_are_read_from_several_rows(void **state)
{
	struct known known = {0};
	const struct config_screen rows = {.known = &known};
	struct source_configs sources = {0};
	struct error err;

	(void)state;
	assert_ok(config_file_parse(STR("[known]\nautomation = a, b*\nspecial = c\n"
					"automation = arn:aws:iam::1:role/x\n"),
			  "c.ini", &sources, &rows, &err),
		&err);
	assert_int_equal(known.list[KNOWN_AUTOMATION].count, 3);
	assert_str(known.list[KNOWN_AUTOMATION].globs[1], "b*");
	assert_str(known.list[KNOWN_AUTOMATION].globs[2], "arn:aws:iam::1:role/x");
	assert_int_equal(known.list[KNOWN_SPECIAL].count, 1);
	known_fini(&known);
	source_configs_fini(&sources);
}

static void
mistakes_of_who_is_known_are_named_with_their_line(void **state)
{
	(void)state;
	assert_refused("[known]\nautomaton = x\n",
		"c.ini:2: [known] has no key `automaton`: did you mean `automation`?");
	assert_refused("[known]\nx = y\n", "c.ini:2: [known] has the keys automation and special");
	assert_refused("[known]\nspecial =\n", "c.ini:2: special needs globs");
	assert_refused("[known]\nspecial = a,,b\n", "c.ini:2: special needs globs");
	assert_refused("[known]\nspecial = a,\n", "c.ini:2: special needs globs");
	assert_refused("[Known]\n", "c.ini:1: there is no section [Known]: did you mean [known]?");
}

static const struct {
	const char *glob, *text;
	bool matches;
} globs[] = {
	{"", "", true},
	{"", "a", false},
	{"*", "", true},
	{"*", "a/b", true},
	{"a", "a", true},
	{"a", "A", false},
	{"a", "ab", false},
	{"?", "", false},
	{"?", "\xc3\xa9", true},
	{"??", "\xc3\xa9", false},
	{"a*c", "abbc", true},
	{"a*c", "abbcd", false},
	{"a*b*c", "aXbYbZc", true},
	{"*role/Dep?oy*", "arn:aws:iam::1:role/Deploy", true},
	{"*role/Dep?oy*", "arn:aws:iam::1:role/Depoy", false},
	{"a**b", "ab", true},
	{"[a]", "a", false},
	{"a\\*", "a\\b", true},
};

static void
globs_match_whole_texts(void **state)
{
	struct buf many = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		assert_int_equal(known_glob(str_from(globs[i].glob), str_from(globs[i].text)),
			globs[i].matches);
	/* Many stars, and no end of a's without a b. */
	for (size_t i = 0; i < 20000; i++)
		buf_putc(&many, 'a');
	assert_false(known_glob(STR("*a*a*a*a*a*a*a*a*a*b"), buf_view(&many)));
	buf_fini(&many);
}

/* ---- where it is ---- */

static void
expect_load(const struct command_line *line, size_t sources, const char *refusal)
{
	struct source_configs configs;
	struct error err = {0};
	bool ok = config_file_load(&configs, line, &(struct config_screen){0}, &err);

	if (ok == (refusal != NULL))
		print_error("%s\n", err.text);
	assert_int_equal(ok, refusal == NULL);
	if (refusal)
		assert_non_null(strstr(err.text, refusal));
	else
		assert_int_equal(configs.count, sources);
	source_configs_fini(&configs);
}

static void
the_file_that_is_named_is_read_else_the_users(void **state)
{
	static const char user[] = "[source a]\ntype = cloudtrail\n[screen]\nfont = big\n";
	static const char named[] =
		"[source a]\ntype = cloudtrail\n[source b]\ntype = cloudtrail\n";
	char *folder = test_folder(), sub[256], *first, *second;
	struct command_line line = {0};

	(void)state;
	assert_int_equal(setenv("XDG_CONFIG_HOME", folder, 1), 0);
	snprintf(sub, sizeof(sub), "%s/keywatch", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	first = test_file(sub, "config.ini", user, sizeof(user) - 1);
	second = test_file(folder, "other.ini", named, sizeof(named) - 1);
	expect_load(&line, 1, NULL); /* [screen] is the screen's to refuse */
	line.config = second;
	expect_load(&line, 2, NULL);
	line.config = "/nonexistent/config.ini";
	expect_load(&line, 0, "/nonexistent/config.ini: No such file");
	unsetenv("XDG_CONFIG_HOME");
	free(first);
	free(second);
	test_rmtree(folder);
}

static void
sources_and_defaults_of_the_command_line_come_after_the_file(void **state)
{
	static const char named[] = "[source a]\ntype = cloudtrail\n";
	char *folder = test_folder(), *path = test_file(folder, "c.ini", named, sizeof(named) - 1);
	struct command_line line = {.config = path, .source_count = 1};

	(void)state;
	line.sources[0] = "type=follow,path=x";
	expect_load(&line, 2, NULL);
	line.sources[0] = "type=follow,path=x,name=a";
	expect_load(&line, 0, "--source: there is a source `a` already");
	line.sources[0] = "type=follow,path=x";
	line.region = "nowhere/";
	expect_load(&line, 0, "--region is a region's name");
	free(path);
	test_rmtree(folder);
}

static void
themes_of_the_user_come_before_the_built_in_ones(void **state)
{
	char *folder = test_folder(), *path;
	char sub[256];
	struct theme theme;
	struct error err;

	(void)state;
	assert_int_equal(setenv("XDG_CONFIG_HOME", folder, 1), 0);
	assert_ok(config_load_theme(&theme, "dark", &err), &err);
	assert_false(config_load_theme(&theme, "own", &err));
	assert_non_null(strstr(err.text, "there is no theme `own`; there are dark, light, "));
	assert_false(config_load_theme(&theme, "../own", &err));
	snprintf(sub, sizeof(sub), "%s/keywatch", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	snprintf(sub, sizeof(sub), "%s/keywatch/themes", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	path = test_file(sub, "own.ini", "[roles]\ntext = green\n", 21);
	assert_ok(config_load_theme(&theme, "own", &err), &err);
	assert_int_equal(theme.styles[DEPTH_16][ROLE_TEXT].fg, 2);
	assert_string_equal(theme.name, "own");
	unsetenv("XDG_CONFIG_HOME");
	free(path);
	test_rmtree(folder);
}

/* ---- clock ---- */

static void
a_clock_that_was_set_stands_and_says_so(void **state)
{
	struct clock clock;
	char text[TIME_TEXT];
	struct error err;

	(void)state;
	assert_ok(clock_init(&clock, "2026-01-17T03:12:04Z", NULL, &err), &err);
	assert_true(clock.set);
	clock_format(false, clock_now(&clock), text);
	assert_string_equal(text, "2026-01-17 03:12:04");
	clock_format_minute(false, clock_now(&clock), text);
	assert_string_equal(text, "03:12 UTC");
	clock_format(false, TIME_NONE, text);
	assert_string_equal(text, "unreadable");
	assert_ok(clock_init(&clock, "", NULL, &err), &err);
	assert_false(clock.set);
}

/* In zones that are not whole hours away, and before there were zones. */
static void
times_one_after_the_other_read_as_each_alone(void **state)
{
	static const char *const zones[] = {"UTC", "Asia/Kathmandu", "Australia/Lord_Howe",
		"America/New_York", "Africa/Monrovia"};
	static const int64_t steps[] = {1, 59, 61, 899, 901, 3601, 86399, -7, -1000, 2000000};
	char *zone = getenv("TZ") ? mem_strdup(getenv("TZ")) : NULL;

	(void)state;
	for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		struct clock_series series = {0};
		int64_t second = -86400;

		setenv("TZ", zones[z], 1);
		tzset();
		for (int i = 0; i < 4000; i++) {
			char text[TIME_TEXT];
			int64_t ticks = second * TICKS_PER_SECOND + i % 10000000;

			clock_format(z > 0, ticks, text);
			assert_string_equal(clock_format_next(&series, z > 0, ticks), text);
			second += steps[i % 10];
		}
		assert_string_equal(clock_format_next(&series, z > 0, TIME_NONE), "unreadable");
	}
	if (zone)
		setenv("TZ", zone, 1);
	else
		unsetenv("TZ");
	tzset();
	free(zone);
}

static void
a_clock_that_makes_no_sense_is_refused(void **state)
{
	struct clock clock;
	struct error err;

	(void)state;
	assert_false(clock_init(&clock, "yesterday", NULL, &err));
	assert_false(clock_init(&clock, "2026-01-17T03:12:04Z", "-1", &err));
	assert_false(clock_init(&clock, "2026-01-17T03:12:04Z", "fast", &err));
	assert_false(clock_init(&clock, "2026-01-17T03:12:04Z", "nan", &err));
}

/* ---- clipboard ---- */

static void
copied_text_is_base64_in_one_sequence(void **state)
{
	static const char *const cases[][2] = {
		{"", "\033]52;c;\a"},
		{"f", "\033]52;c;Zg==\a"},
		{"fo", "\033]52;c;Zm8=\a"},
		{"foo", "\033]52;c;Zm9v\a"},
		{"foobar\xff", "\033]52;c;Zm9vYmFy/w==\a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = {0};

		clipboard_sequence(&out, str_from(cases[i][0]));
		assert_string_equal(buf_cstr(&out), cases[i][1]);
		buf_fini(&out);
	}
}

static void
what_is_copied_is_cleaned(void **state)
{
	struct buf out = {0};

	(void)state;
	clipboard_clean(&out, STR("a\033[2J\nb\xe2\x80\xae"));
	assert_string_equal(buf_cstr(&out), "a\\u001b[2J\nb\\u202e");
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screen_keys_and_filters_are_read),
		cmocka_unit_test(bell_title_and_mouse_are_off_unless_configured),
		cmocka_unit_test(mistakes_are_named_with_their_line),
		cmocka_unit_test(sections_that_nobody_owns_are_mistakes),
		cmocka_unit_test(automation_and_special_users_are_read_from_several_rows),
		cmocka_unit_test(mistakes_of_who_is_known_are_named_with_their_line),
		cmocka_unit_test(globs_match_whole_texts),
		cmocka_unit_test(the_file_that_is_named_is_read_else_the_users),
		cmocka_unit_test(sources_and_defaults_of_the_command_line_come_after_the_file),
		cmocka_unit_test(themes_of_the_user_come_before_the_built_in_ones),
		cmocka_unit_test(a_clock_that_was_set_stands_and_says_so),
		cmocka_unit_test(times_one_after_the_other_read_as_each_alone),
		cmocka_unit_test(a_clock_that_makes_no_sense_is_refused),
		cmocka_unit_test(copied_text_is_base64_in_one_sequence),
		cmocka_unit_test(what_is_copied_is_cleaned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
