/* Large orders, which are made in steps while the old one is shown. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "tui/list.h"

enum { MANY = 20000 };

static void
put(struct list *list, int64_t rowid, int64_t time, enum alert_status status)
{
	char actor[32];
	struct store_row row = {.rowid = rowid,
		.id = "id",
		.time = time,
		.status = status,
		.severity = STR("Medium"),
		.target = STR("t"),
		.account = STR("1"),
		.ip = STR("i")};

	/* Many share an actor, and their order is another than that of time. */
	snprintf(actor, sizeof(actor), "user-%lld", (long long)(rowid * 7919 % 1009));
	row.actor = str_from(actor);
	list_put(list, &row);
}

static void
make(struct list *list)
{
	list_init(list);
	list_set_height(list, 20);
	for (int64_t i = 1; i <= MANY; i++)
		put(list, i, i * 10, i % 5 ? STATUS_NEW : STATUS_CLOSED);
	list_settle(list);
	while (list_is_building(list))
		list_step(list);
	list_select(list, MANY / 2);
}

static void
finish(struct list *list)
{
	assert_true(list_is_building(list));
	while (list_is_building(list))
		list_step(list);
}

static int
compare(const struct list *list, uint32_t a, uint32_t b)
{
	const struct list_row *x = &list->rows[a], *y = &list->rows[b];
	int order = str_compare(list_word(list, x->actor), list_word(list, y->actor));

	return order ? order : (x->time < y->time) - (x->time > y->time);
}

/* Every shown row once, by actor and newest first; the selection where it says it is. */
static void
assert_by_actor(const struct list *list, size_t shown)
{
	bool *seen = mem_zalloc(list->count);

	assert_int_equal(list->shown, shown);
	for (size_t i = 0; i < shown; i++) {
		assert_false(seen[list->order[i]]);
		seen[list->order[i]] = true;
		if (i)
			assert_true(compare(list, list->order[i - 1], list->order[i]) < 0);
	}
	assert_int_equal(list->order[list->position], list->selected);
	assert_true(list->position >= list->top && list->position < list->top + list->height);
	free(seen);
}

static void
a_sort_goes_on_in_steps_and_keeps_the_selection_on_its_line(void **state)
{
	struct list list;
	uint32_t selected;
	size_t line;

	(void)state;
	make(&list);
	selected = list.selected;
	line = list.position - list.top;
	list_set_sort(&list, SORT_ACTOR);
	assert_true(list_is_building(&list));
	assert_int_equal(list.selected, selected);
	assert_int_equal(list.order[list.position], selected);
	finish(&list);
	assert_by_actor(&list, MANY);
	assert_int_equal(list.selected, selected);
	assert_int_equal(list.position - list.top, line);
	list_fini(&list);
}

static void
moving_meanwhile_moves_through_what_is_shown(void **state)
{
	struct list list;
	uint32_t next;

	(void)state;
	make(&list);
	next = list.order[list.position + 1];
	list_set_sort(&list, SORT_ACTOR);
	list_step(&list);
	list_move(&list, 1);
	assert_int_equal(list.selected, next);
	finish(&list);
	assert_by_actor(&list, MANY);
	assert_int_equal(list.selected, next);
	list_fini(&list);
}

static void
what_arrives_meanwhile_is_there_afterwards_and_once(void **state)
{
	struct list list;
	uint32_t selected;

	(void)state;
	make(&list);
	selected = list.selected;
	list_set_sort(&list, SORT_ACTOR);
	for (int64_t i = 1; list_is_building(&list); i++) {
		put(&list, MANY + i, i * 3, STATUS_NEW);
		list_settle(&list);
		list_step(&list);
	}
	list_settle(&list);
	assert_true(list.count > MANY);
	assert_by_actor(&list, list.count);
	assert_int_equal(list.selected, selected);
	list_fini(&list);
}

static void
another_sort_meanwhile_takes_its_place(void **state)
{
	struct list list;

	(void)state;
	make(&list);
	list_set_sort(&list, SORT_ACTOR);
	list_step(&list);
	list_set_sort(&list, SORT_STATUS);
	list_step(&list);
	list_set_sort(&list, SORT_ACTOR);
	finish(&list);
	assert_by_actor(&list, MANY);
	list_fini(&list);
}

static void
a_decision_meanwhile_is_not_lost(void **state)
{
	struct list list;

	(void)state;
	make(&list);
	list_set_sort(&list, SORT_ACTOR);
	finish(&list);
	list_set_show(&list, SHOW_OPEN);
	list_step(&list);
	list_step(&list);
	put(&list, 1, 10, STATUS_CLOSED);
	list_settle(&list);
	finish(&list);
	assert_by_actor(&list, MANY - MANY / 5 - 1);
	list_fini(&list);
}

static void
a_status_that_hides_the_selected_one_selects_the_next_when_it_is_there(void **state)
{
	struct list list;
	uint32_t next;

	(void)state;
	make(&list);
	assert_int_equal(list.rows[list.selected].status, STATUS_CLOSED);
	next = list.order[list.position + 1];
	list_set_show(&list, SHOW_OPEN);
	finish(&list);
	assert_int_equal(list.shown, MANY - MANY / 5);
	assert_int_equal(list.selected, next);
	list_fini(&list);
}

static void
follow_begins_when_the_newest_stands_first_again(void **state)
{
	struct list list;

	(void)state;
	make(&list);
	list_set_sort(&list, SORT_ACTOR);
	finish(&list);
	list_set_follow(&list, true);
	finish(&list);
	assert_int_equal(list.position, 0);
	assert_int_equal(list.rows[list.selected].time, MANY * 10);
	list_fini(&list);
}

static void
a_filter_meanwhile_shows_its_matches_and_leaving_it_all(void **state)
{
	struct list list;
	uint32_t selected;

	(void)state;
	make(&list);
	selected = list.selected;
	list_set_sort(&list, SORT_ACTOR);
	list_step(&list);
	list_set_filtered(&list, true, true);
	for (uint32_t row = 0; row < MANY; row += 2) {
		if (row != selected)
			list_set_match(&list, row, true);
		if (row % 1000 == 0)
			list_settle(&list);
	}
	list_settle(&list);
	assert_by_actor(&list, MANY / 2 + (selected % 2));
	assert_int_equal(list.selected, selected);
	list_set_filtered(&list, false, false);
	finish(&list);
	assert_by_actor(&list, MANY);
	assert_int_equal(list.selected, selected);
	list_fini(&list);
}

static void
hidden_marks_are_counted_without_looking_at_every_row(void **state)
{
	struct list list;

	(void)state;
	make(&list);
	list_mark_all(&list);
	assert_int_equal(list.marks, MANY);
	assert_int_equal(list_marks_hidden(&list), 0);
	list_set_show(&list, SHOW_CLOSED);
	finish(&list);
	assert_int_equal(list_marks_hidden(&list), MANY - MANY / 5);
	list_mark(&list, list.selected, false);
	assert_int_equal(list_marks_hidden(&list), MANY - MANY / 5);
	assert_int_equal(list.marks, MANY - 1);
	list_fini(&list);
}

/* Rows that the rank of a word was made for before it came. */
static void
words_that_come_between_two_sorts_are_ranked_in(void **state)
{
	struct list list;

	(void)state;
	make(&list);
	list_set_sort(&list, SORT_ACTOR);
	finish(&list);
	for (int64_t i = 1; i <= 500; i++) {
		char actor[32];
		struct store_row row = {.rowid = MANY + i, .id = "id", .time = i};

		snprintf(actor, sizeof(actor), "%c-%lld", i % 2 ? 'a' : 'z', (long long)i);
		row.actor = str_from(actor);
		list_put(&list, &row);
	}
	list_set_sort(&list, SORT_STATUS);
	finish(&list);
	list_set_sort(&list, SORT_ACTOR);
	finish(&list);
	assert_by_actor(&list, MANY + 500);
	list_fini(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sort_goes_on_in_steps_and_keeps_the_selection_on_its_line),
		cmocka_unit_test(moving_meanwhile_moves_through_what_is_shown),
		cmocka_unit_test(what_arrives_meanwhile_is_there_afterwards_and_once),
		cmocka_unit_test(another_sort_meanwhile_takes_its_place),
		cmocka_unit_test(a_decision_meanwhile_is_not_lost),
		cmocka_unit_test(
			a_status_that_hides_the_selected_one_selects_the_next_when_it_is_there),
		cmocka_unit_test(follow_begins_when_the_newest_stands_first_again),
		cmocka_unit_test(a_filter_meanwhile_shows_its_matches_and_leaving_it_all),
		cmocka_unit_test(hidden_marks_are_counted_without_looking_at_every_row),
		cmocka_unit_test(words_that_come_between_two_sorts_are_ranked_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
