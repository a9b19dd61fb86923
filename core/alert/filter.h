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

#endif
