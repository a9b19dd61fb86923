/* The detector's side of history from live sources: what is to be asked, newest first, and what
 * came of it, kept in the transactions that its other work is kept in. */
#include <stdio.h>

#include "core/history/asked.h"
#include "core/pipeline/private.h"

enum { KEY_LEAST = 16, KEY_MOST = 128 };

/* ---- what is to be asked ---- */

/* Anything may stand in a record. */
static bool
is_key(struct str key)
{
	for (size_t i = 0; i < key.len; i++)
		if (!((key.data[i] >= 'A' && key.data[i] <= 'Z') ||
			    (key.data[i] >= '0' && key.data[i] <= '9')))
			return false;
	return key.len >= KEY_LEAST && key.len <= KEY_MOST;
}

/* It is quoted as JSON is, but nobody has such names. */
static bool
can_be_asked(const struct term *term)
{
	if (term->kind == TERM_KEY)
		return is_key(term->value);
	if (term->value.len > STORE_ASK_VALUE ||
		memchr(term->value.data ? term->value.data : "", '\0', term->value.len))
		return false;
	return term->kind == TERM_USER || term->kind == TERM_ACTOR || term->kind == TERM_CALL;
}

static const enum source_ask_kind kinds[TERM_KINDS] = {
	[TERM_KEY] = SOURCE_ASK_KEY,
	[TERM_USER] = SOURCE_ASK_USER,
	[TERM_ACTOR] = SOURCE_ASK_ACTOR,
	[TERM_CALL] = SOURCE_ASK_CALL,
};

/* Sources of one kind would be told the same; those of an account share its budget. */
static bool
is_asked_elsewhere(struct detector *d, const struct fetcher *f, struct store_ask_id id)
{
	struct pipeline *p = d->pipeline;
	bool known = false;
	struct error err;

	for (size_t i = 0; i < p->fetcher_count && !known && !d->failed; i++) {
		const struct fetcher *other = &p->fetchers[i];

		if (other == f || !other->asks || other->config->ops != f->config->ops)
			continue;
		id.source = str_from(other->config->name);
		if (!store_ask_known(p->store, &id, &known, &err))
			detector_fail(d, &err);
	}
	return known;
}

struct putting {
	struct detector *d;
	struct fetcher *f;
	int64_t alert, parent, made;
};

static void
put_ask(const struct putting *p, const struct term *term)
{
	struct store *store = p->d->pipeline->store;
	struct store_ask_id id = {str_from(p->f->config->name), p->alert, 0};
	struct error err;

	if (p->d->failed || !can_be_asked(term) ||
		!(p->f->config->ops->asks & 1U << kinds[term->kind]))
		return;
	if (!store_term_put(store, term, &id.term, &err)) {
		detector_fail(p->d, &err);
		return;
	}
	if (p->alert && is_asked_elsewhere(p->d, p->f, id))
		return;
	if (!p->d->failed && !store_ask_put(store, &id, p->parent, p->made, &err))
		detector_fail(p->d, &err);
	p->f->ask_stale = true;
}

/* ---- an alert ---- */

/* Others ask which keys were made, by whom and from where. */
static void
put_own_trace(
	struct detector *d, const struct trace *t, struct str raw, int64_t input, uint64_t offset)
{
	const struct term call = {TERM_CALL, asked_call};
	struct store *store = d->pipeline->store;
	struct trace trace = *t;
	char sha256[HASH_HEX];
	struct error err;
	bool fresh;
	int64_t n;

	if (!str_equal(t->text[TRACE_NAME], asked_call))
		return;
	hash_hex(raw, sha256);
	trace.sha256 = str_from(sha256);
	trace.offset = offset;
	if (!store_term_put(store, &call, &n, &err) ||
		!store_trace_put(store, n, &trace, input, &fresh, &err))
		detector_fail(d, &err);
}

static void
put_asks(const struct putting *p, const struct alert *alert, struct arena *arena)
{
	const struct putting all = {p->d, p->f, 0, 0, p->made};
	struct term terms[TERMS_MAX];
	size_t count = terms_of_alert(alert, arena, terms);

	for (size_t i = 0; i < count; i++)
		put_ask(p, &terms[i]);
	put_ask(&all, &(struct term){TERM_CALL, asked_call});
}

void
asking_put(struct detector *d, struct fetcher *f, const struct alert *alert, int64_t input,
	uint64_t offset)
{
	struct putting p = {.d = d, .f = f, .made = alert->time};
	struct arena arena = {0};
	struct trace trace;
	struct error err;

	if (!f->asks || d->failed || alert->time == TIME_NONE)
		return;
	if (!store_ask_alert(d->pipeline->store, alert->id, &p.alert, &err)) {
		detector_fail(d, &err);
		return;
	}
	put_asks(&p, alert, &arena);
	trace_of_alert(&trace, alert, &arena);
	if (!d->failed)
		put_own_trace(d, &trace, alert->raw, input, offset);
	arena_fini(&arena);
}

/* ---- what came of it ---- */

static void
take_trace(struct detector *d, const struct item *item)
{
	struct traced *traced = item->traced;
	struct putting p = {.d = d,
		.f = item->fetcher,
		.alert = item->alert,
		.parent = item->term,
		.made = traced->trace.time};
	int64_t made;

	traced->trace.source = str_from(item->fetcher->config->name);
	history_put_trace(d, traced, live_input(d, item), &made);
	if (made)
		met_know(d, made, traced->trace.text[TRACE_SUBJECT]);
	if (made && traced->trace.time != TIME_NONE)
		put_ask(&p, &(struct term){TERM_KEY, traced->trace.text[TRACE_SUBJECT]});
}

static bool
put_asked(struct store *store, const struct store_ask_id *id, const struct asked *asked,
	struct error *err)
{
	const struct store_asked put = {.places = str_from(asked->places),
		.missing = str_from(asked->missing),
		.span = asked->span,
		.anew = asked->anew,
		.part = asked->part};

	if (asked->trouble[0])
		return store_ask_trouble(store, id, asked->trouble, err);
	if (!store_asked_put(store, id, &put, asked->due, err))
		return false;
	/* Of whom every alert may have an answer more. */
	return asked->kind != TERM_CALL || asked->again ||
	       store_stale_asked(store, id->source, err);
}

static void
take_asked(struct detector *d, const struct item *item)
{
	const struct asked *asked = item->asked;
	const struct store_ask_id id = {
		str_from(item->fetcher->config->name), asked->alert, asked->term};
	struct error err;

	if (!asked->term)
		return;
	detector_begin(d);
	if (!d->failed && !put_asked(d->pipeline->store, &id, asked, &err))
		detector_fail(d, &err);
	if (asked->trouble[0])
		return;
	fetcher_note_looked(item->fetcher, asked->span.to);
	item->fetcher->asked = true;
	d->tally.history.asked++;
	if (asked->alert)
		history_answer_alert(d, asked->alert);
}

void
asking_take(struct detector *d, const struct item *item)
{
	if (item->kind == ITEM_TRACE)
		take_trace(d, item);
	else
		take_asked(d, item);
}

/* ---- what is next ---- */

static void
choose(struct detector *d, struct fetcher *f)
{
	struct pipeline *p = d->pipeline;
	struct store_ask ask = {0};
	struct error err;

	f->asked = f->ask_stale = false;
	if (!store_ask_next(p->store, str_from(f->config->name), clock_now(pipeline_clock(p)), &ask,
		    &err)) {
		detector_fail(d, &err);
		return;
	}
	pthread_mutex_lock(&p->lock);
	f->ask = ask;
	f->ask_serial++;
	pthread_mutex_unlock(&p->lock);
	if (ask.term)
		wake_raise(&f->ask_wake);
}

void
asking_next(struct detector *d, bool due)
{
	struct pipeline *p = d->pipeline;

	for (size_t i = 0; i < p->fetcher_count && !d->failed; i++) {
		struct fetcher *f = &p->fetchers[i];

		/* Its own, written by this thread alone. */
		if (f->asks && (f->asked || (!f->ask.term && (due || f->ask_stale))))
			choose(d, f);
	}
}
