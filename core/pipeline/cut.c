/*
 * A big plain file is cut into slices, at line ends, that all workers read. A slice is scanned as
 * if the one before ended between two values at the top of the input; what it finds is held until
 * that one has said so, and given on in its turn. Where it was not so (damage, a list over many
 * lines), whoever found it reads the rest alone, and slices behind are thrown away: the outcome is
 * that of one reader.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pipeline/cut.h"

enum {
	CUT_MIN = 16 << 20,
	CUT_SLICE = 4 << 20,
	EDGE_PIECE = 16 << 10, /* in which an edge is looked for */
};

enum feed { FEED_EDGE, FEED_END, FEED_FAILED, FEED_STOPPED };

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct part *t = context;

	struct reading *r = t->cut->reading;
	struct item *item;

	if (t->in_turn && r->tells)
		return reading_take_record(r, raw, offset, flags);
	item = reading_record(t->worker, r->job, raw, offset, flags);
	if (!item)
		return true;
	return t->in_turn ? reading_give(r, item) : cut_hold(t, item);
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct part *t = context;

	if (t->in_turn)
		reading_take_problem(t->cut->reading, severity, offset, reason);
	else
		cut_hold(t, reading_problem(severity, offset, reason));
}

/* ---- bytes ---- */

static ssize_t
read_at(const struct part *t, uint64_t at, size_t most)
{
	ssize_t n;

	do {
		n = pread(t->cut->fd, t->worker->buffer, most, (off_t)at);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* How much of a piece without an edge is done with: one may begin in its last bytes. */
static size_t
without_edge(const struct cut *c, size_t len, size_t asked)
{
	return c->key[0] && len == asked ? len - EDGE_MOST : len;
}

/* Is the edge at or behind `to` the one here? */
static bool
is_behind(const struct part *t, uint64_t to)
{
	return t->cut->key[0] ? t->at >= to : t->at > to;
}

/* Up to the edge at or behind this byte; UINT64_MAX: to the end of the file. */
static enum feed
feed(struct part *t, uint64_t to)
{
	const char *buffer = t->worker->buffer, *edge = NULL;

	if (is_behind(t, to))
		return FEED_EDGE; /* one value reaches over the whole slice */
	while (!edge) {
		ssize_t got = read_at(t, t->at, READ_SIZE);
		size_t n = (size_t)got;

		if (got <= 0)
			return got < 0 ? FEED_FAILED : FEED_END;
		if (to < t->at + n) {
			edge = edge_find(
				t->cut->key, buffer + (to > t->at ? to - t->at : 0), buffer + n);
			n = edge ? (size_t)(edge - buffer) : without_edge(t->cut, n, READ_SIZE);
		}
		tally_slice(&t->worker->tally, n);
		atomic_fetch_add(&t->cut->counted, n);
		if (!scan_bytes(t->worker->scanner, buffer, n) ||
			pipeline_stopped(t->worker->pipeline))
			return FEED_STOPPED;
		t->at += n;
	}
	return FEED_EDGE;
}

static bool
find_start(struct part *t)
{
	const char *buffer = t->worker->buffer, *edge = NULL;

	t->at = t->index * t->cut->slice - 1;
	while (!edge) {
		ssize_t n = read_at(t, t->at, EDGE_PIECE);

		if (n <= 0)
			return n == 0;
		edge = edge_find(t->cut->key, buffer, buffer + n);
		t->at += edge ? (size_t)(edge - buffer)
			      : without_edge(t->cut, (size_t)n, EDGE_PIECE);
		if (pipeline_stopped(t->worker->pipeline))
			return false;
	}
	return true;
}

/* ---- ends of slices ---- */

static bool
ends_as_the_next_begins(const struct part *t)
{
	struct scan_mark mark;

	return scan_cut(t->worker->scanner, &mark) && mark.offset == t->at &&
	       mark.state == t->cut->state;
}

static uint64_t
end_of(const struct part *t)
{
	return t->index + 1 < t->cut->count ? (t->index + 1) * t->cut->slice - 1 : UINT64_MAX;
}

/* In turn: to the end of the file, whatever stands there. */
static void
finish(struct part *t, enum feed how)
{
	struct cut *c = t->cut;
	uint64_t size = c->reading->job->file->size;

	cut_end_turn(t, true);
	if (how == FEED_EDGE) {
		tally_alone(&t->worker->tally, size > t->at ? size - t->at : 0);
		how = feed(t, UINT64_MAX);
	}
	if (how == FEED_FAILED)
		reading_say_failed(c->reading, t->at);
	c->reading->done.whole = how == FEED_END && !pipeline_stopped(t->worker->pipeline);
	scan_add(t->worker->scanner, &c->summary);
	reading_note_mark(c->reading, t->worker->scanner, c->fd);
	scan_end(t->worker->scanner, &c->summary);
	c->reading->counted = t->at;
}

/* ---- slices ---- */

/* Of a slice that ends as the next one begins. In a pass for history what a worker notes of it is
 * the worker's, so it waits. */
static void
end_whole(struct part *t)
{
	struct scan_summary summary;
	struct scan_mark mark;

	scan_pause(t->worker->scanner, &summary, &mark);
	if (!t->in_turn && !t->worker->looker && cut_park(t, &summary))
		return;
	if (cut_take_turn(t)) {
		reading_end(t->worker, t->cut->reading->job);
		cut_pass_on(t, &summary);
	} else {
		cut_end_turn(t, true);
	}
}

static void
end_other(struct part *t, enum feed how)
{
	if (cut_take_turn(t)) {
		finish(t, how);
		reading_end(t->worker, t->cut->reading->job);
	} else {
		cut_end_turn(t, true);
	}
}

static void
read_part(struct worker *w, struct cut *c, uint64_t index)
{
	struct part t = {.worker = w, .cut = c, .index = index};
	const struct scan_sink sink = {&t, take_record, take_problem};
	enum feed how = FEED_FAILED;
	struct scan_mark mark;

	reading_begin(w, c->reading->job);
	if (find_start(&t)) {
		mark = (struct scan_mark){t.at, c->state};
		scan_continue(w->scanner, &sink, &mark);
		how = feed(&t, end_of(&t));
	} else {
		scan_begin(w->scanner, &sink);
	}
	if (how == FEED_EDGE && ends_as_the_next_begins(&t))
		end_whole(&t);
	else
		end_other(&t, how);
	free(t.held.items);
}

/* False: there is none left. Under the lock. */
static bool
take_index(struct cut *c, uint64_t *index)
{
	if (c->over || c->next >= c->count)
		return false;
	*index = c->next++;
	return true;
}

static void
read_parts(struct worker *w, struct cut *c)
{
	struct pipeline *p = w->pipeline;
	uint64_t index;
	bool any;

	while (!pipeline_stopped(p)) {
		pthread_mutex_lock(&p->cut_lock);
		any = take_index(c, &index);
		pthread_mutex_unlock(&p->cut_lock);
		if (!any)
			break;
		read_part(w, c, index);
	}
}

/* ---- the owner ---- */

static uint64_t
slice_of(const struct pipeline *p)
{
	return p->options.slice ? p->options.slice : CUT_SLICE;
}

static bool
is_big(const struct pipeline *p, const struct job *job)
{
	uint64_t least = p->options.slice ? 2 * p->options.slice : CUT_MIN;

	return S_ISREG(job->file->mode) && job->file->size >= least;
}

bool
cut_may_help(const struct pipeline *p)
{
	for (size_t i = 0; i < p->job_count; i++)
		if (is_big(p, p->jobs[i]))
			return true;
	return false;
}

bool
cut_may_pay(const struct reading *r, int fd)
{
	char first;

	return is_big(r->pipeline, r->job) && pread(fd, &first, 1, 0) == 1 &&
	       (first == '{' || first == '[');
}

void
cut_decided(struct reading *r)
{
	struct pipeline *p = r->pipeline;

	if (!r->undecided)
		return;
	r->undecided = false;
	pthread_mutex_lock(&p->cut_lock);
	p->undecided--;
	pthread_cond_broadcast(&p->cut_changed);
	pthread_mutex_unlock(&p->cut_lock);
}

static void
share(struct cut *c)
{
	struct pipeline *p = c->reading->pipeline;

	pthread_mutex_lock(&p->cut_lock);
	c->following = p->cuts;
	p->cuts = c;
	pthread_mutex_unlock(&p->cut_lock);
}

/* Waits for those who help. */
static void
take_back(struct cut *c)
{
	struct pipeline *p = c->reading->pipeline;
	struct cut **at = &p->cuts;

	pthread_mutex_lock(&p->cut_lock);
	while (*at != c)
		at = &(*at)->following;
	*at = c->following;
	while (c->helpers)
		pthread_cond_wait(&p->cut_changed, &p->cut_lock);
	pthread_mutex_unlock(&p->cut_lock);
	cut_drop_parked(c);
}

void
cut_read(struct reading *r, int fd, struct scan_summary *summary)
{
	struct worker *w = r->worker;
	uint64_t slice = slice_of(r->pipeline);
	struct cut c = {.reading = r,
		.fd = fd,
		.slice = slice,
		.count = (r->job->file->size + slice - 1) / slice,
		.next = 1};
	struct part t = {.worker = w, .cut = &c, .in_turn = true};
	const struct scan_sink sink = {&t, take_record, take_problem};
	struct scan_mark mark;
	enum feed how;
	ssize_t n;

	if ((n = read_at(&t, 0, EDGE_PIECE)) > 0)
		edge_key(w->buffer, (const char *)w->buffer + n, c.key);
	tally_kind(&w->tally, ESTIMATE_PLAIN);
	tally_share(&w->tally);
	scan_begin(w->scanner, &sink);
	how = feed(&t, end_of(&t));
	if (how == FEED_EDGE && scan_cut(w->scanner, &mark) && mark.offset == t.at) {
		c.state = mark.state;
		scan_pause(w->scanner, &c.summary, &mark);
		c.turn = 1;
		reading_end(w, r->job);
		share(&c);
		cut_decided(r);
		read_parts(w, &c);
		take_back(&c);
	} else {
		cut_decided(r);
		finish(&t, how);
		reading_end(w, r->job);
	}
	/* What was thrown away was counted as well. */
	tally_shared(&w->tally, r->counted, atomic_load(&c.counted));
	*summary = c.summary;
}

/* ---- the others ---- */

/* Under the lock. */
static struct cut *
find_work(const struct pipeline *p)
{
	for (struct cut *c = p->cuts; c; c = c->following)
		if (!c->over && c->next < c->count)
			return c;
	return NULL;
}

/* Under the lock, which is given up meanwhile. */
static void
help(struct worker *w, struct cut *c)
{
	struct pipeline *p = w->pipeline;

	c->helpers++;
	pthread_mutex_unlock(&p->cut_lock);
	tally_share(&w->tally);
	read_parts(w, c);
	pthread_mutex_lock(&p->cut_lock);
	c->helpers--;
	pthread_cond_broadcast(&p->cut_changed);
}

struct job *
cut_next_job(struct worker *w, bool *undecided)
{
	struct pipeline *p = w->pipeline;
	struct job *job = NULL;
	struct cut *c;

	pthread_mutex_lock(&p->cut_lock);
	while (!pipeline_stopped(p) && !job) {
		if ((c = find_work(p)))
			help(w, c);
		else if (p->next_job < p->job_count)
			job = p->jobs[p->next_job++];
		else if (p->undecided || p->finding)
			pthread_cond_wait(&p->cut_changed, &p->cut_lock);
		else
			break;
	}
	*undecided = job && is_big(p, job);
	p->undecided += *undecided;
	pthread_mutex_unlock(&p->cut_lock);
	return job;
}
