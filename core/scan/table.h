/*
 * The columns of a table of Log Analytics, and how a row of it is written as a record: one JSON
 * object, a member a column. Whatever the form a table was saved in. One thread.
 */
#ifndef KEYWATCH_SCAN_TABLE_H
#define KEYWATCH_SCAN_TABLE_H

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/scan/scan.h"

/* What a cell without a type of its own holds. */
enum table_type {
	TABLE_TEXT,
	TABLE_TIME,
	TABLE_OTHER, /* bool, number …: an empty one is null */
};

struct table_column {
	struct str name;   /* the column's */
	struct str header; /* as it stood: "TimeGenerated [UTC]" */
	enum table_type type;
};

struct table {
	struct arena arena;	      /* owns the strings */
	struct table_column *columns; /* owns */
	size_t count, capacity;
	size_t event_name; /* that column; SIZE_MAX: there is none */
	bool is_ours;	   /* it has a column that AWSCloudTrail alone has */
	bool other_zone;   /* a time is said to be in another zone than UTC */
};

/* By the name of a column of AWSCloudTrail; TABLE_TEXT for every other. */
enum table_type table_type_of(struct str name);

void table_clear(struct table *table);
void table_fini(struct table *table);
/* header: as it stands, with or without ` [UTC]` behind the name. */
void table_add_column(struct table *table, struct str header);

/* Is this value of EventName one that is looked for, or is every row given? */
bool table_wants(const struct scan_options *options, struct str event_name);
/* A note that must be said of a table once, or NULL. */
const char *table_note(const struct table *table);

/* A quoted JSON string of exactly these bytes, whatever they are. */
void table_put_string(struct buf *out, struct str bytes);

#endif
