#include "tests/support/test.h"

#include "tui/grid_moved.h"

enum { COLS = 60 };

/* A frame of these rows. */
static void
draw(struct grid *grid, const char *const *rows)
{
	int count = 0;

	while (rows[count])
		count++;
	grid_resize(grid, count, COLS);
	for (int y = 0; y < count; y++) {
		struct pen pen = pen_at(grid, y, 0, COLS);

		pen_puts(&pen, ROLE_TEXT, rows[y]);
	}
}

/* expected NULL: nothing is moved. */
static void
assert_moved(const char *const *before, const char *const *after, const char *expected)
{
	struct grid old = {0}, new = {0}, moved = {0};
	struct buf out = {0};
	bool any;

	draw(&old, before);
	draw(&new, after);
	any = grid_moved(&old, &new, &moved);
	assert_int_equal(any, expected != NULL);
	if (any) {
		grid_dump(&moved, &out);
		assert_string_equal(buf_cstr(&out), expected);
	}
	buf_fini(&out);
	grid_fini(&old);
	grid_fini(&new);
	grid_fini(&moved);
}

static const char *const facts[] = {"result     succeeded", "who        the first user of them all",
	"credential the first key of them all", "for        the first target of them all",
	"from       the first address of them all", "", "", NULL};

static void
rows_that_change_as_well_are_moved(void **state)
{
	static const char *const later[] = {"result     denied, and the reason is so long that it",
		"           goes on in the line below", "who        the other user of them all",
		"credential the other key of them all", "for        the other target of them all",
		"from       the other address of them all", "", NULL};

	(void)state;
	assert_moved(facts, later,
		"result     succeeded\n\nwho        the first user of them all\n"
		"credential the first key of them all\nfor        the first target of them all\n"
		"from       the first address of them all\n\n");
	assert_moved(later, facts,
		"result     denied, and the reason is so long that it\n"
		"who        the other user of them all\ncredential the other key of them all\n"
		"for        the other target of them all\n"
		"from       the other address of them all\n\n\n");
}

static void
rows_that_only_change_stay(void **state)
{
	static const char *const later[] = {"result     failed",
		"who        the other user of them all", "credential the other key of them all",
		"for        the other target of them all",
		"from       the other address of them all", "", "", NULL};

	(void)state;
	assert_moved(facts, later, NULL);
	assert_moved(facts, facts, NULL);
}

/* Curses would not move them, but draw them in their place and then again. */
static void
fewer_than_three_rows_stay(void **state)
{
	static const char *const before[] = {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"cccccccccccccccccccccccccccccccccccccccccc", "d",
		"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", NULL};
	const char *const after[] = {before[0], "x", before[1], before[2], before[4], NULL};

	(void)state;
	assert_moved(before, after, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_change_as_well_are_moved),
		cmocka_unit_test(rows_that_only_change_stay),
		cmocka_unit_test(fewer_than_three_rows_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
