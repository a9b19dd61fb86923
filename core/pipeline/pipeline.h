/*
 * Starts, stops and joins the threads that turn saved logs and live sources into alerts: scan
 * workers and fetchers → bounded queue → detector → store; counters and health are copied out under
 * a short lock. Used from one thread.
 *
 * Of all processes on one store one fetches (settled.md 27); the others show its health and take
 * over when it is gone.
 */
#ifndef KEYWATCH_PIPELINE_H
#define KEYWATCH_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alert/known.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/health.h"
#include "core/base/log.h"
#include "core/base/wake.h"
#include "core/history/evidence.h"
#include "core/history/story.h"
#include "core/rule/rule.h"
#include "core/source/source_config.h"
#include "core/store/store.h"

struct pipeline_options {
	const char *const *paths;
	size_t path_count;
	struct rule *const *rules;
	size_t rule_count;
	unsigned jobs;		   /* 0: one per core */
	int64_t now;		   /* what now() answers in rules, ticks */
	bool now_set;		   /* also of live events; else that is when each arrived */
	size_t max_record;	   /* 0: SCAN_MAX_RECORD */
	uint64_t slice;		   /* in which big plain files are read; 0: as is best */
	bool remember;		   /* unchanged files are not read again */
	const struct known *known; /* what the configuration knows; NULL: nothing; borrows */
	bool history; /* once all paths were read: what else they tell about the run's alerts */
	bool unlisted;	 /* with that: what lists keep of it is not made, since none shows it */
	bool waited_for; /* nobody sees anything until the end */
	const struct wake *wake; /* raised when something changed; may be NULL; borrows */
	/* Live sources, watched until the stop. Paths that begin with s3:// are read once, with
	 * what these leave open filled in. */
	const struct source_config *sources;
	size_t source_count;
	struct source_defaults defaults;
	const struct clock *clock; /* of event times and of polling; NULL: the real one */
	const char *user;	   /* who fetches; NULL without sources */
	const struct log *log;	   /* gets the lines of pipeline_take_line as well; NULL: none */
};

/* What is looked for in the paths once they were read: their other records about the alerts. */
struct pipeline_history {
	enum history_state state;
	unsigned pass; /* from 1; a further one looks for the keys that the last one found */
	uint64_t bytes_total, bytes_done, files_total, files_done; /* of this pass */
	uint64_t traces;					   /* new in the store */
	uint64_t asked; /* answers of live sources, of which nothing else is said here */
	/* Behind the passes: of the run's alerts those whose answers for lists are made; total 0:
	 * none are being made. */
	uint64_t answers_total, answers_done;
};

struct pipeline_progress {
	uint64_t bytes_total, bytes_done; /* as delivered; total 0 while not known */
	uint64_t bytes_out;		  /* uncompressed */
	uint64_t files_total, files_done; /* remembered ones among them */
	uint64_t files_remembered;
	uint64_t records, alerts_new;
	uint64_t errors, notes; /* problems by severity */
	int64_t elapsed_ms;
	double pace;	 /* bytes a second, uncompressed, of late; 0: not known yet */
	int64_t left_ms; /* of the reading, or then of the pass for history; -1: not known */
	bool listing;	 /* the paths are still being walked */
	bool finished;	 /* all is read and committed, or stopped; history may go on */
	bool stopped;
	bool failed; /* the store refuses: see error; with live sources it is tried again */
	struct error error;
	unsigned sources_refused; /* one-offs whose every read was refused */
	struct pipeline_history history;
};

/* How the sources are, and who fetches. */
struct pipeline_live {
	struct health *list; /* owns; pipeline_live_fini frees */
	size_t count;
	bool ours;   /* this process fetches */
	int64_t pid; /* else that one does, and the list is of its sources; 0: not known yet */
	char user[64];
};

struct pipeline;

/* `store` is only used to open handles for the detector. Borrows options' rules, wake and paths
 * until pipeline_free. */
bool pipeline_start(struct pipeline **out, const struct pipeline_options *options,
	const struct store *store, struct error *err);
int64_t pipeline_run(const struct pipeline *pipeline); /* the scope for store queries */
/* What of the store an alert's history is loaded from (story_load). */
struct story_scope pipeline_scope(struct pipeline *pipeline);
void pipeline_get_progress(struct pipeline *pipeline, struct pipeline_progress *progress);
/* "1.2 GB of 3.4 GB, 40 of 120 files, 1.4 GB/s, 2 s left" */
void pipeline_progress_text(struct buf *out, const struct pipeline_progress *progress, bool narrow);
/* "looking for related records: 1.2 GB of 3.1 GB, pass 2, 12 s left" */
void pipeline_history_text(struct buf *out, const struct pipeline_progress *progress, bool narrow);
/* "answers: 1,200 of 3,641 alerts" */
void pipeline_answers_text(struct buf *out, const struct pipeline_progress *progress, bool narrow);
void pipeline_get_live(struct pipeline *pipeline, struct pipeline_live *live);
void pipeline_live_fini(struct pipeline_live *live);
/* What the sources had to say since the last call, a line each, oldest first (settled.md 28): a
 * change of health, a try that failed. False: there is none; the line is the caller's to free and
 * not cleaned. */
bool pipeline_take_line(struct pipeline *pipeline, char **line);
/* The look through history (pipeline_options.history) is stopped, also before it begins, until it
 * is started again; false: there is none, or it is over. Started; false: it was not stopped. */
bool pipeline_history_stop(struct pipeline *pipeline);
bool pipeline_history_start(struct pipeline *pipeline);
/* The record of a trace that a live source told is asked for there once more, whoever fetches; one
 * at a time, the last counts. False: it cannot be, err says why. */
bool pipeline_want_record(struct pipeline *pipeline, const struct trace *trace, struct error *err);
/* What came of it: appended to raw when it was found, by its hash; EVIDENCE_READING: nothing yet,
 * the wake is raised when there is. */
enum evidence_step pipeline_take_record(
	struct pipeline *pipeline, struct buf *raw, struct error *err);
void pipeline_forget_record(struct pipeline *pipeline);
/* Asks the threads to stop; what was found is kept. */
void pipeline_stop(struct pipeline *pipeline);
/* Waits until all is done, history included. */
void pipeline_wait(struct pipeline *pipeline);
/* Stops, joins, frees. */
void pipeline_free(struct pipeline *pipeline);

#endif
