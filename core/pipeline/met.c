/*
 * What a watch reads anyway tells of more than new alerts: records in which a key stands that
 * alerts are about are kept as a survey would keep them, at once and without reading anything
 * twice. What else a story needs, and that there is no more, only a survey tells.
 */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

/* ---- keys on their way ---- */

static void
add_key(struct met_keys *keys, int64_t n, struct str key)
{
	MEM_GROW(keys->list, keys->count, keys->capacity);
	keys->list[keys->count++] = (struct met_key){n, arena_str(&keys->arena, key)};
}

static void
clear_keys(struct met_keys *keys)
{
	arena_reset(&keys->arena);
	keys->count = 0;
}

void
met_keys_fini(struct met_keys *keys)
{
	arena_fini(&keys->arena);
	free(keys->list);
}

static bool
meets(const struct fetcher *f)
{
	return !f->once && f->config->ops->reads_all;
}

/* ---- the fetcher's side ---- */

void
met_begin(struct fetcher *f)
{
	if (!meets(f))
		return;
	f->known = want_new();
	f->looker = looker_new(f->known);
	met_round(f);
}

void
met_end(struct fetcher *f)
{
	looker_free(f->looker);
	want_free(f->known);
	f->looker = NULL;
	f->known = NULL;
}

void
met_round(struct fetcher *f)
{
	const struct job none = {0};

	if (f->looker)
		looker_begin(f->looker, &none);
}

static void
take_fresh(struct fetcher *f)
{
	if (!atomic_exchange(&f->fresh, false))
		return;
	pthread_mutex_lock(&f->pipeline->lock);
	for (size_t i = 0; i < f->fresh_keys.count; i++)
		want_add(f->known, f->fresh_keys.list[i].n,
			&(struct term){TERM_KEY, f->fresh_keys.list[i].value});
	clear_keys(&f->fresh_keys);
	pthread_mutex_unlock(&f->pipeline->lock);
}

bool
met_wants(void *fetcher, struct str unit, bool named, const struct fields *fields)
{
	struct fetcher *f = fetcher;

	if (!f->looker)
		return named;
	take_fresh(f);
	return named || (want_count(f->known) && looker_wants(f->looker, unit, false, fields));
}

struct item *
met_take(struct fetcher *f, const struct source_place *place, struct str raw, unsigned flags)
{
	struct fields fields;
	struct item *item;

	if (!f->looker)
		return NULL;
	/* Without literals nobody was asked whether it is wanted. */
	fields_find(&fields, raw);
	if (!f->pipeline->literal_count && !met_wants(f, raw, false, &fields))
		return NULL;
	looker_stands(f->looker, place->path);
	item = looker_take(f->looker, raw, place->offset, flags);
	if (item)
		item->kind = ITEM_MET;
	return item;
}

/* ---- the detector's side ---- */

static void
give_key(struct fetcher *f, int64_t n, struct str key)
{
	pthread_mutex_lock(&f->pipeline->lock);
	add_key(&f->fresh_keys, n, key);
	pthread_mutex_unlock(&f->pipeline->lock);
	atomic_store(&f->fresh, true);
}

static bool
load_term(void *context, const struct store_term *term)
{
	struct fetcher *f = context;

	if (term->term.kind == TERM_KEY)
		give_key(f, term->n, term->term.value);
	return f->fresh_keys.count < MET_KEYS_MOST;
}

void
met_load(struct detector *d, struct fetcher *f)
{
	struct error err;

	if (meets(f) && !store_terms(d->pipeline->store, 0, load_term, f, &err))
		detector_fail(d, &err);
}

void
met_know(struct detector *d, int64_t n, struct str key)
{
	add_key(&d->met, n, key);
}

static bool
any_meets(const struct pipeline *p)
{
	for (size_t i = 0; i < p->fetcher_count; i++)
		if (meets(&p->fetchers[i]))
			return true;
	return false;
}

static void
put_keys(struct detector *d, const struct alert *alert)
{
	struct term terms[TERMS_MAX];
	struct arena arena = {0};
	struct error err;
	size_t count = terms_of_alert(alert, &arena, terms);
	struct store *store = d->pipeline->store;
	int64_t n, row = 0;

	detector_begin(d);
	if (!d->failed && !store_ask_alert(store, alert->id, &row, &err))
		detector_fail(d, &err);
	for (size_t i = 0; i < count && row && !d->failed; i++) {
		if (terms[i].kind != TERM_KEY)
			continue;
		if (store_term_put(store, &terms[i], &n, &err) &&
			store_term_alert(store, n, row, &err))
			met_know(d, n, terms[i].value);
		else
			detector_fail(d, &err);
	}
	arena_fini(&arena);
}

void
met_put(struct detector *d, const struct alert *alert)
{
	if (any_meets(d->pipeline))
		put_keys(d, alert);
}

void
met_committed(struct detector *d)
{
	struct pipeline *p = d->pipeline;

	for (size_t i = 0; i < p->fetcher_count; i++)
		for (size_t k = 0; meets(&p->fetchers[i]) && k < d->met.count; k++)
			give_key(&p->fetchers[i], d->met.list[k].n, d->met.list[k].value);
	clear_keys(&d->met);
}

void
met_rolled_back(struct detector *d)
{
	clear_keys(&d->met);
}
