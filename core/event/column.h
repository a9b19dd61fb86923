/*
 * The 55 columns of the AWSCloudTrail table: name, type, where in the record. One row each in
 * column.c (Microsoft's table reference for AWSCloudTrail; mapping: the column descriptions).
 */
#ifndef KEYWATCH_EVENT_COLUMN_H
#define KEYWATCH_EVENT_COLUMN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

/* Kusto's scalar types. */
enum kusto_type {
	KUSTO_BOOL,
	KUSTO_INT,
	KUSTO_LONG,
	KUSTO_REAL,
	KUSTO_DECIMAL,
	KUSTO_DATETIME,
	KUSTO_TIMESPAN,
	KUSTO_STRING,
	KUSTO_GUID,
	KUSTO_DYNAMIC,
};

const char *kusto_type_name(enum kusto_type type); /* as KQL spells it */

struct column {
	const char *name;
	enum kusto_type type;
	/* Dotted path in the record; NULL: a constant, or never there. */
	const char *path;
	const char *constant; /* NULL: none */
	bool serialised;      /* the JSON value as compact text, not only strings */
};

extern const struct column columns[];
extern const size_t column_count; /* 55 */

/* Exact name; (size_t)-1 when there is no such column. */
size_t column_find(struct str name);

#endif
