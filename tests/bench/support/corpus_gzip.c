#include "tests/bench/support/corpus_gzip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "core/base/mem.h"

enum { PIECE = 256 * 1024, LEVEL = 6 };

struct corpus_gzip {
	z_stream z;
	FILE *out; /* of the member being written */
	uint64_t written;
	unsigned char piece[PIECE], read[PIECE];
};

static void
fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

struct corpus_gzip *
corpus_gzip_new(void)
{
	struct corpus_gzip *gzip = MEM_NEW(struct corpus_gzip);

	if (deflateInit2(&gzip->z, LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	return gzip;
}

void
corpus_gzip_free(struct corpus_gzip *gzip)
{
	deflateEnd(&gzip->z);
	free(gzip);
}

static void
begin(struct corpus_gzip *gzip, const char *path)
{
	deflateReset(&gzip->z);
	gzip->written = 0;
	gzip->out = fopen(path, "wb");
	if (!gzip->out)
		fail(path);
}

static void
put(struct corpus_gzip *gzip, const void *bytes, size_t len, int flush)
{
	gzip->z.next_in = (Bytef *)(uintptr_t)bytes;
	gzip->z.avail_in = (uInt)len;
	do {
		gzip->z.next_out = gzip->piece;
		gzip->z.avail_out = PIECE;
		deflate(&gzip->z, flush);
		gzip->written += fwrite(gzip->piece, 1, PIECE - gzip->z.avail_out, gzip->out);
	} while (!gzip->z.avail_out);
}

static uint64_t
end(struct corpus_gzip *gzip, const char *path)
{
	put(gzip, NULL, 0, Z_FINISH);
	if (fclose(gzip->out) != 0 || gzip->written != gzip->z.total_out)
		fail(path);
	return gzip->written;
}

uint64_t
corpus_gzip_bytes(struct corpus_gzip *gzip, const char *path, struct str bytes)
{
	begin(gzip, path);
	put(gzip, bytes.data, bytes.len, Z_NO_FLUSH);
	return end(gzip, path);
}

uint64_t
corpus_gzip_file(struct corpus_gzip *gzip, const char *path, const char *from)
{
	FILE *in = fopen(from, "rb");
	size_t got;

	if (!in)
		fail(from);
	begin(gzip, path);
	while ((got = fread(gzip->read, 1, PIECE, in)) > 0)
		put(gzip, gzip->read, got, Z_NO_FLUSH);
	if (ferror(in))
		fail(from);
	fclose(in);
	return end(gzip, path);
}
