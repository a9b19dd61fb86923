#include "tui/key_life.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"

/* ---- whose lives ---- */

static struct life *
find(const struct key_life *l, struct str key)
{
	for (size_t i = 0; i < l->count; i++)
		if (str_equal(l->lives[i].key, key))
			return &l->lives[i];
	return NULL;
}

static struct life *
find_or_add(struct key_life *l, struct str key)
{
	struct life *life = find(l, key);

	if (life || !key.len)
		return life;
	if (l->count == LIVES_MAX) {
		l->more++;
		return NULL;
	}
	MEM_GROW(l->lives, l->count, l->capacity);
	l->lives[l->count] = (struct life){.key = key};
	return &l->lives[l->count++];
}

static bool
is_long_lived_call(const struct trace *t)
{
	return str_is(t->text[TRACE_TYPE], "IAMUser") &&
	       !str_starts_with(t->text[TRACE_KEY], STR("ASIA"));
}

/* The keys that were made, changed, deleted or used as the alert's user. */
static void
add_of_user(struct key_life *l, const struct timeline *timeline)
{
	struct str user = timeline->own.text[TRACE_USER];

	for (size_t i = 0; i < timeline->count; i++) {
		const struct trace *t = timeline->rows[i].trace;
		struct life *life = NULL;

		if (!(timeline->rows[i].ties & 1U << BY_USER))
			continue;
		if (trace_weight(t) & TRACE_KEY_CALL && trace_succeeded(t) &&
			str_equal(t->text[TRACE_USER], user))
			life = find_or_add(l, t->text[TRACE_SUBJECT]);
		if (life)
			life->user = user;
		life = NULL;
		if (is_long_lived_call(t) && str_equal(t->text[TRACE_ACTOR_USER], user))
			life = find_or_add(l, t->text[TRACE_KEY]);
		if (life)
			life->user = user;
	}
}

static const struct trace *
maker_of(const struct timeline *timeline, const struct history *history, size_t key)
{
	size_t made = history->keys[key].made;

	return made < history->trace_count ? &history->traces[made] : &timeline->own;
}

static void
add_of_tree(struct key_life *l, const struct timeline *timeline, const struct history *history,
	bool temporary)
{
	for (size_t i = 0; history && i < history->key_count; i++) {
		const struct history_key *key = &history->keys[i];
		struct life *life = key->temporary == temporary ? find_or_add(l, key->id) : NULL;

		if (!life)
			continue;
		life->is_new = i == 0;
		life->temporary = temporary;
		if (!temporary)
			life->user = maker_of(timeline, history, i)->text[TRACE_USER];
	}
}

/* ---- what happened to them ---- */

bool
life_is_on(enum life_kind kind)
{
	return kind == LIFE_USED || kind == LIFE_MADE || kind == LIFE_ON;
}

static void
note(struct key_life *l, struct str key, enum life_kind kind, int64_t time, size_t row)
{
	struct life *life = key.len ? find(l, key) : NULL;

	if (!life || time == TIME_NONE)
		return;
	life->calls += kind == LIFE_USED;
	MEM_GROW(life->events, life->count, life->capacity);
	life->events[life->count++] = (struct life_event){kind, time, row};
}

static void
note_change(struct key_life *l, const struct trace *t, size_t row)
{
	struct str key = t->text[TRACE_SUBJECT];
	unsigned weight = trace_weight(t);

	if (!trace_succeeded(t) || !(weight & (TRACE_KEY_CALL | TRACE_ISSUES)))
		return;
	if (str_is(t->text[TRACE_NAME], "DeleteAccessKey"))
		note(l, key, LIFE_GONE, t->time, row);
	else if (str_is(t->text[TRACE_NAME], "UpdateAccessKey"))
		note(l, key, str_is(t->text[TRACE_WHAT], "Active") ? LIFE_ON : LIFE_OFF, t->time,
			row);
	else
		note(l, key, LIFE_MADE, t->time, row);
}

static void
note_all(struct key_life *l, const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->count; i++) {
		const struct trace *t = timeline->rows[i].trace;

		note_change(l, t, i);
		note(l, t->text[TRACE_KEY], LIFE_USED, t->time, i);
	}
}

/* ---- order ---- */

static int64_t
begin_of(const struct life *life)
{
	return life->count ? life->events[0].time : INT64_MAX;
}

/* Keys of one user together, in the order in which the users came; then by time. */
static void
sort(struct key_life *l)
{
	struct life *from = l->lives;
	size_t left = l->count;

	while (left) {
		size_t same = 1;

		for (size_t i = 1; i < left; i++)
			if (str_equal(from[i].user, from[0].user) &&
				from[i].temporary == from[0].temporary) {
				struct life life = from[i];

				memmove(from + same + 1, from + same, (i - same) * sizeof(life));
				from[same++] = life;
			}
		for (size_t i = 1; i < same; i++)
			for (size_t k = i; k && begin_of(&from[k]) < begin_of(&from[k - 1]); k--) {
				struct life life = from[k];

				from[k] = from[k - 1];
				from[k - 1] = life;
			}
		from += same;
		left -= same;
	}
}

/* ---- the scale ---- */

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
mark(struct key_life *l, int64_t time)
{
	if (time == TIME_NONE)
		return;
	MEM_GROW(l->marks, l->mark_count, l->mark_capacity);
	l->marks[l->mark_count++] = time;
}

/* Every change, and the first and the last use of each key. */
static void
mark_life(struct key_life *l, const struct life *life)
{
	size_t first = life->count, last = life->count;

	for (size_t i = 0; i < life->count; i++) {
		if (life->events[i].kind != LIFE_USED) {
			mark(l, life->events[i].time);
			continue;
		}
		if (first == life->count)
			first = i;
		last = i;
	}
	if (first < life->count)
		mark(l, life->events[first].time);
	if (last < life->count)
		mark(l, life->events[last].time);
}

static void
mark_all(struct key_life *l, const struct timeline *timeline, const struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++)
		mark_life(l, &l->lives[i]);
	mark(l, timeline->own.time);
	l->end = TIME_NONE;
	if (history && history->span_count)
		l->end = history->spans[history->span_count - 1].to;
	mark(l, l->end);
	if (l->mark_count)
		qsort(l->marks, l->mark_count, sizeof(l->marks[0]), compare_times);
	for (size_t i = 0; i < l->mark_count; i++)
		if (!kept || l->marks[kept - 1] != l->marks[i])
			l->marks[kept++] = l->marks[i];
	l->mark_count = kept;
	if (kept)
		l->end = l->marks[kept - 1];
}

/* One for being later, and one for each doubling of the seconds between. */
static double
weight_of(int64_t gap)
{
	double weight = 1;

	for (int64_t seconds = gap / TICKS_PER_SECOND; seconds > 0; seconds /= 2)
		weight++;
	return weight;
}

int
key_life_column(const struct key_life *l, int64_t time, int cols)
{
	double at = 0, all = 0;

	for (size_t i = 1; i < l->mark_count; i++) {
		int64_t from = l->marks[i - 1], gap = l->marks[i] - from;
		double weight = weight_of(gap);

		all += weight;
		if (time >= l->marks[i])
			at += weight;
		else if (time > from)
			at += weight * (double)(time - from) / (double)gap;
	}
	return all > 0 ? (int)(at / all * (cols - 1) + 0.5) : 0;
}

void
key_life_make(struct key_life *l, const struct timeline *timeline, const struct history *history)
{
	key_life_fini(l);
	add_of_user(l, timeline);
	add_of_tree(l, timeline, history, false);
	add_of_tree(l, timeline, history, true);
	if (!l->count)
		find_or_add(l, timeline->own.text[TRACE_SUBJECT]);
	sort(l);
	note_all(l, timeline);
	sort(l); /* now that their times are known */
	mark_all(l, timeline, history);
}

void
key_life_fini(struct key_life *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->lives[i].events);
	free(l->lives);
	free(l->marks);
	*l = (struct key_life){0};
}
