/*
 * A row of a table that is a rule's own result, saved (settled.md 24): what the query did not keep
 * cannot be asked again, but has held where the row comes from. Only rule_run.c.
 */
#ifndef KEYWATCH_RULE_RULE_RESULT_H
#define KEYWATCH_RULE_RULE_RESULT_H

#include "core/rule/rule_private.h"

/* Has the row exactly what the result has of the table's columns, all that the rule makes, and an
 * AwsEventId? */
bool rule_is_result(const struct rule *rule, const struct event *event);
/* Does the expression read what neither the row tells nor follows from it? `untold`: of the slots
 * behind the table's columns. */
bool rule_reads_untold(const struct expr *expr, const struct event *event, const bool *untold);
/* What the row says in the result's column of that slot; false: it has none. */
bool rule_result_value(const struct rule *rule, const struct event *event, size_t slot,
	struct arena *arena, struct value *value);

#endif
