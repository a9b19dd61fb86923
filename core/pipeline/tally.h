/*
 * What a worker does, gathered and told now and then: a file may take 20 us. One worker; what is
 * told is the pipeline's, under its lock.
 */
#ifndef KEYWATCH_PIPELINE_TALLY_H
#define KEYWATCH_PIPELINE_TALLY_H

#include "core/base/estimate.h"
#include "core/pipeline/pipeline.h"

struct job;

/* What is to do and was done, of each kind; bytes as stored. */
struct work {
	uint64_t bytes, bytes_total, files, files_total;
	uint64_t given;		    /* bytes, inflated */
	int64_t busy_ms, helped_ms; /* of all workers */
};

/* What a worker is at. */
struct running {
	bool working, helped;
	enum estimate_kind kind;
	uint64_t left; /* bytes that it alone reads */
};

/* What a worker did since it last told. */
struct tally {
	struct pipeline *pipeline;
	size_t worker;
	bool history; /* it is of such a pass */
	struct pipeline_progress progress;
	struct work work[ESTIMATE_KINDS]; /* totals are differences, modulo 2^64 */
	struct running at;
	uint64_t listed;	 /* bytes of the file it is at, as they are in the totals */
	uint64_t counted, given; /* bytes of it so far, inflated ones too */
	int64_t since_ms, told_ms;
};

void tally_begin(struct tally *tally, struct pipeline *pipeline);
void tally_file(struct tally *tally, const struct job *job);
/* What it was listed as is not what it is, or less of it is to be read than there is. */
void tally_kind(struct tally *tally, enum estimate_kind kind);
void tally_more(struct tally *tally, uint64_t bytes);
/* Another thread inflates for this one, or none. */
void tally_helped(struct tally *tally, bool helped);
/* Bytes that were read; all that was inflated of the file so far. */
void tally_bytes(struct tally *tally, uint64_t bytes, uint64_t given);
/* All of it at once: what follows may take long. */
void tally_tell(struct tally *tally);
void tally_file_end(struct tally *tally, uint64_t records, uint64_t given);
void tally_end(struct tally *tally);

/* ---- of a file that is read in slices, by whoever has nothing else to do ---- */

/* From here on it is read so, or by this worker alone to its end. */
void tally_share(struct tally *tally);
void tally_alone(struct tally *tally, uint64_t left);
void tally_slice(struct tally *tally, uint64_t bytes);
/* The owner's, at the end: how many bytes count, and how many were read, with those in vain. */
void tally_shared(struct tally *tally, uint64_t counted, uint64_t read);

#endif
