#include "core/history/story.h"

#include <stdlib.h>

#include "core/alert/address.h"
#include "core/base/timefmt.h"
#include "core/history/asked.h"
#include "core/history/spans.h"
#include "core/history/story_private.h"
#include "core/history/story_survey.h"

/*
 * What is loaded of each term at most: the earliest with a weight and without (the first use, the
 * first call of an actor), and when there are more, those around the alert, or of later ones the
 * first from each place: a key that is always used may be stolen. Together they leave room for the
 * traces of other keys.
 */
static const struct share {
	size_t heavy, light, around, places;
} shares[TERM_KINDS] = {
	[TERM_KEY] = {1500, 1500, 0, 200},
	[TERM_USER] = {500, 100, 250, 0},
	[TERM_ACTOR] = {1000, 100, 750, 0},
	[TERM_ADDRESS] = {500, 500, 250, 0},
	[TERM_AGENT] = {500, 50, 0, 0},
};
#define AROUND (60 * TICKS_PER_MINUTE)

/* ---- traces ---- */

/* Most texts stand in many traces, and then at one place of what the store remembers. */
static struct str
copy_text(struct story_copies *c, struct str text)
{
	struct str *slot = &c->texts[((uintptr_t)text.data >> 3) % TEXT_SLOTS];

	if (!text.data)
		return text;
	if (!slot->data || !str_equal(*slot, text))
		*slot = arena_str(c->arena, text);
	return *slot;
}

bool
story_take_trace(void *context, const struct trace *from)
{
	struct telling *t = context;
	struct story_copies *c = t->copies;
	struct trace *to = arena_alloc_word(c->arena, sizeof(*to));

	*to = *from;
	for (size_t i = 0; i < TRACE_FIRST_WORD; i++)
		if (from->text[i].data)
			to->text[i] = arena_str(c->arena, from->text[i]);
	for (size_t i = TRACE_FIRST_WORD; i < TRACE_TEXT_COUNT; i++)
		to->text[i] = copy_text(c, from->text[i]);
	to->source = copy_text(c, from->source);
	to->path = copy_text(c, from->path);
	to->sha256 = arena_str(c->arena, from->sha256);
	MEM_GROW(t->found, t->count, t->capacity);
	t->found[t->count++] = to;
	return true;
}

static size_t
room(const struct telling *t)
{
	return STORY_TRACES_MAX - t->count;
}

static bool
load_around(struct telling *t, int64_t term, size_t most, struct error *err)
{
	int64_t time = t->alert->time;
	bool cut;

	if (!most || time == TIME_NONE)
		return true;
	return store_traces_of(t->store, term, true, time - AROUND, time + AROUND,
		most < room(t) ? most : room(t), story_take_trace, t, &cut, err);
}

/* Behind the last that was found. */
static bool
load_places(struct telling *t, int64_t term, size_t most, struct error *err)
{
	int64_t last = t->count ? t->found[t->count - 1]->time : TIME_NONE;

	if (!most || !room(t) || last == TIME_NONE)
		return true;
	return store_traces_places(t->store, term, last, most < room(t) ? most : room(t),
		story_take_trace, t, err);
}

static bool
load_earliest(struct telling *t, const struct story_part *part, bool *cut, struct error *err)
{
	size_t most = part->most < room(t) ? part->most : room(t);

	return store_traces_of(t->store, part->term, part->heavy, INT64_MIN, INT64_MAX, most,
		story_take_trace, t, cut, err);
}

static void
take_run(struct telling *t, const struct story_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		MEM_GROW(t->found, t->count, t->capacity);
		t->found[t->count++] = run->traces[i];
	}
}

/* What other alerts may be about as well is read once. */
static bool
load_common(struct telling *t, const struct story_part *part, bool *cut, struct error *err)
{
	struct story_run run;
	size_t from = t->count;

	if (!t->cache || part->most > room(t))
		return load_earliest(t, part, cut, err);
	if (story_cache_find(t->cache, part, &run)) {
		take_run(t, &run);
		*cut = run.cut;
		return true;
	}
	t->copies = story_cache_copies(t->cache);
	if (!load_earliest(t, part, cut, err))
		return false;
	t->copies = &t->own;
	run = (struct story_run){t->found + from, t->count - from, *cut};
	story_cache_put(t->cache, part, &run);
	return true;
}

static bool
load_part(struct telling *t, enum term_kind kind, const struct story_part *part, bool *cut,
	struct error *err)
{
	*cut = false;
	if (!part->most)
		return true;
	return kind == TERM_KEY ? load_earliest(t, part, cut, err)
				: load_common(t, part, cut, err);
}

static bool
load_term(struct telling *t, enum term_kind kind, int64_t term, struct error *err)
{
	const struct share *share = &shares[kind];
	struct story_part heavy = {term, true, share->heavy}, light = {term, false, share->light};
	bool heavy_cut, light_cut;

	if (!load_part(t, kind, &heavy, &heavy_cut, err))
		return false;
	if (heavy_cut && !load_around(t, term, share->around, err))
		return false;
	if (!load_part(t, kind, &light, &light_cut, err))
		return false;
	if (light_cut && !load_places(t, term, share->places, err))
		return false;
	t->history->cut |= heavy_cut ? 1U << kind : 0;
	t->history->cut |= light_cut ? HISTORY_CUT_LIGHT(1U << kind) : 0;
	return true;
}

/* *n 0: it was never looked for. */
static bool
need_term(struct telling *t, const struct term *term, int64_t *n, struct error *err)
{
	if (!store_term_find(t->store, term, n, err))
		return false;
	if (*n > t->last_term)
		t->last_term = *n;
	t->needs.missing |= *n == 0;
	if (*n) {
		MEM_GROW(t->needs.list, t->needs.count, t->needs.capacity);
		t->needs.list[t->needs.count++] = *n;
	}
	return true;
}

static bool
load_alert_terms(struct telling *t, struct error *err)
{
	struct term terms[TERMS_MAX];
	size_t count = terms_of_alert(t->alert, t->arena, terms);
	int64_t n;

	for (size_t i = 0; i < count; i++) {
		if (terms[i].kind == TERM_KEY && t->branch_count)
			continue; /* with its tree */
		if (!need_term(t, &terms[i], &n, err))
			return false;
		t->term_missing |= n == 0;
		if (n && !load_term(t, terms[i].kind, n, err))
			return false;
	}
	return true;
}

/* ---- keys ---- */

static uint16_t *
slot_of(struct telling *t, struct str id)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ (unsigned char)id.data[i]) * UINT32_C(16777619);
	for (size_t at = hash % KEY_SLOTS;; at = (at + 1) % KEY_SLOTS) {
		uint16_t *slot = &t->key_slots[at];

		if (!*slot || str_equal(t->branches[*slot - 1].key.id, id))
			return slot;
	}
}

static void
add_branch(struct telling *t, const struct history_key *key, const struct trace *made)
{
	uint16_t *slot = slot_of(t, key->id);

	if (*slot)
		return;
	if (t->branch_count == STORY_KEYS_MAX) {
		t->history->cut |= 1U << TERM_KEY;
		return;
	}
	MEM_GROW(t->branches, t->branch_count, t->branch_capacity);
	t->branches[t->branch_count] = (struct branch){*key, made};
	*slot = (uint16_t)++t->branch_count;
}

bool
story_gives_key(const struct trace *trace, bool *temporary)
{
	unsigned weight = trace_weight(trace);

	*temporary = weight & TRACE_ISSUES;
	return trace_succeeded(trace) && trace->text[TRACE_SUBJECT].len &&
	       (*temporary || (weight & TRACE_KEY_CALL &&
				      str_is(trace->text[TRACE_NAME], "CreateAccessKey")));
}

static void
add_children(struct telling *t, size_t parent, size_t from)
{
	struct history_key key = {.parent = parent, .depth = t->branches[parent].key.depth + 1};

	for (size_t i = from; i < t->count; i++) {
		const struct trace *trace = t->found[i];

		if (!str_equal(trace->text[TRACE_KEY], t->branches[parent].key.id) ||
			!story_gives_key(trace, &key.temporary))
			continue;
		key.id = trace->text[TRACE_SUBJECT];
		add_branch(t, &key, trace);
	}
}

static bool
grow_branch(struct telling *t, size_t branch, struct error *err)
{
	const struct term term = {TERM_KEY, t->branches[branch].key.id};
	size_t from = t->count;
	int64_t n;

	if (!need_term(t, &term, &n, err))
		return false;
	if (n == 0) {
		t->term_missing |= branch == 0;
		t->branch_missing = true;
		return true;
	}
	if (!load_term(t, TERM_KEY, n, err))
		return false;
	add_children(t, branch, from);
	return true;
}

/* Breadth first: who is added is reached. */
static bool
grow_tree(struct telling *t, struct error *err)
{
	for (size_t i = 0; i < t->branch_count; i++)
		if (!grow_branch(t, i, err))
			return false;
	return true;
}

static void
plant(struct telling *t)
{
	struct history_key key = {0};
	struct trace trace;

	trace_of_alert(&trace, t->alert, t->arena);
	t->needs.account = spans_account(trace.text[TRACE_ACCOUNT]);
	/* Rules may be about calls that change a key, or give a temporary one. */
	if (t->alert->outcome != OUTCOME_SUCCESS || !t->alert->text[ALERT_KEY_ID].len ||
		!trace.text[TRACE_SUBJECT].len)
		return;
	if (str_equal(trace.text[TRACE_SUBJECT], trace.text[TRACE_KEY]))
		return; /* keys were made unreadable: others may read the same */
	key.id = trace.text[TRACE_SUBJECT];
	add_branch(t, &key, NULL);
}

/* ---- each record once, in the order of time ---- */

static int
compare(const void *a, const void *b)
{
	const struct trace *left = *(const struct trace *const *)a,
			   *right = *(const struct trace *const *)b;
	/* One less: TIME_NONE comes last. */
	uint64_t before = (uint64_t)left->time - 1 - (uint64_t)INT64_MIN,
		 after = (uint64_t)right->time - 1 - (uint64_t)INT64_MIN;

	if (before != after)
		return before < after ? -1 : 1;
	if (trace_turn(left) != trace_turn(right))
		return trace_turn(left) - trace_turn(right);
	return memcmp(left->identity, right->identity, TRACE_IDENTITY);
}

static void
sort_traces(struct telling *t)
{
	struct trace *traces = arena_alloc(t->arena, (t->count + 1) * sizeof(*traces));
	size_t count = 0;

	if (t->count)
		qsort(t->found, t->count, sizeof(*t->found), compare);
	for (size_t i = 0; i < t->count; i++)
		if (i == 0 || compare(&t->found[i - 1], &t->found[i]) != 0)
			traces[count++] = *t->found[i];
	t->history->traces = traces;
	t->history->trace_count = count;
}

static int
compare_plain(const void *key, const void *item)
{
	const struct trace *left = key, *right = item;

	return compare(&left, &right);
}

static size_t
index_of(const struct history *history, const struct trace *trace)
{
	const struct trace *found;

	if (!trace)
		return HISTORY_NONE;
	found = bsearch(
		trace, history->traces, history->trace_count, sizeof(*found), compare_plain);
	return found ? (size_t)(found - history->traces) : HISTORY_NONE;
}

static void
give_keys(struct telling *t)
{
	struct history_key *keys = arena_alloc(t->arena, (t->branch_count + 1) * sizeof(*keys));

	for (size_t i = 0; i < t->branch_count; i++) {
		keys[i] = t->branches[i].key;
		keys[i].made = index_of(t->history, t->branches[i].made);
	}
	t->history->keys = keys;
	t->history->key_count = t->branch_count;
}

/* ---- how complete it is ---- */

static void
judge(struct telling *t, const struct store_coverage *c)
{
	struct history *h = t->history;

	h->spans = spans_of_account(
		t->arena, c->spans, c->span_count, t->needs.account, &h->span_count);
	h->inputs = c->inputs;
	h->unread = c->unread;
	if (h->state != HISTORY_LOOKED)
		return;
	if (c->inputs == 0) {
		h->state = HISTORY_NOT_LOOKED;
	} else if (c->missing) {
		h->state = HISTORY_PART;
		h->lacking = arena_printf(t->arena, "%llu input%s not looked through for it",
			(unsigned long long)c->missing, c->missing == 1 ? " was" : "s were");
	} else if (t->branch_missing) {
		h->state = HISTORY_PART;
		h->lacking = STR("not all keys that were made with it were looked for");
	}
}

static bool
find_passes(struct telling *t, const struct story_scope *scope, struct error *err)
{
	struct store_coverage coverage;

	t->history->state = scope->state;
	if (t->term_missing || t->last_term == 0) {
		if (scope->state != HISTORY_LOOKING && scope->state != HISTORY_STOPPED)
			t->history->state = HISTORY_NOT_LOOKED;
		return true;
	}
	if (!store_coverage(t->store, scope->run, t->last_term, t->arena, &coverage, err))
		return false;
	judge(t, &coverage);
	return true;
}

/* What a source was looked through for counts where nothing else tells all. */
static bool
judge_live(struct telling *t, struct error *err)
{
	struct history *h = t->history;

	if ((h->state == HISTORY_LOOKED && !h->lacking.len) || h->state == HISTORY_LOOKING)
		return true;
	if (!story_judge_surveys(h, t->arena, t->store, &t->needs, err))
		return false;
	if (h->state == HISTORY_NOT_LOOKED && !h->lacking.data && t->alert->arrived != TIME_NONE)
		h->lacking = STR("its source is not asked for history");
	return true;
}

/* What live sources were asked counts unless passes know all. */
static bool
find_coverage(struct telling *t, const struct story_scope *scope, struct error *err)
{
	struct history *h = t->history;
	bool any;

	if (!find_passes(t, scope, err))
		return false;
	if (h->state == HISTORY_LOOKED && !h->lacking.len)
		return true;
	if (!asked_load(h, t->arena, t->store, t->alert, t->branch_count, &any, err))
		return false;
	return judge_live(t, err);
}

static bool
tell(struct telling *t, const struct story_scope *scope, struct error *err)
{
	bool began, ok;

	if (!store_read_join(t->store, &began, err))
		return false;
	plant(t);
	if (t->cache)
		story_cache_begin(t->cache, t->store);
	ok = load_alert_terms(t, err) && grow_tree(t, err) && story_load_caller_key(t, err) &&
	     story_load_calls(t, err) && find_coverage(t, scope, err);
	store_read_leave(t->store, began);
	if (!ok)
		return false;
	sort_traces(t);
	give_keys(t);
	return true;
}

bool
story_load(struct history *history, struct arena *arena, struct store *store,
	const struct alert *alert, const struct story_scope *scope, struct error *err)
{
	struct telling *t = MEM_NEW(struct telling);
	bool ok;

	*history = (struct history){0};
	t->history = history;
	t->arena = t->own.arena = arena;
	t->copies = &t->own;
	t->cache = scope->cache;
	t->store = store;
	t->alert = alert;
	ok = tell(t, scope, err);
	free(t->found);
	free(t->branches);
	free(t->needs.list);
	free(t);
	return ok;
}
