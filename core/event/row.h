/*
 * A row of the AWSCloudTrail table (Log Analytics; one JSON object, a member a column) → the
 * record it was made of, as far as the row tells: the columns' paths backwards. What a record has
 * beside them the row does not tell. Pure; only event.c and tests include this.
 */
#ifndef KEYWATCH_EVENT_ROW_H
#define KEYWATCH_EVENT_ROW_H

#include "core/base/json.h"
#include "core/event/column.h"

/* Appends the record as JSON. Empty and null cells are left out (Kusto's empty string is an absent
 * field), a text that is JSON becomes that value where the column holds serialised values
 * (`values`; false: it stays a string), times are spelled one way: rows of one event that came by
 * different roads give equal records. */
void row_write_record(struct buf *out, const struct json *row, bool values);

/* The row's column that shows what stands at a dotted path of the record, that holds it, or that
 * is the first of it; NULL when the row has none. */
const struct column *row_column_at(const struct json *row, const char *path);

/* Is it JSON's or a text's true or false (or Kusto's 1 and 0)? */
bool row_bool(const struct json *cell, bool *value);

#endif
