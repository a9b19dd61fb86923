/* `keywatch doctor` where no network is needed: configuration, followed files, store, rules, log,
 * terminal. tests/live/test_doctor.c has the rest. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/command/live.h"
#include "core/store/live.h"
#include "tests/support/stage.h"

static struct run run;

static const char *const usual[] = {"AWS_EC2_METADATA_DISABLED=true", NULL};

#define examine(stage, ...)                                                                        \
	examine_words((stage), usual, (const char *const[]){"doctor", __VA_ARGS__, NULL})

static int
examine_words(const struct stage *stage, const char *const *environment, const char *const *words)
{
	run_fini(&run);
	run.child.environment = environment;
	stage_run_words(stage, &run, words);
	return run.status;
}

static void
assert_says(const char *part)
{
	if (!strstr(buf_cstr(&run.out), part))
		print_error("%s\nis not said in:\n%s", part, buf_cstr(&run.out));
	assert_non_null(strstr(buf_cstr(&run.out), part));
}

/* A file of the home, given as `FORMAT` with its path in it; returns the text, valid until the
 * next call. */
static const char *
with_path(const struct stage *stage, const char *format, const char *name)
{
	static char text[600];
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", stage->home, name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), format, path);
#pragma GCC diagnostic pop
	return text;
}

static void
configure(const struct stage *stage, const char *text)
{
	free(test_file(stage->home, "config.ini", text, strlen(text)));
}

static void
a_followed_file_that_can_be_read_is_well(void **state)
{
	const struct stage *stage = *state;
	char expected[500];

	free(test_file(stage->home, "feed.ndjson", "", 0));
	assert_int_equal(examine(stage, "--source",
				 with_path(stage, "type=follow,name=feed,path=%s", "feed.ndjson")),
		0);
	snprintf(expected, sizeof(expected),
		"\nsource feed (follow), --source\n"
		"  asked         read the file at %s/feed.ndjson\n"
		"  ok            answered after ",
		stage->home);
	assert_says(expected);
	assert_says("\nall is well\n");
	assert_str(buf_view(&run.err), "");
}

static void
a_followed_file_that_is_not_there_is_named_with_what_to_do(void **state)
{
	const struct stage *stage = *state;

	assert_int_equal(examine(stage, "--source",
				 with_path(stage, "type=follow,name=feed,path=%s", "nix")),
		1);
	assert_says("/nix: No such file or directory\n"
		    "  do            check `path`; it is read as soon as it is there\n");
	assert_says("\nnot well: feed\n");
}

static void
with_nothing_to_watch_three_lines_say_what_to_do(void **state)
{
	assert_int_equal(examine(*state, NULL), 1);
	for (size_t i = 0; i < LIVE_ADVICE_LINES; i++)
		assert_says(live_advice[i]);
	assert_says("\nnot well: sources\n");
}

static void
a_mistake_in_the_configuration_is_named_with_its_line_and_hides_nothing_else(void **state)
{
	const struct stage *stage = *state;
	char config[400], expected[600];

	configure(stage, "[source a]\ntype = sqs\nque_url = x\n");
	snprintf(config, sizeof(config), "%s/config.ini", stage->home);
	assert_int_equal(examine(stage, "--config", config), 1);
	snprintf(expected, sizeof(expected), "\nconfiguration\n  wrong         %s:3: ", config);
	assert_says(expected);
	assert_says("\nstore\n  ok ");
	assert_says("\nnot well: configuration\n");
}

static void
a_mistake_in_the_screens_rows_is_one_as_well(void **state)
{
	const struct stage *stage = *state;
	char config[400];

	configure(stage, "[screen]\ntheme = dark\n[keys]\nvalidat = V\n");
	snprintf(config, sizeof(config), "%s/config.ini", stage->home);
	assert_int_equal(examine(stage, "--config", config), 1);
	assert_says("config.ini:4: ");
}

static void
where_a_source_is_configured_is_said(void **state)
{
	const struct stage *stage = *state;
	char config[400], expected[600], text[600];

	free(test_file(stage->home, "feed.ndjson", "", 0));
	snprintf(text, sizeof(text), "[screen]\ntime = utc\n\n[source feed]\ntype = follow\n%s\n",
		with_path(stage, "path = %s", "feed.ndjson"));
	configure(stage, text);
	snprintf(config, sizeof(config), "%s/config.ini", stage->home);
	assert_int_equal(examine(stage, "--config", config), 0);
	snprintf(expected, sizeof(expected), "\nsource feed (follow), %s:4\n", config);
	assert_says(expected);
	snprintf(expected, sizeof(expected), "\nconfiguration\n  ok            %s\n", config);
	assert_says(expected);
}

/* ---- the store ---- */

static void
what_is_missing_is_not_made(void **state)
{
	const struct stage *stage = *state;
	char local[400];

	examine(stage, "--store", stage->store);
	assert_says("/keywatch.db is not there yet; it is made when it is needed\n");
	assert_says("/keywatch.log is not there yet; it is made when it is needed\n");
	snprintf(local, sizeof(local), "%s/.local", stage->home);
	assert_int_equal(access(stage->store, F_OK), -1);
	assert_int_equal(access(local, F_OK), -1);
}

static void
a_store_that_cannot_be_made_is_named(void **state)
{
	const struct stage *stage = *state;

	free(test_file(stage->home, "file", "", 0));
	assert_int_equal(examine(stage, "--store", with_path(stage, "%s/keywatch.db", "file")), 1);
	assert_says("/file is no folder\n");
	assert_says("\nnot well: sources, store\n");
}

static void
make_store(const struct stage *stage, mode_t mode, bool fetching)
{
	struct store *store;
	struct store_lease lease;
	struct error err;

	assert_ok(store_open(&store, stage->store, &err), &err);
	if (fetching)
		assert_ok(store_lease(store, "alice", &lease, &err), &err);
	store_close(store);
	assert_int_equal(chmod(stage->store, mode), 0);
}

static void
who_fetches_for_the_store_is_said(void **state)
{
	const struct stage *stage = *state;
	char expected[500];

	make_store(stage, 0600, true);
	examine(stage, "--store", stage->store);
	snprintf(expected, sizeof(expected),
		"\nstore\n  ok            %s (0600)\n"
		"                fetched by pid %d (alice)\n",
		stage->store, (int)getpid());
	assert_says(expected);
}

static void
a_store_that_others_may_read_is_not_well_one_for_a_group_is(void **state)
{
	const struct stage *stage = *state;

	make_store(stage, 0644, false);
	examine(stage, "--store", stage->store);
	assert_says(" (0644): others may use it");
	assert_says("  do            chmod o= ");
	assert_int_equal(chmod(stage->store, 0660), 0);
	examine(stage, "--store", stage->store);
	assert_says(" (0660)\n                nobody fetches for it now\n");
	assert_says("\nnot well: sources\n");
}

static void
a_store_that_is_none_is_named_and_left_as_it_is(void **state)
{
	const struct stage *stage = *state;
	char *text;

	free(test_file(stage->home, "keywatch.db", "no store", 8));
	assert_int_equal(examine(stage, "--store", stage->store), 1);
	assert_says("store\n  wrong         ");
	text = test_read(stage->store, NULL);
	assert_string_equal(text, "no store");
	free(text);
}

/* ---- the log, the terminal, rules ---- */

static void
a_log_that_others_may_read_is_not_well(void **state)
{
	const struct stage *stage = *state;
	char state_home[400], *log;
	const char *const environment[] = {usual[0], state_home, NULL};
	char folder[400];

	snprintf(state_home, sizeof(state_home), "XDG_STATE_HOME=%s", stage->home);
	snprintf(folder, sizeof(folder), "%s/keywatch", stage->home);
	assert_int_equal(mkdir(folder, 0700), 0);
	log = test_file(folder, "keywatch.log", "", 0);
	assert_int_equal(chmod(log, 0640), 0);
	examine_words(stage, environment, (const char *const[]){"doctor", NULL});
	assert_says("keywatch.log (0640): others may use it");
	assert_says("  do            chmod go= ");
	assert_int_equal(chmod(log, 0600), 0);
	examine_words(stage, environment, (const char *const[]){"doctor", NULL});
	assert_says("keywatch.log (0600)\n");
	free(log);
}

static void
a_terminal_that_nobody_knows_is_not_well_none_at_all_is(void **state)
{
	const char *const unknown[] = {usual[0], "TERM=no-such-terminal", NULL};
	const char *const none[] = {usual[0], "TERM=", NULL};
	const char *const words[] = {"doctor", NULL};

	examine_words(*state, unknown, words);
	assert_says("\nterminal\n  wrong         no-such-terminal is unknown here");
	examine_words(*state, none, words);
	assert_says("\nterminal\n  ok            TERM is not set");
	examine(*state, NULL);
	assert_says("\nterminal\n  ok            xterm-256color\n");
}

static void
a_rule_that_is_refused_is_named_beside_one_that_runs(void **state)
{
	const struct stage *stage = *state;

	free(test_file(stage->home, "rule.yaml", "id: x\nquery: nix |\n", 19));
	assert_int_equal(
		examine(stage, "--rule", "builtin", "--rule", with_path(stage, "%s", "rule.yaml")),
		1);
	assert_says("\nrule\n  ok            Creation of Access Key for IAM User, version 1.0.1\n"
		    "                9a6554e6-63d9-4f94-9b32-64d1d40628f2\n");
	assert_says("\nrule\n  wrong         ");
	assert_says("rule.yaml:");
}

static void
every_library_is_named_with_its_version(void **state)
{
	static const char *const names[] = {"libcurl/", "OpenSSL ", "SQLite ", "cJSON ", "expat_",
		"libyaml ", "PCRE2 ", "zlib ", "utf8proc ", "ncurses "};

	examine(*state, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_says(names[i]);
}

/* ---- the output ---- */

static const struct json *
find_check(const struct json *root, const char *name)
{
	const struct json *checks = json_get(root, STR("checks"));

	for (const struct json *check = json_first(checks); check; check = json_next(check))
		if (str_is(json_string(json_get(check, STR("check"))), name))
			return check;
	fail_msg("there is no check %s", name);
	return NULL;
}

static void
json_holds_the_same(void **state)
{
	const struct stage *stage = *state;
	const struct json *source;
	struct json_doc *doc;
	struct error err;

	assert_int_equal(
		examine(stage, "--format", "json", "--source",
			with_path(stage, "type=follow,name=feed,path=%s", "nix\xe2\x80\xae")),
		1);
	assert_ok(json_parse(buf_view(&run.out), &doc, &err), &err);
	source = json_at(json_get(json_root(doc), STR("sources")), 0);
	assert_str(json_string(json_get(source, STR("name"))), "feed");
	assert_str(json_string(json_get(source, STR("type"))), "follow");
	assert_str(json_string(json_get(source, STR("configured"))), "--source");
	assert_str(json_string(json_get(source, STR("request"))), "read the file");
	assert_str(json_string(json_get(source, STR("path"))),
		with_path(stage, "%s", "nix\xe2\x80\xae"));
	assert_str(json_string(json_get(source, STR("cause"))), "configuration");
	assert_false(json_bool(json_get(source, STR("ok"))));
	assert_true(json_bool(json_get(find_check(json_root(doc), "configuration"), STR("ok"))));
	assert_true(json_bool(json_get(find_check(json_root(doc), "store"), STR("ok"))));
	assert_int_equal(json_type(json_get(json_root(doc), STR("ok"))), JSON_BOOL);
	assert_false(json_bool(json_get(json_root(doc), STR("ok"))));
	json_doc_free(doc);
}

static void
nothing_that_a_terminal_must_not_see_is_printed(void **state)
{
	const struct stage *stage = *state;

	examine(stage, "--source",
		with_path(stage, "type=follow,name=feed,path=%s", "a\xe2\x80\xae\x1b[2J"));
	assert_says("/a\\u202e\\u001b[2J");
	assert_null(strchr(buf_cstr(&run.out), '\x1b'));
}

static void
words_that_make_no_sense_are_a_mistake_of_the_command_line(void **state)
{
	assert_int_equal(examine(*state, "logs/"), 2);
	assert_str(buf_view(&run.err), "keywatch: doctor takes no PATH; it asks sources\n");
	assert_int_equal(examine(*state, "--format", "csv"), 2);
	assert_str(buf_view(&run.err), "keywatch: doctor: --format text or json\n");
}

static void
a_clock_that_is_set_is_said(void **state)
{
	const char *const environment[] = {usual[0], "KEYWATCH_NOW=" STAGE_NOW, NULL};

	examine_words(*state, environment, (const char *const[]){"doctor", NULL});
	assert_str(buf_view(&run.err), "keywatch: the clock is set by KEYWATCH_NOW\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_followed_file_that_can_be_read_is_well),
		stage_test(a_followed_file_that_is_not_there_is_named_with_what_to_do),
		stage_test(with_nothing_to_watch_three_lines_say_what_to_do),
		stage_test(
			a_mistake_in_the_configuration_is_named_with_its_line_and_hides_nothing_else),
		stage_test(a_mistake_in_the_screens_rows_is_one_as_well),
		stage_test(where_a_source_is_configured_is_said),
		stage_test(what_is_missing_is_not_made),
		stage_test(a_store_that_cannot_be_made_is_named),
		stage_test(who_fetches_for_the_store_is_said),
		stage_test(a_store_that_others_may_read_is_not_well_one_for_a_group_is),
		stage_test(a_store_that_is_none_is_named_and_left_as_it_is),
		stage_test(a_log_that_others_may_read_is_not_well),
		stage_test(a_terminal_that_nobody_knows_is_not_well_none_at_all_is),
		stage_test(a_rule_that_is_refused_is_named_beside_one_that_runs),
		stage_test(every_library_is_named_with_its_version),
		stage_test(json_holds_the_same),
		stage_test(nothing_that_a_terminal_must_not_see_is_printed),
		stage_test(words_that_make_no_sense_are_a_mistake_of_the_command_line),
		stage_test(a_clock_that_is_set_is_said),
	};
	int status;

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	status = cmocka_run_group_tests(tests, NULL, NULL);
	run_fini(&run);
	return status;
}
