/*
 * Tales: an alert, the records of its history, and what was looked through, from data files:
 *
 *	let NAME TEXT         $NAME stands for TEXT from here on, in the whole file
 *	= what it shows, as a sentence
 *	alert {…}             the record that the rule matched
 *	+ {…}                 a record of the history, in any order
 *	spans FROM TO, …      what was looked through; a day around the records unless given
 *	state looked|part|looking|stopped|none
 *	unread N
 *	cut key|user|actor|address|agent
 *	lacking TEXT
 *	known KEY GLOBS       a row of [known]
 *	KEY VALUE             an expectation, for the visitor
 *
 * A NAME is letters and `_`. Strings live as long as the tale.
 */
#ifndef KEYWATCH_TESTS_TALE_H
#define KEYWATCH_TESTS_TALE_H

#include "core/alert/assessment.h"
#include "core/alert/known.h"
#include "core/base/buf.h"

enum { TALE_TRACES = 64, TALE_KEYS = 32, TALE_SPANS = 8 };

struct tale {
	struct arena arena;
	struct str name;
	struct alert alert;
	struct event event;
	bool told; /* alert and event hold */
	struct trace traces[TALE_TRACES];
	size_t trace_count;
	struct history_key keys[TALE_KEYS];
	struct span spans[TALE_SPANS];
	bool spans_given;
	struct history history;
	struct known known;
};

/* Puts the history together out of the traces: their order, the keys that follow from each other,
 * and the spans unless they are given. */
void tale_settle(struct tale *tale);
void tale_judge(const struct tale *tale, struct arena *arena, struct fact facts[FACT_COUNT]);

/* For each expectation of tests/data/FILE, on a settled tale. Returns how many. */
typedef void tale_visit(struct tale *tale, struct str key, struct str value);
size_t tales_run(const char *file, tale_visit *visit);

#endif
