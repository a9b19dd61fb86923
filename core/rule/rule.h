/*
 * A Sentinel scheduled analytic rule: YAML with a KQL query over AWSCloudTrail. Immutable after
 * load, shared by pointer to const between threads; evaluation state is a rule_run, one a thread.
 */
#ifndef KEYWATCH_RULE_RULE_H
#define KEYWATCH_RULE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/event/event.h"

struct rule;
struct rule_run;

/* The rule 1.0.1 as published (settled.md 19). Returns owned. */
struct rule *rule_builtin(void);
/* Loads and binds the text of a file. Refusals carry FILE:LINE:COL, the line, a caret and a
 * sentence; `file` only names it. */
bool rule_load_text(struct rule **out, struct str yaml, const char *file, struct error *err);
void rule_free(struct rule *rule);

/* Fields as written; absent when the rule lacks them. Borrow from the rule. */
struct str rule_id(const struct rule *rule);
struct str rule_name(const struct rule *rule);
struct str rule_version(const struct rule *rule);
struct str rule_query(const struct rule *rule);
struct str rule_severity(const struct rule *rule); /* Informational Low Medium High */
size_t rule_tactic_count(const struct rule *rule);
struct str rule_tactic(const struct rule *rule, size_t i);
size_t rule_technique_count(const struct rule *rule);
struct str rule_technique(const struct rule *rule, size_t i);
/* The schedule, ticks; 0: not given. */
int64_t rule_frequency(const struct rule *rule);
int64_t rule_period(const struct rule *rule);
/* SHA-256 of the query: what remembered files belong to (settled.md 14). */
const char *rule_query_hash(const struct rule *rule);
/* What must be said on every start (settled.md 16, 18), and unknown fields. */
size_t rule_warning_count(const struct rule *rule);
struct str rule_warning(const struct rule *rule, size_t i);
/* Does it use now() or ago()? Then it is said with which time it runs (settled.md 18). */
bool rule_uses_now(const struct rule *rule);
/* Top-level eventName literals of which one must be equal for a match; 0: no such bound. */
size_t rule_literal_count(const struct rule *rule);
struct str rule_literal(const struct rule *rule, size_t i);

/* Has its result AwsEventId, so that a row of it elsewhere can be told by its event? */
bool rule_gives_event_id(const struct rule *rule);

/* `rule show`: every field of what runs, as text. */
void rule_show(const struct rule *rule, struct buf *out);
/* `rule check`: to what it binds: output columns with types, entities, literals. */
void rule_explain(const struct rule *rule, struct buf *out);

/* ---- evaluation ---- */

/* now: what now() answers, in ticks. The run borrows the rule. */
struct rule_run *rule_run_new(const struct rule *rule, int64_t now);
void rule_run_free(struct rule_run *run);
/* From the next match on. */
void rule_run_set_now(struct rule_run *run, int64_t now);

/* How often a regular expression was given up since the run began, in the rule or in a filter: what
 * it would have said is unknown, and counts as null. */
size_t rule_run_gave_up(const struct rule_run *run);

/* Runs the query over the event's selected variant. True when it gives a row, which stays valid
 * until the next call. */
bool rule_match(struct rule_run *run, const struct event *event);

/* The table's columns that this rests on, column i as bit i: of an event without the others it is
 * true or false as of the whole. */
uint64_t rule_columns(const struct rule *rule);

/* The row that another engine gave for the same query over the event, which is a row of its result:
 * whatever would be judged of it here, it matched. What the query makes is taken from its cells,
 * and made here where it has none. Stays valid as rule_match's. */
void rule_take_row(struct rule_run *run, const struct event *event);

/* Of the last match: */
/* The row as a JSON object: exactly the result's columns, in order, typed (settled.md 15). */
void rule_row_json(const struct rule_run *run, struct buf *out);
/* Mapped entity identifiers: "Account" "Name", "Account" "UPNSuffix", "Account" "FullName",
 * "IP" "Address". Absent when not mapped or null. */
struct str rule_entity(const struct rule_run *run, const char *entity, const char *identifier);

/* ---- filters (settled.md 11) ---- */

/* A predicate over the table's columns and the rule's output columns; on a clash the output's.
 * err carries line:column and caret. Immutable after compile. */
struct rule_filter;
bool rule_filter_compile(
	struct rule_filter **out, const struct rule *rule, struct str predicate, struct error *err);
void rule_filter_free(struct rule_filter *filter);
/* After rule_match gave a row for that event: does the predicate hold (null is false)? */
bool rule_filter_match(
	const struct rule_filter *filter, struct rule_run *run, const struct event *event);

/*
 * Columns that a filter has and no rule: what the history of an alert answered (settled.md 11 knows
 * those of the table and of the query, which come first on a clash). Null where it did not.
 */
enum rule_answer {
	RULE_USED,
	RULE_USED_AFTER,
	RULE_USED_ELSEWHERE,
	RULE_ROTATED,
	RULE_CHILDREN,
	RULE_FIRST_SEEN_ACTOR,
	RULE_ASSESSED,
	RULE_ANSWERS
};
extern const struct column rule_answers[RULE_ANSWERS];
/* What filters see from now on: RULE_ANSWERS of them, ticks, counts and texts; NULL: nothing was
 * answered. Borrows. */
void rule_run_set_answers(struct rule_run *run, const struct cell *answers);
/* In sets of columns they stand behind those of the table. */
uint64_t rule_answer_bits(void);
/* Does it read any? */
bool rule_filter_asks(const struct rule_filter *filter);

/* Appends which library is behind it: its name and version as it runs. */
void rule_library(struct buf *out);

/* The same without the whole event: of the table's columns only those of the set are known, column
 * i as bit i, and nothing that the query makes. Not asked is whether the rule itself matches. */
enum rule_glance { RULE_UNKNOWN, RULE_YES, RULE_NO };
enum rule_glance rule_filter_glance(const struct rule_filter *filter, struct rule_run *run,
	const struct event *event, uint64_t known);
/* Can it hold for a record of these bytes, put in lower case? They must be ASCII without a
 * backslash: what such a record says is spelled as it is. False: it cannot, however parsed. */
bool rule_filter_may_hold(const struct rule_filter *filter, struct str bytes);
/* Can the answer to that be false? */
bool rule_filter_has_words(const struct rule_filter *filter);
/* The columns that the predicate reads; bit 63 stands for all that can never be known. */
uint64_t rule_filter_columns(const struct rule_filter *filter);

#endif
