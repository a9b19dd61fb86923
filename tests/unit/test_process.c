#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/process.h"
#include "core/base/timefmt.h"
#include "core/base/wake.h"

static bool
run_shell(const char *script, const char *input, struct process_result *result, struct error *err)
{
	const char *const argv[] = {"/bin/sh", "-c", script, "name with 'quotes'", NULL};
	const char *const environment[] = {"ONLY=this", NULL};
	const struct process process = {.argv = argv,
		.environment = environment,
		.input = str_from(input),
		.timeout_ms = 20000,
		.max_output = 200000};

	return process_run(&process, result, err);
}

static void
input_goes_in_and_both_outputs_come_back(void **state)
{
	struct process_result result;
	struct error err;

	(void)state;
	assert_ok(run_shell("cat; echo \"$0 $ONLY\" >&2; exit 7", "in\n", &result, &err), &err);
	assert_int_equal(result.status, 7);
	assert_string_equal(buf_cstr(&result.output), "in\n");
	assert_string_equal(buf_cstr(&result.errors), "name with 'quotes' this\n");
	process_result_fini(&result);
}

static void
much_input_and_output_do_not_block_each_other(void **state)
{
	struct process_result result;
	struct buf input = {0};
	struct error err;

	(void)state;
	for (int i = 0; i < 15000; i++)
		buf_puts(&input, "0123456789");
	assert_ok(run_shell("cat", buf_cstr(&input), &result, &err), &err);
	assert_int_equal(result.output.len, 150000);
	process_result_fini(&result);
	buf_fini(&input);
}

static void
a_program_that_does_not_read_its_input_is_no_failure(void **state)
{
	struct process_result result;
	struct buf input = {0};
	struct error err;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 20000; i++)
		buf_puts(&input, "0123456789");
	assert_ok(run_shell("exit 3", buf_cstr(&input), &result, &err), &err);
	assert_int_equal(result.status, 3);
	process_result_fini(&result);
	buf_fini(&input);
}

static void
a_program_that_says_too_much_is_ended(void **state)
{
	struct process_result result;
	struct error err;

	(void)state;
	assert_false(run_shell("while :; do echo 0123456789; done", "", &result, &err));
	assert_string_equal(err.text, "/bin/sh wrote more than 200000 bytes");
}

static void
a_program_that_does_not_end_is_killed(void **state)
{
	int64_t before = time_monotonic_ms();
	const struct process process = {
		.argv = (const char *const[]){"/bin/sh", "-c", "exec tail -f /dev/null", NULL},
		.timeout_ms = 300};
	struct process_result result;
	struct error err;

	(void)state;
	assert_false(process_run(&process, &result, &err));
	assert_non_null(strstr(err.text, "did not end"));
	assert_true(time_monotonic_ms() - before >= 300);
}

static void
a_program_is_killed_when_we_are_told_to_stop(void **state)
{
	struct process process = {.argv = (const char *const[]){"/bin/sh", "-c",
					  "exec >&- 2>&-; exec tail -f /dev/null", NULL},
		.timeout_ms = 600000};
	struct process_result result;
	struct error err;
	struct wake wake;

	(void)state;
	assert_ok(wake_open(&wake, &err), &err);
	process.interrupt_fd = wake.fd;
	wake_raise(&wake);
	assert_false(process_run(&process, &result, &err));
	assert_string_equal(err.text, "/bin/sh was stopped");
	wake_close(&wake);
}

static void
a_program_that_is_not_there_is_named(void **state)
{
	const char *const argv[] = {"/nonexistent/program", NULL};
	const struct process process = {.argv = argv, .timeout_ms = 1000};
	struct process_result result;
	struct error err;

	(void)state;
	assert_false(process_run(&process, &result, &err));
	assert_string_equal(err.text, "/nonexistent/program: No such file or directory");
}

/* A descriptor that is not closed on exec, with these bytes to read. */
static int
leaky_pipe(const char *bytes)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, strlen(bytes)), (ssize_t)strlen(bytes));
	close(ends[1]);
	return ends[0];
}

static void
a_program_finds_what_it_is_passed_and_inherits_nothing_else(void **state)
{
	const char *const argv[] = {"/bin/sh", "-c",
		"cat <&3; cat <&4; for n in 5 6 7 8 9; do "
		"[ -e /proc/$$/fd/$n ] && echo has $n; done; exit 0",
		NULL};
	int a = leaky_pipe("first "), b = leaky_pipe("second"), leak = leaky_pipe("leak"), high;
	struct process process = {.argv = argv, .timeout_ms = 20000, .passed_count = 2};
	struct process_result result;
	struct error err;

	(void)state;
	high = fcntl(leak, F_DUPFD, 8);
	process.passed = (const int[]){b, a}; /* so that each has the number of the other */
	assert_ok(process_run(&process, &result, &err), &err);
	assert_string_equal(buf_cstr(&result.output), "secondfirst ");
	process_result_fini(&result);
	close(a);
	close(b);
	close(leak);
	close(high);
}

static void
a_program_in_the_foreground_has_the_interrupts(void **state)
{
	const char *const argv[] = {
		"/bin/sh", "-c", "kill -INT $PPID; cat; kill -INT $$; echo lives on", NULL};
	const struct process process = {
		.argv = argv, .input = STR("in"), .timeout_ms = 20000, .foreground = true};
	struct process_result result;
	struct error err;

	(void)state;
	assert_ok(process_run(&process, &result, &err), &err);
	assert_string_equal(buf_cstr(&result.output), "in");
	assert_int_equal(result.status, 128 + SIGINT);
	assert_ptr_equal(signal(SIGINT, SIG_DFL), SIG_DFL);
	process_result_fini(&result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_goes_in_and_both_outputs_come_back),
		cmocka_unit_test(much_input_and_output_do_not_block_each_other),
		cmocka_unit_test(a_program_that_does_not_read_its_input_is_no_failure),
		cmocka_unit_test(a_program_that_says_too_much_is_ended),
		cmocka_unit_test(a_program_that_does_not_end_is_killed),
		cmocka_unit_test(a_program_is_killed_when_we_are_told_to_stop),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(a_program_finds_what_it_is_passed_and_inherits_nothing_else),
		cmocka_unit_test(a_program_in_the_foreground_has_the_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
