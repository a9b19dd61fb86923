/* One member of gzip, as S3 delivers it: zlib's level 6. Ends the program when it cannot. */
#ifndef KEYWATCH_BENCH_CORPUS_GZIP_H
#define KEYWATCH_BENCH_CORPUS_GZIP_H

#include <stdint.h>

#include "core/base/buf.h"

struct corpus_gzip; /* one thread */

struct corpus_gzip *corpus_gzip_new(void);
void corpus_gzip_free(struct corpus_gzip *gzip);
/* Makes the file at `path` of these bytes; returns its size. */
uint64_t corpus_gzip_bytes(struct corpus_gzip *gzip, const char *path, struct str bytes);
/* The same of a file of any size. */
uint64_t corpus_gzip_file(struct corpus_gzip *gzip, const char *path, const char *from);

#endif
