#include "tui/activity.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"

#define HOUR (60 * TICKS_PER_MINUTE)
#define DAY (24 * HOUR)

enum { MOST_BARS = 200, HOURS_UP_TO = 72 };

/* As fine as fits: what nobody scrolls through shows nothing. */
static void
choose_unit(struct activity *a, int64_t span)
{
	if (span <= HOURS_UP_TO * HOUR) {
		a->unit = "hour";
		a->span = HOUR;
	} else if (span <= MOST_BARS * DAY) {
		a->unit = "day";
		a->span = DAY;
	} else {
		a->unit = "30 days";
		a->span = 30 * DAY;
	}
}

static int64_t
floor_to(int64_t time, int64_t span)
{
	int64_t rest = time % span;

	return time - (rest < 0 ? rest + span : rest);
}

static enum activity_state
state_of(const struct list_row *row)
{
	if (row->status == STATUS_NEW)
		return ACTIVITY_NEW;
	if (row->status == STATUS_ACTIVE)
		return ACTIVITY_ACTIVE;
	if (row->classification == CLASS_TRUE_POSITIVE)
		return ACTIVITY_MALICIOUS;
	return row->classification == CLASS_FALSE_POSITIVE ? ACTIVITY_FALSE : ACTIVITY_BENIGN;
}

static bool
find_ends(const struct list *list, int64_t *first, int64_t *last)
{
	bool any = false;

	for (size_t i = 0; i < list->count; i++) {
		int64_t time = list->rows[i].time;

		if (time == TIME_NONE)
			continue;
		*first = !any || time < *first ? time : *first;
		*last = !any || time > *last ? time : *last;
		any = true;
	}
	return any;
}

/* Forged times reach far: the newest MOST_BARS are shown, and what lies before in the last one. */
static void
lay_out(struct activity *a, int64_t first, int64_t last)
{
	choose_unit(a, last - first);
	first = floor_to(first, a->span);
	last = floor_to(last, a->span);
	a->count = (size_t)((last - first) / a->span) + 1;
	if (a->count > MOST_BARS)
		a->count = MOST_BARS;
	a->bars = mem_zalloc(a->count * sizeof(*a->bars));
	for (size_t i = 0; i < a->count; i++)
		a->bars[i].from = last - (int64_t)i * a->span;
}

void
activity_make(struct activity *a, const struct list *list)
{
	int64_t first = 0, last = 0;

	*a = (struct activity){.unit = "hour", .span = HOUR};
	if (find_ends(list, &first, &last))
		lay_out(a, first, last);
	for (size_t i = 0; i < list->count; i++) {
		const struct list_row *row = &list->rows[i];
		struct activity_bar *bar;
		size_t at;

		if (row->time == TIME_NONE) {
			a->untimed++;
			continue;
		}
		at = (size_t)((a->bars[0].from - floor_to(row->time, a->span)) / a->span);
		bar = &a->bars[at < a->count ? at : a->count - 1];
		bar->count[state_of(row)]++;
		if (++bar->total > a->highest)
			a->highest = bar->total;
	}
}

void
activity_fini(struct activity *a)
{
	free(a->bars);
	*a = (struct activity){0};
}
