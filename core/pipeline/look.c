/* What a worker does with the records that a pass for history is given: those that are wanted
 * become traces. */
#include <stdlib.h>

#include "core/history/firsts.h"
#include "core/history/sweep.h"
#include "core/pipeline/private.h"

enum { HOLDERS_MAX = 8 };

struct looker {
	struct sweep sweep;
	struct firsts firsts;
	bool begun;
	struct arena arena;   /* of the record that is looked at */
	struct arena names;   /* owns the holders */
	struct str path;      /* where it stands; absent: the job's file */
	struct str *literals; /* owns; the names of trace_calls */
	size_t literal_count;
	struct str holders[HOLDERS_MAX]; /* names of what may hold records, quoted */
	size_t holder_count;
};

struct looker *
looker_new(const struct want *want)
{
	struct looker *l = MEM_NEW(struct looker);

	l->sweep.want = want;
	while (trace_calls[l->literal_count].name)
		l->literal_count++;
	l->literals = mem_array(NULL, l->literal_count, sizeof(*l->literals));
	for (size_t i = 0; i < l->literal_count; i++)
		l->literals[i] = str_from(trace_calls[i].name);
	for (; scan_holder_names[l->holder_count]; l->holder_count++)
		l->holders[l->holder_count] =
			arena_printf(&l->names, "\"%s\"", scan_holder_names[l->holder_count]);
	return l;
}

void
looker_free(struct looker *l)
{
	if (!l)
		return;
	spans_fini(&l->sweep.spans);
	keyset_fini(&l->sweep.keys);
	firsts_fini(&l->firsts);
	arena_fini(&l->arena);
	arena_fini(&l->names);
	free(l->literals);
	free(l);
}

size_t
looker_literals(const struct looker *l, const struct str **literals)
{
	*literals = l->literals;
	return l->literal_count;
}

void
looker_begin(struct looker *l, const struct job *job)
{
	l->sweep.after = job->looked;
	spans_clear(&l->sweep.spans);
	keyset_begin(&l->sweep.keys, job->key_bits);
	if (l->begun) /* what came first may have been thrown away */
		firsts_clear(&l->firsts);
	l->begun = true;
}

void
looker_end(struct looker *l, struct job *job)
{
	spans_join(&job->spans, &l->sweep.spans);
	keyset_join(&job->keys, &l->sweep.keys);
	spans_clear(&l->sweep.spans);
	l->begun = false;
}

void
looker_stands(struct looker *l, struct str path)
{
	l->path = path;
}

/* ---- a record ---- */

static int64_t
find(const struct looker *l, const struct term *term)
{
	int64_t n = want_find(l->sweep.want, term->kind, term->value);

	return n > l->sweep.after ? n : 0;
}

static void
find_uses(struct looker *l, struct traced *traced)
{
	struct term_use uses[TERMS_MAX];
	size_t count = terms_of_trace(&traced->trace, &l->arena, uses);

	for (size_t i = 0; i < count; i++) {
		int64_t n = find(l, &uses[i].term);

		if (!n || (uses[i].first_of &&
				  !firsts_take(&l->firsts, n, traced->trace.text[uses[i].first_of],
					  traced->trace.time)))
			continue;
		traced->uses[traced->count].term = n;
		traced->uses[traced->count++].first_of = uses[i].first_of;
	}
}

bool
traced_makes_key(const struct trace *t)
{
	return t->text[TRACE_SUBJECT].len && trace_succeeded(t) &&
	       (trace_weight(t) & TRACE_ISSUES || str_is(t->text[TRACE_NAME], "CreateAccessKey"));
}

static bool
issues(const struct looker *l, const struct trace *t)
{
	const struct term key = {TERM_KEY, t->text[TRACE_KEY]};

	return traced_makes_key(t) && find(l, &key);
}

struct item *
traced_pack(const struct traced *traced)
{
	size_t size = sizeof(*traced);
	struct item *item;
	char *at;

	for (size_t i = 0; i < TRACE_TEXT_COUNT; i++)
		size += traced->trace.text[i].len;
	size += traced->trace.path.len;
	item = mem_alloc(sizeof(*item) + size);
	*item = (struct item){.kind = ITEM_TRACE, .text = {(char *)(item + 1), size}};
	item->traced = (struct traced *)(item + 1);
	*item->traced = *traced;
	item->traced->trace.sha256 = str_from(item->traced->sha256);
	at = (char *)(item->traced + 1);
	for (size_t i = 0; i < TRACE_TEXT_COUNT; i++) {
		struct str *text = &item->traced->trace.text[i];

		if (!text->data)
			continue;
		memcpy(at, text->data, text->len);
		text->data = at;
		at += text->len;
	}
	if (traced->trace.path.data) {
		memcpy(at, traced->trace.path.data, traced->trace.path.len);
		item->traced->trace.path.data = at;
	}
	return item;
}

/* What the sweep has not seen of a record that was given. */
static void
note(struct looker *l, const struct trace *t)
{
	if (!t->part)
		spans_add(&l->sweep.spans, spans_account(t->text[TRACE_ACCOUNT]), t->time);
	keyset_add(&l->sweep.keys, want_hash(TERM_KEY, t->text[TRACE_KEY]));
	keyset_add(&l->sweep.keys, want_hash(TERM_KEY, t->text[TRACE_SUBJECT]));
}

/* Without an escape a name stands in the clear. */
static bool
may_hold_records(const struct looker *l, struct str unit)
{
	for (size_t i = 0; i < l->holder_count; i++)
		if (str_find(unit, l->holders[i], 0) != (size_t)-1)
			return true;
	return false;
}

/* Does it tell more than those before it? */
static bool
may_be_kept(struct looker *l, const struct trace *trace)
{
	struct term_use uses[TERMS_MAX];
	size_t count = terms_of_trace(trace, &l->arena, uses);

	for (size_t i = 0; i < count; i++) {
		int64_t n = find(l, &uses[i].term);

		if (n && (!uses[i].first_of || firsts_would(&l->firsts, n,
						       trace->text[uses[i].first_of], trace->time)))
			return true;
	}
	return false;
}

/* By its name alone few calls are of whom the alerts are about. */
static bool
wants_named(struct looker *l, struct str unit)
{
	struct trace trace;

	if (may_hold_records(l, unit))
		return true;
	arena_reset(&l->arena);
	if (!trace_read(&trace, unit, &l->arena) || may_be_kept(l, &trace))
		return true;
	note(l, &trace);
	return false;
}

/* What was found is what the record says of itself, and not a record that it holds; and the user's
 * account, by their ARN. */
static bool
is_own(const struct trace *trace, const struct sweep_found *found)
{
	return (!found->address || found->address == trace->text[TRACE_IP].data) &&
	       (!found->key || (found->key == trace->text[TRACE_KEY].data &&
				       trace_caller_account(trace).len));
}

/* From a busy address, or by a busy user, nearly all has been told. */
static bool
wants_first(struct looker *l, struct str unit, const struct sweep_found *found)
{
	struct trace trace;

	arena_reset(&l->arena);
	if (!trace_read_caller(&trace, unit, &l->arena) || !is_own(&trace, found) ||
		may_be_kept(l, &trace))
		return true;
	sweep_note(&l->sweep, found, trace.time);
	return false;
}

bool
looker_wants(void *looker, struct str unit, bool named, const struct fields *fields)
{
	struct looker *l = looker;
	struct sweep_found found;
	enum sweep_answer answer;

	if (named)
		return wants_named(l, unit);
	answer = sweep_wants(&l->sweep, unit, fields, &found);
	return answer == SWEEP_FIRST ? wants_first(l, unit, &found) : answer == SWEEP_YES;
}

struct item *
looker_take(struct looker *l, struct str raw, uint64_t offset, unsigned flags)
{
	struct traced traced = {.count = 0};
	struct item *item;
	bool read;

	arena_reset(&l->arena);
	read = flags & SCAN_FROM_TABLE ? trace_read_row(&traced.trace, raw, &l->arena)
				       : trace_read(&traced.trace, raw, &l->arena);
	if (!read)
		return NULL;
	note(l, &traced.trace);
	find_uses(l, &traced);
	if (!traced.count)
		return NULL;
	traced.trace.path = l->path;
	traced.trace.offset = offset;
	traced.issues = issues(l, &traced.trace);
	trace_identity(&traced.trace, traced.trace.identity);
	hash_hex(raw, traced.sha256);
	item = traced_pack(&traced);
	item->offset = offset;
	item->path = item->traced->trace.path;
	return item;
}
