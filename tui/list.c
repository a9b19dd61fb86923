#include "tui/list.h"

#include <stdlib.h>

#include "tui/list_order.h"

static const char *const show_names[SHOW_COUNT] = {
	[SHOW_ALL] = "all",
	[SHOW_OPEN] = "open",
	[SHOW_AWAITING] = "awaiting validation",
	[SHOW_CLOSED] = "closed",
};

static const char *const sort_names[SORT_COUNT] = {
	[SORT_TIME] = "time, newest first",
	[SORT_STATUS] = "status",
	[SORT_SEVERITY] = "severity",
	[SORT_ACTOR] = "actor",
	[SORT_TARGET] = "target",
	[SORT_SELF] = "self or other",
	[SORT_ACCOUNT] = "account",
	[SORT_IP] = "IP",
	[SORT_OUTCOME] = "outcome",
};

const char *
list_sort_name(enum list_sort sort)
{
	return sort_names[sort];
}

const char *
list_show_name(enum list_show show)
{
	return show_names[show];
}

void
list_init(struct list *list)
{
	*list = (struct list){.selected = LIST_NONE, .height = 1, .follow = true};
	list->counts.first_time = list->counts.last_time = TIME_NONE;
	intern_init(&list->words);
}

void
list_fini(struct list *list)
{
	intern_fini(&list->words);
	free(list->rows);
	free(list->slots);
	free(list->by_time);
	free(list->order);
	free(list->matched);
	*list = (struct list){0};
}

/* ---- rows by rowid ---- */

static size_t
find_slot(const struct list *list, int64_t rowid)
{
	size_t mask = list->slot_count - 1;
	size_t i = (size_t)((uint64_t)rowid * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;

	while (list->slots[i] && list->rows[list->slots[i] - 1].rowid != rowid)
		i = (i + 1) & mask;
	return i;
}

static void
grow_slots(struct list *list)
{
	if (list->count * 2 < list->slot_count)
		return;
	list->slot_count = list->slot_count ? list->slot_count * 2 : 256;
	free(list->slots);
	list->slots = mem_zalloc(list->slot_count * sizeof(*list->slots));
	for (size_t i = 0; i < list->count; i++)
		list->slots[find_slot(list, list->rows[i].rowid)] = (uint32_t)i + 1;
}

/* ---- counts ---- */

static void
count_row(struct list *list, const struct list_row *row, size_t by)
{
	struct list_counts *c = &list->counts;
	size_t *const by_status[] = {&c->fresh, &c->active, &c->closed};

	*by_status[row->status] += by;
	if (row->validation == VALIDATION_AWAITING && row->status != STATUS_CLOSED)
		c->awaiting += by;
	c->total += by;
	if (row->time == TIME_NONE)
		return;
	if (c->first_time == TIME_NONE || row->time < c->first_time)
		c->first_time = row->time;
	if (c->last_time == TIME_NONE || row->time > c->last_time)
		c->last_time = row->time;
}

/* ---- what is shown ---- */

static bool
shows(const struct list *list, const struct list_row *row)
{
	if (list->filtered && row->match != MATCH_YES)
		return false;
	switch (list->show) {
	case SHOW_OPEN:
		return row->status != STATUS_CLOSED;
	case SHOW_AWAITING:
		return row->status != STATUS_CLOSED && row->validation == VALIDATION_AWAITING;
	case SHOW_CLOSED:
		return row->status == STATUS_CLOSED;
	default:
		return true;
	}
}

static void
keep_in_window(struct list *list)
{
	if (list->position < list->top)
		list->top = list->position;
	else if (list->position >= list->top + list->height)
		list->top = list->position - list->height + 1;
}

/* A window that ends below the last row shows more rows above instead. */
static void
clamp_top(struct list *list)
{
	size_t most = list->shown > list->height ? list->shown - list->height : 0;

	if (list->top > most)
		list->top = most;
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
	clamp_top(list);
	keep_in_window(list);
}

/* The order anew. The selected row stays, also when a filter no longer shows it: what is under
 * the cursor never changes by itself. */
static void
rebuild(struct list *list)
{
	size_t line = list->position - list->top, n = 0;

	for (size_t i = 0; i < list->settled; i++) {
		uint32_t row = list->by_time[i];

		if (shows(list, &list->rows[row]) || row == list->selected)
			list->order[n++] = row;
	}
	list->shown = n;
	if (list->sort != SORT_TIME)
		list_group(list, list->sort, list->order, n);
	for (size_t i = 0; i < n && list->selected != LIST_NONE; i++)
		if (list->order[i] == list->selected) {
			list->position = i;
			break;
		}
	list->top = list->position > line ? list->position - line : 0;
	list->stale = false;
}

static void
reserve_order(struct list *list)
{
	if (list->count <= list->order_capacity)
		return;
	list->order_capacity = list->capacity;
	list->by_time = mem_array(list->by_time, list->order_capacity, sizeof(*list->by_time));
	list->order = mem_array(list->order, list->order_capacity, sizeof(*list->order));
}

/* Shown rows of `fresh` into the order. */
static void
merge_shown(struct list *list, uint32_t *fresh, size_t count)
{
	size_t n = 0, above;

	for (size_t i = 0; i < count; i++)
		if (shows(list, &list->rows[fresh[i]]) && fresh[i] != list->selected)
			fresh[n++] = fresh[i];
	if (!n)
		return;
	list_sort_rows(list, list->sort, fresh, n);
	if (list->selected == LIST_NONE) {
		size_t place = 0;

		list_merge(list, list->sort, list->order, list->shown, fresh, n, &place);
	} else {
		above = list_merge(
			list, list->sort, list->order, list->shown, fresh, n, &list->position);
		list->top += above;
		list->arrived_above += above;
	}
	list->shown += n;
}

void
list_settle(struct list *list)
{
	size_t count = list->count - list->settled, place = 0;
	uint32_t *fresh;

	if (count) {
		reserve_order(list);
		fresh = mem_array(NULL, count, sizeof(*fresh));
		for (size_t i = 0; i < count; i++)
			fresh[i] = (uint32_t)(list->settled + i);
		list_sort_rows(list, SORT_TIME, fresh, count);
		list_merge(list, SORT_TIME, list->by_time, list->settled, fresh, count, &place);
		list->settled += count;
		if (!list->stale)
			merge_shown(list, fresh, count);
		free(fresh);
	}
	if (list->stale)
		rebuild(list);
	else
		merge_shown(list, list->matched, list->matched_count);
	list->matched_count = 0;
	select_something(list);
	follow_newest(list);
}

static struct list_row
row_from_store(struct list *list, const struct store_row *row)
{
	return (struct list_row){
		.rowid = row->rowid,
		.time = row->time,
		.last_seq = row->last_seq,
		.severity = intern_put(&list->words, row->severity),
		.actor = intern_put(&list->words, row->actor),
		.target = intern_put(&list->words, row->target),
		.account = intern_put(&list->words, row->account),
		.ip = intern_put(&list->words, row->ip),
		.owner = intern_put(&list->words, row->owner),
		.flags = row->flags,
		.status = (uint8_t)row->status,
		.classification = (uint8_t)row->classification,
		.validation = (uint8_t)row->validation,
		.outcome = (uint8_t)row->outcome,
		.self = row->self,
	};
}

static void
update(struct list *list, struct list_row *known, struct list_row now)
{
	bool shown = shows(list, known);

	count_row(list, known, (size_t)-1);
	now.match = known->match;
	now.marked = known->marked;
	now.arrived = known->arrived;
	now.seen_seq = known->seen_seq;
	*known = now;
	count_row(list, known, 1);
	if (shown != shows(list, known))
		list->stale = true;
}

uint32_t
list_put(struct list *list, const struct store_row *row)
{
	struct list_row now = row_from_store(list, row);
	size_t slot;

	grow_slots(list);
	slot = find_slot(list, row->rowid);
	if (list->slots[slot]) {
		update(list, &list->rows[list->slots[slot] - 1], now);
		return list->slots[slot] - 1;
	}
	MEM_GROW(list->rows, list->count, list->capacity);
	now.seen_seq = now.last_seq;
	now.arrived = list->news;
	list->rows[list->count++] = now;
	list->slots[slot] = (uint32_t)list->count;
	count_row(list, &now, 1);
	return (uint32_t)list->count - 1;
}

/* ---- looking ---- */

const struct list_row *
list_selected(const struct list *list)
{
	return list->selected == LIST_NONE ? NULL : &list->rows[list->selected];
}

uint32_t
list_at(const struct list *list, size_t position)
{
	return position < list->shown ? list->order[position] : LIST_NONE;
}

struct str
list_word(const struct list *list, uint32_t number)
{
	return intern_word(&list->words, number);
}

/* ---- moving ---- */

void
list_set_height(struct list *list, size_t height)
{
	list->height = height ? height : 1;
	if (list->shown) {
		clamp_top(list);
		keep_in_window(list);
	}
}

void
list_select(struct list *list, size_t position)
{
	uint32_t left = list->selected;

	list->follow = list->top_until_moved = false;
	if (!list->shown)
		return;
	list->position = position < list->shown ? position : list->shown - 1;
	list->selected = list->order[list->position];
	if (list->position == 0 || list->position <= list->top)
		list->arrived_above = 0;
	if (left != LIST_NONE && left != list->selected && !shows(list, &list->rows[left]))
		list->stale = true;
	keep_in_window(list);
}

void
list_move(struct list *list, long by)
{
	size_t last = list->shown ? list->shown - 1 : 0, to = list->position;

	if (by < 0)
		to = (size_t)-by > to ? 0 : to - (size_t)-by;
	else
		to = (size_t)by > last - to ? last : to + (size_t)by;
	list_select(list, to);
}

bool
list_select_undecided(struct list *list, int step)
{
	size_t at = list->position;

	while (list->shown && (step > 0 ? at + 1 < list->shown : at > 0)) {
		at = step > 0 ? at + 1 : at - 1;
		if (list->rows[list->order[at]].status != STATUS_CLOSED) {
			list_select(list, at);
			return true;
		}
	}
	return false;
}

static void
stop_following(struct list *list)
{
	list->follow = list->top_until_moved = false;
}

void
list_set_follow(struct list *list, bool follow)
{
	if (!follow) {
		stop_following(list);
		return;
	}
	/* Only there does the newest stand at the top. */
	if (list->sort != SORT_TIME)
		list_set_sort(list, SORT_TIME);
	list->follow = true;
	follow_newest(list);
}

/* ---- sorting and filtering ---- */

/* After a change that the user asked for, a row that is not shown any more gives its place to the
 * next one. */
static void
move_off_hidden(struct list *list)
{
	rebuild(list);
	if (list->selected == LIST_NONE || shows(list, &list->rows[list->selected]))
		return;
	if (list->position + 1 < list->shown)
		list->selected = list->order[list->position + 1];
	else if (list->position > 0)
		list->selected = list->order[list->position - 1];
	else
		list->selected = LIST_NONE;
	rebuild(list);
}

void
list_set_sort(struct list *list, enum list_sort sort)
{
	stop_following(list);
	list->sort = sort;
	list->stale = true;
	list_settle(list);
}

void
list_set_show(struct list *list, enum list_show show)
{
	stop_following(list);
	list->show = show;
	move_off_hidden(list);
	list_settle(list);
}

void
list_set_filtered(struct list *list, bool filtered, bool selected_matches)
{
	list->filtered = filtered;
	for (size_t i = 0; i < list->count; i++)
		list->rows[i].match = MATCH_UNKNOWN;
	list->matched_count = 0;
	if (filtered && list->selected != LIST_NONE) {
		list->rows[list->selected].match = selected_matches ? MATCH_YES : MATCH_NO;
		if (!selected_matches) {
			list->selected = LIST_NONE;
			list->position = 0;
			list->top_until_moved = true;
		}
	}
	list->stale = true;
	list_settle(list);
}

void
list_set_match(struct list *list, uint32_t row, bool match)
{
	list->rows[row].match = match ? MATCH_YES : MATCH_NO;
	if (!match || !list->filtered || row >= list->settled)
		return;
	MEM_GROW(list->matched, list->matched_count, list->matched_capacity);
	list->matched[list->matched_count++] = row;
}

/* ---- marks ---- */

void
list_mark(struct list *list, uint32_t row, bool marked)
{
	struct list_row *r = &list->rows[row];

	if (r->marked == marked)
		return;
	r->marked = marked;
	list->marks += marked ? 1 : (size_t)-1;
}

void
list_mark_all(struct list *list)
{
	if (list->marks) {
		for (size_t i = 0; i < list->count; i++)
			list_mark(list, (uint32_t)i, false);
		return;
	}
	for (size_t i = 0; i < list->shown; i++)
		list_mark(list, list->order[i], true);
}

size_t
list_marks_hidden(const struct list *list)
{
	size_t hidden = 0;

	for (size_t i = 0; list->marks && i < list->count; i++)
		if (list->rows[i].marked && i != list->selected && !shows(list, &list->rows[i]))
			hidden++;
	return hidden;
}

void
list_looked(struct list *list)
{
	for (size_t i = 0; i < list->height && list->top + i < list->shown; i++)
		list->rows[list->order[list->top + i]].arrived = false;
}

void
list_saw(struct list *list, uint32_t row)
{
	list->rows[row].seen_seq = list->rows[row].last_seq;
}
