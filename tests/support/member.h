/* Streams of gzip members from a seed, whole or damaged: what an inflater must bear. */
#ifndef KEYWATCH_TESTS_MEMBER_H
#define KEYWATCH_TESTS_MEMBER_H

#include <stdint.h>

#include "core/base/buf.h"

struct chance {
	uint64_t state; /* never 0 */
};

/* 0 ≤ … < limit. */
uint32_t chance_below(struct chance *chance, uint32_t limit);

/* Which parts stand in a header, as in its flags. */
enum member_parts { MEMBER_CHECK = 2, MEMBER_EXTRA = 4, MEMBER_NAME = 8, MEMBER_COMMENT = 16 };
/* Appends a header with these; with reserved bits it is none. */
void member_header(struct buf *out, unsigned parts);
/* Appends a member that holds the bytes. */
void member_put(struct buf *out, unsigned parts, int level, int strategy, struct str bytes);
/* Appends one to four members and padding, then damages them or not: the same for the same seed. */
void member_stream(struct buf *out, uint64_t seed);

#endif
