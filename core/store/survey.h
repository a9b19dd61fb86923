/*
 * What sources are looked through for that tell of many terms at once: since when, and how far.
 * The detector's handle writes.
 */
#ifndef KEYWATCH_STORE_SURVEY_H
#define KEYWATCH_STORE_SURVEY_H

#include "core/alert/history.h"
#include "core/store/history.h"

/* From now on the source is looked through for that term: from `first` on, `last` being the time of
 * what it is about. *fresh: that changes something. Within a transaction. */
struct store_survey {
	struct str source;
	int64_t term;
	int64_t first, last;
};
bool store_survey_put(
	struct store *store, const struct store_survey *survey, bool *fresh, struct error *err);
/* Whose term it is: an alert's; or of a key that was made with another one, whoever asks for that.
 * Both within a transaction. */
bool store_term_alert(struct store *store, int64_t term, int64_t alert, struct error *err);
bool store_term_child(struct store *store, int64_t term, int64_t parent, struct error *err);

/* What is due by now: what was never looked for first, then the newest; of one of both alone. */
struct store_surveyed_term {
	int64_t term;
	enum term_kind kind;
	struct str value;
	int64_t first, last; /* it is looked for from `first` on; what it is about last was then */
	int64_t until;	     /* it was looked for so far already; TIME_NONE: never */
};
bool store_survey_due(struct store *store, struct str source, int64_t now, struct arena *arena,
	struct store_surveyed_term *terms, size_t most, size_t *count, struct error *err);

/* It was looked for over that span (NULL: none), and is due again then. Within a transaction. */
bool store_surveyed_put(struct store *store, struct str source, int64_t term,
	const struct span *span, int64_t due, struct error *err);

/* Of the source: what was looked through (absent: as before), of which times it has records, and
 * what of it was not given the last time, and why (absent: nothing). Within a transaction. */
struct store_surveyed {
	struct str place, trouble;
	struct trail_span *spans; /* borrows */
	size_t span_count;
};
bool store_surveyed_source_put(struct store *store, struct str source,
	const struct store_surveyed *surveyed, struct error *err);
/* Its spans and its trouble, in arena. */
bool store_surveyed_before(struct store *store, struct str source, struct arena *arena,
	struct store_surveyed *surveyed, struct error *err);

/* What is known of a term, one visit a source. Strings valid during it, spans in arena. */
struct store_surveyed_of {
	struct str source;
	struct span looked; /* from TIME_NONE: it was not looked for yet */
	struct store_surveyed of;
};
typedef bool store_surveyed_visit(void *context, const struct store_surveyed_of *surveyed);
bool store_surveyed(struct store *store, int64_t term, struct arena *arena,
	store_surveyed_visit *visit, void *context, struct error *err);

/* Of all that a source is asked or looked through for: how much is due by now, and up to when the
 * newest is known (0: nothing is yet). */
bool store_history_left(
	struct store *store, struct str source, int64_t now, uint64_t *left, struct error *err);
bool store_history_until(struct store *store, struct str source, int64_t *until, struct error *err);

#endif
