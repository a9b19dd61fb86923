/*
 * Saved logs to measure scans on, made from a seed: the same seed and scale give the same bytes of
 * records on every machine. What was made before is taken as it is.
 */
#ifndef KEYWATCH_BENCH_CORPUS_H
#define KEYWATCH_BENCH_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

enum corpus_kind {
	CORPUS_TREE,  /* a: 2,000 .json.gz as S3 has them, 1.8 GB of records, 200 hits in 100 */
	CORPUS_LINES, /* b: one NDJSON of 2 GB, 1,000 hits */
	CORPUS_GZIP,  /* c: the same as one gzip member */
	CORPUS_SMALL, /* d: 4,000 .json.gz of 1.6 KB or so, one hit */
	CORPUS_PARSE, /* e: NDJSON of 300 MB, 150 hits, for what must be parsed whole */
	CORPUS_KINDS
};

struct corpus_options {
	const char *folder; /* made when it is missing */
	uint64_t seed;
	double scale; /* of sizes, counts of files and hits; 1: as above */
	int threads;
};

struct corpus {
	char path[512];	       /* a folder or a file */
	char hits[512];	       /* a file: eventID, path below `path` or ".", offset; tabs between */
	char rule[512];	       /* of CORPUS_PARSE: a rule that finds the same without a literal */
	uint64_t files, bytes; /* bytes of records */
	uint64_t stored, count; /* bytes on disk, hits */
	bool made;		/* not taken as it was */
};

/* Ends the program when the disk would not have it. */
void corpus_make(
	struct corpus *corpus, enum corpus_kind kind, const struct corpus_options *options);
/* What a kind is called: a, b, … */
const char *corpus_name(enum corpus_kind kind);

#endif
