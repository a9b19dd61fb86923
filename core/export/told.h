/*
 * An alert with all that is known about it: its history, the answers, what they come to. For the
 * formats that show facts. One thread.
 */
#ifndef KEYWATCH_EXPORT_TOLD_H
#define KEYWATCH_EXPORT_TOLD_H

#include "core/alert/assessment.h"
#include "core/base/json.h"
#include "core/export/export.h"

struct told {
	const struct alert *alert; /* borrows */
	struct arena arena;	   /* owns what follows */
	struct event event;
	bool parsed, looked; /* looked: there is a history */
	struct history history;
	struct fact facts[FACT_COUNT];
	struct assessment assessment;
	struct error error; /* why there is no history; "" */
};

/* options->ledger must be there; the history is that of options->story. */
void told_open(struct told *told, const struct alert *alert, const struct export_options *options);
void told_close(struct told *told);

/* `facts` and `assessment`, members of an object. */
void told_put_json(struct json_writer *w, const struct told *told);
/* Of the records of the history, whether each is told: at most so many. The caller frees. */
bool *told_pick(const struct told *told, size_t most);
/* A section: who, for whom, the assessment, a table of the answers, and what happened when. */
void told_put_md(struct buf *out, const struct told *told);
/* The same for a terminal, cleaned. */
void told_put_text(struct buf *out, const struct told *told);

#endif
