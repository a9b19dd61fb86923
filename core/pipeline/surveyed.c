/* What live sources are to be looked through for, and what came of it: the detector's side. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/history/spans.h"
#include "core/pipeline/private.h"

enum { KEY_LEAST = 16, VALUE_MOST = 800, ALIKE = 3 };

/* ---- what is to be looked for ---- */

/* Anything may stand in a record; what is no key could be found anywhere. */
static bool
is_key(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!((value.data[i] >= 'A' && value.data[i] <= 'Z') ||
			    (value.data[i] >= '0' && value.data[i] <= '9')))
			return false;
	return value.len >= KEY_LEAST;
}

static bool
can_be_asked(const struct term *term)
{
	struct str value = term->value;

	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.data[i] < ' ' || value.data[i] == 0x7f)
			return false;
	return value.len <= VALUE_MOST && text_is_utf8(value) &&
	       (term->kind != TERM_KEY || is_key(value));
}

static bool
is_too_old(const struct detector *d, const struct fetcher *f, int64_t time)
{
	int64_t now = clock_now(pipeline_clock(d->pipeline));

	return time == TIME_NONE || now - time > f->config->ops->survey_oldest;
}

static void
put_term(struct detector *d, struct fetcher *f, int64_t term, int64_t time)
{
	const struct store_survey survey = {.source = str_from(f->config->name),
		.term = term,
		.first = time - f->config->ops->survey_before,
		.last = time};
	bool fresh = false;
	struct error err;

	if (!d->failed && !store_survey_put(d->pipeline->store, &survey, &fresh, &err))
		detector_fail(d, &err);
	f->survey_stale |= fresh;
}

static void
put_terms_of(struct detector *d, struct fetcher *f, const struct alert *alert, int64_t row)
{
	struct store *store = d->pipeline->store;
	struct term terms[TERMS_MAX];
	struct arena arena = {0};
	struct error err;
	size_t count = terms_of_alert(alert, &arena, terms);
	int64_t n = 0;

	for (size_t i = 0; i < count && !d->failed; i++) {
		if (!can_be_asked(&terms[i]))
			continue;
		if (!store_term_put(store, &terms[i], &n, &err) ||
			!store_term_alert(store, n, row, &err))
			detector_fail(d, &err);
		put_term(d, f, n, alert->time);
	}
	arena_fini(&arena);
}

void
survey_put(struct detector *d, struct fetcher *f, const struct alert *alert)
{
	struct error err;
	int64_t row;

	if (!f->surveys || d->failed || is_too_old(d, f, alert->time))
		return;
	detector_begin(d);
	if (!store_ask_alert(d->pipeline->store, alert->id, &row, &err))
		detector_fail(d, &err);
	else if (row)
		put_terms_of(d, f, alert, row);
}

/* ---- what came of it ---- */

/* Who asks for a key asks for what was made with it. */
static void
put_child(struct detector *d, int64_t term, struct str parent)
{
	const struct term key = {TERM_KEY, parent};
	struct store *store = d->pipeline->store;
	struct error err;
	int64_t n;

	if (!d->failed && (!store_term_find(store, &key, &n, &err) ||
				  !store_term_child(store, term, n, &err)))
		detector_fail(d, &err);
}

/* Alerts that ask for what it has are answered again. */
static void
note_stale(struct detector *d, const struct traced *traced)
{
	struct error err;

	for (size_t i = 0; i < traced->count && !d->failed; i++)
		if (!store_stale_surveyed(d->pipeline->store, traced->uses[i].term, &err))
			detector_fail(d, &err);
}

static void
take_met(struct detector *d, const struct item *item)
{
	struct traced *traced = item->traced;
	const struct term key = {TERM_KEY, traced->trace.text[TRACE_SUBJECT]};
	int64_t made;

	traced->trace.source = str_from(item->fetcher->config->name);
	history_put_trace(d, traced, live_input(d, item), &made);
	note_stale(d, traced);
	if (made)
		met_know(d, made, key.value);
	if (!made || traced->trace.time == TIME_NONE || !can_be_asked(&key))
		return;
	put_child(d, made, traced->trace.text[TRACE_KEY]);
	if (item->fetcher->surveys)
		put_term(d, item->fetcher, made, traced->trace.time);
}

static void
put_terms(struct detector *d, const struct fetcher *f, const struct surveyed *surveyed)
{
	bool any = surveyed->span.from <= surveyed->span.to;
	struct store *store = d->pipeline->store;
	struct error err;

	for (size_t i = 0; i < surveyed->term_count && !d->failed; i++)
		if (!store_surveyed_put(store, str_from(f->config->name), surveyed->terms[i].term,
			    any ? &surveyed->span : NULL, surveyed->terms[i].due, &err) ||
			!store_stale_surveyed(store, surveyed->terms[i].term, &err))
			detector_fail(d, &err);
}

/* The times that were known before are not forgotten. What could not be read keeps all of its alerts
 * from an answer, and gives it back. */
static bool
put_source(
	struct store *store, struct str source, const struct surveyed *surveyed, struct error *err)
{
	struct store_surveyed before, now = {0};
	struct spans spans = {0};
	struct arena arena = {0};
	bool ok = store_surveyed_before(store, source, &arena, &before, err);

	if (ok) {
		spans_join(
			&spans, &(struct spans){.items = before.spans, .count = before.span_count});
		spans_join(&spans,
			&(struct spans){.items = surveyed->spans, .count = surveyed->span_count});
		now.spans = spans.items;
		now.span_count = spans.count;
		if (surveyed->place[0])
			now.place = str_from(surveyed->place);
		if (surveyed->trouble[0])
			now.trouble = str_from(surveyed->trouble);
		ok = store_surveyed_source_put(store, source, &now, err) &&
		     (!now.trouble.data == !before.trouble.data ||
			     store_stale_source(store, source, err));
	}
	spans_fini(&spans);
	arena_fini(&arena);
	return ok;
}

static void
take_surveyed(struct detector *d, const struct item *item)
{
	const struct surveyed *surveyed = item->surveyed;
	struct fetcher *f = item->fetcher;
	struct error err;

	detector_begin(d);
	if (!d->failed &&
		!put_source(d->pipeline->store, str_from(f->config->name), surveyed, &err))
		detector_fail(d, &err);
	put_terms(d, f, surveyed);
	if (surveyed->span.from <= surveyed->span.to)
		fetcher_note_looked(f, surveyed->span.to);
	if (surveyed->ended)
		f->surveyed = true;
	d->tally.history.asked++;
	if (!d->failed)
		history_answer_stale(d);
}

void
survey_take(struct detector *d, const struct item *item)
{
	if (item->kind == ITEM_MET)
		take_met(d, item);
	else
		take_surveyed(d, item);
}

/* ---- what is next ---- */

/* In the place of one that was not taken yet. One that was is to be ended first. */
static void
give_batch(struct fetcher *f, struct survey_batch *batch)
{
	struct survey_batch *old = batch;

	pthread_mutex_lock(&f->pipeline->lock);
	if (!f->surveying || f->batch) {
		old = f->batch;
		f->batch = batch;
	}
	pthread_mutex_unlock(&f->pipeline->lock);
	survey_batch_free(old);
	f->surveying = true;
	wake_raise(&f->ask_wake);
}

static bool
is_taken(struct fetcher *f)
{
	bool taken;

	pthread_mutex_lock(&f->pipeline->lock);
	taken = f->surveying && !f->batch;
	pthread_mutex_unlock(&f->pipeline->lock);
	return taken;
}

static int64_t
begin_of(const struct store_surveyed_term *term)
{
	return term->until == TIME_NONE ? term->first : term->until;
}

/* What the newest needs is not to wait until all is read that the oldest needs. */
static void
keep_alike(struct survey_batch *batch, int64_t now)
{
	int64_t newest = begin_of(&batch->terms[0]), least;
	size_t count = 0;

	for (size_t i = 1; i < batch->count; i++)
		if (begin_of(&batch->terms[i]) > newest)
			newest = begin_of(&batch->terms[i]);
	least = newest - ALIKE * (newest < now ? now - newest : 0) - ALIKE * TICKS_PER_HOUR;
	for (size_t i = 0; i < batch->count; i++)
		if (begin_of(&batch->terms[i]) >= least)
			batch->terms[count++] = batch->terms[i];
	batch->count = count;
}

static void
choose(struct detector *d, struct fetcher *f)
{
	struct pipeline *p = d->pipeline;
	struct survey_batch *batch = MEM_NEW(struct survey_batch);
	struct error err;

	if (f->surveyed)
		f->surveying = false;
	f->surveyed = f->survey_stale = false;
	if (!store_survey_due(p->store, str_from(f->config->name), clock_now(pipeline_clock(p)),
		    &batch->arena, batch->terms, SURVEY_TERMS, &batch->count, &err))
		detector_fail(d, &err);
	else if (batch->count) {
		keep_alike(batch, clock_now(pipeline_clock(p)));
		give_batch(f, batch);
		return;
	}
	survey_batch_free(batch);
}

void
survey_next(struct detector *d, bool due)
{
	struct pipeline *p = d->pipeline;

	for (size_t i = 0; i < p->fetcher_count && !d->failed; i++) {
		struct fetcher *f = &p->fetchers[i];

		if (f->surveys && (f->surveyed || due || f->survey_stale) &&
			(f->surveyed || !is_taken(f)))
			choose(d, f);
	}
}
