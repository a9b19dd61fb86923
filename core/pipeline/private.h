/*
 * What the threads of a pipeline share. Only pipeline*.c includes this.
 */
#ifndef KEYWATCH_PIPELINE_PRIVATE_H
#define KEYWATCH_PIPELINE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/base/queue.h"
#include "core/history/keyset.h"
#include "core/history/spans.h"
#include "core/history/want.h"
#include "core/pipeline/fetcher.h"
#include "core/pipeline/tally.h"
#include "core/scan/scan.h"
#include "core/source/turns.h"
#include "core/source/walk.h"

/* An input to read. */
struct job {
	const struct walk_file *file; /* borrows from the walk */
	struct store_mark *mark;      /* owns; where it may be read on; NULL: it is read whole */
	enum estimate_kind kind;      /* by its name */
	bool goes_on;  /* the worker's, before its first item: it is read from there */
	bool unopened; /* the worker's: the first pass could not open it */
	/* Of the worker in the first pass. */
	struct spool *spool; /* owns; a copy of what came through a pipe; NULL: there is none */
	int64_t start;	     /* where in it standard input stood, if it is a file */
	/* The worker's in a pass for history, then the detector's. */
	struct spans spans; /* of the times of its events */
	struct keyset keys; /* that stand in it */
	size_t key_bits;    /* to tell them by; fixed while a pass runs */
	bool unread;	    /* some of it could not be read */
	/* The detector's. */
	bool due;	   /* this pass reads it */
	bool looked_on;	   /* further than the store knows: it holds none of the keys */
	int64_t looked;	   /* the last term that it was looked through for; of workers in a pass */
	int64_t input;	   /* the store's id; 0: nothing of it was put there yet */
	struct job *begun; /* the next that was begun in the open transaction */
};

/* How an input was when it was opened, and whether it was read to its end. */
struct done {
	struct job *job;
	uint64_t size;
	int64_t mtime_ns, ctime_ns;
	dev_t device;
	ino_t inode;
	bool whole;
	struct store_mark mark;
};

enum item_kind {
	ITEM_RECORD,
	ITEM_TRACE, /* of a pass for history */
	ITEM_PROBLEM,
	ITEM_DONE,     /* of jobs whose other items came before */
	ITEM_POSITION, /* of a fetcher: path is its name, text its value */
	ITEM_BARRIER,  /* of a fetcher */
	ITEM_ASKED,    /* of a fetcher: all that was asked for came before */
	ITEM_MET,      /* of a fetcher: a trace of a survey */
	ITEM_SURVEYED, /* of a fetcher: what came of a survey, whose traces came before */
	ITEM_FILES,    /* that were found */
};

/* One malloc; moves through the queue; the detector frees it. */
struct item {
	enum item_kind kind;
	struct job *job;		/* of a file, or … */
	struct fetcher *fetcher;	/* … of a source; neither: of the walk */
	uint64_t offset;		/* RECORD, TRACE, PROBLEM */
	unsigned scan_flags;		/* RECORD */
	enum problem_severity severity; /* PROBLEM */
	/* Bytes in the same malloc. */
	struct str path;	   /* of what a fetcher found; POSITION: the name */
	struct str text;	   /* RECORD: raw bytes; PROBLEM: the reason; POSITION: the value */
	struct str body;	   /* PROBLEM: what to keep with it, or absent */
	struct asked *asked;	   /* ASKED: in the same malloc */
	struct surveyed *surveyed; /* SURVEYED: in the same malloc */
	struct traced *traced;	   /* TRACE: in the same malloc; text is all of it */
	struct item *more;	   /* TRACE: owns; that follow, of the same job */
	size_t more_bytes;	   /* all of them */
	struct done *done;	   /* DONE: in the same malloc */
	size_t done_count;
	const struct walk_file **files; /* FILES: in the same malloc */
	size_t file_count;
	bool last; /* FILES: there are no more */
	int64_t arrived;     /* RECORD of a fetcher: ticks */
	bool watched;	     /* and it was watched without a gap then */
	size_t rule;	     /* RECORD: 1 + the rule that it is known to match; 0: to be judged */
	uint64_t token;	     /* BARRIER */
	int64_t alert, term; /* TRACE of a fetcher: for whom it was asked for what */
};

struct pipeline {
	struct pipeline_options options;
	struct clock real_clock; /* where options.clock is NULL */
	struct wake stop_wake;	 /* raised once: interrupts a wait for a pipe or the network */
	atomic_bool stop;
	atomic_bool halt;    /* of the passes for history that run, by the user */
	struct store *store; /* the detector's; owns */
	int64_t run;
	char rule_key[2][HASH_HEX]; /* of inputs that were found, and that were given */
	struct str *literals;	    /* owns the array; borrows from the rules */
	size_t literal_count;
	struct source_rule *rules; /* one a rule; owns the array; borrows from the rules */
	struct queue *queue;
	const struct want *want; /* of a pass for history, fixed while it runs; NULL: the first */
	struct walk walk;
	pthread_t finder;
	bool finds;		    /* it was started */
	pthread_mutex_t cut_lock;   /* guards what workers share, and every struct cut */
	pthread_cond_t cut_changed; /* also at the stop */
	struct job **jobs;	    /* owns; those not taken yet: what takes longest first */
	size_t job_count, job_capacity;
	size_t next_job;
	bool finding; /* there may be more */
	unsigned undecided;    /* big files of which nobody knows yet whether they are cut */
	struct cut *cuts;      /* those that can be helped with */
	atomic_int idle_cores; /* of those that --jobs allows: no worker runs on them */
	pthread_t detector;
	atomic_size_t next_worker; /* its place among those running */
	pthread_t *workers;	   /* owns */
	unsigned worker_count;
	struct fetcher *fetchers; /* owns; fixed once started; the one-offs come last */
	size_t fetcher_count;
	atomic_bool paused; /* another process fetches */
	bool joined;
	pthread_mutex_t lock; /* guards what follows */
	struct pipeline_progress progress;
	struct work work[ESTIMATE_KINDS];
	struct running *running; /* owns; one a worker; of this pass, as all of the estimate */
	size_t running_count;
	unsigned cores; /* that --jobs allows */
	struct estimate estimate;
	bool held_off;		   /* the user wants no look through history */
	bool looking;		   /* passes for history run, which a halt ends */
	pthread_cond_t resumed;	   /* held_off has changed, or stop */
	unsigned producers;	   /* who may still push; the last one closes the queue */
	bool holding;		   /* the detector counts as one while sources are watched */
	struct pipeline_live live; /* as the store says, while another fetches */
	struct turns turns;
	struct reread reread; /* its wish is guarded, and raised with it */
	char **lines;	      /* own; oldest first */
	size_t line_count, line_capacity;
	int64_t started_ms;
};

/* The thread functions. */
void *pipeline_detect(void *pipeline);
void *pipeline_read(void *pipeline);
void *pipeline_fetch(void *fetcher);

/* ---- ahead.c: a worker's second thread, while there are fewer inputs than cores ---- */

struct helper {
	struct pipeline *pipeline;
	struct ahead *ahead; /* owns; NULL: not needed yet */
	pthread_t thread;
	bool helping;
};

/* Who inflates ahead of the worker, up to helper_rest; NULL: nobody. */
struct ahead *helper_call(struct helper *helper);
void helper_rest(struct helper *helper);
void helper_fini(struct helper *helper);

/* ---- cut.c ---- */

/* Can there be more to do at a time than jobs? */
bool cut_may_help(const struct pipeline *pipeline);

/* It sees no signal. */
void pipeline_start_thread(pthread_t *thread, void *(*body)(void *), void *argument);
/* Starts such a thread that counts as a producer; false when stopping already. */
bool pipeline_start_producer(
	struct pipeline *pipeline, pthread_t *thread, void *(*body)(void *), void *argument);
/* Once the one before is closed and drained; its one producer is who calls. */
void pipeline_open_queue(struct pipeline *pipeline);
/* The last call of such a thread. */
void pipeline_end_producer(struct pipeline *pipeline);

struct item *item_new(enum item_kind kind, struct str path, struct str text, struct str body);
void item_free(struct item *item); /* with more; not what fetchers own */
struct item *item_new_done(const struct done *done, size_t count);

bool pipeline_stopped(const struct pipeline *pipeline); /* or its passes are halted */
bool pipeline_is_stopping(const void *pipeline);	/* the same, for who knows no pipeline */
void pipeline_wake(const struct pipeline *pipeline);
const struct clock *pipeline_clock(const struct pipeline *pipeline);

/* ---- pause.c: the detector's side ---- */

/* Before passes for history, which a halt ends from here on; false: there are to be none. */
bool pause_begin(struct pipeline *pipeline);
/* Behind them; true: they were halted, or did not begin. */
bool pause_end(struct pipeline *pipeline);
/* Until the user wants them again; false: all is to stop. */
bool pause_wait(struct pipeline *pipeline);

/* ---- look.c: of a worker, in a pass for history ---- */

/* A record that is wanted. */
struct traced {
	struct trace trace; /* texts in the same malloc; without source; the path of a live one */
	char sha256[HASH_HEX];
	bool issues; /* a wanted key obtained or made another one: the subject */
	size_t count;
	struct {
		int64_t term;
		enum trace_text first_of;
	} uses[TERMS_MAX];
};

/* It answered with a key, made or temporary. */
bool traced_makes_key(const struct trace *trace);
/* An ITEM_TRACE with a copy of it. */
struct item *traced_pack(const struct traced *traced);

struct looker;
struct looker *looker_new(const struct want *want);
void looker_free(struct looker *looker);
/* What follows is of that job. */
void looker_begin(struct looker *looker, const struct job *job);
/* What makes a record matter beside that. */
size_t looker_literals(const struct looker *looker, const struct str **literals);
/* scan_options.wants. */
bool looker_wants(
	void *looker, struct str unit, bool named, const struct fields *fields);
/* What is taken from now on stands there, in no file; borrows. */
void looker_stands(struct looker *looker, struct str path);
/* NULL: it is not wanted. */
struct item *looker_take(struct looker *looker, struct str raw, uint64_t offset, unsigned flags);
/* The times and keys since looker_begin go to the job. What is begun and not ended is thrown away.
 */
void looker_end(struct looker *looker, struct job *job);

/* ---- open.c ---- */

struct spool;
void spool_free(struct spool *spool);
uint64_t spool_size(const struct spool *spool);
/* Can a pass for history read it? */
bool job_is_there_again(const struct job *job);

/* ---- sieve.c: of a worker ---- */

/* What no rule takes, when rules must see every record, need not go through the queue. */
struct sieve;
/* NULL when the rules have literals: what is found by them is little. */
struct sieve *sieve_new(const struct pipeline *pipeline);
void sieve_free(struct sieve *sieve);
/* Is it one record, which none of the rules takes, and of which there is nothing to say? False:
 * the detector must see it. */
bool sieve_passes(void *sieve, struct str raw);

/* ---- find.c: the walk over the paths, by a thread of its own ---- */

/* Starts it; what it finds comes as items. False: stopping already. */
bool finder_start(struct pipeline *pipeline);
void finder_join(struct pipeline *pipeline);

/* ---- list.c: the detector's side of files ---- */

/* Those that are to be read are given to the workers. */
void list_files(struct detector *d, const struct item *item);
/* There are no more. */
void list_end(struct detector *d);
/* As it was listed; valid until the next call. */
struct store_input list_store_input(struct detector *d, const struct walk_file *file);
/* The store's id of a job's input; 0: the store failed. */
int64_t list_job_input(struct detector *d, struct job *job);

/* ---- progress.c ---- */

/* Of a job: by the name of its file; what of it is to be read. */
enum estimate_kind job_kind(const struct walk_file *file);
uint64_t job_bytes(const struct job *job);
/* What takes longest first, so that no worker is left alone with it at the end. For qsort, of
 * pointers. */
int job_by_cost(const void *a, const void *b);
/* There is more to do; under the lock. */
void progress_add(struct pipeline *pipeline, const struct job *job);
/* Before the workers start: with nothing done. Cores beyond them help. */
void progress_begin(struct pipeline *pipeline, unsigned workers, unsigned cores);

/* ---- mark.c: files that grow ---- */

/* What the mark says stands before it. */
bool mark_fits(int fd, const struct store_mark *mark);
void mark_go_on(
	struct scanner *scanner, const struct scan_sink *sink, const struct store_mark *mark);
/* At the end of the input, before scan_end; but the number of problems. False: there is none. */
bool mark_of(struct store_mark *mark, const struct scanner *scanner, int fd);

/* ---- detect.c ---- */

struct detector {
	struct pipeline *pipeline;
	struct rule_run **runs; /* one a rule; owns */
	bool open;		/* a transaction is */
	size_t items;		/* in it */
	int64_t opened_ms;
	bool failed;
	/* With live sources a transaction that fails is tried again: its items, in order. */
	struct item **pending; /* owns */
	size_t pending_count, pending_capacity, pending_bytes;
	struct pipeline_progress tally; /* errors, notes and alerts of the open transaction */
	int64_t lease_ms;		/* when the lease is due; -1: no live sources */
	struct job *begun;		/* in the open transaction */
	bool looked;			/* for history: what the store answered is of before */
	struct met_keys met;		/* in the open transaction; owns */
	struct buf real;		/* owns; scratch: the real path of an input */
};

void detector_take(struct detector *d, const struct item *item);
/* As many as can be of use; none where there is nothing to read. */
void detector_start_workers(struct pipeline *pipeline);
/* Once more: the workers read p->jobs, and all that they find is taken. */
void detector_run(struct detector *d);
void detector_count_problem(struct pipeline_progress *progress, enum problem_severity severity);
void detector_put_problem(struct detector *d, int64_t input, const struct problem *problem);

/* ---- history.c: the detector's ---- */

/* Under each of its terms, and the key that it issued is looked for from now on: *made is its term
 * then, else 0. */
void history_put_trace(
	struct detector *d, const struct traced *traced, int64_t input, int64_t *made);

bool history_is_due(const struct detector *d);
/* All was read: looks the paths through for the history of the run's alerts. */
void history_run(struct detector *d);
void history_take(struct detector *d, const struct item *item); /* TRACE, PROBLEM, DONE */

/* ---- answer.c ---- */

/* How many history_answer makes. */
uint64_t history_count_answers(struct detector *d);
/* Of every alert of the run, as its history is by now, then of those of the store that are stale;
 * until a stop or failure. What is told of answers ends with those of the run. */
void history_answer(struct detector *d);
/* Of one of which a live source told more, in the transaction that is open; and of some that are
 * stale. */
void history_answer_alert(struct detector *d, int64_t alert);
void history_answer_stale(struct detector *d);

/* ---- commit.c: the detector's transactions ---- */

void detector_begin(struct detector *d);  /* unless one is open, or the store failed */
void detector_commit(struct detector *d); /* or takes it back, when the store failed in it */
/* A failure of the store is shown. It ends a scan; live sources are not let down. */
void detector_fail(struct detector *d, const struct error *err);
/* Owns the item from here on: until it is committed. */
void detector_keep(struct detector *d, struct item *item);
/* After a failure: takes what was kept again, once a second, until it is committed or the stop.
 * The queue fills meanwhile and the fetchers wait: nothing is lost, nothing is let go of. */
void detector_retry(struct detector *d);
void detector_fini(struct detector *d);

#endif
