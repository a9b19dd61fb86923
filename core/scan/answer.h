/*
 * Answers of Log Analytics' query API, as the splitter finds their parts → rows as records
 * (sources.md 1.5). The cells are copied as they stand: their types, and texts to the letter.
 */
#ifndef KEYWATCH_SCAN_ANSWER_H
#define KEYWATCH_SCAN_ANSWER_H

#include "core/scan/table.h"

struct answer {
	struct table table; /* the one whose rows are read */
	struct buf row;
	bool noted;
};

void answer_clear(struct answer *answer); /* for the next input */
void answer_fini(struct answer *answer);

/* `{"columns":[…],"rows":`, as far as an object goes; how many cells a row has. 0 with a problem:
 * its columns cannot be read; without one: it is another table than AWSCloudTrail. */
size_t answer_begin_table(struct answer *answer, struct str head, const char **problem);

enum answer_row {
	ANSWER_WANTED, /* answer->row is the record */
	ANSWER_OTHER,  /* a row whose event is not looked for */
	ANSWER_BROKEN, /* no row of this table */
};
enum answer_row answer_take_row(
	struct answer *answer, const struct scan_options *options, struct str raw);

/* What an answer says went wrong, as a sentence: from its object up to the tables, or from the
 * value of "error" ("partialError" where Azure's client wrote it). False when it says nothing. */
bool answer_error_in_head(struct str head, struct buf *out);
bool answer_error(struct str raw, struct buf *out);

#endif
