/*
 * gzip → bytes, any number of members, streaming. Behind it is ISA-L where the program was built
 * with it, else zlib (inflate_engine.h). One thread.
 */
#ifndef KEYWATCH_SCAN_INFLATE_H
#define KEYWATCH_SCAN_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

struct inflate;

enum inflate_result {
	INFLATE_MORE,	 /* all input is used: feed more */
	INFLATE_OUTPUT,	 /* the output buffer is full: call again with what is left */
	INFLATE_DAMAGED, /* inflate_error says how; what follows is searched for the next member */
};

struct inflate_io {
	const unsigned char *in; /* stays where it is until INFLATE_MORE */
	size_t in_len;
	unsigned char *out;
	size_t out_len; /* room; what is left of it on return */
};

struct inflate *inflate_new(void);
void inflate_free(struct inflate *inflate);
void inflate_begin(struct inflate *inflate);
/* Moves io on. */
enum inflate_result inflate_bytes(struct inflate *inflate, struct inflate_io *io);
/* No more input comes: gives what a member that breaks off still holds, call by call until
 * INFLATE_MORE; io has no input. */
enum inflate_result inflate_end(struct inflate *inflate, struct inflate_io *io);
/* May the input end here: between members, or in zero padding behind one? */
bool inflate_at_end(const struct inflate *inflate);
/* The damage was a checksum or length that does not fit: all that was there was given. */
bool inflate_is_whole(const struct inflate *inflate);
const char *inflate_error(const struct inflate *inflate);
/* Input that was taken but not looked at yet: it stands before io->in. */
size_t inflate_held(const struct inflate *inflate);

/* Appends which library is behind it: its name and version as it runs. */
void inflate_library(struct buf *out);

#endif
