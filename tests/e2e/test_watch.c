/* What `keywatch watch` refuses to begin with. tests/live has what it does. */
#include <stdio.h>
#include <unistd.h>

#include "core/command/live.h"
#include "tests/support/stage.h"

static struct run run;

static const char *const nothing[] = {"AWS_EC2_METADATA_DISABLED=true", NULL};

#define watch(stage, ...)                                                                          \
	watch_words((stage),                                                                       \
		(const char *const[]){"watch", "--store", (stage)->store, __VA_ARGS__, NULL})

static int
watch_words(const struct stage *stage, const char *const *words)
{
	run_fini(&run);
	run.child.environment = nothing;
	stage_run_words(stage, &run, words);
	assert_int_equal(run.out.len, 0);
	return run.status;
}

static void
assert_said(const char *part)
{
	if (!strstr(buf_cstr(&run.err), part))
		print_error("%s\nis not said in:\n%s", part, buf_cstr(&run.err));
	assert_non_null(strstr(buf_cstr(&run.err), part));
}

static void
with_nothing_to_watch_it_ends_with_2_and_says_what_to_do(void **state)
{
	const struct stage *stage = *state;

	assert_int_equal(watch(stage, NULL), 2);
	for (size_t i = 0; i < LIVE_ADVICE_LINES; i++)
		assert_said(live_advice[i]);
	assert_int_equal(access(stage->store, F_OK), -1);
}

static void
without_a_home_it_says_which_option_names_the_store(void **state)
{
	const char *const words[] = {"watch", "--source", "type=follow,path=/", NULL};
	const char *const environment[] = {"HOME=", NULL};

	run_fini(&run);
	run.child.environment = environment;
	stage_run_words(*state, &run, words);
	assert_int_equal(run.status, 2);
	assert_said("keywatch: HOME is not set: say where with --store FILE\n");
}

static void
a_mistake_in_the_configuration_is_named_with_file_line_and_suggestion(void **state)
{
	static const struct {
		const char *text, *say;
	} cases[] = {
		{"[screen]\ntheme = dark\n\n[source a]\ntype = sqs\nqueue_ulr = secret/value\n",
			":6: a source has no key `queue_ulr`: did you mean `queue_url`?\n"},
		{"[source a]\ntype = cloudtrial\n",
			":2: there is no type `cloudtrial`: did you mean `cloudtrail`?\n"},
		{"[surce a]\ntype = sqs\n", ":1: there is no section [surce a]: did you mean "},
		{"[source a]\ntype = sqs\n", ":1: "},
		{"[source a]\ntype = sqs\naws_secret_access_key = secret/value\n",
			":3: `aws_secret_access_key` is a secret and does not belong here: "},
		{"[source a]\ntype = cloudtrail\npoll_interval = often\n", ":3: "},
		{"type = sqs\n", ":1: "},
		{"[source a]\ntype = cloudtrail\n[screen]\nteme = dark\n", ":4: "},
	};
	const struct stage *stage = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = test_file(
			     stage->home, "config.ini", cases[i].text, strlen(cases[i].text)),
		     expected[600];

		assert_int_equal(watch(stage, "--config", path), 2);
		snprintf(expected, sizeof(expected), "keywatch: %s%s", path, cases[i].say);
		assert_said(expected);
		assert_null(strstr(buf_cstr(&run.err), "secret/value"));
		free(path);
	}
}

static void
a_configuration_that_is_named_and_not_there_is_a_mistake(void **state)
{
	assert_int_equal(
		watch((const struct stage *)*state, "--config", "/nowhere/config.ini"), 66);
	assert_said("/nowhere/config.ini");
}

static void
what_has_an_end_is_refused(void **state)
{
	const struct stage *stage = *state;

	assert_int_equal(watch(stage, "--format", "json", "--source", "type=follow,path=/"), 2);
	assert_said("watch: --format json has an end, and a watch has none: text or jsonl\n");
	assert_int_equal(watch(stage, "logs/"), 2);
	assert_said("watch takes no PATH; it watches sources\n");
}

static void
a_clock_that_makes_no_sense_is_refused(void **state)
{
	const struct stage *stage = *state;
	const char *const words[] = {"watch", "--source", "type=follow,path=/", NULL};
	const char *const environment[] = {"KEYWATCH_NOW=yesterday", NULL};

	run_fini(&run);
	run.child.environment = environment;
	stage_run_words(stage, &run, words);
	assert_int_equal(run.status, 2);
	assert_said("keywatch: KEYWATCH_NOW: `yesterday` is no ISO 8601 time\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(with_nothing_to_watch_it_ends_with_2_and_says_what_to_do),
		stage_test(without_a_home_it_says_which_option_names_the_store),
		stage_test(a_mistake_in_the_configuration_is_named_with_file_line_and_suggestion),
		stage_test(a_configuration_that_is_named_and_not_there_is_a_mistake),
		stage_test(what_has_an_end_is_refused),
		stage_test(a_clock_that_makes_no_sense_is_refused),
	};
	int status;

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	status = cmocka_run_group_tests(tests, NULL, NULL);
	run_fini(&run);
	return status;
}
