/* Following a folder or standard input; limits, permissions, stops. */
#include "tests/support/follower.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/gzip.h"

/* ---- a folder ---- */

static void
files_that_arrive_in_a_folder_are_read_also_in_new_folders(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "");
	follower_append(&w, "a.json", "{\"Records\":[" HIT("a") "," HIT("b") "]}");
	follower_look_ok(&w);
	follower_expect_records(&w, "a b");
	assert_int_equal(mkdir(follower_path(&w, "sub"), 0700), 0);
	follower_append(&w, "sub/c.json", HIT("c"));
	follower_look_ok(&w);
	follower_append(&w, "sub/c.json", HIT("d"));
	assert_int_equal(mkdir(follower_path(&w, "sub/deep"), 0700), 0);
	follower_look_ok(&w);
	follower_append(&w, "sub/deep/e.json", HIT("e"));
	assert_int_equal(mkdir(follower_path(&w, "CloudTrail-Digest"), 0700), 0);
	follower_append(&w, "CloudTrail-Digest/x.json", HIT("x"));
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b c d e");
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b c d e");
	follower_fini(&w);
}

static void
a_container_that_is_still_written_is_given_once(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "");
	follower_append(&w, "a.json", "{\"Records\":[" HIT("a"));
	follower_look_ok(&w);
	follower_append(&w, "a.json", "," HIT("b"));
	follower_look_ok(&w);
	follower_restart(&w, w.count);
	follower_append(&w, "a.json", "," HIT("c") "]}");
	follower_look_ok(&w);
	follower_expect_records(&w, "a b c");
	follower_fini(&w);
}

static void
a_gzip_is_given_once_however_it_grows(void **state)
{
	struct buf gz = {0};
	struct follower w;

	(void)state;
	follower_init(&w, "");
	test_gzip(&gz, STR(HIT("a")));
	follower_write(&w, "a.json.gz", O_TRUNC, str_slice(buf_view(&gz), 0, gz.len - 9));
	follower_look_ok(&w);
	follower_look_ok(&w);
	follower_write(&w, "a.json.gz", O_APPEND, str_slice(buf_view(&gz), gz.len - 9, 9));
	follower_look_ok(&w);
	follower_expect_records(&w, "a");
	follower_restart(&w, w.count);
	buf_clear(&gz);
	test_gzip(&gz, STR(HIT("b")));
	follower_write(&w, "a.json.gz", O_APPEND, buf_view(&gz));
	follower_look_ok(&w);
	follower_write(&w, ".tmp", O_TRUNC, buf_view(&gz));
	follower_look_ok(&w);
	assert_int_equal(rename(follower_path(&w, ".tmp"), follower_path(&w, "b.json.gz")), 0);
	follower_look_ok(&w);
	follower_expect_records(&w, "a b b");
	buf_fini(&gz);
	follower_fini(&w);
}

/* Half a minute after it last grew, which a fast clock makes nothing. */
static void
an_export_whose_dates_nothing_proves_is_given_once_it_grows_no_more(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "");
	follower_append(&w, "e.csv",
		"TimeGenerated [UTC],AwsEventId,EventName\n"
		"\"03/04/2025, 09:45:54.000\",a,CreateAccessKey\n"
		"\"03/05/2025, 09:45:54.000\",b,CreateAccessKey");
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "");
	w.clock = (struct clock){.set = true, .rate = 1e6};
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b");
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b");
	follower_fini(&w);
}

static void
rotation_in_a_folder_gives_nothing_twice(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("b"));
	assert_int_equal(rename(follower_path(&w, "log"), follower_path(&w, "log.1")), 0);
	follower_append(&w, "log", HIT("c"));
	follower_look_ok(&w);
	assert_int_equal(rename(follower_path(&w, "log.1"), follower_path(&w, "log.2")), 0);
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect_records(&w, "a b c");
	follower_fini(&w);
}

static void
what_is_no_log_is_said_once(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "");
	follower_append(&w, "README", "hello\n");
	follower_append(&w, "x.json", "hello\n");
	follower_append(&w, "x.zip", "PK\x03\x04....");
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 100; k++) {
			follower_append(&w, "README", "some text\n");
			follower_append(&w, "x.json", "some text\n");
			follower_append(&w, "x.zip", "........");
		}
		follower_look_ok(&w);
	}
	follower_restart(&w, w.count);
	follower_append(&w, "README", "some text\n");
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_PROBLEM,
		"- README: not a log x.json: shows no form of CloudTrail log x.zip: is zip, not a "
		"log: unpack it with `unzip FILE`");
	follower_fini(&w);
}

static void
an_unreadable_file_is_named_once_and_read_when_it_may_be(void **state)
{
	struct follower w;

	(void)state;
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	follower_init(&w, "");
	follower_append(&w, "a.json", HIT("a"));
	assert_int_equal(chmod(follower_path(&w, "a.json"), 0), 0);
	for (int i = 0; i < 3; i++)
		follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_PROBLEM, "a.json: cannot be read: Permission denied");
	assert_int_equal(chmod(follower_path(&w, "a.json"), 0600), 0);
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a");
	follower_fini(&w);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
}

static void
without_inotify_it_looks_now_and_then_and_says_so(void **state)
{
	struct rlimit before, none;
	struct follower w;
	int64_t next_ms;

	(void)state;
	follower_init(&w, "");
	source_follow.close(w.source);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	follower_start(&w);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(source_follow.wait_fd(w.source), -1);
	follower_append(&w, "a.json", HIT("a"));
	assert_int_equal(source_follow.poll(w.source, &next_ms, &w.failure, &w.err), SOURCE_OK);
	assert_int_equal(next_ms, 2000);
	follower_append(&w, "a.json", HIT("b"));
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b");
	assert_int_equal(w.items[w.count - 1].kind, FOLLOWER_POSITION);
	for (size_t i = 0; i < w.count; i++)
		if (w.items[i].kind == FOLLOWER_PROBLEM)
			assert_non_null(strstr(w.items[i].text, "fs.inotify.max_user_instances"));
	follower_fini(&w);
}

static void
the_descriptor_is_readable_when_something_happened(void **state)
{
	struct follower w;
	struct source_report report;
	int64_t next_ms;
	fd_set set;
	int fd;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	follower_look_ok(&w);
	fd = source_follow.wait_fd(w.source);
	for (int i = 0; i < 2; i++) {
		struct timeval none = {0}, long_time = {60, 0};

		FD_ZERO(&set);
		FD_SET(fd, &set);
		assert_int_equal(select(fd + 1, &set, NULL, NULL, &none), 0);
		if (i == 0)
			follower_append(&w, "log", HIT("b"));
		else
			assert_int_equal(
				rename(follower_path(&w, "log"), follower_path(&w, "log.1")), 0);
		FD_SET(fd, &set);
		assert_int_equal(select(fd + 1, &set, NULL, NULL, &long_time), 1);
		assert_int_equal(
			source_follow.poll(w.source, &next_ms, &w.failure, &w.err), SOURCE_OK);
	}
	source_follow.report(w.source, &report);
	assert_int_equal(report.records, 2);
	assert_int_equal(report.bytes, 2 * strlen(HIT("a")));
	follower_expect_records(&w, "a b");
	follower_fini(&w);
}

static void
a_one_off_reads_what_is_there_and_ends(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "");
	follower_append(&w, "a.json", HIT("a") HALF);
	source_follow.close(w.source);
	w.options.once = true;
	assert_ok(source_follow.open(&w.source, &w.options, &w.err), &w.err);
	assert_int_equal(follower_look(&w), SOURCE_END);
	follower_expect(&w, FOLLOWER_RECORD, "a");
	follower_expect(
		&w, FOLLOWER_PROBLEM, "a.json: truncated: the input ends inside this record");
	follower_fini(&w);
}

static void
a_stop_is_heeded_at_once(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") HIT("b") HIT("c"));
	w.stop_after = 1;
	assert_int_equal(follower_look(&w), SOURCE_STOPPED);
	w.stop_after = 0;
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect_records(
		&w, "a a b c"); /* the first was committed without a position behind it */
	follower_fini(&w);
}

/* ---- standard input ---- */

static void
a_pipe_is_read_as_it_comes_until_it_ends(void **state)
{
	int ends[2], input = dup(STDIN_FILENO);
	struct follower w;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	follower_init(&w, "");
	source_follow.close(w.source);
	free(w.config.value[SOURCE_KEY_PATH]);
	w.config.value[SOURCE_KEY_PATH] = mem_strdup("-");
	follower_start(&w);
	follower_look_ok(&w);
	assert_int_equal(
		write(ends[1], HIT("a") HALF, strlen(HIT("a") HALF)), strlen(HIT("a") HALF));
	assert_int_equal(source_follow.wait_fd(w.source), STDIN_FILENO);
	follower_look_ok(&w);
	follower_expect_records(&w, "a");
	assert_int_equal(write(ends[1], REST, strlen(REST)), strlen(REST));
	close(ends[1]);
	assert_int_equal(follower_look(&w), SOURCE_END);
	assert_int_equal(follower_look(&w), SOURCE_END);
	assert_int_equal(source_follow.wait_fd(w.source), -1);
	follower_expect_records(&w, "a h");
	follower_fini(&w);
	assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
	close(input);
}

/* ---- doctor ---- */

static void
a_probe_says_what_is_read_or_what_is_missing(void **state)
{
	struct source_asked asked = {0};
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	assert_int_equal(source_follow.probe(w.source, &asked, &w.failure, &w.err), SOURCE_FAILED);
	assert_non_null(strstr(w.failure.advice, "check `path`"));
	follower_append(&w, "log", "");
	assert_int_equal(source_follow.probe(w.source, &asked, &w.failure, &w.err), SOURCE_OK);
	assert_string_equal(asked.request, "read the file");
	assert_true(str_ends_with(str_from(asked.place), STR("/log")));
	follower_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_arrive_in_a_folder_are_read_also_in_new_folders),
		cmocka_unit_test(a_container_that_is_still_written_is_given_once),
		cmocka_unit_test(a_gzip_is_given_once_however_it_grows),
		cmocka_unit_test(
			an_export_whose_dates_nothing_proves_is_given_once_it_grows_no_more),
		cmocka_unit_test(rotation_in_a_folder_gives_nothing_twice),
		cmocka_unit_test(what_is_no_log_is_said_once),
		cmocka_unit_test(an_unreadable_file_is_named_once_and_read_when_it_may_be),
		cmocka_unit_test(without_inotify_it_looks_now_and_then_and_says_so),
		cmocka_unit_test(the_descriptor_is_readable_when_something_happened),
		cmocka_unit_test(a_one_off_reads_what_is_there_and_ends),
		cmocka_unit_test(a_stop_is_heeded_at_once),
		cmocka_unit_test(a_pipe_is_read_as_it_comes_until_it_ends),
		cmocka_unit_test(a_probe_says_what_is_read_or_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
