/* Which of many records are told of an alert: half of them are those nearest to it in time, then
 * come those with its keys. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/export/told.h"

struct picking {
	const struct history *history;
	int64_t time; /* of the alert */
	bool *picked;
	size_t left;
};

static void
pick(struct picking *p, size_t i)
{
	if (p->picked[i] || !p->left)
		return;
	p->picked[i] = true;
	p->left--;
}

/* Those without a time stand last. */
static bool
is_before_nearer(const struct picking *p, size_t before, size_t after)
{
	const struct trace *traces = p->history->traces;

	if (after == p->history->trace_count || traces[after].time == TIME_NONE)
		return before > 0;
	return before > 0 && p->time - traces[before - 1].time < traces[after].time - p->time;
}

static void
pick_near(struct picking *p, size_t reserve)
{
	const struct history *h = p->history;
	size_t before = 0, after;

	while (before < h->trace_count && h->traces[before].time != TIME_NONE &&
		h->traces[before].time < p->time)
		before++;
	after = before;
	while (p->left > reserve && (before > 0 || after < h->trace_count))
		pick(p, is_before_nearer(p, before, after) ? --before : after++);
}

static void
pick_with_key(struct picking *p)
{
	const struct history *h = p->history;

	for (size_t i = 0; i < h->trace_count; i++)
		for (size_t k = 0; k < h->key_count; k++)
			if (str_equal(h->traces[i].text[TRACE_KEY], h->keys[k].id) ||
				str_equal(h->traces[i].text[TRACE_SUBJECT], h->keys[k].id)) {
				pick(p, i);
				break;
			}
}

bool *
told_pick(const struct told *t, size_t most)
{
	struct picking p = {.history = &t->history,
		.time = t->alert->time,
		.picked = mem_zalloc(t->history.trace_count + 1),
		.left = most};

	pick_near(&p, most / 2);
	pick_with_key(&p);
	pick_near(&p, 0);
	return p.picked;
}
