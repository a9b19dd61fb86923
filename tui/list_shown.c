#include "tui/list_shown.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/list_order.h"

/* Up to so many rows an order is made at once; a step looks at so many. */
enum { AT_ONCE = 8192, STEP_ROWS = 8192, STEP_WORDS = 2048 };

bool
list_shows(const struct list *list, uint32_t row)
{
	const struct list_row *r = &list->rows[row];

	if (list->filtered && list->match[row] != MATCH_YES)
		return false;
	switch (list->show) {
	case SHOW_OPEN:
		return r->status != STATUS_CLOSED;
	case SHOW_AWAITING:
		return r->status != STATUS_CLOSED && r->validation == VALIDATION_AWAITING;
	case SHOW_CLOSED:
		return r->status == STATUS_CLOSED;
	default:
		return true;
	}
}

/* ---- window and selection ---- */

/* A window that ends below the last row shows more rows above instead. */
void
list_keep_in_window(struct list *list)
{
	size_t most = list->shown > list->height ? list->shown - list->height : 0;

	if (list->top > most)
		list->top = most;
	if (list->position < list->top)
		list->top = list->position;
	else if (list->position >= list->top + list->height)
		list->top = list->position - list->height + 1;
}

static void
follow_newest(struct list *list)
{
	if ((!list->follow && !list->top_until_moved) || !list->shown)
		return;
	list->position = list->top = 0;
	list->selected = list->order[0];
	list->arrived_above = 0;
}

/* A selection is needed as soon as there is anything to select. */
static void
select_something(struct list *list)
{
	if (!list->shown) {
		list->selected = LIST_NONE;
		list->position = list->top = 0;
		return;
	}
	if (list->selected == LIST_NONE) {
		if (list->position >= list->shown)
			list->position = list->shown - 1;
		list->selected = list->order[list->position];
	}
	list_keep_in_window(list);
}

void
list_take_out(struct list *list, size_t position)
{
	uint32_t row = list->order[position];

	memmove(list->order + position, list->order + position + 1,
		(list->shown - position - 1) * sizeof(*list->order));
	list->shown--;
	if (!list_is_building(list)) {
		list->placed[row] = false;
		list->marks_shown -= list->rows[row].marked;
	}
	if (position < list->position) {
		list->position--;
		list->top -= list->top > 0;
	}
}

void
list_show_only(struct list *list, uint32_t row)
{
	if (list->count)
		memset(list->placed, 0, list->count * sizeof(*list->placed));
	list_build_fini(&list->build);
	list->stale = list->leave_hidden = false;
	list->selected = row;
	list->position = list->top = list->shown = list->marks_shown = 0;
	if (row == LIST_NONE)
		return;
	list->order[list->shown++] = row;
	list->placed[row] = true;
	list->marks_shown = list->rows[row].marked;
}

/* ---- what arrives ---- */

/* Of `fresh` what is shown and is not there yet, into the order; how many stand above the selected
 * row now. */
static size_t
merge_shown(struct list *list, uint32_t *fresh, size_t count)
{
	size_t n = 0, nowhere = 0, above = 0;

	for (size_t i = 0; i < count; i++) {
		if (list->placed[fresh[i]] || !list_shows(list, fresh[i]))
			continue;
		list->placed[fresh[i]] = true;
		list->marks_shown += list->rows[fresh[i]].marked;
		fresh[n++] = fresh[i];
	}
	if (!n)
		return 0;
	list_sort_rows(list, list->sort, fresh, n);
	if (list->selected == LIST_NONE) {
		list_merge(list, list->sort, list->order, list->shown, fresh, n, &nowhere);
	} else {
		above = list_merge(
			list, list->sort, list->order, list->shown, fresh, n, &list->position);
		list->top += above;
	}
	list->shown += n;
	return above;
}

/* What the filter finds among the rows that were there when it was set has not arrived. */
static void
merge_matched(struct list *list)
{
	uint32_t *rows = list->matched;
	size_t known = 0;

	for (size_t i = 0; i < list->matched_count; i++) {
		uint32_t row = rows[i];

		if (row >= list->known_to_filter)
			continue;
		rows[i] = rows[known];
		rows[known++] = row;
	}
	merge_shown(list, rows, known);
	list->arrived_above += merge_shown(list, rows + known, list->matched_count - known);
	list->matched_count = 0;
}

static uint32_t *
rows_from(size_t first, size_t count)
{
	uint32_t *rows = mem_array(NULL, count + 1, sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		rows[i] = (uint32_t)(first + i);
	return rows;
}

/* Rows from `first` on, which the order does not know yet. */
static void
merge_rows(struct list *list, size_t first)
{
	size_t count = list->settled - first;
	uint32_t *rows = rows_from(first, count);

	list->arrived_above += merge_shown(list, rows, count);
	free(rows);
}

static void
settle_by_time(struct list *list)
{
	size_t count = list->count - list->settled, place = 0;
	uint32_t *fresh;

	if (!count)
		return;
	fresh = rows_from(list->settled, count);
	list_sort_rows(list, SORT_TIME, fresh, count);
	list_merge(list, SORT_TIME, list->by_time, list->settled, fresh, count, &place);
	list->settled = list->count;
	free(fresh);
}

/* ---- an order made anew ---- */

void
list_build_fini(struct list_build *build)
{
	free(build->from);
	free(build->keys);
	free(build->to);
	free(build->starts);
	*build = (struct list_build){0};
}

bool
list_is_building(const struct list *list)
{
	return list->build.stage != BUILD_NONE;
}

static void
build_begin(struct list *list)
{
	struct list_build *b = &list->build;

	list_build_fini(b);
	list->stale = false;
	b->stage = list_sorts_by_word(list->sort) ? BUILD_RANK : BUILD_CHOOSE;
	b->settled = list->settled;
	b->from = mem_array(NULL, b->settled + 1, sizeof(*b->from));
	if (b->settled)
		memcpy(b->from, list->by_time, b->settled * sizeof(*b->from));
}

/* What is shown, and how much of it has each key. */
static void
build_choose(struct list *list, size_t budget)
{
	struct list_build *b = &list->build;

	if (!b->starts) {
		b->keys = mem_array(NULL, b->settled + 1, sizeof(*b->keys));
		b->starts = mem_zalloc((list_sort_keys(list, list->sort) + 1) * sizeof(*b->starts));
	}
	for (; b->at < b->settled && budget; b->at++, budget--) {
		uint32_t row = b->from[b->at];

		list->placed[row] = list_shows(list, row);
		if (!list->placed[row])
			continue;
		b->keys[b->count] = list_sort_key(list, list->sort, row);
		b->starts[b->keys[b->count] + 1]++;
		b->from[b->count++] = row;
	}
	if (b->at < b->settled)
		return;
	for (size_t i = 1; i <= list_sort_keys(list, list->sort); i++)
		b->starts[i] += b->starts[i - 1];
	b->to = mem_array(NULL, b->count + 1, sizeof(*b->to));
	b->stage = BUILD_PLACE;
	b->at = 0;
}

/* A counting sort: stable, so that newest first stays within equals. */
static void
build_place(struct list_build *b, size_t budget)
{
	for (; b->at < b->count && budget; b->at++, budget--)
		b->to[b->starts[b->keys[b->at]]++] = b->from[b->at];
}

static size_t
find_shown(const struct list *list, uint32_t row)
{
	size_t i = 0;

	while (i < list->shown && list->order[i] != row)
		i++;
	return i;
}

/* The selected row stays, also when no filter shows it: what is under the cursor never changes by
 * itself. After a change that the user asked for, it gives its place to the next one. */
static void
place_selected(struct list *list)
{
	uint32_t row = list->selected;
	size_t place;

	if (row == LIST_NONE)
		return;
	if (list->placed[row]) {
		list->position = find_shown(list, row);
		return;
	}
	place = list_find_place(list, list->sort, list->order, list->shown, row);
	if (list->leave_hidden) {
		list->position = place < list->shown || !place ? place : place - 1;
		list->selected = list->shown ? list->order[list->position] : LIST_NONE;
		return;
	}
	memmove(list->order + place + 1, list->order + place,
		(list->shown - place) * sizeof(*list->order));
	list->order[place] = row;
	list->placed[row] = true;
	list->position = place;
	list->shown++;
}

static void
build_end(struct list *list)
{
	size_t line = list->position - list->top, settled = list->build.settled;

	free(list->order);
	/* It has room for every row there is. */
	list->order = mem_array(list->build.to, list->capacity + 1, sizeof(*list->order));
	list->shown = list->build.count;
	list->build.to = NULL;
	list_build_fini(&list->build);
	place_selected(list);
	list->leave_hidden = false;
	list->top = list->position > line ? list->position - line : 0;
	list->marks_shown = 0;
	for (size_t i = 0; list->marks && i < list->shown; i++)
		list->marks_shown += list->rows[list->order[i]].marked;
	merge_rows(list, settled);
}

static void
build_step(struct list *list, size_t rows, size_t words)
{
	struct list_build *b = &list->build;

	switch (b->stage) {
	case BUILD_RANK:
		if (word_order_step(&list->word_order, &list->words, words))
			b->stage = BUILD_CHOOSE;
		return;
	case BUILD_CHOOSE:
		build_choose(list, rows);
		return;
	default:
		build_place(b, rows);
		if (b->at == b->count)
			build_end(list);
	}
}

/* ---- both ---- */

static void
settle_order(struct list *list, size_t settled)
{
	if (list->stale)
		build_begin(list);
	else if (!list_is_building(list))
		merge_rows(list, settled);
	while (list_is_building(list) && list->build.settled <= AT_ONCE)
		build_step(list, SIZE_MAX, SIZE_MAX);
	if (list_is_building(list))
		return;
	merge_matched(list);
	select_something(list);
	follow_newest(list);
}

void
list_settle(struct list *list)
{
	size_t settled = list->settled;

	settle_by_time(list);
	settle_order(list, settled);
}

void
list_step(struct list *list)
{
	if (!list_is_building(list))
		return;
	build_step(list, STEP_ROWS, STEP_WORDS);
	if (!list_is_building(list))
		settle_order(list, list->settled);
}
