/*
 * A gzip inflated by another thread than the one that scans it, which is ahead by a few windows.
 * What comes out is what inflate.h gives, in its order. Neither thread is started here: one calls
 * ahead_run, the other all the rest.
 */
#ifndef KEYWATCH_SCAN_AHEAD_H
#define KEYWATCH_SCAN_AHEAD_H

#include <stdint.h>

#include "core/base/str.h"
#include "core/scan/inflate.h"

typedef enum inflate_result inflate_step(struct inflate *inflate, struct inflate_io *io);

/* One step of an inflater: what it gave and said. */
struct inflated {
	struct str bytes; /* borrows */
	enum inflate_result result;
	/* DAMAGED: */
	uint64_t offset; /* in the gzip */
	const char *error;
	bool whole;
};

/* io->out and out_len are the window; behind: the offset of the input's end in the gzip. */
void inflated_by(struct inflated *inflated, struct inflate *inflate, inflate_step *step,
	struct inflate_io *io, uint64_t behind);

struct ahead;

struct ahead *ahead_new(void);
/* After ahead_run has returned, if it was called. */
void ahead_free(struct ahead *ahead);
/* The other thread's work; returns after ahead_close. */
void ahead_run(struct ahead *ahead);
void ahead_close(struct ahead *ahead);

/* At most two pieces wait at a time. Until a piece is done, its bytes stay where they are and the
 * inflater is the other thread's. */
void ahead_give(struct ahead *ahead, struct inflate *inflate, inflate_step *step, struct str piece,
	uint64_t behind);
/* Pieces that are not done. */
unsigned ahead_pieces(const struct ahead *ahead);
/* What comes next; there is a piece. INFLATE_MORE ends one. Valid until the next call. */
const struct inflated *ahead_take(struct ahead *ahead);
/* Whatever is left of the pieces does not matter: none is there on return. */
void ahead_drop(struct ahead *ahead);

#endif
