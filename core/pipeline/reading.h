/*
 * What a scan worker keeps, and an input that is read. Only read.c and cut.c.
 */
#ifndef KEYWATCH_PIPELINE_READING_H
#define KEYWATCH_PIPELINE_READING_H

#include "core/pipeline/private.h"

enum { READ_SIZE = 512 << 10, DONE_BATCH = 64 };

/* One thread. What every file would cost is gathered here and given on together. */
struct worker {
	struct pipeline *pipeline;
	struct scanner *scanner;
	struct looker *looker;		  /* owns; NULL: in the first pass */
	struct item *traces, *last_trace; /* own; found and not given on yet */
	void *buffer, *other_buffer;	  /* own */
	struct helper helper;
	struct tally tally;
	struct done done[DONE_BATCH];
	size_t done_count;
};

/* One input being read. Problems wait until its end: only then is it known whether it is a log. */
struct reading {
	struct worker *worker;
	struct pipeline *pipeline;
	struct job *job;
	struct done done;
	struct item **problems; /* owns */
	size_t problem_count, problem_capacity, problems_left_out;
	uint64_t from;	  /* where it is read from */
	uint64_t counted; /* bytes read */
	bool undecided;	  /* others wait for whether it is cut */
	bool pipe;	  /* it comes once, and may say nothing for long */
	bool tells;	  /* problems are told: not those of a pass for history */
};

/* The sink of a reading. */
bool reading_take_record(void *reading, struct str raw, uint64_t offset, unsigned flags);
void reading_take_problem(
	void *reading, enum problem_severity severity, uint64_t offset, const char *reason);
/* The same of items that were made before; owns them. */
bool reading_give(struct reading *reading, struct item *item);

/* NULL: nobody wants it. */
struct item *reading_record(
	struct worker *worker, struct job *job, struct str raw, uint64_t offset, unsigned flags);
struct item *reading_problem(enum problem_severity severity, uint64_t offset, const char *reason);

/* In a pass for history: whose times are noted, and that they are its own. */
void reading_begin(struct worker *worker, const struct job *job);
void reading_end(struct worker *worker, struct job *job);

/* Says and counts a failed read of the input. */
void reading_say_failed(struct reading *reading, uint64_t at);
/* Where it can be read on when it has grown: at its end, before scan_end. */
void reading_note_mark(struct reading *reading, const struct scanner *scanner, int fd);
/* Reads on to the end of the input; false: stopped, or it cannot be read. */
bool reading_rest(struct reading *reading, int fd);

void reading_say(struct reading *reading, enum problem_severity severity, uint64_t offset,
	const char *reason);

/* ---- open.c ---- */

/* -1: it cannot be, and that was said. */
int reading_open(struct reading *reading);
/* What was read, for the copy of a pipe. */
void reading_spool(struct reading *reading, const void *bytes, size_t len);

/* ---- cut.c: a big plain file, read by all workers ---- */

/* May it be worth cutting? */
bool cut_may_pay(const struct reading *reading, int fd);
/* Reads the whole input, with what help there is: the outcome is that of reading_rest and scan_end.
 */
void cut_read(struct reading *reading, int fd, struct scan_summary *summary);
/* Nobody need wait any more for this one to be cut. */
void cut_decided(struct reading *reading);
/* The next job, after all that is to be helped with; NULL: there is nothing to do. undecided:
 * others wait for whether it is cut. */
struct job *cut_next_job(struct worker *worker, bool *undecided);

#endif
