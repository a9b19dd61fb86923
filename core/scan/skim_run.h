/* What the loops of skim.h keep between blocks of 64 bytes. Bits stand for bytes. Only skim_*.c. */
#ifndef KEYWATCH_SCAN_SKIM_RUN_H
#define KEYWATCH_SCAN_SKIM_RUN_H

#include "core/scan/skim_note.h"

#define SKIM_INLINE static inline __attribute__((always_inline)) SKIM_TARGET

enum { BLOCK = 64 };
enum { DEPTH_MAX = 62 }; /* the stack is one word */

/* What runs from block to block. */
struct run {
	uint64_t escape; /* 1: the first byte is escaped */
	uint64_t string; /* all ones: it stands in a string */
	uint64_t scalar; /* 1: the byte before was of a number or word */
	uint64_t t;	 /* 1: it was a t or l */
	/* 1: the next byte that is not blank follows … */
	uint64_t after_comma, after_open, after_colon, after_string;
	uint64_t after_value; /* its last byte */
	uint64_t stack;	      /* a bit a level, the lowest is the innermost: an object */
	uint64_t object;      /* all ones: directly in an object */
	int depth;	      /* in a unit; 0: between units */
	bool flat;	      /* no array is open in it */
	bool passed;	      /* pass() went over the block before */
};

#endif
