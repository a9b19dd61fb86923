/*
 * A live source as the threads of a pipeline share it: the one that polls, the one that looks
 * through its history, the one that fetches single records, and the detector.
 */
#ifndef KEYWATCH_PIPELINE_FETCHER_H
#define KEYWATCH_PIPELINE_FETCHER_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/pipeline/pipeline.h"
#include "core/scan/scan.h"
#include "core/source/source.h"
#include "core/store/history.h"
#include "core/store/live.h"
#include "core/store/survey.h"

struct detector;
struct item;
struct looker;
struct want;

struct position {
	char *name, *value; /* own */
};

/* Keys that alerts are about. */
struct met_keys {
	struct arena arena; /* owns the values */
	struct met_key {
		int64_t n; /* the term */
		struct str value;
	} * list; /* owns */
	size_t count, capacity;
};
enum { MET_KEYS_MOST = 1 << 18 };
void met_keys_fini(struct met_keys *keys);

/* A source and the thread that polls it. */
struct fetcher {
	struct pipeline *pipeline;
	const struct source_config *config;
	bool once;			 /* a path s3://…: no positions, ends by itself */
	const char *given;		 /* that path; borrows */
	struct source_config own_config; /* of a one-off; owns its values */
	pthread_t thread;
	bool started;		    /* the detector's to know */
	struct wake nudge;	    /* raised when `committed` moved */
	struct position *positions; /* owns; as committed when the thread was started */
	size_t position_count, position_capacity;

	/* For history (ask.c), on a thread of its own. */
	pthread_t asker;
	bool asks;	      /* the detector's to know: the asker was started */
	struct wake ask_wake; /* raised when it may have something to do */
	atomic_bool polling;  /* a round is under way, or the last one failed */

	/* For what it meets of known alerts (met.c). */
	atomic_bool fresh;     /* there are fresh keys */
	struct want *known;    /* owns; the thread's own, as the next */
	struct looker *looker; /* owns; for them; NULL: it looks for none */

	/* Guarded by the pipeline's lock. */
	struct met_keys fresh_keys; /* owns; that are known since it last took them */
	struct store_ask ask;	      /* what it is asked for; term 0: nothing */
	uint64_t ask_serial;	      /* goes up with each */
	struct survey_batch *batch;   /* owns; what it is to be looked through for; NULL: nothing */
	struct health health;
	uint64_t committed; /* the highest token */

	/* The thread's own. */
	struct source *source;
	struct http *http;
	struct source_report report; /* as last published */
	int64_t success_ms;	     /* real; when the last complete round began; -1: none */
	bool watching;		     /* in this round: the one before was complete, without a gap */
	unsigned failures;	     /* in a row */
	uint64_t delivered;	     /* tokens given to the source */
	int64_t said_ms;
	int64_t skew_min; /* as last said */

	/* The detector's own. */
	int64_t input; /* the store's id for input_path; 0: none */
	struct buf input_path;
	uint64_t barrier;  /* in the open transaction */
	uint64_t alerts;   /* new in it */
	bool asked;	   /* in it: the ask has its answer */
	bool ask_stale;	   /* in it: there is more to ask for */
	bool surveys;	   /* the surveyor was started, on the asker's thread */
	bool surveying;	   /* it has a batch */
	bool surveyed;	   /* in the open transaction: what came of it */
	bool survey_stale; /* in it: there is more to look for */
};

enum wish_state { WISH_NONE, WISH_WANTED, WISH_TAKEN, WISH_DONE };

/* A record that is to be fetched once more. Guarded by the pipeline's lock, but for the copy of
 * who fetches it. */
struct record_wish {
	uint64_t serial;
	enum wish_state state;
	struct fetcher *fetcher;
	char event_id[256], path[1200], sha256[HASH_HEX]; /* a key of S3 has up to 1024 bytes */
	int64_t time;
	/* What came of it. */
	enum evidence_step step;
	struct buf raw; /* owns */
	struct error error;
};

/* Who fetches them. */
struct reread {
	pthread_t thread;
	bool started;		 /* the main thread's to know: with the first that is wanted */
	struct wake wake;	 /* another one is wanted, or none any more, or all is to stop */
	struct wake round_wake;	 /* a round has ended */
	struct record_wish wish; /* owns its bytes */
};

/* ---- health.c: of a fetcher, on its thread ---- */

/* Within a round; source_options.say and .failed_try. */
void fetcher_say_report(void *fetcher, const struct source_report *report);
void fetcher_say_failed_try(void *fetcher, const char *what);
/* A whole round that began then. */
void fetcher_note_success(struct fetcher *fetcher, int64_t began_ms);
/* pause: until the next try, ms of event time; negative: there is none. */
void fetcher_note_failure(struct fetcher *fetcher, const struct source_failure *failure,
	const struct error *err, int64_t pause);

/* Of its history: what keeps it from being whole ("": nothing) and what to do about it; the newest
 * that was looked through. */
void fetcher_note_trouble(struct fetcher *fetcher, const char *error, const char *advice);
void fetcher_note_looked(struct fetcher *fetcher, int64_t until);

/* ---- fetch.c: what a source of a fetcher is opened with ---- */

struct source_options fetcher_source_options(
	struct fetcher *fetcher, const struct source_sink *sink, const struct scan_options *scan);
enum { FETCHER_TURN_MS = 550 }; /* a little under 2 requests a second */

/* ---- ask.c: what a live source is asked for history, its thread ---- */

/* What came of it. */
struct asked {
	int64_t alert, term, due;
	enum term_kind kind;
	struct span span;
	bool anew, part, again; /* again: it had been asked before */
	char places[SOURCE_PLACES], missing[SOURCE_PLACES];
	char trouble[256]; /* it was not answered: why, and no more is said */
};

void *pipeline_ask(void *fetcher);

/* ---- asking.c: when history may ask ---- */

/* Of the fetcher: a round begins; it has ended, and the next begins in so many ms; it failed, or
 * does not go on: history waits. */
void asking_hold(struct fetcher *fetcher);
void asking_go_on(struct fetcher *fetcher, int64_t next_ms);
void asking_stand_by(struct fetcher *fetcher, int64_t next_ms);
/* Of the asker. Waits so many ms, until the stop; negative: until something changes. True: stop. */
bool asking_pause(struct fetcher *fetcher, int64_t ms);
/* Waits until it may ask; false: stopping. */
bool asking_may(struct fetcher *fetcher);
/* As turns_history. */
int64_t asking_try_turn(struct pipeline *pipeline, const char *key);
/* source_turn of an asker. */
bool asking_turn(void *fetcher, const char *key);

/* ---- record.c, reread.c: single records ---- */

bool record_init(struct pipeline *pipeline, struct error *err);
/* After the stop. Joins the thread. */
void record_fini(struct pipeline *pipeline);
/* Is one to be fetched, ahead of all history? */
bool record_is_wanted(struct pipeline *pipeline);
void *pipeline_reread(void *pipeline); /* the thread */

/* ---- asked.c: the detector's ---- */

/* An alert of the fetcher was put: what came of it is asked for from now on. */
void asking_put(struct detector *d, struct fetcher *fetcher, const struct alert *alert,
	int64_t input, uint64_t offset);
void asking_take(struct detector *d, const struct item *item); /* TRACE, ASKED */
/* What is to be asked next; `due`: something may have become due since. */
void asking_next(struct detector *d, bool due);

/* ---- survey.c: what live sources are looked through for, many terms at once ---- */

enum { SURVEY_TERMS = 200 };

/* Given by the detector, freed by the surveyor. */
struct survey_batch {
	struct arena arena; /* owns the values */
	struct store_surveyed_term terms[SURVEY_TERMS];
	size_t count;
};
void survey_batch_free(struct survey_batch *batch);

struct surveyed_term {
	int64_t term, due;
};
struct surveyed {
	bool ended;	  /* of the batch there is no more; false: what the trouble is */
	struct span span; /* all that there is was given; from > to: of no time */
	struct surveyed_term *terms;
	size_t term_count;
	struct trail_span *spans;
	size_t span_count;
	char place[200], trouble[400]; /* "": as before; none */
};

void *pipeline_survey(void *fetcher); /* the thread */

/* ---- surveyed.c: the detector's side of them ---- */

/* An alert of the fetcher was put: what it is about is looked for from now on. */
void survey_put(struct detector *d, struct fetcher *fetcher, const struct alert *alert);
void survey_take(struct detector *d, const struct item *item); /* MET, SURVEYED */
/* What is to be looked for next; `due`: something may have become due since. */
void survey_next(struct detector *d, bool due);

/* ---- met.c: what a watch reads of known alerts ---- */

/* Of the fetcher, on its thread. */
void met_begin(struct fetcher *fetcher);
void met_round(struct fetcher *fetcher);
void met_end(struct fetcher *fetcher);
/* scan_options.wants */
bool met_wants(void *fetcher, struct str unit, bool named, const struct fields *fields);
/* An ITEM_MET of what was given; NULL: it is about no known key. */
struct item *met_take(
	struct fetcher *fetcher, const struct source_place *place, struct str raw, unsigned flags);
/* The detector's: before the thread is started; an alert was put, a key became known; what that
 * told is in the store, or is not. */
void met_load(struct detector *d, struct fetcher *fetcher);
void met_put(struct detector *d, const struct alert *alert);
void met_know(struct detector *d, int64_t term, struct str key);
void met_committed(struct detector *d);
void met_rolled_back(struct detector *d);

/* ---- fetchers.c ---- */

/* Makes them of the sources and the s3:// paths; false with err for a path that makes no sense. */
bool fetchers_init(struct pipeline *pipeline, struct error *err);
void fetchers_fini(struct pipeline *pipeline);

/* ---- live.c: the detector's side of fetchers ---- */

/* Starts the one-offs, and what the lease allows. */
void live_start(struct detector *d);
/* Takes or beats the lease, publishes health: every STORE_LEASE_BEAT_MS. */
void live_tick(struct detector *d);
/* The store's id of the input that the item stands in; 0: the store failed. */
int64_t live_input(struct detector *d, const struct item *item);
void live_put_position(struct detector *d, const struct item *item);
/* All given so far is committed. */
void live_committed(struct detector *d);
/* The transaction was taken back. */
void live_rolled_back(struct detector *d);
void live_join(struct detector *d);

/* ---- line.c ---- */

/* Keeps a line for pipeline_take_line, and for the log. Takes the lock. */
void line_say(struct pipeline *pipeline, const char *line);
/* Of what a fetcher gave; nothing for a file, whose problems are told together. */
void line_say_problem(
	struct pipeline *pipeline, const struct item *item, const struct problem *problem);

#endif
