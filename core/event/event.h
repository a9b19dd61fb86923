/*
 * One CloudTrail record, parsed; or a row of the AWSCloudTrail table, which stands for the record
 * it was made of. Owns its documents; borrows the raw bytes it was parsed from, which must outlive
 * it. One thread at a time.
 */
#ifndef KEYWATCH_EVENT_EVENT_H
#define KEYWATCH_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/event/column.h"

/* What is odd about a record or the alert on it; names in flag_name(), shown as badges. */
enum flag {
	FLAG_DUPLICATE_KEY,	  /* a judged key stands there twice */
	FLAG_SHADOWED_KEY,	  /* a judged key also stands there in another case */
	FLAG_NUL,		  /* a string holds \u0000 */
	FLAG_INVALID_UTF8,
	FLAG_HIDDEN_CHARACTERS,	  /* text.h: something a terminal must not see */
	FLAG_TIME_UNREADABLE,	  /* eventTime missing or unreadable */
	FLAG_NO_EVENT_ID,
	FLAG_RESYNCHRONISED,	  /* found behind damaged bytes */
	FLAG_TARGET_MISMATCH,	  /* request and response name different users */
	FLAG_DROPPED_BY_SENTINEL, /* settled.md 8 */
	FLAG_CONFLICT,		  /* same eventID, unequal record */
	FLAG_FROM_TABLE,	  /* no raw record: a Log Analytics row */
	FLAG_COLUMNS_MISSING,	  /* of those that say who, for whom and with what outcome */
	FLAG_COUNT,
};

const char *flag_name(enum flag flag); /* "duplicate key" … */

/* The value of a column. Absent: an empty string, or null for every other type (as Kusto). */
struct cell {
	bool present;
	struct str text;   /* string columns */
	int64_t number;	   /* ticks of a datetime, 0/1 of a bool */
};

struct event {
	struct json_doc *doc; /* owns */
	struct arena arena;   /* owns what cells and texts were built */
	struct str raw;	      /* borrows */
	const struct json *root;  /* the record; of a row: what the row tells of it */
	struct json_doc *row_doc; /* owns; NULL: raw is a record */
	uint32_t flags; /* 1 << enum flag */
	int64_t time;	/* ticks or TIME_NONE */
	struct str event_id;
	struct cell *cells; /* column_count of them, of the selected variant */
	struct event_copies *copies; /* event.c's own: duplicated judged keys */
	size_t copy_count;
	size_t variants;
	bool variants_cut;
};

/* raw is one JSON object. ERROR_INPUT when it is not, or over a limit. */
bool event_parse(struct event *event, struct str raw, struct error *err);
/* raw is a row: one JSON object, a member a column, as the scanner makes it (SCAN_FROM_TABLE). The
 * cells are the row's own, unknown columns are not looked at; nodes and texts are answered from the
 * record that the columns tell of, parsed out of those that hold JSON. Raises FLAG_FROM_TABLE. */
bool event_parse_row(struct event *event, struct str raw, struct error *err);
void event_fini(struct event *event);

/*
 * Judged keys that stand there more than once make variants: every combination of their copies,
 * at least 1 (settled.md 6: the record matches if any exact-case copy matches). Selecting one
 * changes cells, time and event_id, and what event_node and event_text answer. Variant 0, the
 * first copies, is selected after parsing. At most EVENT_MAX_VARIANTS are counted; then
 * `variants_cut` is set and the record cannot be judged by trying them all.
 */
enum { EVENT_MAX_VARIANTS = 1024 };
void event_select(struct event *event, size_t variant);

/* A node or string of the record by dotted path (a number is an array index), through the
 * selected copies. NULL, or absent when it is no string. */
const struct json *event_node(const struct event *event, const char *path);
struct str event_text(const struct event *event, const char *path);

/* Can what is raw say whether there is something at this path? False: a row without the column
 * that would show it, whose record may well have had it. */
bool event_tells(const struct event *event, const char *path);

/* Hex hash of the record's value (json_write_canonical): equal records have equal hashes. Rows are
 * equal when the records they tell of are. */
void event_canonical_hash(const struct event *event, char hex[65]);

/* Do two rows tell the same wherever both tell something? A projection of a row does. */
bool event_rows_agree(const struct event *a, const struct event *b);

/* Where the value at a dotted path stands in the raw bytes (first copies): its first byte and
 * length; of a row: of the column that shows it. For evidence. False when it is not there. */
bool event_locate(const struct event *event, const char *path, size_t *offset, size_t *len);

#endif
