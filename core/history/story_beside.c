/* What belongs to a story beside what stands under the alert's terms. */
#include "core/alert/address.h"
#include "core/history/asked.h"
#include "core/history/story_private.h"

/* ---- the caller's own key ---- */

enum { CALLER_HOPS = 8, CALLER_CALLS = 100 };

struct making {
	struct telling *telling;
	struct str key, with; /* which; with what it was made; absent: not seen */
	bool temporary;
};

static bool
take_making(void *context, const struct trace *trace)
{
	struct making *m = context;

	if (!str_equal(trace->text[TRACE_SUBJECT], m->key) || !story_gives_key(trace, &m->temporary))
		return true;
	story_take_trace(m->telling, trace);
	m->with = m->telling->found[m->telling->count - 1]->text[TRACE_KEY];
	return false;
}

/* Where the store knows it, as it does when it was itself new or came of one that was. */
bool
story_load_caller_key(struct telling *t, struct error *err)
{
	struct making m = {.telling = t, .temporary = true};
	struct trace own;
	int64_t n;
	bool cut;

	trace_of_alert(&own, t->alert, t->arena);
	m.with = own.text[TRACE_KEY];
	for (int i = 0; i < CALLER_HOPS && m.temporary && m.with.len; i++) {
		const struct term key = {TERM_KEY, m.key = m.with};

		m.with = STR_ABSENT;
		if (!store_term_find(t->store, &key, &n, err))
			return false;
		if (n && !store_traces_of(t->store, n, true, INT64_MIN, INT64_MAX, CALLER_CALLS,
				 take_making, &m, &cut, err))
			return false;
	}
	return true;
}

/* ---- calls that were asked for by name ---- */

struct siding {
	struct telling *telling;
	struct trace own;
};

/* Of who is the alert's caller, is where it was, uses what it did, or is about its user. */
static bool
take_similar(void *context, const struct trace *trace)
{
	static const enum trace_text shared[] = {
		TRACE_ACTOR, TRACE_IP, TRACE_AGENT, TRACE_USER, TRACE_SUBJECT};
	struct siding *s = context;

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		struct str text = trace->text[shared[i]], own = s->own.text[shared[i]];

		if (text.len && (str_equal(text, own) ||
					(shared[i] == TRACE_IP && address_equal(text, own))))
			return story_take_trace(s->telling, trace);
	}
	return true;
}

enum { CALLS_MAX = 10000 };

bool
story_load_calls(struct telling *t, struct error *err)
{
	const struct term call = {TERM_CALL, asked_call};
	struct siding siding = {.telling = t};
	bool cut;
	int64_t n;

	if (!store_term_find(t->store, &call, &n, err))
		return false;
	if (!n)
		return true;
	trace_of_alert(&siding.own, t->alert, t->arena);
	if (!store_traces_of(t->store, n, true, INT64_MIN, INT64_MAX, CALLS_MAX, take_similar,
		    &siding, &cut, err))
		return false;
	t->history->cut |= cut ? 1U << TERM_CALL : 0;
	return true;
}
