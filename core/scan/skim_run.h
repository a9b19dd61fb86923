/* What the loops of skim.h keep between blocks of 64 bytes. Bits stand for bytes. Only skim_*. */
#ifndef KEYWATCH_SCAN_SKIM_RUN_H
#define KEYWATCH_SCAN_SKIM_RUN_H

#include "core/scan/skim_note.h"

#define SKIM_INLINE static inline __attribute__((always_inline)) SKIM_TARGET

enum { BLOCK = 64 };
/* A unit that is deeper is left to the splitter, which knows how deep one may be. */
enum { DEPTH_MAX = 256 };

struct run {
	uint64_t escape; /* 1: the first byte is escaped */
	uint64_t string; /* all ones: it stands in a string */
	uint64_t scalar; /* 1: the byte before was of a number or word */
	uint64_t t;	 /* 1: it was the first letter of a pair */
	/* 1: the next byte that is not blank follows … */
	uint64_t after_comma, after_brace, after_bracket; /* opening ones */
	uint64_t after_colon, after_string;
	uint64_t after_value; /* its last byte */
	int depth;	      /* of braces and brackets, in a unit; 0: between units */
	int brackets;	      /* of them: these */
	bool passed;	      /* pass() went over the block before */
	size_t stride;	      /* blocks it tries in one go */
	size_t pause;	      /* blocks before it tries again */
	size_t patience;      /* the next pause */
};

/* Where units begin and end in a block. */
struct edges {
	uint64_t starts, ends;
	uint64_t base;	/* between units, up to the brace that begins one */
	uint64_t wrong; /* 0, or the first brace or bracket that does not belong there */
};

/* Takes braces and brackets one by one. */
static inline struct edges
walk(struct run *r, const char *block, uint64_t open, uint64_t close)
{
	struct edges e = {.base = r->depth ? 0 : ~UINT64_C(0)};

	for (uint64_t left = open | close; left; left &= left - 1) {
		uint64_t bit = left & -left, behind = -bit ^ bit;
		char c = block[__builtin_ctzll(bit)];

		if (c == '[')
			r->brackets++;
		else if (c == ']')
			r->brackets--;
		if (open & bit && r->depth++ == 0) {
			e.starts |= bit;
			e.base &= ~behind;
			e.wrong = c == '{' ? 0 : bit;
		} else if (close & bit && --r->depth <= 0) {
			e.ends |= bit;
			e.base |= behind;
			e.wrong = r->depth == 0 && r->brackets == 0 ? 0 : bit;
		}
		if (r->depth > DEPTH_MAX)
			e.wrong = bit;
		if (e.wrong)
			break;
	}
	return e;
}

#endif
