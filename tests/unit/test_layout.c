#include "tests/support/test.h"

#include "tui/layout.h"

static bool
inside(const struct layout *l, struct grid_rect r, int rows, int cols)
{
	return r.rows == 0 || (r.y > l->title && r.x >= 0 && r.rows > 0 && r.cols > 0 &&
				      r.y + r.rows <= rows - 2 && r.x + r.cols <= cols);
}

static bool
overlap(struct grid_rect a, struct grid_rect b)
{
	return a.rows && b.rows && a.y < b.y + b.rows && b.y < a.y + a.rows && a.x < b.x + b.cols &&
	       b.x < a.x + a.cols;
}

static void
nothing_overlaps_or_leaves_the_screen_at_any_size(void **state)
{
	(void)state;
	for (int rows = LAYOUT_MIN_ROWS; rows < 90; rows++)
		for (int cols = LAYOUT_MIN_COLS; cols < 300; cols += 3)
			for (int wish = 0; wish < 60; wish += 20) {
				struct layout l = layout_for(rows, cols, PANE_EVENT, wish);
				struct grid_rect all[2 * PANE_COUNT + 1];
				int n = 0;

				all[n++] = l.header;
				for (int k = 0; k < PANE_COUNT; k++) {
					all[n++] = l.panes[k];
					all[n++] = l.heads[k];
				}
				for (int i = 0; i < n; i++) {
					assert_true(inside(&l, all[i], rows, cols));
					for (int k = 0; k < i; k++)
						assert_false(overlap(all[i], all[k]));
				}
				assert_true(l.panes[PANE_LIST].rows >= 2);
			}
}

static void
small_screens_stack_and_wide_ones_stand_side_by_side(void **state)
{
	struct layout l = layout_for(24, 80, PANE_ENTITY, 0);

	(void)state;
	assert_int_equal(l.kind, LAYOUT_STACKED);
	assert_int_equal(l.panes[PANE_EVENT].rows, 0);
	assert_int_equal(l.rule_x, -1);
	assert_int_equal(layout_for(24, 139, PANE_ENTITY, 0).kind, LAYOUT_STACKED);
	l = layout_for(30, 140, PANE_ENTITY, 0);
	assert_int_equal(l.kind, LAYOUT_WIDE);
	assert_true(l.panes[PANE_ENTITY].rows > 0 && l.panes[PANE_EVENT].rows > 0);
	assert_int_equal(l.rule_x, l.panes[PANE_LIST].cols);
}

static void
one_pane_alone_takes_all_between_title_and_status(void **state)
{
	(void)state;
	for (enum pane_kind kind = PANE_LIST; kind < PANE_COUNT; kind++) {
		struct layout l = layout_alone(24, 200, kind);

		assert_int_equal(l.kind, LAYOUT_ALONE);
		assert_int_equal(l.rule_x, -1);
		for (enum pane_kind other = PANE_LIST; other < PANE_COUNT; other++)
			assert_int_equal(l.panes[other].rows, other == kind ? 20 : 0);
		assert_int_equal(l.panes[kind].cols, 200);
		assert_int_equal(l.panes[kind].y + l.panes[kind].rows, l.status);
		assert_int_equal(l.header.rows, kind == PANE_LIST);
	}
	assert_int_equal(layout_alone(9, 80, PANE_LIST).kind, LAYOUT_TOO_SMALL);
	assert_int_equal(layout_alone(10, 40, PANE_EVENT).panes[PANE_EVENT].rows, 6);
}

static void
below_the_least_size_it_is_too_small(void **state)
{
	(void)state;
	assert_int_equal(layout_for(9, 80, PANE_ENTITY, 0).kind, LAYOUT_TOO_SMALL);
	assert_int_equal(layout_for(24, 39, PANE_ENTITY, 0).kind, LAYOUT_TOO_SMALL);
	assert_int_equal(layout_for(1, 1, PANE_ENTITY, 0).kind, LAYOUT_TOO_SMALL);
	assert_int_equal(layout_for(10, 40, PANE_ENTITY, 0).kind, LAYOUT_STACKED);
}

static void
the_entity_pane_grows_to_what_it_needs_and_leaves_the_event_some(void **state)
{
	int usual = layout_for(50, 200, PANE_ENTITY, 0).panes[PANE_ENTITY].rows;

	(void)state;
	assert_int_equal(
		layout_for(50, 200, PANE_ENTITY, usual - 3).panes[PANE_ENTITY].rows, usual);
	assert_int_equal(layout_for(50, 200, PANE_ENTITY, 34).panes[PANE_ENTITY].rows, 34);
	assert_true(layout_for(50, 200, PANE_ENTITY, 99).panes[PANE_EVENT].rows >= 4);
}

static void
under_the_entity_pane_stands_the_one_that_is_asked_for_and_has_the_room_while_it_is_read(
	void **state)
{
	struct layout l = layout_for(50, 200, PANE_KEYS, 40);

	(void)state;
	assert_true(l.panes[PANE_KEYS].rows && !l.panes[PANE_EVENT].rows);
	assert_true(l.panes[PANE_KEYS].rows < l.panes[PANE_ENTITY].rows);
	l = layout_for(50, 200, PANE_KEYS, LAYOUT_LOWER);
	assert_true(l.panes[PANE_KEYS].rows > l.panes[PANE_ENTITY].rows);
	assert_true(layout_for(24, 140, PANE_HISTORY, LAYOUT_LOWER).panes[PANE_ENTITY].rows > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_overlaps_or_leaves_the_screen_at_any_size),
		cmocka_unit_test(small_screens_stack_and_wide_ones_stand_side_by_side),
		cmocka_unit_test(one_pane_alone_takes_all_between_title_and_status),
		cmocka_unit_test(below_the_least_size_it_is_too_small),
		cmocka_unit_test(the_entity_pane_grows_to_what_it_needs_and_leaves_the_event_some),
		cmocka_unit_test(
			under_the_entity_pane_stands_the_one_that_is_asked_for_and_has_the_room_while_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
