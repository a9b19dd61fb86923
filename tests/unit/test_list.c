#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "tui/list.h"

/* A row whose actor says its time, so that an order can be read. */
static void
put(struct list *list, int64_t rowid, int64_t time, enum alert_status status)
{
	char actor[32];
	struct store_row row = {.rowid = rowid,
		.id = "id",
		.time = time,
		.status = status,
		.last_seq = status == STATUS_NEW ? 0 : rowid,
		.severity = STR("Medium"),
		.target = STR("t"),
		.account = STR("1"),
		.ip = STR("i")};

	snprintf(actor, sizeof(actor), "%lld", (long long)time);
	row.actor = str_from(actor);
	if (status == STATUS_CLOSED)
		row.classification = CLASS_TRUE_POSITIVE;
	list_put(list, &row);
}

/* Times of the shown rows, `>` before the selected one, `|` around the window. */
static void
assert_list(const struct list *list, const char *expected)
{
	struct buf out = {0};

	for (size_t i = 0; i < list->shown; i++) {
		uint32_t row = list_at(list, i);

		if (i == list->top || i == list->top + list->height)
			buf_puts(&out, "|");
		else if (i)
			buf_puts(&out, " ");
		if (row == list->selected) {
			buf_puts(&out, ">");
			assert_int_equal(i, list->position);
		}
		buf_printf(&out, "%lld", (long long)list->rows[row].time);
	}
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
make(struct list *list, size_t height, int64_t count)
{
	list_init(list);
	list_set_height(list, height);
	for (int64_t i = 1; i <= count; i++)
		put(list, i, i * 10, STATUS_NEW);
	list_settle(list);
}

static void
newest_stands_first_and_is_selected(void **state)
{
	struct list list;

	(void)state;
	make(&list, 3, 4);
	assert_list(&list, "|>40 30 20|10");
	list_fini(&list);
}

static void
equal_times_and_unreadable_ones_have_a_place(void **state)
{
	struct list list;

	(void)state;
	list_init(&list);
	list_set_height(&list, 9);
	put(&list, 1, 10, STATUS_NEW);
	put(&list, 2, TIME_NONE, STATUS_NEW);
	put(&list, 3, 10, STATUS_NEW);
	list_settle(&list);
	assert_int_equal(list.rows[list_at(&list, 0)].rowid, 3);
	assert_int_equal(list.rows[list_at(&list, 1)].rowid, 1);
	assert_int_equal(list.rows[list_at(&list, 2)].rowid, 2);
	assert_int_equal(list.counts.first_time, 10);
	list_fini(&list);
}

static void
follow_keeps_the_newest_selected_until_the_first_move(void **state)
{
	struct list list;

	(void)state;
	make(&list, 3, 2);
	put(&list, 3, 30, STATUS_NEW);
	list_settle(&list);
	assert_list(&list, "|>30 20 10");
	list_move(&list, 1);
	assert_false(list.follow);
	put(&list, 4, 40, STATUS_NEW);
	list_settle(&list);
	assert_list(&list, "40|30 >20 10");
	assert_int_equal(list.arrived_above, 1);
	list_set_follow(&list, true);
	assert_list(&list, "|>40 30 20|10");
	list_fini(&list);
}

static void
what_arrives_is_marked_until_somebody_looks_at_it(void **state)
{
	struct list list;

	(void)state;
	make(&list, 3, 3);
	list_move(&list, 0); /* ends follow */
	list.news = true;
	put(&list, 4, 40, STATUS_NEW);
	put(&list, 5, 5, STATUS_NEW);
	list_settle(&list);
	assert_true(list.rows[3].arrived);
	assert_false(list.rows[0].arrived);
	put(&list, 4, 40, STATUS_ACTIVE); /* a decision is no look */
	assert_true(list.rows[3].arrived);
	list_looked(&list); /* neither stands in the window */
	assert_true(list.rows[3].arrived && list.rows[4].arrived);
	list_select(&list, 0);
	list_looked(&list);
	assert_false(list.rows[3].arrived);
	assert_true(list.rows[4].arrived);
	list_fini(&list);
}

static void
arriving_rows_move_neither_the_selection_nor_its_line(void **state)
{
	struct list list;

	(void)state;
	make(&list, 3, 6);
	list_select(&list, 3);
	assert_list(&list, "60|50 40 >30|20 10");
	put(&list, 7, 70, STATUS_NEW);
	put(&list, 8, 45, STATUS_NEW);
	put(&list, 9, 5, STATUS_NEW);
	list_settle(&list);
	assert_list(&list, "70 60 50|45 40 >30|20 10 5");
	list_fini(&list);
}

static void
known_rows_are_brought_up_to_date_in_their_place(void **state)
{
	struct list list;

	(void)state;
	make(&list, 3, 3);
	put(&list, 2, 20, STATUS_CLOSED);
	list_settle(&list);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.counts.closed, 1);
	assert_int_equal(list.counts.fresh, 2);
	assert_list(&list, "|>30 20 10");
	list_fini(&list);
}

static void
moves_end_at_the_ends(void **state)
{
	struct list list;

	(void)state;
	make(&list, 2, 5);
	list_move(&list, 100);
	assert_list(&list, "50 40 30|20 >10");
	list_move(&list, -1);
	assert_list(&list, "50 40 30|>20 10");
	list_move(&list, -100);
	assert_list(&list, "|>50 40|30 20 10");
	list_fini(&list);
}

static void
the_next_undecided_one_is_found_in_both_directions(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 5);
	put(&list, 2, 20, STATUS_CLOSED);
	put(&list, 4, 40, STATUS_CLOSED);
	list_settle(&list);
	list_select(&list, 0);
	assert_true(list_select_undecided(&list, 1));
	assert_list(&list, "|50 40 >30 20 10");
	assert_true(list_select_undecided(&list, 1));
	assert_list(&list, "|50 40 30 20 >10");
	assert_false(list_select_undecided(&list, 1));
	assert_true(list_select_undecided(&list, -1));
	assert_list(&list, "|50 40 >30 20 10");
	list_fini(&list);
}

static void
sorting_keeps_the_selected_alert_and_newest_first_within_equals(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 4);
	put(&list, 3, 30, STATUS_CLOSED);
	list_settle(&list);
	list_select(&list, 2);
	list_set_sort(&list, SORT_STATUS);
	assert_list(&list, "|40 >20 10 30");
	put(&list, 5, 15, STATUS_NEW);
	list_settle(&list);
	assert_list(&list, "|40 >20 15 10 30");
	list_set_sort(&list, SORT_ACTOR);
	assert_list(&list, "|10 15 >20 30 40");
	list_set_sort(&list, SORT_TIME);
	assert_list(&list, "|40 30 >20 15 10");
	list_fini(&list);
}

static void
sorting_and_choosing_a_status_end_follow_and_keep_the_selected_alert(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 3);
	assert_true(list.follow);
	list_set_sort(&list, SORT_ACTOR);
	assert_list(&list, "|10 20 >30");
	list_set_follow(&list, true);
	assert_int_equal(list.sort, SORT_TIME);
	assert_list(&list, "|>30 20 10");
	put(&list, 2, 20, STATUS_CLOSED);
	list_set_show(&list, SHOW_CLOSED);
	assert_list(&list, "|>20");
	list_set_show(&list, SHOW_ALL);
	assert_list(&list, "|30 >20 10");
	list_fini(&list);
}

static void
what_is_decided_stays_until_the_selection_leaves_it(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 3);
	list_select(&list, 1);
	list_set_show(&list, SHOW_OPEN);
	put(&list, 2, 20, STATUS_CLOSED);
	list_settle(&list);
	assert_list(&list, "|30 >20 10");
	list_move(&list, 1);
	list_settle(&list);
	assert_list(&list, "|30 >10");
	list_set_show(&list, SHOW_CLOSED);
	assert_list(&list, "|>20");
	list_set_show(&list, SHOW_ALL);
	assert_list(&list, "|30 >20 10");
	list_fini(&list);
}

static void
a_status_that_hides_the_selected_one_selects_the_next(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 4);
	put(&list, 3, 30, STATUS_CLOSED);
	list_settle(&list);
	list_select(&list, 1);
	list_set_show(&list, SHOW_OPEN);
	assert_list(&list, "|40 >20 10");
	list_fini(&list);
}

static void
a_filter_shows_what_was_found_to_match(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 5);
	list_select(&list, 2);
	list_set_filtered(&list, true, true);
	assert_list(&list, "|>30");
	list_set_match(&list, 4, true);
	list_set_match(&list, 3, false);
	list_set_match(&list, 0, true);
	list_settle(&list);
	assert_list(&list, "|50 >30 10");
	assert_int_equal(list.arrived_above, 0);
	put(&list, 6, 60, STATUS_NEW);
	list_settle(&list);
	assert_list(&list, "|50 >30 10");
	list_set_match(&list, 5, true);
	list_settle(&list);
	assert_list(&list, "|60 50 >30 10");
	assert_int_equal(list.arrived_above, 1);
	list_set_filtered(&list, false, false);
	assert_list(&list, "|60 50 40 >30 20 10");
	list_fini(&list);
}

static void
a_filter_without_the_selected_one_selects_the_newest_match(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 4);
	list_select(&list, 1);
	list_set_filtered(&list, true, false);
	assert_list(&list, "");
	assert_null(list_selected(&list));
	list_set_match(&list, 0, true);
	list_settle(&list);
	assert_list(&list, "|>10");
	list_set_match(&list, 1, true);
	list_settle(&list);
	assert_list(&list, "|>20 10");
	list_move(&list, 0);
	list_set_match(&list, 3, true);
	list_settle(&list);
	assert_list(&list, "|40 >20 10");
	list_fini(&list);
}

static void
marks_are_counted_and_stay_with_their_alert(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 3);
	list_mark(&list, 1, true);
	list_mark(&list, 1, true);
	assert_int_equal(list.marks, 1);
	put(&list, 2, 20, STATUS_ACTIVE);
	list_settle(&list);
	assert_true(list.rows[1].marked);
	list_mark_all(&list);
	assert_int_equal(list.marks, 0);
	list_set_show(&list, SHOW_OPEN);
	list_mark_all(&list);
	assert_int_equal(list.marks, 3);
	list_fini(&list);
}

static void
what_was_seen_is_remembered_apart_from_what_is(void **state)
{
	struct list list;

	(void)state;
	make(&list, 9, 2);
	put(&list, 2, 20, STATUS_ACTIVE);
	assert_int_equal(list.rows[1].seen_seq, 0);
	assert_int_equal(list.rows[1].last_seq, 2);
	list_saw(&list, 1);
	assert_int_equal(list.rows[1].seen_seq, 2);
	list_fini(&list);
}

/* Rows in any order and batches end in one order, whatever was done in between. */
static void
any_way_of_arriving_gives_the_same_order(void **state)
{
	struct list list;
	unsigned seed = 7;
	int64_t before = INT64_MAX;
	uint32_t selected;

	(void)state;
	list_init(&list);
	list_set_height(&list, 20);
	list.follow = false;
	for (int64_t i = 1; i <= 5000; i++) {
		seed = seed * 1103515245 + 12345;
		put(&list, i, (seed >> 8) % 1000, (seed >> 4) % 3);
		if (seed % 37 == 0)
			list_settle(&list);
		if (i == 2500) {
			list_settle(&list);
			list_select(&list, list.shown / 2);
		}
	}
	selected = list.selected;
	list_settle(&list);
	assert_int_equal(list.selected, selected);
	assert_int_equal(list.order[list.position], selected);
	assert_int_equal(list.shown, 5000);
	for (size_t i = 0; i < list.shown; i++) {
		assert_true(list.rows[list.order[i]].time <= before);
		before = list.rows[list.order[i]].time;
	}
	for (enum list_sort sort = 0; sort < SORT_COUNT; sort++) {
		list_set_sort(&list, sort);
		assert_int_equal(list.shown, 5000);
		assert_int_equal(list.order[list.position], selected);
		assert_true(list.position >= list.top && list.position < list.top + 20);
	}
	list_fini(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_stands_first_and_is_selected),
		cmocka_unit_test(equal_times_and_unreadable_ones_have_a_place),
		cmocka_unit_test(follow_keeps_the_newest_selected_until_the_first_move),
		cmocka_unit_test(what_arrives_is_marked_until_somebody_looks_at_it),
		cmocka_unit_test(arriving_rows_move_neither_the_selection_nor_its_line),
		cmocka_unit_test(known_rows_are_brought_up_to_date_in_their_place),
		cmocka_unit_test(moves_end_at_the_ends),
		cmocka_unit_test(the_next_undecided_one_is_found_in_both_directions),
		cmocka_unit_test(sorting_keeps_the_selected_alert_and_newest_first_within_equals),
		cmocka_unit_test(
			sorting_and_choosing_a_status_end_follow_and_keep_the_selected_alert),
		cmocka_unit_test(what_is_decided_stays_until_the_selection_leaves_it),
		cmocka_unit_test(a_status_that_hides_the_selected_one_selects_the_next),
		cmocka_unit_test(a_filter_shows_what_was_found_to_match),
		cmocka_unit_test(a_filter_without_the_selected_one_selects_the_newest_match),
		cmocka_unit_test(marks_are_counted_and_stay_with_their_alert),
		cmocka_unit_test(what_was_seen_is_remembered_apart_from_what_is),
		cmocka_unit_test(any_way_of_arriving_gives_the_same_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
