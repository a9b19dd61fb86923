#include "tests/bench/support/plain_inflate.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#if __has_include(<isa-l.h>)
#include <isa-l.h>
#define HAVE_ISAL 1
#else
#define HAVE_ISAL 0
#endif

#include "core/base/mem.h"

enum { WINDOW = 256 * 1024, THREADS_MAX = 64 };

struct file {
	char *path; /* owns */
	off_t size;
};

struct inflating {
	const char *library;
	struct file *files; /* owns */
	size_t count, capacity;
	atomic_size_t next;
	atomic_ullong bytes;
	atomic_bool failed;
};

/* Of one thread. */
struct window {
	unsigned char in[WINDOW], out[WINDOW];
	z_stream zlib;
#if HAVE_ISAL
	struct inflate_state isal;
#endif
};

/* ---- the libraries: one member from a descriptor; the bytes it held, or -1 ---- */

static long long
inflate_zlib(struct window *w, int fd)
{
	int result = Z_OK;
	long long bytes = 0;

	inflateReset(&w->zlib);
	while (result == Z_OK) {
		ssize_t got = read(fd, w->in, WINDOW);

		if (got <= 0)
			return -1;
		w->zlib.next_in = w->in;
		w->zlib.avail_in = (uInt)got;
		do {
			w->zlib.next_out = w->out;
			w->zlib.avail_out = WINDOW;
			result = inflate(&w->zlib, Z_NO_FLUSH);
			bytes += WINDOW - w->zlib.avail_out;
		} while (result == Z_OK && (w->zlib.avail_in || !w->zlib.avail_out));
		if (result == Z_BUF_ERROR)
			result = Z_OK;
	}
	return result == Z_STREAM_END ? bytes : -1;
}

#if HAVE_ISAL
static long long
inflate_isal(struct window *w, int fd)
{
	struct inflate_state *state = &w->isal;
	long long bytes = 0;

	isal_inflate_reset(state);
	state->crc_flag = ISAL_GZIP;
	while (state->block_state != ISAL_BLOCK_FINISH) {
		ssize_t got = read(fd, w->in, WINDOW);

		if (got <= 0)
			return -1;
		state->next_in = w->in;
		state->avail_in = (uint32_t)got;
		do {
			state->next_out = w->out;
			state->avail_out = WINDOW;
			if (isal_inflate(state) != ISAL_DECOMP_OK)
				return -1;
			bytes += WINDOW - state->avail_out;
		} while (state->block_state != ISAL_BLOCK_FINISH &&
			 (state->avail_in || !state->avail_out));
	}
	return bytes;
}
#endif

static const struct library {
	const char *name;
	long long (*inflate)(struct window *w, int fd);
} libraries[] = {
#if HAVE_ISAL
	{"isal", inflate_isal},
#endif
	{"zlib", inflate_zlib},
};

static const struct library *
find(const char *name)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (!strcmp(libraries[i].name, name))
			return &libraries[i];
	return NULL;
}

void
plain_inflate_versions(struct buf *out)
{
#if HAVE_ISAL
	buf_printf(out, "ISA-L %d.%d.%d\n", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION,
		ISAL_PATCH_VERSION);
#endif
	buf_printf(out, "zlib %s\n", zlibVersion());
}

bool
plain_inflate_has(const char *library)
{
	return find(library) != NULL;
}

/* ---- the files ---- */

static void
take_path(struct inflating *all, const char *path)
{
	struct stat st;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir) {
		MEM_GROW(all->files, all->count, all->capacity);
		if (stat(path, &st) == 0)
			all->files[all->count++] = (struct file){mem_strdup(path), st.st_size};
		return;
	}
	while ((entry = readdir(dir))) {
		char below[1024];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		take_path(all, below);
	}
	closedir(dir);
}

static int
larger_first(const void *a, const void *b)
{
	off_t x = ((const struct file *)a)->size, y = ((const struct file *)b)->size;

	return (x < y) - (x > y);
}

static void *
work(void *argument)
{
	struct inflating *all = argument;
	const struct library *library = find(all->library);
	struct window *w = MEM_NEW(struct window);
	size_t i;

	inflateInit2(&w->zlib, 15 + 16);
	while ((i = atomic_fetch_add(&all->next, 1)) < all->count) {
		int fd = open(all->files[i].path, O_RDONLY);
		long long bytes = fd < 0 ? -1 : library->inflate(w, fd);

		if (bytes < 0)
			all->failed = true;
		else
			atomic_fetch_add(&all->bytes, (unsigned long long)bytes);
		if (fd >= 0)
			close(fd);
	}
	inflateEnd(&w->zlib);
	free(w);
	return NULL;
}

int
plain_inflate(const char *library, int threads, const char *path)
{
	struct inflating all = {.library = library};
	pthread_t thread[THREADS_MAX];

	if (!find(library)) {
		fprintf(stderr, "%s is not built in (apt-get install libisal-dev, then make)\n",
			library);
		return 2;
	}
	threads = threads > THREADS_MAX ? THREADS_MAX : threads;
	take_path(&all, path);
	if (!all.count)
		return 2;
	qsort(all.files, all.count, sizeof(*all.files), larger_first);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, work, &all) != 0)
			abort();
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	printf("%llu\n", (unsigned long long)all.bytes);
	for (size_t i = 0; i < all.count; i++)
		free(all.files[i].path);
	free(all.files);
	return all.failed;
}
