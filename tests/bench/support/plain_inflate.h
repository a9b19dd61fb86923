/*
 * Only decompresses, to know what a scan cannot beat: every .gz of a folder, the largest first from
 * one counter, streamed through windows that stay in the cache, checksums verified. The libraries
 * are called as they are, without what core/scan puts before them.
 */
#ifndef KEYWATCH_BENCH_PLAIN_INFLATE_H
#define KEYWATCH_BENCH_PLAIN_INFLATE_H

#include <stdbool.h>

#include "core/base/buf.h"

/* "isal" or "zlib": is it built in? */
bool plain_inflate_has(const char *library);
/* Appends their names and versions, one a line. */
void plain_inflate_versions(struct buf *out);
/* Prints how many bytes there were. Returns an exit status. */
int plain_inflate(const char *library, int threads, const char *path);

#endif
