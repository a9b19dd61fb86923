/* What the loops of skim.h have in common: the unit that is read, and what is seldom met. Only
 * skim*.c. */
#ifndef KEYWATCH_SCAN_SKIM_NOTE_H
#define KEYWATCH_SCAN_SKIM_NOTE_H

#include "core/scan/skim.h"

enum { SKIM_HEADS = 32 };

struct skim_unit {
	struct skim *skim;
	struct str bytes;
	uint32_t heads[SKIM_HEADS]; /* how each literal begins */
	uint64_t head_bits;	    /* most values begin like none of them */
	bool headed;		    /* all are long and few enough for that */
	const char *start;
	bool named;   /* it has an eventName in the clear */
	bool matters; /* which may be one of the names */
	bool hex;     /* it has a \u */
	bool arrays;  /* as a member */
	struct fields fields; /* for `wants` */
};

/* Pairs of letters, one of which each name has: by the low half of the second one, that and the
 * first. No byte is equal to what stands elsewhere. */
struct skim_pairs {
	_Alignas(16) unsigned char second[16], first[16];
};

/* Bytes of a block that mean something to the unit. */
struct skim_marks {
	uint64_t starts, ends; /* of units */
	uint64_t names;	 /* the second letters of pairs */
	uint64_t hex;	 /* the u of an escape, or the backslash before it */
	uint64_t arrays; /* opened as a member of the unit */
};

/* In the order of the bytes, of which only `fine` ones are looked at. False: the skim ends with
 * *stop. */
bool skim_take(struct skim_unit *unit, const char *block, const struct skim_marks *marks,
	uint64_t fine, enum skim_end *stop);

void skim_open(struct skim_unit *unit, struct skim *skim, struct str bytes);
/* Of the names that this skim looks for. */
const struct skim_pairs *skim_pairs_of(const struct skim *skim);

static inline void
skim_begin(struct skim_unit *u, const char *at)
{
	u->start = at;
	u->named = u->matters = u->hex = u->arrays = u->fields.more = false;
	u->fields.count = 0;
}

/* The same one by one. at: the byte; of skim_end_unit: the one behind. */
void skim_name(struct skim_unit *unit, const char *at);
bool skim_array(struct skim_unit *unit, const char *at, enum skim_end *stop);
bool skim_end_unit(struct skim_unit *unit, const char *at, enum skim_end *stop);

/* A unit ends before `at`, and the next begins one byte behind. False: as skim_take. */
static inline bool
skim_next(struct skim_unit *u, const char *at, enum skim_end *stop)
{
	struct skim *s = u->skim;

	if (!u->named || u->matters || u->hex || s->wants ||
		(size_t)(at - u->start) > s->max_unit) {
		if (!skim_end_unit(u, at, stop))
			return false;
	} else {
		s->records++;
		s->used = (size_t)(at - u->bytes.data);
	}
	skim_begin(u, at + 1);
	return true;
}

/* Bytes of numbers and words, and those behind the last of each, of which one may begin before the
 * block: those that do not follow the byte before them (skim_pair.h). */
uint64_t skim_scalars(const char *block, uint64_t scalar, uint64_t ended, bool begun);

/* Escaped characters: which make an escape by \u, also one of a string inside the string; with
 * markup: without those of < > &, which no name has and which end none; *bad: which JSON does not
 * have. */
uint64_t skim_escapes(
	const char *block, uint64_t escaped, const char *end, bool markup, uint64_t *bad);
/* May those be passed over? */
bool skim_knows_markup(const struct skim *skim);

/* The engines. */
enum skim_end skim_plain(struct skim *skim, struct str bytes);
enum skim_end skim_avx2(struct skim *skim, struct str bytes);
enum skim_end skim_avx512(struct skim *skim, struct str bytes);

#endif
