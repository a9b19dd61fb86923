/* What the loops of skim.h keep between blocks of 64 bytes. Bits stand for bytes. Only skim_*. */
#ifndef KEYWATCH_SCAN_SKIM_RUN_H
#define KEYWATCH_SCAN_SKIM_RUN_H

#include "core/scan/skim_note.h"

#define SKIM_INLINE static inline __attribute__((always_inline)) SKIM_TARGET

enum { BLOCK = 64 };
/* A unit that is deeper is left to the splitter, which knows how deep one may be. */
enum { DEPTH_MAX = 256 };

/* What bones are (skim_pass.inc): bytes outside of strings that are not blank, and the closing
 * quotes of those, in their order. */
struct kinds {
	uint64_t quote, colon, comma;
	uint64_t brace, bracket; /* opening ones */
};

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
	struct kinds before;  /* of the last bones; bit 63: the last */
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

/* ---- names and values take turns ---- */

/* What stands so many bones behind one of these. */
static inline uint64_t
past(uint64_t these, uint64_t before, int by)
{
	return these << by | before >> (BLOCK - by);
}

/* Bones behind a string that is out of place, or where one ought to stand: in an object a string is
 * a name, and then a value. It is taken for one in a list where it comes first, or next to another
 * string of one: a list that mixes strings with others is for others to look at. */
static inline uint64_t
out_of_turn(const struct kinds *k, const struct kinds *b)
{
	uint64_t string = past(k->quote, b->quote, 1);
	uint64_t first = past(k->brace, b->brace, 2), next = past(k->comma, b->comma, 2);
	uint64_t listed = past(k->quote, b->quote, 3) &
			  (past(k->bracket, b->bracket, 4) | past(k->comma, b->comma, 4));
	uint64_t member = past(k->comma, b->comma, 1) & past(k->quote, b->quote, 2) &
			  past(k->colon, b->colon, 3);

	return (string & ((k->colon & ~(first | next)) | (~k->colon & (first | (next & ~listed))))) |
	       (member & ~k->quote);
}

static inline uint64_t
last_of(uint64_t these, uint64_t before, size_t count)
{
	return these << (BLOCK - count) | before >> count;
}

static inline void
remember(struct kinds *before, const struct kinds *k, size_t count)
{
	if (count == 0)
		return;
	if (count == BLOCK) {
		*before = *k;
		return;
	}
	before->quote = last_of(k->quote, before->quote, count);
	before->colon = last_of(k->colon, before->colon, count);
	before->comma = last_of(k->comma, before->comma, count);
	before->brace = last_of(k->brace, before->brace, count);
	before->bracket = last_of(k->bracket, before->bracket, count);
}

#endif
