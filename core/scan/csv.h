/*
 * Bytes → rows of comma-separated values (RFC 4180; a bare line feed ends a line too, a byte order
 * mark is stepped over). A quoted cell may hold anything, line ends included, as they are.
 *
 * Ours and not libcsv, because that tells neither where a row begins nor where a quote went astray,
 * has no limit on a cell, and cannot be set back: a damaged row would take the rest of the file
 * with it. Here a row that cannot be one is named, and every line behind its first byte is tried
 * until one is the beginning of a whole row. Memory: one row of at most max_row bytes and a piece
 * of input. One thread.
 */
#ifndef KEYWATCH_SCAN_CSV_H
#define KEYWATCH_SCAN_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

struct csv_row {
	const struct str *cells; /* unquoted */
	size_t count;
	uint64_t offset; /* of its first byte */
	bool found;	 /* behind damage */
};

/* What the reader tells; everything is valid during the call. */
struct csv_sink {
	void *context;
	/* false: stop. */
	bool (*row)(void *context, const struct csv_row *row);
	void (*damage)(void *context, uint64_t offset, const char *reason);
};

enum csv_state {
	CSV_CELL,   /* at its first byte */
	CSV_PLAIN,  /* in one without quotes */
	CSV_QUOTED, /* between its quotes */
	CSV_QUOTE,  /* behind a quote: the last one, or half of two */
	CSV_CR,	    /* behind the carriage return of a line end */
	CSV_SKIP,   /* behind damage: until a line ends */
};

struct csv {
	const struct csv_sink *sink;
	size_t max_row;
	size_t columns;	   /* cells of a row; 0 until the first */
	struct buf window; /* owns; begins with the row */
	uint64_t base;	   /* offset of the window's first byte */
	size_t at;
	enum csv_state state;
	bool after_quote;  /* CSV_CR behind a closing quote */
	struct buf text;   /* owns; the row's cells, one behind the other */
	size_t *ends;	   /* owns; where each ends in text */
	struct str *cells; /* owns; while a row is given */
	size_t count, capacity;
	bool searching; /* behind damage */
	bool begun;	/* something but a byte order mark was seen */
	bool stopped;
};

void csv_begin(struct csv *csv, const struct csv_sink *sink, size_t max_row);
void csv_bytes(struct csv *csv, const void *data, size_t len);
/* Behind the first byte of a row that has not ended. */
bool csv_is_in_row(const struct csv *csv);
/* Some of the input is missing here, and that was said: what follows may be a row's end. */
void csv_break(struct csv *csv);
/* cut: the input broke off, and that was said. */
void csv_end(struct csv *csv, bool cut);
void csv_fini(struct csv *csv);

#endif
