/*
 * CloudTrail records that never happened, for measuring scans: of the sizes and the variety of real
 * ones; ordinary ones, hits (however they may be spelled) and look-alikes. The same seed gives the
 * same records on every machine.
 */
#ifndef KEYWATCH_BENCH_TRAIL_H
#define KEYWATCH_BENCH_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

/* Where and when the next record happens. One thread. */
struct trail {
	uint64_t random;
	uint64_t habit; /* who calls, and for what: the same for some records */
	char account[16];
	const char *region;
	int64_t second; /* since 1970 */
	bool lines;	/* each record must stay on one line */
	char event[40]; /* the eventID of the record put last, decoded */
	char user[64];	/* the user named last */
	struct buf raw; /* owns */
};

/* One account and region by `place`; the clock stands at `second`. trail_fini frees. */
void trail_begin(struct trail *trail, uint64_t seed, uint64_t place, int64_t second);
void trail_fini(struct trail *trail);
uint64_t trail_mix(uint64_t n); /* well mixed */
uint64_t trail_next(struct trail *trail);

/* Appends a record; no newline behind it. Now and then it is a look-alike of what is looked for. */
void trail_put(struct trail *trail, struct buf *out);
/* Appends a record that the built-in rule matches; `n` counts them, so that every spelling comes.
 */
void trail_put_hit(struct trail *trail, struct buf *out, unsigned n);

/* ---- between the files of the generator ---- */

/* Appends a template with its letters filled in: trail_fill.c says what they stand for. */
void trail_fill(struct trail *trail, struct buf *out, const char *text);

/* What happens. Request, response and `more` (further members, each behind a comma) are
 * templates. */
struct trail_event {
	unsigned weight; /* how often it does */
	const char *source, *name;
	const char *request, *response, *more;
	bool data; /* a data event */
};
extern const struct trail_event trail_events[];
extern const size_t trail_event_count;

enum trail_escape { ESCAPE_NONE, ESCAPE_ONE, ESCAPE_SOME, ESCAPE_ALL };
enum trail_space {
	SPACE_NONE,
	SPACE_BEHIND, /* as Python does */
	SPACE_BEFORE,
	SPACE_TABS,
	SPACE_LINES, /* indented; as SPACE_BEHIND where a record must stay on one line */
};
enum trail_size { SIZE_USUAL, SIZE_TINY, SIZE_LARGE };

/* How a record differs from the usual; what is NULL does not. */
struct trail_form {
	const char *name, *key; /* as they are written in their strings */
	enum trail_escape name_escape, key_escape, id_escape;
	enum trail_space space;
	enum trail_size size;
	bool first; /* the name stands first */
	bool twice; /* has a key twice, which others than keywatch refuse: only on lines */
	const char *before, *more;	     /* templates of members with a comma behind, before */
	const char *request, *agent, *error; /* templates */
};
extern const struct trail_form trail_hits[], trail_decoys[];
extern const size_t trail_hit_count, trail_decoy_count;

/* Appends a text with letters as \u escapes. */
void trail_escape(struct trail *trail, struct buf *out, const char *text, enum trail_escape how);
/* Appends JSON with other white space. */
void trail_space(struct buf *out, struct str json, enum trail_space how);

#endif
