/*
 * The CSV that the portal exports from a query → rows as records. Its texts are kept to the letter.
 * A time that is spelled otherwise than ISO 8601 is written as ISO 8601 in UTC, and its cell as it
 * stood beside it, under the header as it stood ("TimeGenerated [UTC]").
 *
 * Which number of `03/04/2025` is the day only another value of the file may tell (settled.md 9):
 * rows whose time is open wait for one, in at most max_record bytes, and for the end. One thread.
 */
#ifndef KEYWATCH_SCAN_TABLE_CSV_H
#define KEYWATCH_SCAN_TABLE_CSV_H

#include "core/base/timefmt.h"
#include "core/scan/csv.h"
#include "core/scan/table.h"

struct table_csv_sink {
	void *context;
	/* A row; raw absent: its event is not looked for. false: stop. */
	bool (*row)(void *context, struct str raw, uint64_t offset, unsigned flags);
	void (*say)(void *context, enum problem_severity severity, uint64_t offset,
		const char *reason);
};

struct table_csv {
	const struct scan_options *options; /* borrows */
	const struct table_csv_sink *sink;
	struct csv csv;
	struct csv_sink csv_sink;
	struct table table;
	bool any_row; /* the header was read */
	struct buf row; /* owns */
	enum time_order order; /* what the file proved */
	bool day_first, month_first; /* proven by a value; both: nothing is */
	bool assumed;		     /* nothing is waited for any more */
	enum time_order assumed_order; /* of the first that was assumed */
	bool said, disproved;
	struct buf held; /* owns; rows that wait, one behind the other */
	struct buf cells; /* owns; while one of them is given */
};

enum table_csv_guess {
	TABLE_CSV_NO,
	TABLE_CSV_MAYBE, /* more bytes are needed */
	TABLE_CSV_YES,
};

/* Is it such an export, by its header? */
enum table_csv_guess table_csv_guess(struct str head, bool end);

void table_csv_begin(struct table_csv *t, const struct scan_options *options,
	const struct table_csv_sink *sink);
void table_csv_bytes(struct table_csv *t, const void *data, size_t len);
/* Some of the input is missing here, and that was said. */
void table_csv_break(struct table_csv *t);
/* Would its end give rows that are not given yet? */
bool table_csv_waits(const struct table_csv *t);
void table_csv_end(struct table_csv *t, bool cut);
void table_csv_fini(struct table_csv *t);

#endif
