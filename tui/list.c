#include "tui/list.h"

#include <stdlib.h>

#include "tui/list_shown.h"

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
	row_index_fini(&list->index);
	free(list->answered);
	free(list->match);
	free(list->placed);
	free(list->by_time);
	free(list->order);
	list_build_fini(&list->build);
	word_order_fini(&list->word_order);
	free(list->matched);
	free(list->unjudged);
	*list = (struct list){0};
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

/* ---- rows ---- */

/* Never 0 where there are any. */
static uint32_t
answers_sum(const struct answer *a)
{
	const uint64_t parts[] = {(uint64_t)a->assessed, (uint64_t)a->used,
		(uint64_t)a->used_elsewhere, (uint64_t)a->used_after, (uint64_t)a->rotation,
		(uint64_t)a->children, (uint64_t)a->first_seen_actor};
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sum = (sum ^ parts[i]) * UINT64_C(0x9e3779b97f4a7c15) + i;
	return (uint32_t)(sum >> 32) | 1;
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
		.rule = intern_put(&list->words, row->rule_id),
		.flags = row->flags,
		.assessed = (uint8_t)row->answer.assessed,
		.used = (uint8_t)row->answer.used,
		.used_elsewhere = row->answer.used_elsewhere == ANSWER_YES,
		.used_after = row->answer.used_after < INT32_MAX ? (int32_t)row->answer.used_after
								 : INT32_MAX,
		.answers = answers_sum(&row->answer),
		.status = (uint8_t)row->status,
		.classification = (uint8_t)row->classification,
		.validation = (uint8_t)row->validation,
		.outcome = (uint8_t)row->outcome,
		.self = row->self,
	};
}

static void
note_claim(struct list *list, uint32_t row)
{
	if (list->rows[row].validation != VALIDATION_CHECKING)
		return;
	MEM_GROW(list->unjudged, list->unjudged_count, list->unjudged_capacity);
	list->unjudged[list->unjudged_count++] = row;
}

uint32_t
list_take_unjudged(struct list *list)
{
	while (list->unjudged_count) {
		uint32_t row = list->unjudged[--list->unjudged_count];

		if (!list->rows[row].judged)
			return row;
	}
	return LIST_NONE;
}

uint32_t
list_take_answered(struct list *list)
{
	return list->answered_count ? list->answered[--list->answered_count] : LIST_NONE;
}

/* One that was not judged yet will be. */
static void
note_answered(struct list *list, uint32_t row)
{
	if (!list->filtered || !list->asks || list->match[row] == MATCH_UNKNOWN)
		return;
	MEM_GROW(list->answered, list->answered_count, list->answered_capacity);
	list->answered[list->answered_count++] = row;
}

/* A verdict stays until there is a newer decision: what stands in the store is a claim. */
static void
keep_verdict(struct list_row *now, const struct list_row *known)
{
	if (!known->judged || known->last_seq != now->last_seq)
		return;
	now->judged = true;
	now->status = known->status;
	now->classification = known->classification;
	now->validation = known->validation;
	now->validators = known->validators;
	now->approvals = known->approvals;
	now->needed = known->needed;
}

static void
update(struct list *list, uint32_t row, struct list_row now)
{
	struct list_row *known = &list->rows[row];
	bool shown = list_shows(list, row);

	keep_verdict(&now, known);
	if (known->answers != now.answers)
		note_answered(list, row);
	count_row(list, known, (size_t)-1);
	now.marked = known->marked;
	now.arrived = known->arrived;
	now.seen_seq = known->seen_seq;
	*known = now;
	count_row(list, known, 1);
	/* The selected row stays anyhow. */
	if (shown != list_shows(list, row) && row != list->selected)
		list->stale = true;
}

static void
reserve_row(struct list *list)
{
	if (list->count < list->capacity)
		return;
	MEM_GROW(list->rows, list->count, list->capacity);
	list->match = mem_array(list->match, list->capacity, sizeof(*list->match));
	list->placed = mem_array(list->placed, list->capacity, sizeof(*list->placed));
	list->by_time = mem_array(list->by_time, list->capacity, sizeof(*list->by_time));
	list->order = mem_array(list->order, list->capacity, sizeof(*list->order));
}

uint32_t
list_put(struct list *list, const struct store_row *row)
{
	struct list_row now = row_from_store(list, row);
	uint32_t *slot = row_index_at(&list->index, row->rowid);

	if (*slot) {
		update(list, *slot - 1, now);
		if (!list->rows[*slot - 1].judged)
			note_claim(list, *slot - 1);
		return *slot - 1;
	}
	reserve_row(list);
	now.seen_seq = now.last_seq;
	now.arrived = list->news;
	list->match[list->count] = MATCH_UNKNOWN;
	list->placed[list->count] = false;
	list->rows[list->count++] = now;
	*slot = (uint32_t)list->count;
	count_row(list, &now, 1);
	note_claim(list, (uint32_t)list->count - 1);
	return (uint32_t)list->count - 1;
}

void
list_set_judged(
	struct list *list, int64_t rowid, const struct alert_state *state, struct str validators)
{
	uint32_t *slot = row_index_at(&list->index, rowid);
	struct list_row now;

	if (!*slot || list->rows[*slot - 1].last_seq != state->last_seq)
		return;
	now = list->rows[*slot - 1];
	list->rows[*slot - 1].judged = false; /* this verdict, not the one before */
	now.judged = true;
	now.status = (uint8_t)state->status;
	now.classification = (uint8_t)state->classification;
	now.validation = (uint8_t)state->validation;
	now.approvals = (uint8_t)state->approvals;
	now.needed = (uint8_t)state->needed;
	now.validators = intern_put(&list->words, validators);
	update(list, *slot - 1, now);
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
		list_keep_in_window(list);
	}
}

void
list_select(struct list *list, size_t position)
{
	uint32_t left = list->selected;
	size_t was = list->position;

	list->follow = list->top_until_moved = false;
	if (!list->shown)
		return;
	list->position = position < list->shown ? position : list->shown - 1;
	list->selected = list->order[list->position];
	if (list->position == 0 || list->position <= list->top)
		list->arrived_above = 0;
	if (left != LIST_NONE && left != list->selected && !list_shows(list, left))
		list_take_out(list, was);
	list_keep_in_window(list);
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

void
list_select_row(struct list *list, uint32_t row)
{
	if (row == LIST_NONE || list->selected == row)
		return;
	for (size_t i = 0; i < list->shown; i++)
		if (list->order[i] == row) {
			list_select(list, i);
			return;
		}
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
	list_settle(list);
}

/* ---- sorting and filtering ---- */

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
	list->leave_hidden = true;
	list->stale = true;
	list_settle(list);
}

void
list_set_filtered(struct list *list, bool filtered, bool selected_matches)
{
	uint32_t selected = list->selected;

	list->filtered = filtered;
	list->known_to_filter = list->count;
	if (list->count)
		memset(list->match, MATCH_UNKNOWN, list->count);
	list->matched_count = list->answered_count = 0;
	list->stale = true;
	if (filtered) {
		if (selected != LIST_NONE)
			list->match[selected] = selected_matches ? MATCH_YES : MATCH_NO;
		if (!selected_matches)
			list->top_until_moved = selected != LIST_NONE || list->top_until_moved;
		list_show_only(list, selected_matches ? selected : LIST_NONE);
	}
	list_settle(list);
}

void
list_set_match(struct list *list, uint32_t row, bool match)
{
	bool held = list->match[row] == MATCH_YES;

	list->match[row] = match ? MATCH_YES : MATCH_NO;
	/* The selected row stays anyhow. */
	list->stale |= held && !match && row != list->selected;
	if (held || !match || !list->filtered || row >= list->settled)
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
	if (list->placed[row])
		list->marks_shown += marked ? 1 : (size_t)-1;
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
	return list->marks - list->marks_shown;
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
