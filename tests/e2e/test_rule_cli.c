/* The files that rules come from: which are refused, and how. */
#include "core/base/buf.h"
#include "tests/support/stage.h"

/* `rule check NAME` and `scan --rule NAME` refuse it with status 2 and these words. */
static void
assert_refused(const struct stage *stage, const char *name, const char *words)
{
	struct run run = {0};

	stage_run(stage, &run, "rule", "check", name);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.err), words));
	stage_run(stage, &run, "scan", "--rule", name, SAMPLE);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.err), words));
	assert_str(buf_view(&run.out), "");
	run_fini(&run);
}

static void
a_rule_that_cannot_be_read_is_a_wrong_command_line(void **state)
{
	const struct stage *stage = *state;
	struct buf large = {0};
	char *path;

	assert_refused(stage, "/nonexistent.yaml", "/nonexistent.yaml: No such file or directory");
	assert_refused(stage, stage->home, ": cannot be read: Is a directory");
	while (large.len <= 1 << 20)
		buf_puts(&large, "# more than a rule has to say\n");
	path = test_file(stage->home, "large.yaml", large.data, large.len);
	assert_refused(stage, path, "large.yaml: larger than 1048576 bytes");
	free(path);
	buf_fini(&large);
}

static void
builtin_names_ours_wherever_a_rule_is_named(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "rule", "check", "builtin");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(buf_cstr(&run.out), "Creation of Access Key for IAM User"));
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_rule_that_cannot_be_read_is_a_wrong_command_line),
		stage_test(builtin_names_ours_wherever_a_rule_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
