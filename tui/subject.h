/*
 * The alert the panes are about: loaded with its raw bytes, parsed, its facts. UI thread.
 */
#ifndef KEYWATCH_TUI_SUBJECT_H
#define KEYWATCH_TUI_SUBJECT_H

#include "core/alert/facts.h"
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
	struct error error;
};

/* Takes the place of what was loaded before. False: error says why. */
bool subject_load(struct subject *subject, struct store *store, int64_t rowid);
/* The facts, once the alert's decisions are judged, and again when the ledger has changed. */
void subject_judge(struct subject *subject, const struct fact_ledger *ledger);
void subject_clear(struct subject *subject);

/* alertId of a row; false when it is not there. */
bool subject_find_id(struct store *store, int64_t rowid, char id[ALERT_ID_SIZE], struct error *err);

#endif
