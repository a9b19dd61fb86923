/* What a scan bench found: rows for people as they come, and the whole as JSON. */
#ifndef KEYWATCH_BENCH_SCAN_REPORT_H
#define KEYWATCH_BENCH_SCAN_REPORT_H

#include "core/base/json.h"
#include "tests/bench/support/corpus.h"
#include "tests/bench/support/race.h"
#include "tests/bench/support/rival.h"

struct scan_report {
	struct buf json; /* owns */
	struct json_writer writer;
	unsigned targets, reached;
	long peak_kib; /* of the job's scans so far */
};

struct scan_setting {
	const struct corpus_options *corpora;
	const char *keywatch, *library; /* the program; what it inflates with */
	int pairs, cores;
};

/* The machine, the versions, the setting. */
void scan_report_begin(struct scan_report *report, const struct scan_setting *setting);
/* A job: what is scanned; is somebody else at work; did the scans find exactly the hits (`wrong` is
 * empty), the same with one worker and with all; what they took. */
struct scan_checked {
	struct run_cost one, all;
	const char *wrong;
};
void scan_report_job(struct scan_report *report, enum corpus_kind kind, const struct corpus *corpus,
	const struct scan_checked *checked);
/* A race of that job; `found` lines came from the rival. */
void scan_report_race(struct scan_report *report, const struct corpus *corpus,
	const struct rival *rival, const struct race *race, size_t found);
/* One that did not take part, and why. */
void scan_report_missing(struct scan_report *report, const struct rival *rival, const char *why);
void scan_report_job_end(struct scan_report *report, const struct corpus *corpus);
/* Writes the JSON to `path`, frees. */
void scan_report_end(struct scan_report *report, const char *path);

#endif
