/* Paths given → the files to read, each once, and what their paths are without links. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/walk.h"

struct tree {
	char *folder; /* without links */
	char *before; /* the working folder */
	struct walk walk;
	struct buf said; /* a line a problem */
};

static int
setup(void **state)
{
	struct tree *t = MEM_NEW(struct tree);
	char *made = test_folder();

	t->folder = realpath(made, NULL);
	free(made);
	t->before = getcwd(NULL, 0);
	assert_int_equal(chdir(t->folder), 0);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct tree *t = *state;

	walk_fini(&t->walk);
	buf_fini(&t->said);
	assert_int_equal(chdir(t->before), 0);
	free(t->before);
	test_rmtree(t->folder);
	free(t);
	return 0;
}

static void
put(const char *path)
{
	free(test_file(".", path, "x", 1));
}

static void
note(void *context, const struct problem *problem)
{
	struct tree *t = context;

	buf_printf(&t->said, "%s %.*s %.*s\n",
		problem->severity == PROBLEM_ERROR ? "error" : "note", STR_ARG(problem->path),
		STR_ARG(problem->reason));
}

static void
assert_walked(struct tree *t, const char *expected)
{
	struct buf paths = {0};

	for (size_t i = 0; i < t->walk.count; i++)
		buf_printf(&paths, "%s\n", t->walk.files[i]->path);
	assert_string_equal(buf_cstr(&paths), expected);
	buf_fini(&paths);
}

static void
assert_real_paths(const struct tree *t)
{
	struct buf real = {0};

	for (size_t i = 0; i < t->walk.count; i++) {
		char *expected = realpath(t->walk.files[i]->path, NULL);

		walk_real_path(t->walk.files[i], &real);
		assert_string_equal(buf_cstr(&real), expected);
		free(expected);
	}
	buf_fini(&real);
}

static void
folders_are_walked_in_the_order_of_names(void **state)
{
	struct tree *t = *state;

	mkdir("logs", 0700);
	mkdir("logs/b", 0700);
	mkdir("logs/b.d", 0700);
	put("logs/c.json");
	put("logs/b/2.json");
	put("logs/b/1.json");
	put("logs/b.d/3.json");
	put("logs/a.json");
	walk_add(&t->walk, "logs/", note, t);
	assert_walked(t, "logs/a.json\nlogs/b/1.json\nlogs/b/2.json\nlogs/b.d/3.json\n"
			 "logs/c.json\n");
	assert_real_paths(t);
	assert_string_equal(buf_cstr(&t->said), "");
}

static void
links_lead_to_the_real_path_and_to_each_file_once(void **state)
{
	struct tree *t = *state;

	mkdir("real", 0700);
	mkdir("real/deep", 0700);
	mkdir("logs", 0700);
	put("real/deep/1.json");
	put("real/2.json");
	assert_int_equal(symlink("../real", "logs/link"), 0);
	assert_int_equal(symlink("../real/2.json", "logs/a.json"), 0);
	assert_int_equal(link("real/2.json", "logs/z.json"), 0);
	assert_int_equal(symlink("..", "real/deep/up"), 0);
	assert_int_equal(symlink("nowhere", "logs/lost"), 0);
	walk_add(&t->walk, "logs", note, t);
	walk_add(&t->walk, "real/deep/../deep/1.json", note, t);
	assert_walked(t, "logs/a.json\nlogs/link/deep/1.json\n");
	assert_real_paths(t);
	assert_string_equal(buf_cstr(&t->said),
		"note logs/link/deep/up is a link back to a folder above, not followed\n"
		"note logs/lost is a link to nothing\n");
}

/* Deeper than folders are kept open. */
static void
deep_folders_are_walked(void **state)
{
	struct tree *t = *state;
	struct buf path = {0}, expected = {0};

	buf_puts(&path, "d");
	for (int i = 0; i < 80; i++) {
		assert_int_equal(mkdir(buf_cstr(&path), 0700), 0);
		buf_puts(&path, "/d");
	}
	buf_puts(&path, ".json");
	put(buf_cstr(&path));
	put("d/e.json");
	walk_add(&t->walk, "d", note, t);
	buf_printf(&expected, "%s\nd/e.json\n", buf_cstr(&path));
	assert_walked(t, buf_cstr(&expected));
	assert_real_paths(t);
	buf_fini(&path);
	buf_fini(&expected);
}

static void
a_place_is_new_once(void **state)
{
	struct place_set set = {0};

	(void)state;
	for (ino_t inode = 1; inode <= 5000; inode++)
		assert_true(place_set_add(&set, inode % 3, inode * 4099));
	for (ino_t inode = 1; inode <= 5000; inode++)
		assert_false(place_set_add(&set, inode % 3, inode * 4099));
	assert_true(place_set_add(&set, 7, 2));
	place_set_fini(&set);
}

/* ---- while it goes on ---- */

struct told {
	const struct walk_file *files[4];
	size_t count, most;
};

static bool
take_file(void *context, const struct walk_file *file)
{
	struct told *told = context;

	told->files[told->count++] = file;
	return told->count < told->most;
}

static void
walk_four(struct tree *t, struct told *told)
{
	t->walk.file = take_file;
	t->walk.file_context = told;
	mkdir("logs", 0700);
	mkdir("logs/b", 0700);
	put("logs/a.json");
	put("logs/b/1.json");
	put("logs/b/2.json");
	put("logs/c.json");
	walk_add(&t->walk, "logs", note, t);
}

static void
each_file_is_told_as_it_is_found_and_stays_where_it_is(void **state)
{
	struct tree *t = *state;
	struct told told = {.most = 5};

	walk_four(t, &told);
	assert_int_equal(told.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_ptr_equal(told.files[i], t->walk.files[i]);
		assert_int_equal(told.files[i]->place, i);
	}
}

static void
a_walk_ends_where_it_is_told_to(void **state)
{
	struct tree *t = *state;
	struct told told = {.most = 2};

	walk_four(t, &told);
	assert_walked(t, "logs/a.json\nlogs/b/1.json\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			folders_are_walked_in_the_order_of_names, setup, teardown),
		cmocka_unit_test_setup_teardown(
			links_lead_to_the_real_path_and_to_each_file_once, setup, teardown),
		cmocka_unit_test_setup_teardown(deep_folders_are_walked, setup, teardown),
		cmocka_unit_test_setup_teardown(
			each_file_is_told_as_it_is_found_and_stays_where_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(a_walk_ends_where_it_is_told_to, setup, teardown),
		cmocka_unit_test(a_place_is_new_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
