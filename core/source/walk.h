/*
 * Paths given on the command line → the inputs to read, in a stable order (settled.md 12).
 * Not thread-safe; one walk belongs to one thread.
 */
#ifndef KEYWATCH_SOURCE_WALK_H
#define KEYWATCH_SOURCE_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/problem.h"
#include "core/base/str.h"
#include "core/source/place_set.h"

struct walk_file {
	char *path; /* as given, or found below what was given; "-" is standard input */
	/* Where it lies, without links: its real path is that and the last part of `path`. Borrows
	 * from the walk. NULL: that is not known, ask realpath. */
	const char *folder;
	uint64_t size;
	int64_t mtime_ns, ctime_ns;
	dev_t device;
	ino_t inode;
	mode_t mode;   /* as stat gives it; also of standard input */
	size_t place;  /* in the order of the walk, from 0 */
	bool given;    /* named on the command line itself */
	bool log_name; /* walk_is_log_name */
};

struct walk {
	struct walk_file **files; /* owns; given order, directories sorted by name */
	size_t count, capacity;
	uint64_t bytes;		  /* sum of sizes */
	struct place_set reached; /* what was seen already */
	char **folders;		  /* own; real paths */
	size_t folder_count, folder_capacity;
	/* Told of each folder before it is listed, so that a watch on it misses nothing; or NULL.
	 */
	void (*folder)(void *context, const char *path);
	void *folder_context;
	/* Told of each file as it is found, which stays where it is; false ends the walk. Or NULL.
	 */
	bool (*file)(void *context, const struct walk_file *file);
	void *file_context;
	bool ended;
};

/* Adds what `path` names: a file, a directory tree, or "-". Problems (missing, FIFO, device,
 * socket, link loop, unreadable directory) are told; CloudTrail-Digest and CloudTrail-Insight
 * folders are stepped over and told as notes once each. Symbolic links to files are followed, to
 * directories too but never into a loop. The same file reached twice is listed once. */
void walk_add(struct walk *walk, const char *path,
	void (*problem)(void *context, const struct problem *problem), void *context);
/* Fills out with the path without links, as far as that is to be had. */
void walk_real_path(const struct walk_file *file, struct buf *out);
/* A folder of that name below what is given is stepped over. */
bool walk_skips(const char *path);
void walk_fini(struct walk *walk);

/* Does it end like a log: .json .jsonl .ndjson .log .csv .gz? Pure. */
bool walk_is_log_name(struct str path);
/* Is it the name of a folder that holds no records: digests, Insights? Pure. */
bool walk_is_skipped_folder(struct str name);

#endif
