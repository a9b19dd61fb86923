/* The columns of a filter that no record has: what was answered about an alert. */
#include "core/rule/rule_private.h"

const struct column rule_answers[RULE_ANSWERS] = {
	[RULE_USED] = {.name = "Used", .type = KUSTO_BOOL},
	[RULE_USED_AFTER] = {.name = "UsedAfter", .type = KUSTO_TIMESPAN},
	[RULE_USED_ELSEWHERE] = {.name = "UsedElsewhere", .type = KUSTO_BOOL},
	[RULE_ROTATED] = {.name = "Rotated", .type = KUSTO_STRING},
	[RULE_CHILDREN] = {.name = "Children", .type = KUSTO_LONG},
	[RULE_FIRST_SEEN_ACTOR] = {.name = "FirstSeenActor", .type = KUSTO_DATETIME},
	[RULE_ASSESSED] = {.name = "Assessed", .type = KUSTO_STRING},
};

uint64_t
rule_answer_bit(enum rule_answer answer)
{
	return UINT64_C(1) << (RULE_COLUMN_BITS - 1 - (unsigned)answer);
}

uint64_t
rule_answer_bits(void)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < RULE_ANSWERS; i++)
		bits |= rule_answer_bit((enum rule_answer)i);
	return bits;
}

bool
rule_filter_asks(const struct rule_filter *f)
{
	return f->glance->columns & rule_answer_bits();
}

void
rule_run_set_answers(struct rule_run *run, const struct cell *answers)
{
	run->frame.answers = answers;
}
