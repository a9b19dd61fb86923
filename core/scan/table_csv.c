#include "core/scan/table_csv.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADER_MAX = 64 << 10 };

/* ---- is it one ---- */

struct judging {
	struct table table;
	bool damaged; /* the first line is no row at all */
};

static bool
judge_header(void *context, const struct csv_row *row)
{
	struct judging *j = context;

	for (size_t i = 0; i < row->count; i++)
		table_add_column(&j->table, row->cells[i]);
	return false;
}

static void
judge_damage(void *context, uint64_t offset, const char *reason)
{
	(void)offset;
	(void)reason;
	((struct judging *)context)->damaged = true;
}

/* A header begins with a name, quoted or not. */
static bool
may_begin_header(struct str head)
{
	if (str_starts_with(head, STR("\xef\xbb\xbf")))
		head = str_slice(head, 3, head.len);
	return head.len && (head.data[0] == '"' || head.data[0] == '_' ||
				   ((head.data[0] | 32) >= 'a' && (head.data[0] | 32) <= 'z'));
}

enum table_csv_guess
table_csv_guess(struct str head, bool end)
{
	struct judging j = {0};
	struct csv csv = {0};
	const struct csv_sink sink = {&j, judge_header, judge_damage};
	enum table_csv_guess guess = TABLE_CSV_NO;
	bool full; /* of what a header may have */

	if (!may_begin_header(head))
		return TABLE_CSV_NO;
	full = head.len >= HEADER_MAX;
	head = str_slice(head, 0, HEADER_MAX);
	if (!end && !full && !memchr(head.data, '\n', head.len))
		return TABLE_CSV_MAYBE;
	csv_begin(&csv, &sink, HEADER_MAX);
	csv_bytes(&csv, head.data, head.len);
	if (end && !full)
		csv_end(&csv, false);
	if (csv.stopped && !j.damaged && j.table.is_ours)
		guess = TABLE_CSV_YES;
	else if (!csv.stopped && !j.damaged && !end && !full)
		guess = TABLE_CSV_MAYBE;
	csv_fini(&csv);
	table_fini(&j.table);
	return guess;
}

/* ---- rows → records ---- */

static void
put_time(struct table_csv *t, const struct table_column *column, struct str cell)
{
	struct time_reading reading;
	char iso[TIME_TEXT];
	int64_t ticks;

	if (time_parse(cell, &ticks) ||
		!time_parse_numeric(cell, t->assumed ? TIME_ORDER_OPEN : t->order, &reading)) {
		table_put_string(&t->row, cell);
		return;
	}
	time_format_iso(reading.ticks, iso);
	table_put_string(&t->row, str_from(iso));
	buf_putc(&t->row, ',');
	table_put_string(&t->row, column->header);
	buf_putc(&t->row, ':');
	table_put_string(&t->row, cell);
}

static void
put_cell(struct table_csv *t, const struct table_column *column, struct str cell)
{
	table_put_string(&t->row, column->name);
	buf_putc(&t->row, ':');
	if (column->type == TABLE_TEXT)
		table_put_string(&t->row, cell);
	else if (!cell.len)
		buf_puts(&t->row, "null");
	else if (column->type == TABLE_TIME)
		put_time(t, column, cell);
	else
		table_put_string(&t->row, cell);
}

static bool
give_row(struct table_csv *t, const struct csv_row *row)
{
	buf_clear(&t->row);
	for (size_t i = 0; i < row->count; i++) {
		buf_putc(&t->row, i ? ',' : '{');
		put_cell(t, &t->table.columns[i], row->cells[i]);
	}
	buf_putc(&t->row, '}');
	return t->sink->row(t->sink->context, buf_view(&t->row), row->offset,
		SCAN_FROM_TABLE | (row->found ? SCAN_RESYNCHRONISED : 0));
}

/* ---- rows that wait ---- */

struct held_row {
	uint64_t offset;
	size_t count;
	bool found;
};

static void
hold_row(struct table_csv *t, const struct csv_row *row)
{
	struct held_row held = {row->offset, row->count, row->found};

	buf_append(&t->held, &held, sizeof(held));
	for (size_t i = 0; i < row->count; i++) {
		buf_append(&t->held, &row->cells[i].len, sizeof(size_t));
		buf_str(&t->held, row->cells[i]);
	}
}

static size_t
read_held(const struct table_csv *t, size_t at, void *out, size_t len)
{
	memcpy(out, t->held.data + at, len);
	return at + len;
}

static void
give_held(struct table_csv *t)
{
	for (size_t at = 0; at < t->held.len && !t->csv.stopped;) {
		struct held_row held;
		struct csv_row row;
		struct str *cells;

		at = read_held(t, at, &held, sizeof(held));
		buf_clear(&t->cells);
		buf_reserve(&t->cells, held.count * sizeof(*cells));
		cells = (struct str *)(void *)t->cells.data;
		for (size_t i = 0; i < held.count; i++) {
			at = read_held(t, at, &cells[i].len, sizeof(size_t));
			cells[i].data = t->held.data + at;
			at += cells[i].len;
		}
		row = (struct csv_row){cells, held.count, held.offset, held.found};
		if (!give_row(t, &row))
			t->csv.stopped = true;
	}
	buf_clear(&t->held);
}

/* ---- the order of dates ---- */

static void
say(struct table_csv *t, enum problem_severity severity, uint64_t offset, const char *reason)
{
	t->sink->say(t->sink->context, severity, offset, reason);
}

static void
say_assumed(struct table_csv *t)
{
	if (!t->said)
		say(t, PROBLEM_NOTE, PROBLEM_NO_OFFSET,
			"date order assumed: the day is first in the 24-hour form, the month with "
			"AM "
			"or PM; no value of the file proves it");
	t->said = true;
}

/* Nothing is waited for any more. */
static void
assume_order(struct table_csv *t)
{
	t->assumed = true;
	if (t->held.len)
		say_assumed(t);
	give_held(t);
}

/* Rows that could not wait any longer were read in the wrong order. */
static void
disprove(struct table_csv *t, uint64_t offset, enum time_order order)
{
	if (!t->assumed || t->disproved || t->assumed_order == TIME_ORDER_OPEN ||
		t->assumed_order == order)
		return;
	t->disproved = true;
	say(t, PROBLEM_ERROR, offset,
		"this row proves another date order than was assumed: earlier rows have wrong "
		"times; "
		"put a row like this first");
}

static void
learn_order(struct table_csv *t, uint64_t offset, enum time_order order)
{
	t->day_first |= order == TIME_DAY_FIRST;
	t->month_first |= order == TIME_MONTH_FIRST;
	disprove(t, offset, order);
	if (t->assumed || t->order == order)
		return;
	t->order = order;
	if (t->day_first && t->month_first)
		assume_order(t); /* both were proven: neither says anything about the rest */
	else
		give_held(t);
}

/* Does a time of the row depend on the order? Learns from those that do not. */
static bool
is_open(struct table_csv *t, const struct csv_row *row)
{
	bool open = false;

	for (size_t i = 0; i < row->count; i++) {
		struct time_reading reading;
		int64_t ticks;

		if (t->table.columns[i].type != TABLE_TIME || time_parse(row->cells[i], &ticks) ||
			!time_parse_numeric(row->cells[i], TIME_ORDER_OPEN, &reading))
			continue;
		if (reading.proven)
			learn_order(t, row->offset, reading.order);
		open |= reading.open;
		if (reading.open && t->assumed_order == TIME_ORDER_OPEN)
			t->assumed_order = reading.order;
	}
	return open;
}

/* ---- what the reader finds ---- */

/* The cell of a time stands beside it under a name of its own. */
static void
keep_as_exported(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct table_column *column = &table->columns[i];

		if (str_equal(column->header, column->name))
			column->header = arena_printf(
				&table->arena, "%.*s [as exported]", STR_ARG(column->name));
	}
}

/* What no header has: a line end of the old Macs, and with it all rows. */
static bool
has_rows_in_it(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (memchr(row->cells[i].data, '\r', row->cells[i].len))
			return true;
	return false;
}

static void
take_header(struct table_csv *t, const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		table_add_column(&t->table, row->cells[i]);
	if (!t->table.is_ours) { /* behind damage: the header itself was lost */
		table_clear(&t->table);
		t->csv.columns = 0;
		return;
	}
	t->any_row = true;
	keep_as_exported(&t->table);
	if (has_rows_in_it(row)) {
		say(t, PROBLEM_ERROR, row->offset,
			"its lines end with carriage returns alone: convert it with "
			"`tr '\\r' '\\n'`");
		return;
	}
	if (table_note(&t->table))
		say(t, PROBLEM_NOTE, PROBLEM_NO_OFFSET, table_note(&t->table));
	if (t->table.other_zone)
		say(t, PROBLEM_NOTE, PROBLEM_NO_OFFSET,
			"has times in another zone than UTC: they are read as if they were UTC");
}

static bool
take_row(void *context, const struct csv_row *row)
{
	struct table_csv *t = context;
	size_t name = t->table.event_name;
	bool open;

	if (!t->any_row) {
		take_header(t, row);
		return true;
	}
	open = is_open(t, row);
	if (t->csv.stopped) /* by one that waited */
		return false;
	if (name != SIZE_MAX && !table_wants(t->options, row->cells[name]))
		return t->sink->row(t->sink->context, STR_ABSENT, row->offset, SCAN_FROM_TABLE);
	if (open && t->assumed)
		say_assumed(t);
	/* Behind one that waits the others do, too: rows are given in their order. */
	if (!t->held.len && (!open || t->assumed || t->order != TIME_ORDER_OPEN))
		return give_row(t, row);
	hold_row(t, row);
	if (t->held.len > t->options->max_record)
		assume_order(t);
	return !t->csv.stopped;
}

static void
take_damage(void *context, uint64_t offset, const char *reason)
{
	say(context, PROBLEM_ERROR, offset, reason);
}

/* ---- whole ---- */

void
table_csv_begin(
	struct table_csv *t, const struct scan_options *options, const struct table_csv_sink *sink)
{
	t->options = options;
	t->sink = sink;
	t->csv_sink = (struct csv_sink){t, take_row, take_damage};
	csv_begin(&t->csv, &t->csv_sink, options->max_record);
	table_clear(&t->table);
	t->any_row = t->day_first = t->month_first = t->assumed = t->said = t->disproved = false;
	t->order = t->assumed_order = TIME_ORDER_OPEN;
	buf_clear(&t->held);
}

void
table_csv_bytes(struct table_csv *t, const void *data, size_t len)
{
	csv_bytes(&t->csv, data, len);
}

void
table_csv_break(struct table_csv *t)
{
	csv_break(&t->csv);
}

bool
table_csv_waits(const struct table_csv *t)
{
	return t->held.len || csv_is_in_row(&t->csv);
}

void
table_csv_end(struct table_csv *t, bool cut)
{
	csv_end(&t->csv, cut);
	if (t->held.len && !t->csv.stopped)
		assume_order(t);
}

void
table_csv_fini(struct table_csv *t)
{
	csv_fini(&t->csv);
	table_fini(&t->table);
	buf_fini(&t->row);
	buf_fini(&t->held);
	buf_fini(&t->cells);
}
