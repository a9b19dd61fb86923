/*
 * What the facts come to: one line in plain words, by rules that each name the facts they rest on;
 * and the few answers that lists show and filters ask. Never a score. Pure, deterministic.
 */
#ifndef KEYWATCH_ALERT_ASSESSMENT_H
#define KEYWATCH_ALERT_ASSESSMENT_H

#include "core/alert/answer.h"
#include "core/alert/facts.h"

enum { ASSESSMENT_RESTS_MAX = 6 };

struct assessment {
	enum assessment_kind kind;
	const char *rule;		 /* its name in the manual's table: `used-elsewhere` … */
	struct str says;		 /* one line; not cleaned */
	int rests[ASSESSMENT_RESTS_MAX]; /* numbers of facts; 0 ends them */
};

/* The first rule of the table that holds. Strings in arena. */
void assess(struct assessment *assessment, struct arena *arena, const struct alert *alert,
	const struct fact facts[FACT_COUNT], const struct history *history);

/* The rules in their order, for the manual. */
struct assessment_rule_text {
	const char *name, *when, *says;
	enum assessment_kind kind;
};
const struct assessment_rule_text *assessment_rule(size_t n); /* NULL: after the last */

/* ---- what a list keeps of an alert's story ---- */

/* `history` NULL: not looked for yet. What the arena is used for is not needed afterwards. */
struct answer answer_of(struct arena *arena, const struct alert *alert,
	const struct fact facts[FACT_COUNT], const struct history *history);

#endif
