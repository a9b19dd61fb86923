#include "tui/pane.h"

void
pane_fini(struct pane *pane)
{
	doc_fini(&pane->doc);
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

/* The rows of a line into the window; of one taller than it the first. */
static void
show_line(struct pane *pane, size_t line)
{
	size_t first = doc_row_of(&pane->doc, line), end = doc_row_of(&pane->doc, line + 1);

	if (end > pane->top + pane->height)
		pane->top = end - pane->height;
	if (first < pane->top)
		pane->top = first;
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
	pane->width = width;
	pane->height = height ? height : 1;
	pane->has_stops = has_stops(&pane->doc);
	doc_wrap(&pane->doc, width - 2, ascii);
	if (from_top)
		pane->top = pane->cursor = 0;
	if (pane->cursor >= pane->doc.line_count)
		pane->cursor = pane->doc.line_count ? pane->doc.line_count - 1 : 0;
	while (pane->has_stops && !pane->doc.lines[pane->cursor].stop)
		pane->cursor = (pane->cursor + 1) % pane->doc.line_count;
	clamp_top(pane);
}

void
pane_resize(struct pane *pane, int width, size_t height, bool ascii)
{
	size_t line;

	if (pane->width == width && pane->height == (height ? height : 1))
		return;
	line = pane->top < pane->doc.row_count ? pane->doc.rows[pane->top].line : 0;
	pane_laid(pane, width, height, ascii, false);
	pane->top = doc_row_of(&pane->doc, line);
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
pane_page(struct pane *pane, int direction)
{
	long by = pane->height > 1 ? (long)pane->height - 1 : 1;
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
pane_forget_match(struct pane *pane)
{
	pane->match_from = pane->match_to = 0;
}

/* The first match in a line at or after `from`, or with `last` the last one before `from`. */
static enum regex_result
find_in_line(struct pane *pane, const struct regex *regex, struct regex_match *match, size_t line,
	size_t from, bool last)
{
	struct str text = doc_line_text(&pane->doc, line);
	enum regex_result result = REGEX_NO_MATCH, one;
	size_t at = last ? 0 : from;

	while (at <= text.len && (one = regex_find(regex, match, text, at)) != REGEX_NO_MATCH) {
		size_t begin, len;

		if (one == REGEX_LIMIT)
			return one;
		begin = regex_group_offset(match, 0);
		len = regex_group(match, 0).len;
		if (last && begin >= from)
			break;
		if (len) {
			pane->match_line = line;
			pane->match_from = begin;
			pane->match_to = begin + len;
			result = REGEX_MATCH;
			if (!last)
				break;
		}
		at = begin + (len ? len : 1);
	}
	return result;
}

enum regex_result
pane_find(struct pane *pane, const struct regex *regex, int step, bool *wrapped)
{
	struct regex_match *match = regex_match_new(regex);
	bool had = pane->match_from != pane->match_to;
	size_t count = pane->doc.line_count, line = had ? pane->match_line : pane->cursor;
	size_t from = had ? (step > 0 ? pane->match_to : pane->match_from) : 0;
	enum regex_result result = REGEX_NO_MATCH;

	if (!had && !pane->has_stops && pane->top < pane->doc.row_count)
		line = pane->doc.rows[pane->top].line;
	*wrapped = false;
	/* Once round, and the line of the start again for what stands on its other side. */
	for (size_t i = 0; i <= count && count && result == REGEX_NO_MATCH; i++) {
		result = find_in_line(pane, regex, match, line, from, step < 0);
		if (result != REGEX_NO_MATCH)
			break;
		if (step > 0 ? line + 1 == count : line == 0)
			*wrapped = true;
		line = (line + (step > 0 ? 1 : count - 1)) % count;
		from = step > 0 ? 0 : SIZE_MAX;
	}
	regex_match_free(match);
	if (result == REGEX_MATCH) {
		if (pane->has_stops && pane->doc.lines[pane->match_line].stop)
			pane->cursor = pane->match_line;
		show_line(pane, pane->match_line);
	}
	return result;
}

void
pane_draw(const struct pane *pane, struct grid *grid, struct grid_rect rect, bool focused)
{
	for (int y = 0; y < rect.rows; y++) {
		struct pen pen = pen_at(grid, rect.y + y, rect.x, rect.cols);
		size_t row = pane->top + (size_t)y, line;
		bool matched;

		if (row >= pane->doc.row_count)
			return;
		line = pane->doc.rows[row].line;
		if (focused && pane->has_stops && line == pane->cursor)
			pen_glyph(&pen, ROLE_ACCENT, GLYPH_BAR);
		else
			pen_blank(&pen, ROLE_TEXT, pen.x + 1);
		matched = pane->match_from != pane->match_to && pane->match_line == line;
		doc_draw_row(&pane->doc, row, &pen, matched ? pane->match_from : 0,
			matched ? pane->match_to : 0);
	}
}
