#include "core/scan/csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

enum { MAX_COLUMNS = 4096 }; /* Log Analytics' own limit is 500 */

static void
begin_row(struct csv *c)
{
	c->state = CSV_CELL;
	c->count = 0;
	buf_clear(&c->text);
}

void
csv_begin(struct csv *c, const struct csv_sink *sink, size_t max_row)
{
	*c = (struct csv){.sink = sink,
		.max_row = max_row,
		.window = c->window,
		.text = c->text,
		.ends = c->ends,
		.cells = c->cells,
		.capacity = c->capacity};
	buf_clear(&c->window);
	begin_row(c);
}

void
csv_fini(struct csv *c)
{
	buf_fini(&c->window);
	buf_fini(&c->text);
	free(c->ends);
	free(c->cells);
}

/* The window begins at c->at from now on. */
static void
forget(struct csv *c)
{
	c->base += c->at;
	buf_consume(&c->window, c->at);
	c->at = 0;
}

/* ---- damage ---- */

/* Behind damage only the first is told. The next try begins on the line behind the first byte of
 * what was tried: what looked like quoted lines may be rows. */
static void
damage(struct csv *c, const char *reason)
{
	if (!c->searching)
		c->sink->damage(c->sink->context, c->base, reason);
	c->searching = true;
	c->at = 0;
	begin_row(c);
	c->state = CSV_SKIP;
}

/* ---- rows ---- */

static void
give_row(struct csv *c)
{
	struct csv_row row = {.count = c->count, .offset = c->base, .found = c->searching};
	size_t from = 0;

	c->cells = mem_array(c->cells, c->count, sizeof(*c->cells));
	for (size_t i = 0; i < c->count; i++) {
		c->cells[i] =
			(struct str){c->text.data ? c->text.data + from : "", c->ends[i] - from};
		from = c->ends[i];
	}
	row.cells = c->cells;
	c->searching = false;
	if (!c->columns)
		c->columns = c->count;
	if (!c->sink->row(c->sink->context, &row))
		c->stopped = true;
}

static void
end_cell(struct csv *c)
{
	MEM_GROW(c->ends, c->count, c->capacity);
	c->ends[c->count++] = c->text.len;
}

/* c->at stands behind the line's end, or at the input's. */
static void
end_row(struct csv *c)
{
	char reason[96];

	end_cell(c);
	if (c->count == 1 && c->text.len == 0) { /* an empty line */
		forget(c);
		begin_row(c);
		return;
	}
	if (c->columns && c->count != c->columns) {
		snprintf(reason, sizeof(reason), "the row has %zu cells where the header has %zu",
			c->count, c->columns);
		damage(c, reason);
		return;
	}
	give_row(c);
	forget(c);
	begin_row(c);
}

/* ---- bytes ---- */

static void
next_cell(struct csv *c)
{
	end_cell(c);
	c->at++;
	c->state = CSV_CELL;
	if (c->count == MAX_COLUMNS)
		damage(c, "the row has more cells than any table has columns");
}

static void
end_line(struct csv *c)
{
	c->at++;
	end_row(c);
}

static void
in_plain(struct csv *c)
{
	const char *p = c->window.data + c->at, *end = c->window.data + c->window.len, *from = p;

	while (p < end && *p != ',' && *p != '\n' && *p != '\r' && *p != '"')
		p++;
	buf_append(&c->text, from, (size_t)(p - from));
	c->at += (size_t)(p - from);
	if (p == end)
		return;
	if (*p == ',') {
		next_cell(c);
	} else if (*p == '\n') {
		end_line(c);
	} else if (*p == '\r') {
		c->state = CSV_CR;
		c->after_quote = false;
		c->at++;
	} else {
		damage(c, "a quote inside a cell that is not quoted");
	}
}

static void
in_quoted(struct csv *c)
{
	const char *from = c->window.data + c->at;
	size_t left = c->window.len - c->at;
	const char *quote = memchr(from, '"', left);
	size_t len = quote ? (size_t)(quote - from) : left;

	buf_append(&c->text, from, len);
	c->at += len;
	if (!quote)
		return;
	c->at++;
	c->state = CSV_QUOTE;
}

static void
behind_quote(struct csv *c)
{
	switch (c->window.data[c->at]) {
	case '"':
		buf_putc(&c->text, '"');
		c->at++;
		c->state = CSV_QUOTED;
		break;
	case ',':
		next_cell(c);
		break;
	case '\n':
		end_line(c);
		break;
	case '\r':
		c->state = CSV_CR;
		c->after_quote = true;
		c->at++;
		break;
	default:
		damage(c, "a byte behind the closing quote of a cell");
	}
}

static void
behind_cr(struct csv *c)
{
	if (c->window.data[c->at] == '\n') {
		end_line(c);
	} else if (c->after_quote) {
		damage(c, "a byte behind the closing quote of a cell");
	} else {
		buf_putc(&c->text, '\r'); /* no line end: part of the cell */
		c->state = CSV_PLAIN;
	}
}

static void
at_cell(struct csv *c)
{
	if (c->window.data[c->at] != '"') {
		c->state = CSV_PLAIN;
		return;
	}
	c->at++;
	c->state = CSV_QUOTED;
}

static void
skip_line(struct csv *c)
{
	const char *from = c->window.data + c->at;
	const char *end = memchr(from, '\n', c->window.len - c->at);

	c->at = end ? (size_t)(end + 1 - c->window.data) : c->window.len;
	forget(c);
	if (end)
		begin_row(c);
}

/* Waits for three bytes, which any header has. */
static bool
skip_mark(struct csv *c, bool end)
{
	if (c->begun)
		return true;
	if (c->window.len < 3 && !end)
		return false;
	c->begun = true;
	if (str_starts_with(buf_view(&c->window), STR("\xef\xbb\xbf"))) {
		c->at = 3;
		forget(c);
	}
	return true;
}

static void
run(struct csv *c)
{
	while (c->at < c->window.len && !c->stopped) {
		switch (c->state) {
		case CSV_CELL:
			at_cell(c);
			break;
		case CSV_PLAIN:
			in_plain(c);
			break;
		case CSV_QUOTED:
			in_quoted(c);
			break;
		case CSV_QUOTE:
			behind_quote(c);
			break;
		case CSV_CR:
			behind_cr(c);
			break;
		case CSV_SKIP:
			skip_line(c);
			break;
		}
		if (c->at > c->max_row)
			damage(c, "the row is larger than the limit");
	}
}

void
csv_bytes(struct csv *c, const void *data, size_t len)
{
	if (c->stopped)
		return;
	buf_append(&c->window, data, len);
	if (skip_mark(c, false))
		run(c);
}

bool
csv_is_in_row(const struct csv *c)
{
	return c->window.len > 0;
}

void
csv_break(struct csv *c)
{
	c->at = c->window.len;
	forget(c);
	begin_row(c);
	c->searching = true;
}

/* The last row may lack its line end; one that is not whole was cut. */
static void
end_last_row(struct csv *c, bool cut)
{
	bool whole = c->state != CSV_QUOTED && (!c->columns || c->count + 1 == c->columns);

	if (c->state == CSV_CR && !c->after_quote)
		buf_putc(&c->text, '\r');
	if (whole && !cut)
		end_row(c);
	else if (c->searching || !cut)
		damage(c, "truncated: the input ends inside this row");
	else
		c->at = c->window.len;
}

void
csv_end(struct csv *c, bool cut)
{
	if (c->stopped)
		return;
	skip_mark(c, true);
	run(c);
	while (c->window.len && !c->stopped && c->state != CSV_SKIP) {
		end_last_row(c, cut);
		if (cut && !c->searching)
			return;
		run(c);
	}
}
