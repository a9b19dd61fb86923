#include "tui/pane.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { MATCHES_MOST = 100000 };

/* Rows that a head leaves to what it is the head of. */
enum { ROWS_LEFT = 3 };

void
pane_fini(struct pane *pane)
{
	doc_fini(&pane->doc);
	free(pane->matches);
	*pane = (struct pane){0};
}

static void
clamp_top(struct pane *pane)
{
	size_t rows = pane->doc.row_count;
	size_t most = rows > pane->height ? rows - pane->height : 0;

	if (pane->top > most)
		pane->top = most;
}

static void
fit_head(struct pane *pane)
{
	pane->head = doc_row_of(&pane->doc, pane->doc.head);
	if (pane->head + ROWS_LEFT > pane->height)
		pane->head = 0;
}

size_t
pane_row_at(const struct pane *pane, size_t y)
{
	return y < pane->head ? y : pane->top + y;
}

/* The row to the window's top, below the head. */
static void
top_with(struct pane *pane, size_t row)
{
	pane->top = row > pane->head ? row - pane->head : 0;
}

/* The rows of a line into the window; of one taller than it the first. */
static void
show_line(struct pane *pane, size_t line)
{
	size_t first = doc_row_of(&pane->doc, line), end = doc_row_of(&pane->doc, line + 1);

	if (end > pane->top + pane->height)
		pane->top = end - pane->height;
	if (first < pane_row_at(pane, pane->head))
		top_with(pane, first);
	clamp_top(pane);
}

static bool
has_stops(const struct doc *doc)
{
	for (size_t i = 0; i < doc->line_count; i++)
		if (doc->lines[i].stop)
			return true;
	return false;
}

void
pane_laid(struct pane *pane, int width, size_t height, bool ascii, bool from_top)
{
	bool resized = pane->width != width || pane->height != (height ? height : 1);

	pane->width = width;
	pane->height = height ? height : 1;
	pane->has_stops = has_stops(&pane->doc);
	doc_wrap(&pane->doc, width - 2, ascii);
	fit_head(pane);
	pane_forget_matches(pane); /* they were of the text before */
	if (from_top)
		pane->top = pane->cursor = 0;
	if (pane->cursor >= pane->doc.line_count)
		pane->cursor = pane->doc.line_count ? pane->doc.line_count - 1 : 0;
	while (pane->has_stops && !pane->doc.lines[pane->cursor].stop)
		pane->cursor = (pane->cursor + 1) % pane->doc.line_count;
	clamp_top(pane);
	if (pane->has_stops && resized)
		show_line(pane, pane->cursor);
}

void
pane_resize(struct pane *pane, int width, size_t height, bool ascii)
{
	size_t line, row;

	if (pane->width == width && pane->height == (height ? height : 1))
		return;
	row = pane_row_at(pane, pane->head);
	line = pane->top && row < pane->doc.row_count ? pane->doc.rows[row].line : 0;
	pane->width = width;
	pane->height = height ? height : 1;
	doc_wrap(&pane->doc, width - 2, ascii);
	fit_head(pane);
	top_with(pane, doc_row_of(&pane->doc, line));
	clamp_top(pane);
	if (pane->has_stops)
		show_line(pane, pane->cursor);
}

void
pane_go(struct pane *pane, size_t line)
{
	if (!pane->doc.line_count)
		return;
	pane->cursor = line < pane->doc.line_count ? line : pane->doc.line_count - 1;
	show_line(pane, pane->cursor);
}

static void
scroll(struct pane *pane, long by)
{
	if (by < 0)
		pane->top = (size_t)-by > pane->top ? 0 : pane->top - (size_t)-by;
	else
		pane->top += (size_t)by;
	clamp_top(pane);
}

void
pane_move(struct pane *pane, long by)
{
	size_t at = pane->cursor;
	size_t count = pane->doc.line_count;

	if (!pane->has_stops) {
		scroll(pane, by);
		return;
	}
	while (by > 0 ? at + 1 < count : at > 0) {
		at = by > 0 ? at + 1 : at - 1;
		if (!pane->doc.lines[at].stop)
			continue;
		pane_go(pane, at);
		by += by > 0 ? -1 : 1;
		if (by == 0)
			return;
	}
	/* Lines without a stop at either end come into view as well. */
	if (by > 0)
		show_line(pane, count - 1);
	else if (by < 0)
		pane->top = 0;
}

void
pane_scroll(struct pane *pane, long by)
{
	size_t first, end, line;

	scroll(pane, by);
	if (!pane->has_stops)
		return;
	first = pane_row_at(pane, pane->head);
	end = pane->top + pane->height < pane->doc.row_count ? pane->top + pane->height
							     : pane->doc.row_count;
	/* From the edge that it comes to. */
	for (size_t i = 0; i < end - first; i++) {
		line = pane->doc.rows[by > 0 ? first + i : end - 1 - i].line;
		if (by > 0 ? pane->cursor >= line : pane->cursor <= line)
			return;
		if (pane->doc.lines[line].stop) {
			pane->cursor = line;
			return;
		}
	}
}

void
pane_page(struct pane *pane, int direction)
{
	size_t window = pane->height - pane->head;
	long by = window > 1 ? (long)window - 1 : 1;
	size_t row;

	if (!pane->has_stops) {
		scroll(pane, direction * by);
		return;
	}
	row = doc_row_of(&pane->doc, pane->cursor);
	if (direction > 0)
		row += (size_t)by;
	else
		row = row > (size_t)by ? row - (size_t)by : 0;
	if (row >= pane->doc.row_count) {
		pane_last(pane);
	} else if (row == 0) {
		pane_first(pane);
	} else {
		size_t line = pane->doc.rows[row].line, was = pane->cursor;

		scroll(pane, direction * by);
		while (line + 1 < pane->doc.line_count && !pane->doc.lines[line].stop)
			line++;
		pane_go(pane, line);
		if (pane->cursor == was)
			pane_move(pane, direction);
	}
}

void
pane_first(struct pane *pane)
{
	pane->top = pane->cursor = 0;
	while (pane->has_stops && !pane->doc.lines[pane->cursor].stop)
		pane->cursor++;
}

void
pane_last(struct pane *pane)
{
	pane->top = pane->doc.row_count;
	clamp_top(pane);
	if (!pane->doc.line_count)
		return;
	pane->cursor = pane->doc.line_count - 1;
	while (pane->has_stops && !pane->doc.lines[pane->cursor].stop)
		pane->cursor--;
}

size_t
pane_rows_below(const struct pane *pane)
{
	size_t end = pane->top + pane->height;

	return pane->doc.row_count > end ? pane->doc.row_count - end : 0;
}

void
pane_restore(struct pane *pane, size_t top, size_t cursor)
{
	if (cursor < pane->doc.line_count)
		pane->cursor = cursor;
	pane->top = top;
	clamp_top(pane);
}

/* ---- search ---- */

void
pane_forget_matches(struct pane *pane)
{
	pane->match_count = 0;
	pane->match = PANE_NO_MATCH;
}

static void
add_match(struct pane *pane, size_t line, size_t from, size_t to)
{
	MEM_GROW(pane->matches, pane->match_count, pane->match_capacity);
	pane->matches[pane->match_count++] = (struct doc_mark){line, from, to, ROLE_MATCH_OTHER};
}

static enum regex_result
search_line(struct pane *pane, const struct regex *regex, struct regex_match *match, size_t line)
{
	struct str text = doc_line_text(&pane->doc, line);
	enum regex_result result = REGEX_NO_MATCH;
	size_t at = 0;

	while (at <= text.len && pane->match_count < MATCHES_MOST &&
		(result = regex_find(regex, match, text, at)) == REGEX_MATCH) {
		size_t from = regex_group_offset(match, 0), len = regex_group(match, 0).len;

		if (len)
			add_match(pane, line, from, from + len);
		at = from + (len ? len : 1);
	}
	return result;
}

enum regex_result
pane_search(struct pane *pane, const struct regex *regex)
{
	struct regex_match *match = regex_match_new(regex);
	enum regex_result result = REGEX_NO_MATCH;

	pane_forget_matches(pane);
	for (size_t i = 0; i < pane->doc.line_count && result != REGEX_LIMIT; i++)
		result = search_line(pane, regex, match, i);
	regex_match_free(match);
	if (result == REGEX_LIMIT)
		return result;
	return pane->match_count ? REGEX_MATCH : REGEX_NO_MATCH;
}

/* The first match in or behind a line; match_count when there is none. */
static size_t
first_match(const struct pane *pane, size_t line)
{
	size_t low = 0, high = pane->match_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pane->matches[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
pane_find(struct pane *pane, int step, bool *wrapped)
{
	size_t count = pane->match_count, next, line = pane->cursor;

	*wrapped = false;
	if (!count)
		return false;
	if (!pane->has_stops && pane_row_at(pane, pane->head) < pane->doc.row_count)
		line = pane->doc.rows[pane_row_at(pane, pane->head)].line;
	if (pane->match != PANE_NO_MATCH)
		next = step > 0 ? pane->match + 1 : pane->match + count - 1;
	else
		next = first_match(pane, line) + (step > 0 ? 0 : count - 1);
	if (step > 0)
		*wrapped = next >= count;
	else
		*wrapped = next < count;
	if (pane->match != PANE_NO_MATCH)
		pane->matches[pane->match].role = ROLE_MATCH_OTHER;
	pane->match = next % count;
	pane->matches[pane->match].role = ROLE_MATCH;
	line = pane->matches[pane->match].line;
	if (pane->has_stops && pane->doc.lines[line].stop)
		pane->cursor = line;
	/* The line behind it as well: a prompt may cover the last row. */
	if (line + 1 < pane->doc.line_count)
		show_line(pane, line + 1);
	show_line(pane, line);
	return true;
}

void
pane_draw(const struct pane *pane, struct grid *grid, struct grid_rect rect, bool focused)
{
	for (int y = 0; y < rect.rows; y++) {
		struct pen pen = pen_at(grid, rect.y + y, rect.x, rect.cols);
		size_t row = pane_row_at(pane, (size_t)y), line, first, end;

		if (row >= pane->doc.row_count)
			return;
		line = pane->doc.rows[row].line;
		if (focused && pane->has_stops && line == pane->cursor)
			pen_glyph(&pen, ROLE_ACCENT, GLYPH_BAR);
		else
			pen_blank(&pen, ROLE_TEXT, pen.x + 1);
		first = first_match(pane, line);
		end = first_match(pane, line + 1);
		doc_draw_row(&pane->doc, row, &pen, pane->matches + first, end - first);
	}
}
