#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/cut.h"

enum { HELD_MOST = 2 << 20 };

static bool
wait_turn(struct part *t)
{
	struct pipeline *p = t->worker->pipeline;
	struct cut *c = t->cut;
	bool mine;

	pthread_mutex_lock(&p->cut_lock);
	while (c->turn != t->index && !c->over && !pipeline_stopped(p))
		pthread_cond_wait(&p->cut_changed, &p->cut_lock);
	mine = c->turn == t->index && !c->over && !pipeline_stopped(p);
	pthread_mutex_unlock(&p->cut_lock);
	return mine;
}

void
cut_end_turn(struct part *t, bool over)
{
	struct pipeline *p = t->worker->pipeline;

	pthread_mutex_lock(&p->cut_lock);
	t->cut->turn = t->index + 1;
	t->cut->over |= over;
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
}

/* give: until the queue is closed; else they are dropped. */
static bool
end_found(struct found *found, struct reading *r, bool give)
{
	for (size_t i = 0; i < found->count; i++)
		if (give)
			give = reading_give(r, found->items[i]);
		else
			item_free(found->items[i]);
	found->count = 0;
	found->bytes = 0;
	return give;
}

bool
cut_take_turn(struct part *t)
{
	t->in_turn = t->in_turn || wait_turn(t);
	return end_found(&t->held, t->cut->reading, t->in_turn);
}

bool
cut_hold(struct part *t, struct item *item)
{
	struct found *held = &t->held;

	MEM_GROW(held->items, held->count, held->capacity);
	held->items[held->count++] = item;
	held->bytes += sizeof(*item) + item->text.len;
	return held->bytes <= HELD_MOST || cut_take_turn(t);
}

bool
cut_park(struct part *t, const struct scan_summary *summary)
{
	struct pipeline *p = t->worker->pipeline;
	struct cut *c = t->cut;
	bool fits;

	pthread_mutex_lock(&p->cut_lock);
	fits = !c->over && t->index > c->turn && t->index - c->turn < CUT_PARKED &&
	       c->parked_bytes + t->held.bytes <= HELD_MOST;
	if (fits) {
		c->parked[t->index % CUT_PARKED] = (struct parked){true, t->held, *summary, t->at};
		c->parked_bytes += t->held.bytes;
		t->held = (struct found){0};
	}
	pthread_mutex_unlock(&p->cut_lock);
	return fits;
}

/* The next slice has its turn; true: it is parked, and the caller has to pass it on. */
static bool
next_parked(struct part *t, struct parked *parked)
{
	struct pipeline *p = t->worker->pipeline;
	struct cut *c = t->cut;
	struct parked *next;

	pthread_mutex_lock(&p->cut_lock);
	next = &c->parked[++c->turn % CUT_PARKED];
	*parked = *next;
	c->parked_bytes -= next->found.bytes;
	*next = (struct parked){0};
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
	return parked->any;
}

void
cut_pass_on(struct part *t, const struct scan_summary *summary)
{
	struct reading *r = t->cut->reading;
	struct parked next = {.summary = *summary, .end = t->at};

	do {
		end_found(&next.found, r, !pipeline_stopped(r->pipeline));
		free(next.found.items);
		scan_summary_add(&t->cut->summary, &next.summary);
		r->counted = next.end;
	} while (next_parked(t, &next));
}

void
cut_drop_parked(struct cut *c)
{
	for (size_t i = 0; i < CUT_PARKED; i++) {
		end_found(&c->parked[i].found, c->reading, false);
		free(c->parked[i].found.items);
	}
}
