/*
 * Starts, stops and joins the threads that turn saved logs into alerts: scan workers → bounded
 * queue → detector → store; counters copied out under a short lock. Used from one thread.
 */
#ifndef KEYWATCH_PIPELINE_H
#define KEYWATCH_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/wake.h"
#include "core/rule/rule.h"
#include "core/store/store.h"

struct pipeline_options {
	const char *const *paths;
	size_t path_count;
	struct rule *const *rules;
	size_t rule_count;
	unsigned jobs;	   /* 0: one per core */
	int64_t now;	   /* what now() answers in rules, ticks */
	size_t max_record; /* 0: SCAN_MAX_RECORD */
	bool remember;	   /* unchanged files are not read again */
	const struct wake *wake; /* raised when something changed; may be NULL; borrows */
};

struct pipeline_progress {
	uint64_t bytes_total, bytes_done; /* as delivered; total 0 while not known */
	uint64_t bytes_out;		  /* uncompressed */
	uint64_t files_total, files_done, files_remembered;
	uint64_t records, alerts_new;
	uint64_t errors, notes; /* problems by severity */
	int64_t elapsed_ms;
	bool listing;  /* the paths are still being walked */
	bool finished; /* all is read and committed, or stopped */
	bool stopped;
	bool failed;   /* the store refused: see error */
	struct error error;
};

struct pipeline;

/* `store` is only used to open handles for the detector. Borrows options' rules, wake and paths
 * until pipeline_free. */
bool pipeline_start(struct pipeline **out, const struct pipeline_options *options,
	const struct store *store, struct error *err);
int64_t pipeline_run(const struct pipeline *pipeline); /* the scope for store queries */
void pipeline_get_progress(struct pipeline *pipeline, struct pipeline_progress *progress);
/* Asks the threads to stop; what was found is kept. */
void pipeline_stop(struct pipeline *pipeline);
/* Waits until all is done. */
void pipeline_wait(struct pipeline *pipeline);
/* Stops, joins, frees. */
void pipeline_free(struct pipeline *pipeline);

#endif
