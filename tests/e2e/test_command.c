/* What every command shares: its options, its streams. */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/stage.h"

#define ALERTS "tests/data/cli/alerts.ndjson"

/* ---- options ---- */

static void
a_wrong_option_is_named_as_it_was_given(void **state)
{
	static const struct {
		const char *words[4], *say;
	} cases[] = {
		{{"scan", ALERTS, "--formt"}, "--formt is no option: did you mean --format?\n"},
		{{"watch", "--sorce=type=sqs"}, "--sorce is no option: did you mean --source?\n"},
		{{"scan", "--velociraptor"}, "--velociraptor is no option; see keywatch --help\n"},
		{{"-xV"}, "-x is no option"},
		{{"scan", ALERTS, "-V", "-x"}, "-x is no option"},
		{{"decide", "1", "--take=3"}, "--take takes no argument"},
		{{"scan", ALERTS, "--format"}, "--format needs an argument"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = {0};

		stage_run((struct stage *)*state, &run, cases[i].words[0], cases[i].words[1],
			cases[i].words[2], cases[i].words[3]);
		assert_int_equal(run.status, 2);
		assert_non_null(strstr(buf_cstr(&run.err), cases[i].say));
		assert_int_equal(run.out.len, 0);
		run_fini(&run);
	}
}

static void
an_empty_filter_shows_all(void **state)
{
	struct run all = {0}, filtered = {0};

	stage_run((struct stage *)*state, &all, "scan", ALERTS);
	stage_run((struct stage *)*state, &filtered, "scan", ALERTS, "--filter", "");
	assert_int_equal(filtered.status, 0);
	assert_str(buf_view(&filtered.out), buf_cstr(&all.out));
	run_fini(&all);
	run_fini(&filtered);
}

static const char rule[] = "id: 00000000-0000-4000-8000-00000000000a\n"
			   "name: Any call\n"
			   "kind: Scheduled\n"
			   "severity: Low\n"
			   "query: AWSCloudTrail | where EventName == 'CreateAccessKey'\n"
			   "queryFrequency: 1h\n"
			   "queryPeriod: 1h\n"
			   "triggerOperator: gt\n"
			   "triggerThreshold: 0\n"
			   "tactics: [Persistence]\n"
			   "version: 1.0.0\n";

static void
a_filter_says_what_it_cannot_judge(void **state)
{
	const struct stage *stage = *state;
	char *path = test_file(stage->home, "rule.yaml", rule, sizeof(rule) - 1);
	struct run run = {0};

	stage_run(stage, &run, "scan", ALERTS, "--store", stage->store, "--rule", path);
	assert_int_equal(run.status, 0);
	run_fini(&run);
	run = (struct run){0};
	stage_run(stage, &run, "export", "--store", stage->store, "--filter", "true");
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 1); /* the titles */
	assert_non_null(strstr(buf_cstr(&run.err), "alerts of other rules"));
	run_fini(&run);
	run = (struct run){0};
	stage_run(
		stage, &run, "export", "--store", stage->store, "--filter", "true", "--rule", path);
	assert_true(stage_count(buf_view(&run.out), "\n") > 1);
	assert_str(buf_view(&run.err), "");
	run_fini(&run);
	free(path);
}

/* ---- streams ---- */

/* `keywatch WORDS` with the redirections of a shell. */
static void
redirect(const struct stage *stage, struct run *run, const char *words_and_redirections)
{
	struct buf command = {0};

	buf_printf(&command, "exec '%s' %s", child_program(), words_and_redirections);
	run->child.program = "/bin/sh";
	stage_run(stage, run, "-c", buf_cstr(&command));
	buf_fini(&command);
}

static void
what_cannot_be_printed_is_an_error_of_every_command(void **state)
{
	static const char *const commands[] = {"--help", "--version", "scan " ALERTS, ALERTS,
		"scan --format jsonl " ALERTS, "rule show", "completion bash"};
	static const char *const nowhere[] = {">/dev/full", ">&-"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		for (size_t j = 0; j < 2; j++) {
			struct buf words = {0};
			struct run run = {0};

			buf_printf(&words, "%s %s", commands[i], nowhere[j]);
			redirect(*state, &run, buf_cstr(&words));
			assert_int_equal(run.status, 71);
			assert_non_null(strstr(buf_cstr(&run.err), "keywatch: standard output: "));
			run_fini(&run);
			buf_fini(&words);
		}
}

static void
a_closed_standard_input_is_no_input(void **state)
{
	struct run run = {0};

	redirect(*state, &run, "scan - <&-");
	assert_int_equal(run.status, 3);
	assert_non_null(strstr(buf_cstr(&run.err), "standard input: "));
	assert_non_null(strstr(buf_cstr(&run.err), "cannot be read: Bad file descriptor"));
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_wrong_option_is_named_as_it_was_given),
		stage_test(an_empty_filter_shows_all),
		stage_test(a_filter_says_what_it_cannot_judge),
		stage_test(what_cannot_be_printed_is_an_error_of_every_command),
		stage_test(a_closed_standard_input_is_no_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
