/*
 * The turns of the workers that read a big file in slices: what is found in a slice is held until
 * all before it was given on, in the order of the file, while its worker reads on. Only cut*.c.
 */
#ifndef KEYWATCH_PIPELINE_CUT_H
#define KEYWATCH_PIPELINE_CUT_H

#include "core/pipeline/edge.h"
#include "core/pipeline/reading.h"

enum { CUT_PARKED = 8 };

/* What was found in a slice, until its turn comes. */
struct found {
	struct item **items; /* own */
	size_t count, capacity, bytes;
};

/* A whole slice that waits for its turn alone. */
struct parked {
	bool any;
	struct found found;
	struct scan_summary summary;
	uint64_t end;
};

struct cut {
	struct reading *reading; /* the owner's; of whom it is the turn */
	int fd;
	uint64_t slice, count; /* size; how many */
	unsigned state;	       /* in which each begins */
	char key[EDGE_KEY];    /* of a list: how an element begins, with quotes; "": lines */
	struct scan_summary summary;
	atomic_uint_fast64_t counted;

	/* Guarded by the pipeline's cut_lock. */
	uint64_t next, turn;		  /* to be taken; to be given on */
	bool over;			  /* somebody reads all that is left */
	struct parked parked[CUT_PARKED]; /* by their index */
	size_t parked_bytes;
	unsigned helpers;
	struct cut *following;
};

/* One slice, while one worker reads it. */
struct part {
	struct worker *worker;
	struct cut *cut;
	uint64_t index, at;
	bool in_turn;
	struct found held;
};

/* The turn of this slice is over, and what is held of it given on. over: those who wait for theirs
 * need not. */
void cut_end_turn(struct part *part, bool over);
/* Waits for it: what was held goes on, and what comes need not be. False: it will not come. */
bool cut_take_turn(struct part *part);
/* Owns the item. False: as cut_take_turn, which it calls when much is held. */
bool cut_hold(struct part *part, struct item *item);
/* Of a whole slice, whose worker then need not wait. False: there is no room, or it is its turn. */
bool cut_park(struct part *part, const struct scan_summary *summary);
/* In turn: what a whole slice came to, and those parked behind it. */
void cut_pass_on(struct part *part, const struct scan_summary *summary);
/* What nobody passed on. */
void cut_drop_parked(struct cut *cut);

#endif
