/*
 * An alert's history, read once for all that is asked of it: which record is whose, what came of
 * the new key, and over which times that can be said. Only facts*.c and assessment*.c include
 * this. Pure.
 */
#ifndef KEYWATCH_ALERT_READING_H
#define KEYWATCH_ALERT_READING_H

#include "core/alert/assessment.h"
#include "core/alert/term.h"

/* A record of the history, as this alert sees it. */
struct clue {
	const struct trace *trace;
	unsigned weight; /* trace_weight */
	size_t key;	 /* index of the key that it was called with; HISTORY_NONE */
	bool by_actor, from_ip, on_user;
	/* The same call as another account logged it, which is no clue; NULL: none. */
	const struct trace *copy;
	const struct clue *copied; /* while copies are looked for: whose this one is */
};

struct trace_copy {
	const struct trace *copy, *told;
};

struct reading {
	struct arena *arena;
	const struct alert *alert;
	const struct history *history; /* never NULL */
	struct trace own;	       /* the alert's record */
	struct str user;	       /* that it is about; absent: root, or not recorded */
	bool addressed;		       /* made from a place (address.h), not by a service */
	struct clue *clues;	       /* ascending by time, without the alert's own */
	size_t count;
	struct trace_copy *copies; /* in the order of the traces */
	size_t copy_count;
	bool *of_new;	  /* by index of a key: the new one, or temporary and obtained with it */
	unsigned *depths; /* by index of a key: how many times it was made over, hops aside */
};

void reading_make(struct reading *reading, struct arena *arena, const struct alert *alert,
	const struct history *history);

/* Of a call that two accounts logged one record stays a clue. */
void reading_join_copies(struct reading *reading);
/* The record that stands for it. */
const struct trace *reading_told(const struct reading *reading, const struct trace *trace);

/* ---- what was looked through ---- */

/* Calls with a weight: what makes, changes and deletes. LOOKED_ALL_…: any. */
#define LOOKED_KEY (1u << TERM_KEY)
#define LOOKED_USER (1u << TERM_USER)
#define LOOKED_ACTOR (1u << TERM_ACTOR)
#define LOOKED_ADDRESS (1u << TERM_ADDRESS)
#define LOOKED_AGENT (1u << TERM_AGENT)
#define LOOKED_ALL_KEY (LOOKED_KEY | HISTORY_CUT_LIGHT(LOOKED_KEY))
#define LOOKED_ALL_ADDRESS (LOOKED_ADDRESS | HISTORY_CUT_LIGHT(LOOKED_ADDRESS))
/* With others: of the making of keys, for which live sources are asked by name instead. */
#define LOOKED_MAKING (1u << TERM_CALL)

struct looked {
	struct fact_looked times;
	struct str lacks; /* why nothing may be denied; absent: it may */
	struct str where; /* of what it may be: `in us-east-1 …`; absent: of all there is */
};

/* Under terms of these kinds (LOOKED_…), of the times from..to; TIME_NONE: as far back as they
 * reach from the alert on without a gap; up to the end. */
struct looked reading_looked(
	const struct reading *reading, unsigned kinds, int64_t from, int64_t to);
/* As reading_looked from TIME_NONE on, where something was found, the first of it then: when that
 * was before a gap, what may have been in the gap lacks. */
struct looked reading_looked_found(
	const struct reading *reading, unsigned kinds, int64_t found, int64_t to);
/* The same for what comes first: where there is more than is kept, the latest are left off. */
struct looked reading_looked_first(
	const struct reading *reading, unsigned kinds, int64_t from, int64_t to);
/* From the making of the key to the end. */
struct looked reading_looked_since(const struct reading *reading, unsigned kinds);

/* ---- what is found ---- */

bool clue_is(const struct clue *clue, const char *name); /* of IAM, and went through */
/* Called with the new key, also through temporary keys. */
bool reading_is_use(const struct reading *reading, const struct clue *clue);

struct usage {
	const struct clue *first;     /* NULL: none is seen */
	const struct clue *elsewhere; /* the first from another address than the call's own */
	uint64_t calls, errors;
};
void reading_usage(struct usage *usage, const struct reading *reading);
/* Seconds from the making to then, rounded down. */
int64_t reading_after(const struct reading *reading, int64_t time);
/* Are they of the same address? Unknown when one of them is none, unless both are written like one.
 */
enum answer_yes reading_same_ip(const struct reading *reading, const struct trace *trace);
/* Of the same program, whatever command of it. */
enum answer_yes reading_same_agent(const struct reading *reading, const struct trace *trace);

struct rotation {
	enum rotation_shape shape;
	struct str old;
	struct str younger; /* another one that the user has since; where there is no old one */
	const struct trace *shown_by; /* that the old key was there; NULL: the call itself */
	const struct trace *use, *deactivate, *remove;
	bool by_owner; /* the steps were the user's own */
	struct looked looked;
};
void reading_rotation(struct rotation *rotation, const struct reading *reading);

/* The quarantine policy put on the user: the first since the key was made, else the last before;
 * NULL: none is seen. */
const struct trace *reading_quarantine(const struct reading *reading);
/* It was taken off again, the last time; NULL: it was not seen to be. */
const struct trace *reading_quarantine_off(
	const struct reading *reading, const struct trace *put);
/* Was it the caller, the user, or who has the new key? */
bool reading_is_party(const struct reading *reading, const struct trace *trace);
/* How the key that the call was made with was made, by way of temporary ones; NULL: not seen. */
const struct trace *reading_caller_key_made(const struct reading *reading);
/* Is it around the alert, and the actor's? */
bool reading_is_around(const struct reading *reading, const struct clue *clue);
enum { AROUND_MIN = 30 };
bool reading_stops_logging(const struct trace *trace); /* whatever came of it */
bool reading_is_logging_stopped(const struct clue *clue);
/* As reading_looked_since, of what was done with the new key, or with its tree: temporary keys of
 * which no id is recorded may have done more. */
struct looked reading_looked_use(const struct reading *reading);
struct looked reading_looked_tree(const struct reading *reading);
/* Keys that were made with the new one, at any depth; those that are temporary aside. */
size_t reading_children(const struct reading *reading);

/* ---- words ---- */

/* `alice`, `AdminRole/alice`, `root`, out of an ARN; anything else as it is. */
struct str reading_short_actor(struct str arn);
/* Each once, in the order of their first; returns how many. */
size_t reading_unique(struct arena *arena, struct str *list, size_t count);
/* What stands behind the last '/'. */
struct str reading_last_part(struct str path);
/* `s3` of `s3.amazonaws.com` */
struct str reading_short_service(struct str service);
void reading_put_span(struct buf *out, int64_t seconds); /* 58 s, 4 min, 3 h, 12 d */
void reading_put_time(struct buf *out, int64_t time);	 /* to the second */

#endif
