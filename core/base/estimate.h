/*
 * How long work takes that several workers do at once. A file takes a time by itself and one for
 * each byte, which is another for what is inflated; what one worker alone has left no other can
 * take from it. Both times are fitted to what was measured, of late above all. Pure; one owner.
 */
#ifndef KEYWATCH_BASE_ESTIMATE_H
#define KEYWATCH_BASE_ESTIMATE_H

#include <stdint.h>

enum estimate_kind {
	ESTIMATE_PLAIN,
	ESTIMATE_PACKED, /* what is inflated */
	ESTIMATE_KINDS,
};

/* How it stands. Bytes are as stored. */
struct estimate_sample {
	int64_t at_ms;
	unsigned workers; /* that still work */
	unsigned cores;	  /* a worker on what is packed is helped by one that no other is on */
	uint64_t given;	  /* bytes, inflated */
	struct estimate_work {
		uint64_t bytes, files;		 /* done */
		uint64_t bytes_left, files_left; /* to be done */
		uint64_t longest; /* bytes: the most that one worker has left of one file */
		int64_t busy_ms, helped_ms; /* of all workers: alone, and with help */
	} work[ESTIMATE_KINDS];
};

/* Zero is a valid start. */
struct estimate {
	struct estimate_sample last;
	/* Sums of products of what was expected for bytes and for files and of what it took; they
	 * fade. */
	struct estimate_fit {
		double bb, bf, ff, bt, ft;
		double bytes, busy_ms;
		double idle_ms; /* that nothing came of yet */
	} fit[ESTIMATE_KINDS];
	double given, wall_ms;
};

/* What a file of so many bytes takes, ms, before anything was measured. */
double estimate_before(enum estimate_kind kind, uint64_t bytes);
/* Samples come in order of time; the first, not at 0, says when work began. */
void estimate_add(struct estimate *estimate, const struct estimate_sample *sample);
/* From the last sample on; -1: not known yet. */
int64_t estimate_left_ms(const struct estimate *estimate);
/* Bytes a second, inflated; 0: not known yet. */
double estimate_pace(const struct estimate *estimate);

#endif
