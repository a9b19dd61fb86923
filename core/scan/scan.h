/*
 * Bytes in, candidate records out (performance.md). A scanner takes one input from its first byte
 * to its last in pieces of any size, inflates gzip, recognises the form by content, finds the
 * records by structure and gives those that may hold one of the literals to its sink. Rows of the
 * AWSCloudTrail table, in an answer of Log Analytics or in the portal's CSV export, are given as
 * well: those whose EventName is one of the literals, and all of a table without that column.
 *
 * Memory is bounded whatever the input: one window, one record of at most `max_record`, the
 * inflater. A scanner belongs to one thread and is reused for the next input by scan_begin.
 */
#ifndef KEYWATCH_SCAN_SCAN_H
#define KEYWATCH_SCAN_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/problem.h"
#include "core/base/str.h"
#include "core/scan/field.h"

#define SCAN_MAX_RECORD ((size_t)4 << 20)

/* Names at the top of an object: of which a record has one; and of what it may hold records in.
 * Both end with NULL. */
extern const char *const scan_record_names[], *const scan_holder_names[];

struct scan_options {
	/* Top-level eventName values of which one must be equal for a record to matter (from the
	 * rules). count 0: every record is given to the sink. Borrows; must outlive the scanner. */
	const struct str *literals;
	size_t literal_count;
	size_t max_record; /* 0: SCAN_MAX_RECORD */
	/* With count 0, asked of each unit that stands where it should; NULL: is not. True: it is a
	 * record that holds no other, and nobody wants it: it is only counted. */
	bool (*passes)(void *context, struct str raw);
	void *passes_context;
	/* With literals, asked of each whole unit without an escape that could hide one, as those
	 * of < > & may not; NULL: is not. named: one stands in it. True: it matters. Where it is
	 * asked, all records of a unit that matters are given, and all rows of tables. */
	bool (*wants)(
		void *context, struct str unit, bool named, const struct fields *fields);
	void *wants_context;
	/* Asked while a gzip is inflated, of which a few bytes may give gigabytes; NULL: is not.
	 * True stops the scan. */
	bool (*stopped)(const void *context);
	const void *stopped_context;
};

enum scan_record_flags {
	SCAN_RESYNCHRONISED = 1, /* found behind damaged bytes, within a line */
	SCAN_DECODED = 2,    /* came out of a string (CloudTrailEvent); raw is the decoded text */
	SCAN_FROM_TABLE = 4, /* a row of Log Analytics' table, not a record: raw is made of it,
				one JSON object with a member a column (event_parse_row) */
};

struct scan_sink {
	void *context;
	/* raw is valid during the call; offset is the record's first byte in the uncompressed
	 * input. false stops the scan. */
	bool (*record)(void *context, struct str raw, uint64_t offset, unsigned flags);
	/* source and path are the sink's to know. */
	void (*problem)(
		void *context, enum problem_severity severity, uint64_t offset, const char *reason);
};

/* What an input turned out to be, known at scan_end. */
struct scan_summary {
	uint64_t bytes_in;     /* as delivered */
	uint64_t bytes_out;    /* uncompressed */
	uint64_t records;      /* CloudTrail records and rows seen, candidates or not */
	uint64_t candidates;   /* given to the sink */
	uint64_t other_values; /* JSON values that are no CloudTrail record */
	uint64_t digests;      /* objects of digest files */
	uint64_t problems;     /* PROBLEM_ERROR told to the sink */
	bool gzip;
	bool empty;	 /* not one byte that counts */
	bool shows_form; /* some form of log was recognised, also `[]` and digests */
	bool stopped;	 /* the sink said so, or the options */
	bool unfinished; /* scan_pause: only the end tells what is open, as of a gzip or an export
			  */
	const char *foreign; /* "zip", "tar", "zstd", "Parquet", "UTF-16", …: with the command
				that unpacks it in the problem told; else NULL */
};

struct scanner;

struct scanner *scanner_new(const struct scan_options *options);
void scanner_free(struct scanner *scanner);

void scan_begin(struct scanner *scanner, const struct scan_sink *sink);
/* false: stopped by the sink, or nothing after this can matter (foreign, broken gzip). */
bool scan_bytes(struct scanner *scanner, const void *data, size_t len);
/* The same, but where it is a gzip the thread of `ahead` inflates it: the bytes must stay where
 * they are until the next call returns, or scan_end. From one call on all that follow are of this
 * kind, with the same `ahead`. */
struct ahead;
bool scan_bytes_ahead(struct scanner *scanner, struct ahead *ahead, const void *data, size_t len);
/* Uncompressed bytes so far. */
uint64_t scan_given(const struct scanner *scanner);
/*
 * An input that still grows: how far it is settled. A later scan of the bytes from `offset` on,
 * begun by scan_continue, finds what this one would have found; inside of a container it finds
 * again what stands in it. offset 0: the whole input is needed again (what is no plain JSON).
 */
struct scan_mark {
	uint64_t offset; /* in the uncompressed input */
	unsigned state;
};
/* The summary as it would be, were this the end; nothing is told. More bytes may follow. */
void scan_pause(
	const struct scanner *scanner, struct scan_summary *summary, struct scan_mark *mark);
/* Do all bytes so far end between two values, or two elements of a list, so that what follows can
 * be scanned by another that knows no more than this? False: no, or they are no plain JSON. */
bool scan_cut(const struct scanner *scanner, struct scan_mark *mark);
void scan_continue(
	struct scanner *scanner, const struct scan_sink *sink, const struct scan_mark *mark);
/* What only the whole input tells, of what stands before the mark: with it a later scan sums up as
 * if it had read that too. */
struct scan_counts {
	uint64_t other_values, digests;
	bool shows_form;
};
/* At a pause; false: more was counted than stands before the mark, as within a list. */
bool scan_counted(const struct scanner *scanner, struct scan_counts *counts);
/* Right behind scan_continue. */
void scan_count_on(struct scanner *scanner, const struct scan_counts *counts);

/* Both together, of an input that is scanned in parts. */
void scan_summary_add(struct scan_summary *sum, const struct scan_summary *more);
/* The parts before this one, which is the last: for what scan_end has to say. */
void scan_add(struct scanner *scanner, const struct scan_summary *before);

/* The input has ended. Tells what is truncated, empty or no log (whether "shows no form of log"
 * is an error or a note is the caller's to say: it is not told to the sink). */
void scan_end(struct scanner *scanner, struct scan_summary *summary);

#endif
