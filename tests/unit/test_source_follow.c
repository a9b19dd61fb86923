/* Following one file: what is appended, rotated, truncated. */
#include "tests/support/follower.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/gzip.h"

/* ---- one file ---- */

static void
what_is_appended_is_given_once(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") "{\"eventID\":\"m\",\"eventName\":\"ListUsers\"}\n");
	follower_look_ok(&w);
	follower_expect_records(&w, "a");
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("b") HIT("c"));
	follower_look_ok(&w);
	follower_look_ok(&w);
	follower_expect_records(&w, "a b c");
	follower_fini(&w);
}

static void
a_line_that_is_not_whole_waits(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") HALF);
	follower_look_ok(&w);
	follower_look_ok(&w);
	follower_expect_records(&w, "a");
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect_records(&w, "a");
	follower_append(&w, "log", REST);
	follower_look_ok(&w);
	follower_expect_records(&w, "a h");
	follower_fini(&w);
}

static void
a_restart_gives_nothing_again_and_misses_nothing(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("b"));
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect_records(&w, "a b");
	follower_restart(&w, 0); /* nothing was committed */
	follower_look_ok(&w);
	follower_expect_records(&w, "a b");
	follower_fini(&w);
}

static void
the_rest_of_a_renamed_file_comes_before_the_new_one(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") HALF);
	follower_look_ok(&w);
	follower_append(&w, "log", REST HIT("b"));
	assert_int_equal(rename(follower_path(&w, "log"), follower_path(&w, "log.1")), 0);
	follower_append(&w, "log", HIT("c"));
	follower_look_ok(&w);
	follower_expect_records(&w, "a h b c");
	follower_append(&w, "log.1", HIT("late"));
	follower_append(&w, "log", HIT("d"));
	follower_look_ok(&w);
	follower_expect_records(&w, "a h b c late d");
	follower_fini(&w);
}

static void
rotations_while_we_were_down_are_found(void **state)
{
	struct buf gz = {0};
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("b"));
	assert_int_equal(rename(follower_path(&w, "log"), follower_path(&w, "log.3")), 0);
	follower_append(&w, "log.2", HIT("c"));
	test_gzip(&gz, STR(HIT("d")));
	follower_write(&w, "log.1.gz", O_TRUNC, buf_view(&gz));
	follower_append(&w, "log", HIT("e"));
	follower_append(&w, "other", HIT("x"));
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect_records(&w, "a b d c e");
	buf_fini(&gz);
	follower_fini(&w);
}

static void
a_file_that_was_followed_and_is_gone_is_said(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	assert_int_equal(rename(follower_path(&w, "log"), follower_path(&w, "away")), 0);
	follower_append(&w, "log", HIT("b"));
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b");
	follower_expect(&w, FOLLOWER_PROBLEM,
		"log: was replaced while nobody looked, and the old file is not beside it: what "
		"was written to that one at last was not read");
	follower_fini(&w);
}

static void
a_rotated_file_that_was_read_may_go(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	assert_int_equal(rename(follower_path(&w, "log"), follower_path(&w, "log.1")), 0);
	follower_append(&w, "log", HIT("b"));
	follower_look_ok(&w);
	assert_int_equal(unlink(follower_path(&w, "log.1")), 0);
	follower_restart(&w, w.count);
	follower_append(&w, "log", HIT("c"));
	follower_look_ok(&w);
	follower_expect_records(&w, "a b c");
	follower_fini(&w);
}

static void
a_file_replaced_in_its_place_is_read_from_its_start(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") HIT("b"));
	follower_look_ok(&w);
	follower_write(&w, "log", O_TRUNC, STR(HIT("c") HIT("d") HIT("e")));
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_expect_records(&w, "a b c d e");
	follower_write(&w, "log", O_TRUNC, STR(HIT("f")));
	follower_look_ok(&w);
	follower_write(&w, "log", O_TRUNC, STR(HIT("g") HIT("i") HIT("j")));
	follower_look_ok(&w);
	follower_expect_records(&w, "a b c d e f g i j");
	follower_fini(&w);
}

/* copytruncate: the copy's rest first, then the record that was cut in two. */
static void
a_record_cut_by_a_truncation_goes_on(void **state)
{
	for (int down = 0; down < 2; down++) {
		struct follower w;

		(void)state;
		follower_init(&w, "log");
		follower_append(&w, "log", HIT("a"));
		follower_look_ok(&w);
		follower_append(&w, "log", HIT("b") HALF);
		follower_write(&w, "log.1", O_TRUNC, STR(HIT("a") HIT("b") HALF));
		follower_write(&w, "log", O_TRUNC, STR(""));
		if (down)
			follower_restart(&w, w.count);
		follower_look_ok(&w);
		follower_append(&w, "log", REST HIT("c"));
		follower_look_ok(&w);
		follower_expect_records(&w, "a b h c");
		follower_fini(&w);
	}
}

static void
half_a_record_before_a_truncation_outlives_a_kill(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") HALF);
	follower_look_ok(&w);
	follower_write(&w, "log", O_TRUNC, STR(""));
	follower_look_ok(&w);
	follower_append(&w, "log", "tName");
	follower_look_ok(&w);
	follower_restart(&w, w.count);
	follower_look_ok(&w);
	follower_append(&w, "log", "\":\"CreateAccessKey\"}\n" HIT("c"));
	follower_look_ok(&w);
	follower_expect_records(&w, "a h c");
	follower_fini(&w);
}

static void
half_a_record_whose_end_never_comes_is_named(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") HALF);
	follower_look_ok(&w);
	follower_write(&w, "log", O_TRUNC, STR(HIT("b")));
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b");
	follower_expect(&w, FOLLOWER_PROBLEM,
		"log: was truncated in the middle of a record, whose end never came");
	follower_fini(&w);
}

static void
damage_is_named_once_however_often_the_file_grows(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a") "what is this\n");
	follower_look_ok(&w);
	follower_append(&w, "log", "and this\n");
	follower_look_ok(&w);
	follower_restart(&w, w.count);
	follower_append(&w, "log", HIT("b"));
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("c"));
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b c");
	follower_expect(&w, FOLLOWER_PROBLEM, "log: not JSON: no value");
	follower_fini(&w);
}

static void
a_file_that_is_not_there_yet_is_read_once_it_is(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	assert_int_equal(follower_look(&w), SOURCE_FAILED);
	assert_int_equal(w.failure.cause, CAUSE_CONFIGURED);
	assert_non_null(strstr(w.err.text, "log: No such file"));
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	assert_int_equal(unlink(follower_path(&w, "log")), 0);
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("b"));
	follower_look_ok(&w);
	follower_expect_records(&w, "a b");
	follower_fini(&w);
}

static void
what_was_written_before_a_removal_is_read(void **state)
{
	struct follower w;

	(void)state;
	follower_init(&w, "log");
	follower_append(&w, "log", HIT("a"));
	follower_look_ok(&w);
	follower_append(&w, "log", HIT("b") HALF);
	assert_int_equal(unlink(follower_path(&w, "log")), 0);
	follower_look_ok(&w);
	follower_expect(&w, FOLLOWER_RECORD, "a b");
	follower_expect(
		&w, FOLLOWER_PROBLEM, "log: was removed before its last record was finished");
	assert_int_equal(w.items[w.count - 1].kind, FOLLOWER_POSITION);
	assert_null(w.items[w.count - 1].value);
	follower_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_appended_is_given_once),
		cmocka_unit_test(a_line_that_is_not_whole_waits),
		cmocka_unit_test(a_restart_gives_nothing_again_and_misses_nothing),
		cmocka_unit_test(the_rest_of_a_renamed_file_comes_before_the_new_one),
		cmocka_unit_test(rotations_while_we_were_down_are_found),
		cmocka_unit_test(a_file_that_was_followed_and_is_gone_is_said),
		cmocka_unit_test(a_rotated_file_that_was_read_may_go),
		cmocka_unit_test(a_file_replaced_in_its_place_is_read_from_its_start),
		cmocka_unit_test(a_record_cut_by_a_truncation_goes_on),
		cmocka_unit_test(half_a_record_before_a_truncation_outlives_a_kill),
		cmocka_unit_test(half_a_record_whose_end_never_comes_is_named),
		cmocka_unit_test(damage_is_named_once_however_often_the_file_grows),
		cmocka_unit_test(a_file_that_is_not_there_yet_is_read_once_it_is),
		cmocka_unit_test(what_was_written_before_a_removal_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
