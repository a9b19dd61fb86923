/*
 * What the files of the cloudtrail source share: the walk over the pages of LookupEvents, and who
 * is asked. Only source_cloudtrail.c and cloudtrail_*.c include this.
 */
#ifndef KEYWATCH_SOURCE_CLOUDTRAIL_PRIVATE_H
#define KEYWATCH_SOURCE_CLOUDTRAIL_PRIVATE_H

#include "core/source/aws_client.h"
#include "core/source/window.h"

enum { CLOUDTRAIL_WATCHED_MAX = 2 };

/* One region's events; positions are named after it. */
struct trail_region {
	const char *name;
	struct window window;
};

struct cloudtrail {
	struct source source;
	struct aws_client client;
	struct scanner *scanner;
	struct trail_region regions[CLOUDTRAIL_WATCHED_MAX]; /* where IAM's events are filed */
	size_t region_count;
	char path[64]; /* where records of the region stand */
	uint64_t records;
	bool stopped;
	struct buf told;	   /* problems that were told: the overlap brings them again */
	bool filling;		   /* the first fill is under way */
	uint64_t pages;		   /* of this round */
	struct trail_scope *scope; /* owns; where history is asked; NULL: not needed yet */
};

/* A walk over the pages of one window. */
struct walk {
	struct str attribute, value; /* absent: all events */
	int64_t from, to;	     /* ticks */
	struct buf token;	     /* of the next page; empty: the first */
	struct buf mark;	     /* a token of before, to be met again in a circle */
	int laps;		     /* how often it was met */
	uint64_t most, page;	     /* pages at most; 0: all; which one is asked for */
	bool cut;		     /* there were more, older than `oldest` */
	int64_t oldest;
};

/* All that follows is about that region. */
void cloudtrail_enter(struct cloudtrail *c, const char *region);
/* One page; *more: there is another. */
enum source_result cloudtrail_page(struct cloudtrail *c, struct walk *walk, bool *more,
	struct aws_error *failed, struct source_failure *failure, struct error *err);
enum source_result cloudtrail_walk(
	struct cloudtrail *c, struct walk *walk, struct source_failure *failure, struct error *err);
/* CloudTrail refuses to be asked for more than it keeps. */
int64_t cloudtrail_not_too_old(int64_t from, int64_t now);

/* ---- cloudtrail_ask.c: source_ops.ask ---- */

enum source_result cloudtrail_ask(struct source *source, struct source_ask *ask,
	struct source_failure *failure, struct error *err);

/* ---- cloudtrail_scope.c: the regions in use ---- */

struct trail_scope *trail_scope_new(struct cloudtrail *c);
void trail_scope_free(struct trail_scope *scope);
/* Finds out which there are, unless that is known. False: stopping. */
bool trail_scope_update(struct trail_scope *scope, struct cloudtrail *c);
size_t trail_scope_count(const struct trail_scope *scope);
const char *trail_scope_region(const struct trail_scope *scope, size_t i);
/* It did not answer of late, and is not asked for a while: why; NULL: it may be asked. */
const char *trail_scope_silent(const struct trail_scope *scope, size_t i);
void trail_scope_silence(struct trail_scope *scope, size_t i, enum source_cause cause);
/* What is not known of them, in words; "": nothing. */
const char *trail_scope_unknown(const struct trail_scope *scope);

#endif
