/*
 * The questions a new access key must answer (facts.md), from one record, its history, the ledger
 * and the decisions. Pure.
 */
#ifndef KEYWATCH_ALERT_FACTS_H
#define KEYWATCH_ALERT_FACTS_H

#include "core/alert/alert.h"
#include "core/alert/answer.h"
#include "core/alert/history.h"
#include "core/base/health.h"
#include "core/base/problem.h"

enum { FACT_COUNT = 27 };

/* What keywatch recorded about fetching, for questions 23 and 24. */
struct fact_ledger {
	int64_t from, to;  /* event times seen in these inputs; TIME_NONE: unknown */
	uint64_t inputs;   /* read */
	uint64_t problems; /* PROBLEM_ERROR among them */
	/* Of whose schedules question 23 asks; borrows. An alert of another rule is taken to be of
	 * one of 15 minutes. */
	struct rule *const *rules;
	size_t rule_count;
	bool digest_present; /* digest folders met, not verified */
	bool reading;	     /* still being read */
	/* What is watched, for question 24 of what live sources delivered; borrows. */
	const struct health *sources;
	size_t source_count;
	int64_t since; /* their events are looked for from here on; TIME_NONE: not recorded */
	/* What other records tell, for questions 13 to 22; borrows. NULL: not looked for yet. */
	const struct history *history;
	/* What the configuration knows, for questions 11 and 12; borrows. NULL: nothing. */
	const struct known *known;
};

/* Does this note say that a digest was stepped over? */
bool fact_notes_digest(const struct problem *note);

/* Over which times it was looked for. */
struct fact_looked {
	bool any; /* false: nothing was looked through */
	int64_t from, to;
	bool complete; /* nothing of it is missing, so that "none" is a claim */
	/* Of live sources that were asked: where, blanks in between, and where not and why. They
	 * tell no data events. Absent: logs were looked through. */
	struct str places, missing;
};

/* Records that show a fact: at most so many are named. */
enum { FACT_TRACES_MAX = 20 };

/* The numbers of all facts, the most telling first. */
extern const int fact_order[FACT_COUNT];

struct fact {
	int number;	   /* 1..27, facts.md */
	const char *name;  /* `outcome` `actor` …, as in --facts */
	const char *label; /* short, for the entity pane: "who", "for", "from" … */
	bool known;
	struct str value; /* one line in plain words; or, when unknown, the reason that begins with
			     `not looked for yet`, `not recorded` … Not cleaned. */
	struct str json;  /* the value as facts.md's JSON; absent when unknown */
	const char *evidence; /* dotted path in the record that shows it, or NULL */
	/* Other records that show it, the most telling first; in arena, borrow from the history. */
	const struct trace *const *traces;
	size_t trace_count;
	struct fact_looked looked; /* of what needs history */
	bool alarming; /* worth the accent: root, other, hidden characters, attack tool … */
};

/* Fills facts[FACT_COUNT] in the order of their number; strings in arena. event NULL: the record
 * cannot be parsed, so that what only it could answer is unknown. */
void facts_of_alert(struct fact facts[FACT_COUNT], struct arena *arena, const struct alert *alert,
	const struct event *event, const struct fact_ledger *ledger);

/*
 * Question 26's command: one line of printable characters that any POSIX shell passes on exactly.
 * Names are quoted where they must be; hidden characters are spelled in octal inside "$(printf …)"
 * and a value that begins with '-' is joined to its option by '='. The root user's key is named
 * without a user (root itself must run it). Absent without key and user, and for the few names
 * that no command line can hold: with a NUL or a line feed at the end, or that the AWS CLI would
 * read from a file or URL (`file://…`).
 */
struct str fact_deactivate_command(struct arena *arena, const struct alert *alert);

#endif
