/*
 * What a store keeps of history: terms that are looked for, the compact rows found under each, what
 * was looked through, and the answers that lists show. The detector's handle writes.
 */
#ifndef KEYWATCH_STORE_HISTORY_H
#define KEYWATCH_STORE_HISTORY_H

#include "core/alert/assessment.h"
#include "core/alert/term.h"
#include "core/store/store.h"

/* ---- terms ---- */

struct store_term {
	int64_t n; /* ascending in the order in which they were added; never changes */
	struct term term;
};
/* Within a transaction. *n is its number, also when it was there before. */
bool store_term_put(struct store *store, const struct term *term, int64_t *n, struct error *err);
/* Those after that number, ascending. Strings valid during the visit. */
typedef bool store_term_visit(void *context, const struct store_term *term);
bool store_terms(struct store *store, int64_t after, store_term_visit *visit, void *context,
	struct error *err);
/* 0: there is no such term. */
bool store_term_find(struct store *store, const struct term *term, int64_t *n, struct error *err);

/* ---- traces ---- */

/* Of one term, of calls with a weight (trace.h) and as many of the others; the latest give way, and
 * `cut` is remembered with the term. Texts are cut at 2 KiB. */
enum { STORE_TRACES_MAX = 100000 };

/* Keeps a trace under a term; one that is there already, from another input, is a
 * place more where it stands (store_trace_copies).
 * `input`: where it stands (store_input_begin); *fresh: it was not there. Within a transaction. */
bool store_trace_put(struct store *store, int64_t term, const struct trace *trace, int64_t input,
	bool *fresh, struct error *err);
/* The same where only the first with that text counts (term_use.first_of; of a term always the
 * same): the earliest of those that were put so is kept, whatever order they come in. *fresh: it is
 * the earliest by now. */
bool store_trace_put_first(struct store *store, int64_t term, const struct trace *trace,
	enum trace_text of, int64_t input, bool *fresh, struct error *err);
/* Where else its record stands: the trace with other places, of as many as are kept. Strings valid
 * during the visit. */
typedef bool store_trace_visit(void *context, const struct trace *trace);
bool store_trace_copies(struct store *store, const struct trace *trace, store_trace_visit *visit,
	void *context, struct error *err);
/* Those of a term with from <= time <= to, ascending by time, at most `most`; TIME_NONE last.
 * *cut: there are more than the store keeps, or than `most`. Strings valid during the visit. */
bool store_traces(struct store *store, int64_t term, int64_t from, int64_t to, size_t most,
	store_trace_visit *visit, void *context, bool *cut, struct error *err);
/* Only the calls with a weight, or only those without. */
bool store_traces_of(struct store *store, int64_t term, bool heavy, int64_t from, int64_t to,
	size_t most, store_trace_visit *visit, void *context, bool *cut, struct error *err);
/* Changes whenever what those give may have changed. Within a reading. */
uint64_t store_traces_state(struct store *store);
/* Of a term's traces without a weight from that time on, the first from each address with each
 * agent, in the order of time. */
bool store_traces_places(struct store *store, int64_t term, int64_t from, size_t most,
	store_trace_visit *visit, void *context, struct error *err);

/* ---- what was looked through ---- */

/* An input as it is now was looked through for all terms up to a number; 0: for none. */
struct store_looked {
	int64_t term;
	bool unread;			/* not all of it could be read */
	const struct trail_span *spans; /* of the times of its events; borrows */
	size_t span_count;
};
/* Of the reading that the store remembers (STORE_UNCHANGED); any other forgets it. Within a
 * transaction. */
bool store_looked_put(
	struct store *store, int64_t input, const struct store_looked *looked, struct error *err);
bool store_looked_term(struct store *store, int64_t input, int64_t *term, struct error *err);
/* Over all inputs of a run (those that were begun for it; 0: all of the store) that were looked
 * through for that term: their spans, joined where less than HISTORY_GAP parts those of one
 * account, in arena; how many inputs, how many unread, and how many of the run's inputs were not
 * looked through for it. */
struct store_coverage {
	struct trail_span *spans;
	size_t span_count;
	uint64_t inputs, unread, missing;
};
bool store_coverage(struct store *store, int64_t run, int64_t term, struct arena *arena,
	struct store_coverage *coverage, struct error *err);

/* ---- what live sources are asked for ---- */

enum {
	STORE_ASK_VALUE = 800,	 /* bytes of what can be asked for */
	STORE_ASK_CHILDREN = 50, /* keys that were made with an alert's and are asked for */
};

/* Which: of an alert (its row; 0: of all), a term, at a source. */
struct store_ask_id {
	struct str source;
	int64_t alert, term;
};
/* The row of an alert; 0: there is none. */
bool store_ask_alert(struct store *store, const char *id, int64_t *alert, struct error *err);
/* From now on it is asked for; what it is about began then. parent: of a key that was made with
 * another one, the term of that; else 0. Changes nothing where it is known already. Within a
 * transaction. */
bool store_ask_put(struct store *store, const struct store_ask_id *id, int64_t parent, int64_t made,
	struct error *err);
bool store_ask_known(
	struct store *store, const struct store_ask_id *id, bool *known, struct error *err);

/* What is due by now: what was never asked first, of that what is not about keys that others
 * made, then the newest. term 0: nothing. */
struct store_ask {
	int64_t alert, term, made;
	enum term_kind kind;
	int64_t until; /* it was asked so far already; TIME_NONE: never */
	char value[STORE_ASK_VALUE + 1];
	char places[1024]; /* then; "": never */
};
bool store_ask_next(struct store *store, struct str source, int64_t now, struct store_ask *ask,
	struct error *err);

/* It was asked to the end, and is to be asked again from `due` on. Within a transaction. */
struct store_asked {
	struct str source;
	enum term_kind kind;
	bool child;	    /* a key that was made with the alert's */
	struct str places;  /* absent: it was not asked yet */
	struct str missing; /* where it was not asked, and why; absent or "": nowhere */
	struct span span;   /* all was given of these times */
	bool anew;	    /* to be put: not what it says further on, but all of them */
	bool part;	    /* some of it could not be read */
	struct str trouble; /* why it was not answered the last time; absent: it was */
};
bool store_asked_put(struct store *store, const struct store_ask_id *id,
	const struct store_asked *asked, int64_t due, struct error *err);
/* It was asked, and not answered. Within a transaction. */
bool store_ask_trouble(
	struct store *store, const struct store_ask_id *id, const char *trouble, struct error *err);
/* All that is asked for an alert, and for all of its sources. Strings valid during the visit. */
typedef bool store_asked_visit(void *context, const struct store_asked *asked);
bool store_asked(struct store *store, int64_t alert, store_asked_visit *visit, void *context,
	struct error *err);

/* ---- answers ---- */

/* Of an alert, by what never changes; store_row has it from then on. Within a transaction. */
bool store_answer_put(
	struct store *store, int64_t rowid, const struct answer *answer, struct error *err);

/* Alerts whose answers are of before more was looked through: all; those that ask the source; those
 * that it is looked through for, for that term or for any. Each within a transaction. */
bool store_stale_all(struct store *store, struct error *err);
bool store_stale_asked(struct store *store, struct str source, struct error *err);
bool store_stale_surveyed(struct store *store, int64_t term, struct error *err);
bool store_stale_source(struct store *store, struct str source, struct error *err);
/* The newest of them, at most so many. */
bool store_stale(
	struct store *store, int64_t *alerts, size_t most, size_t *count, struct error *err);
/* It was answered. Within a transaction. */
bool store_stale_fresh(struct store *store, int64_t alert, struct error *err);

#endif
