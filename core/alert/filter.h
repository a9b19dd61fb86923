/*
 * A KQL predicate over alerts, whatever rule each comes from (settled.md 11): it is bound against
 * every rule that is loaded and judged on the raw record. One thread.
 */
#ifndef KEYWATCH_ALERT_FILTER_H
#define KEYWATCH_ALERT_FILTER_H

#include "core/alert/alert.h"

struct alert_filter;

/* Borrows the rules. err is rule_filter_compile's. */
bool alert_filter_new(struct alert_filter **out, struct rule *const *rules, size_t rule_count,
	struct str predicate, int64_t now, struct error *err);
void alert_filter_free(struct alert_filter *filter);

/* Is the alert's rule among them? */
bool alert_filter_knows(const struct alert_filter *filter, struct str rule_id);
/* Does the predicate hold for this alert, whose rule and raw bytes are all that is looked at? False
 * for a rule that is not loaded and for bytes that cannot be parsed. */
bool alert_filter_match(struct alert_filter *filter, const struct alert *alert);

/*
 * The same without the record, from as much of the alert as is there: id, time, outcome, flags and
 * those texts that are present; an absent text is one that is not known. FILTER_UNKNOWN: look at
 * the record. An alert stays one whatever its rule says today: that is not asked again here.
 */
enum filter_answer { FILTER_UNKNOWN, FILTER_YES, FILTER_NO };
enum filter_answer alert_filter_glance(struct alert_filter *filter, const struct alert *alert);
/* Does it read what an alert's history answered? Null where `answered` is not set, but to a glance
 * not known. */
bool alert_filter_asks(const struct alert_filter *filter);
/* Does it read any text or answer that an alert has in a column? Else only the record is left to
 * look at. */
bool alert_filter_reads_texts(const struct alert_filter *filter);

/* Does it read the time of the alert? */
bool alert_filter_reads_time(const struct alert_filter *filter);

/* How often a regular expression was given up, whose alert is then no match. Beyond
 * ALERT_FILTER_GIVE_UPS nothing is judged any more: a filter costs a bounded time. */
enum { ALERT_FILTER_GIVE_UPS = 100 };
size_t alert_filter_gave_up(const struct alert_filter *filter);

#endif
