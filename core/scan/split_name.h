/* What the names in an object tell about it. Pure. */
#ifndef KEYWATCH_SCAN_SPLIT_NAME_H
#define KEYWATCH_SCAN_SPLIT_NAME_H

#include <stdbool.h>

#include "core/base/str.h"

enum split_name {
	SPLIT_NAME_OTHER,
	SPLIT_NAME_LIST,   /* of records: Records, Events */
	SPLIT_NAME_EVENT,  /* eventName */
	SPLIT_NAME_TABLES, /* of an answer of Log Analytics: tables */
	SPLIT_NAME_ROWS,   /* of such a table: rows */
	SPLIT_NAME_ERROR,  /* of such an answer: error */
};

/* A longer one, with its quotes, is OTHER, however many of its letters are escaped. */
enum { SPLIT_NAME_MAX = 64 };

/* Of a name as it is written, with its quotes; an escape hides nothing. */
enum split_name split_name_of(struct str quoted);
/* The beginning of an object, as far as it can be read: of a record? */
bool split_begins_record(struct str raw);

#endif
