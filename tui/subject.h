/*
 * The alert the panes are about: loaded with its raw bytes, parsed, its facts. UI thread.
 */
#ifndef KEYWATCH_TUI_SUBJECT_H
#define KEYWATCH_TUI_SUBJECT_H

#include "core/alert/assessment.h"
#include "core/alert/facts.h"
#include "core/history/story.h"
#include "core/store/store.h"

struct subject {
	bool loaded;
	bool parsed;   /* event holds; else error says why not */
	int64_t rowid; /* 0: nothing */
	char id[ALERT_ID_SIZE];
	struct alert alert; /* owns */
	struct event event; /* owns; borrows alert.raw */
	struct arena arena; /* owns the facts' strings */
	struct fact facts[FACT_COUNT];
	struct assessment assessment;
	struct arena story; /* owns what history borrows */
	struct history history;
	bool has_history; /* history holds, and the facts were judged by it */
	struct error error;
};

/* Takes the place of what was loaded before. False: error says why. */
bool subject_load(struct subject *subject, struct store *store, int64_t rowid);
/* What other records tell about it. False: error says why, and it is as if nothing was looked for.
 */
bool subject_load_story(
	struct subject *subject, struct store *store, const struct story_scope *scope);
/* The facts and what they come to, once the alert's decisions are judged and its story is loaded,
 * and again when the ledger has changed. */
void subject_judge(struct subject *subject, const struct fact_ledger *ledger);
void subject_clear(struct subject *subject);

/* alertId of a row; false when it is not there. */
bool subject_find_id(struct store *store, int64_t rowid, char id[ALERT_ID_SIZE], struct error *err);

#endif
