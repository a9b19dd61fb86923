/* What followed files hold besides is looked through for their alerts, from the beginning. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/gzip.h"
#include "tests/support/refound.h"
#include "tests/support/watcher.h"

#define OLD "AKIAOFTHEACTOR000001"
#define NEW "AKIAKEYWATCHNEW00001"

enum { USED = 14, LOOKED = 24 };

static struct {
	struct watcher watcher;
	char *folder; /* owns */
} t;

/* What was logged until then tells of calls until 03:00. */
static int
set_up(void **state)
{
	(void)state;
	watcher_open(&t.watcher, "2026-01-02T03:30:00Z", "0");
	t.folder = test_folder();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	watcher_close(&t.watcher);
	free(t.folder);
	return 0;
}

static const char *
path_of(const char *name)
{
	static char paths[2][300];
	static unsigned next;
	char *path = paths[next++ % 2];

	snprintf(path, sizeof(paths[0]), "%s/%s", t.folder, name);
	return path;
}

static void
put_call(struct buf *out, const char *id, const char *name, const char *time, const char *with,
	const char *made)
{
	buf_printf(out,
		"{\"eventVersion\":\"1.09\",\"eventName\":\"%s\",\"eventSource\":"
		"\"iam.amazonaws.com\",\"eventTime\":\"2026-01-02T%sZ\",\"eventID\":\"%s\","
		"\"recipientAccountId\":\"111122223333\",\"userIdentity\":{\"type\":\"IAMUser\","
		"\"userName\":\"eve\",\"accessKeyId\":\"%s\"},\"requestParameters\":{"
		"\"userName\":\"bob\"},\"responseElements\":{\"accessKey\":{\"accessKeyId\":"
		"\"%s\"}}}\n",
		name, time, id, with, made);
}

static void
append(const char *name, struct str bytes)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	close(fd);
}

static void
append_call(const char *file, const char *id, const char *name, const char *time, const char *with,
	const char *made)
{
	struct buf line = {0};

	put_call(&line, id, name, time, with, made);
	append(file, buf_view(&line));
	buf_fini(&line);
}

static void
append_new(const char *file)
{
	append_call(file, "e-1", "CreateAccessKey", "02:04:05", OLD, NEW);
}

static void
append_use(const char *file)
{
	append_call(file, "e-2", "ListUsers", "02:05:03", NEW, "");
}

/* Of nobody that matters: it tells that there are records of then. */
static void
append_last(const char *file)
{
	append_call(file, "e-9", "DescribeInstances", "02:58:00", "AKIAOFSOMEBODY000001", "");
}

static void
watch(const char *name)
{
	char spec[400];
	const char *specs[] = {spec, NULL};

	snprintf(spec, sizeof(spec), "type=follow,name=feed,path=%s", path_of(name));
	watcher_start(&t.watcher, specs);
}

static void
watch_until_looked(const char *name)
{
	watch(name);
	watcher_await_answers(&t.watcher, 1);
}

static void
assert_fact(int number, const char *part)
{
	watcher_assert_fact(&t.watcher, "e-1", number, part);
}

/* ---- history ---- */

static void
a_use_that_is_read_with_the_creation_is_known(void **state)
{
	(void)state;
	append_new("log");
	append_use("log");
	watch_until_looked("log");
	assert_fact(USED, "58 s");
}

static void
a_use_that_was_logged_before_the_creation_is_known(void **state)
{
	(void)state;
	append_use("log");
	append_new("log");
	watch_until_looked("log");
	assert_fact(USED, "58 s");
}

static void
a_key_that_nobody_used_is_said_to_be_unused_as_far_as_was_looked(void **state)
{
	(void)state;
	append_new("log");
	append_last("log");
	watch_until_looked("log");
	assert_fact(USED, "not used, looked until 2026-01-02T02:58:00Z");
	assert_fact(LOOKED, "/log, 1 file touched since 2026-01-01");
}

static void
what_was_rotated_is_looked_through(void **state)
{
	(void)state;
	append_use("log.1");
	append_new("log");
	watch_until_looked("log");
	assert_fact(USED, "58 s");
	assert_fact(LOOKED, "/log, 2 files touched");
}

static void
another_log_beside_it_is_none_of_its_history(void **state)
{
	(void)state;
	append_use("logbook");
	append_new("log");
	append_last("log");
	watch_until_looked("log");
	assert_fact(USED, "not used");
}

static void
a_folder_is_looked_through_with_what_is_below_it(void **state)
{
	struct buf line = {0}, packed = {0};

	(void)state;
	assert_int_equal(mkdir(path_of("logs"), 0700), 0);
	assert_int_equal(mkdir(path_of("logs/day"), 0700), 0);
	put_call(&line, "e-2", "ListUsers", "02:05:03", NEW, "");
	test_gzip(&packed, buf_view(&line));
	append("logs/day/a.json.gz", buf_view(&packed));
	append_new("logs/b.json");
	watch_until_looked("logs");
	assert_fact(USED, "58 s");
	buf_fini(&line);
	buf_fini(&packed);
}

static void
what_cannot_be_read_keeps_a_key_from_being_called_unused(void **state)
{
	(void)state;
	append_new("log");
	append("log", STR("{\"eventVersion\" \"1.09\"}\n"));
	append_last("log");
	watch_until_looked("log");
	assert_fact(USED, "unknown: ");
	assert_fact(USED, "/log: ");
}

/* ---- a record ---- */

static void
expect_record(enum evidence_step step, const char *part)
{
	struct error err;

	assert_ok(refound_want(&t.watcher, "e-1", "e-2", &err), &err);
	refound_expect(&t.watcher, step, part);
}

static void
look_through_a_use(void)
{
	append_new("log");
	append_use("log");
	watch_until_looked("log");
}

static void
a_record_is_read_from_the_file_again(void **state)
{
	(void)state;
	look_through_a_use();
	expect_record(EVIDENCE_FOUND, "\"eventID\":\"e-2\"");
}

static void
a_record_of_a_file_that_was_rotated_meanwhile_is_found(void **state)
{
	(void)state;
	look_through_a_use();
	assert_int_equal(rename(path_of("log"), path_of("log.1")), 0);
	append_last("log");
	expect_record(EVIDENCE_FOUND, "\"eventID\":\"e-2\"");
}

static void
a_record_that_was_taken_out_of_the_file_is_said(void **state)
{
	(void)state;
	look_through_a_use();
	assert_int_equal(truncate(path_of("log"), 0), 0);
	expect_record(EVIDENCE_GONE, "/log has no record e-2 any more");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_use_that_is_read_with_the_creation_is_known),
		TEST(a_use_that_was_logged_before_the_creation_is_known),
		TEST(a_key_that_nobody_used_is_said_to_be_unused_as_far_as_was_looked),
		TEST(what_was_rotated_is_looked_through),
		TEST(another_log_beside_it_is_none_of_its_history),
		TEST(a_folder_is_looked_through_with_what_is_below_it),
		TEST(what_cannot_be_read_keeps_a_key_from_being_called_unused),
		TEST(a_record_is_read_from_the_file_again),
		TEST(a_record_of_a_file_that_was_rotated_meanwhile_is_found),
		TEST(a_record_that_was_taken_out_of_the_file_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
