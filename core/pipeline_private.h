/*
 * What the threads of a pipeline share. Only pipeline*.c includes this.
 */
#ifndef KEYWATCH_PIPELINE_PRIVATE_H
#define KEYWATCH_PIPELINE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/base/queue.h"
#include "core/pipeline.h"
#include "core/scan/scan.h"
#include "core/source/walk.h"

/* An input to read; fixed once listed. */
struct job {
	const struct walk_file *file; /* borrows from the walk */
	int64_t input;		      /* the store's id */
};

enum item_kind { ITEM_RECORD, ITEM_PROBLEM, ITEM_DONE };

/* One malloc; moves through the queue; the detector frees it. */
struct item {
	enum item_kind kind;
	const struct job *job; /* NULL: a problem of the walk */
	uint64_t offset;       /* RECORD, PROBLEM */
	unsigned scan_flags;   /* RECORD */
	enum problem_severity severity; /* PROBLEM */
	struct str path;       /* PROBLEM of the walk */
	struct str text;       /* RECORD: raw bytes; PROBLEM: the reason; in the same malloc */
	bool whole;	       /* DONE: read to its end without being stopped */
	struct walk_file as_read; /* DONE, if whole: size and times when opened */
};

struct pipeline {
	struct pipeline_options options;
	struct wake stop_wake; /* raised once: interrupts a wait for a pipe */
	atomic_bool stop;
	struct store *store; /* the detector's; owns */
	int64_t run;
	char rule_key[2][HASH_HEX]; /* of inputs that were found, and that were given */
	struct str *literals; /* owns the array; borrows from the rules */
	size_t literal_count;
	struct queue *queue;
	struct walk walk;
	struct job *jobs; /* owns; biggest first; written before the workers start */
	size_t job_count;
	atomic_size_t next_job;
	pthread_t detector;
	pthread_t *workers; /* owns */
	unsigned worker_count;
	bool joined;
	pthread_mutex_t lock; /* guards the two below */
	struct pipeline_progress progress;
	unsigned workers_left;
	int64_t started_ms;
};

/* The thread functions. */
void *pipeline_detect(void *pipeline);
void *pipeline_read(void *pipeline);

/* Starts the workers on the jobs; called by the detector when they are listed. */
void pipeline_start_workers(struct pipeline *pipeline);

struct item *item_new(enum item_kind kind, struct str path, struct str text);

#endif
