/*
 * What an inflate library does for inflate.c: one raw deflate stream (RFC 1951), in pieces. Each
 * library is known to its own inflate_*.c alone. Header, checksum and members are inflate.c's.
 */
#ifndef KEYWATCH_SCAN_INFLATE_ENGINE_H
#define KEYWATCH_SCAN_INFLATE_ENGINE_H

#include <stdint.h>

#include "core/base/str.h"
#include "core/scan/inflate.h"

enum engine_step {
	ENGINE_ON,	/* the input is used, or the output is full and may hide more */
	ENGINE_END,	/* the stream ended; io->in stands behind it */
	ENGINE_DAMAGED, /* io->in stands at it, about; with room left all before it was given */
};

struct inflate_engine {
	void *(*new)(void); /* never NULL */
	void (*free)(void *state);
	/* At the first byte of a stream. */
	void (*begin)(void *state);
	enum engine_step (*run)(void *state, struct inflate_io *io);
	/* After END and DAMAGED: bytes of earlier calls that were not part of the stream. The last
	 * ones before this call's; at most 8; valid until the next begin. */
	struct str (*rest)(const void *state);
	/* After DAMAGED; static. */
	const char *(*error)(const void *state);
	uint32_t (*crc)(uint32_t crc, const void *data, size_t len);
	void (*library)(struct buf *out);
};

extern const struct inflate_engine inflate_zlib;
#ifdef KEYWATCH_ISAL
extern const struct inflate_engine inflate_isal;
#endif

/* An inflater on that one; `exact`, NULL for none, has the last word on what `fast` calls damaged
 * or cannot finish. */
struct inflate *inflate_new_on(
	const struct inflate_engine *fast, const struct inflate_engine *exact);

#endif
