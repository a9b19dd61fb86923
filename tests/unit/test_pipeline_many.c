/* Of more files than are found at a time reading begins before all are found. */
#include "tests/support/test.h"

#include <stdio.h>

#include "tests/support/looked.h"

enum { FILES = 1000 };

/* The key is made in one of the last that are found, and used in one of the first. */
static void
put_files(struct fixture *f)
{
	const struct call used = use("used", NEW_KEY, 601);
	char name[32];

	for (int i = 0; i < FILES; i++) {
		struct buf noise = {0};

		snprintf(name, sizeof(name), "%04d.json", i);
		put_noise(&noise, i, 1);
		put_file(f, name, buf_view(&noise));
		buf_fini(&noise);
	}
	put_calls(f, "0003.json", &used, 1);
	put_calls(f, "0990.json", &creation, 1);
}

static void
a_use_in_the_first_of_many_files_is_found_for_a_key_of_the_last(void **state)
{
	struct fixture *f = *state;

	put_files(f);
	run(f);
	assert_int_equal(f->progress.files_total, FILES);
	assert_int_equal(f->progress.files_done, FILES);
	assert_true(f->progress.bytes_done == f->progress.bytes_total);
	assert_int_equal(f->progress.records, FILES);
	assert_int_equal(f->progress.alerts_new, 1);
	assert_looked(f);
	assert_has(f, "used");
}

static void
many_files_are_all_remembered(void **state)
{
	struct fixture *f = *state;

	put_files(f);
	run(f);
	run(f);
	assert_int_equal(f->progress.files_remembered, FILES);
	assert_int_equal(f->progress.bytes_total, 0);
	assert_has(f, "used");
}

static void
what_cannot_be_walked_is_named_beside_many_files(void **state)
{
	struct fixture *f = *state;

	put_files(f);
	f->pipe = "/nowhere/at/all";
	run(f);
	assert_int_equal(f->progress.errors, 1);
	assert_string_equal(buf_cstr(&f->problems),
		"all: cannot be read: No such file or directory\n");
	assert_int_equal(f->progress.files_done, FILES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_use_in_the_first_of_many_files_is_found_for_a_key_of_the_last),
		TEST(many_files_are_all_remembered),
		TEST(what_cannot_be_walked_is_named_beside_many_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
