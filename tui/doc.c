#include "tui/doc.h"

#include <stdlib.h>

#include "core/base/mem.h"

void
doc_clear(struct doc *doc)
{
	buf_clear(&doc->text);
	doc->head = doc->line_count = doc->span_count = doc->row_count = 0;
}

void
doc_fini(struct doc *doc)
{
	buf_fini(&doc->text);
	free(doc->lines);
	free(doc->spans);
	free(doc->rows);
	*doc = (struct doc){0};
}

void
doc_line(struct doc *doc, size_t tag, bool stop, int indent)
{
	MEM_GROW(doc->lines, doc->line_count, doc->line_capacity);
	doc->lines[doc->line_count++] = (struct doc_line){.text = doc->text.len,
		.span = doc->span_count,
		.indent = indent,
		.tag = tag,
		.stop = stop};
}

void
doc_end_head(struct doc *doc)
{
	doc->head = doc->line_count;
}

void
doc_put(struct doc *doc, enum role role, struct str s)
{
	struct doc_line *line = &doc->lines[doc->line_count - 1];

	if (!s.len)
		return;
	buf_str(&doc->text, s);
	line->len += s.len;
	if (line->spans && doc->spans[doc->span_count - 1].role == role) {
		doc->spans[doc->span_count - 1].end = line->len;
		return;
	}
	MEM_GROW(doc->spans, doc->span_count, doc->span_capacity);
	doc->spans[doc->span_count++] = (struct doc_span){line->len, role};
	line->spans++;
}

void
doc_puts(struct doc *doc, enum role role, const char *s)
{
	doc_put(doc, role, str_from(s));
}

void
doc_printf(struct doc *doc, enum role role, const char *fmt, ...)
{
	struct buf text = {0};
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	doc_put(doc, role, buf_view(&text));
	buf_fini(&text);
}

void
doc_spaces(struct doc *doc, int count)
{
	static const char spaces[] = "                                ";

	for (int n; count > 0; count -= n) {
		n = count < (int)sizeof(spaces) - 1 ? count : (int)sizeof(spaces) - 1;
		doc_put(doc, ROLE_TEXT, (struct str){spaces, (size_t)n});
	}
}

void
doc_field(struct doc *doc, enum role role, struct str s, int cols, bool ascii)
{
	size_t at = 0;
	int used = 0;

	if (grid_columns(s, ascii) <= cols) {
		doc_put(doc, role, s);
		doc_spaces(doc, cols - grid_columns(s, ascii));
		return;
	}
	for (struct grid_unit u;
		(u = grid_next_unit(str_slice(s, at, s.len), ascii)).bytes && used + u.width < cols;
		at += u.bytes)
		used += u.width;
	doc_put(doc, role, str_slice(s, 0, at));
	if (cols > 0)
		doc_puts(doc, role, glyph_text(GLYPH_ELLIPSIS, ascii));
	doc_spaces(doc, cols - used - 1);
}

struct str
doc_line_text(const struct doc *doc, size_t line)
{
	const struct doc_line *l = &doc->lines[line];

	return str_slice(buf_view(&doc->text), l->text, l->len);
}

/* How many bytes of s go on a row of `width` cells. */
static size_t
fit(struct str s, int width, bool ascii)
{
	size_t at = 0, space = 0;
	int used = 0;

	for (struct grid_unit u; (u = grid_next_unit(str_slice(s, at, s.len), ascii)).bytes;) {
		if (used + u.width > width)
			break;
		used += u.width;
		at += u.bytes;
		if (s.data[at - 1] == ' ')
			space = at;
	}
	if (at == s.len)
		return at;
	if (space * 2 > at)
		return space;
	/* Something must go on each row, or there would be no end. */
	return at ? at : grid_next_unit(s, ascii).bytes;
}

static void
add_row(struct doc *doc, size_t line, size_t from, size_t to)
{
	MEM_GROW(doc->rows, doc->row_count, doc->row_capacity);
	doc->rows[doc->row_count++] = (struct doc_row){line, from, to};
}

void
doc_wrap(struct doc *doc, int width, bool ascii)
{
	doc->row_count = 0;
	for (size_t i = 0; i < doc->line_count; i++) {
		struct str text = doc_line_text(doc, i);
		int left = width - doc->lines[i].indent;
		size_t at = fit(text, width > 0 ? width : 1, ascii);

		add_row(doc, i, 0, at);
		while (at < text.len) {
			struct str rest = str_slice(text, at, text.len);
			size_t n = fit(rest, left > 8 ? left : 8, ascii);

			add_row(doc, i, at, at + n);
			at += n;
		}
	}
}

size_t
doc_row_of(const struct doc *doc, size_t line)
{
	size_t low = 0, high = doc->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (doc->rows[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The mark that byte `at` is in or before; NULL when none is left. */
static const struct doc_mark *
mark_at(const struct doc_mark *marks, size_t count, size_t at)
{
	for (size_t i = 0; i < count; i++)
		if (at < marks[i].to)
			return &marks[i];
	return NULL;
}

void
doc_draw_row(const struct doc *doc, size_t row, struct pen *pen, const struct doc_mark *marks,
	size_t mark_count)
{
	const struct doc_row *r = &doc->rows[row];
	const struct doc_line *line = &doc->lines[r->line];
	struct str text = doc_line_text(doc, r->line);
	size_t at = r->from, span = 0;

	if (r->from)
		pen_blank(pen, ROLE_TEXT, pen->x + line->indent);
	while (at < r->to && span < line->spans) {
		const struct doc_span *s = &doc->spans[line->span + span];
		const struct doc_mark *mark = mark_at(marks, mark_count, at);
		bool in = mark && at >= mark->from;
		size_t end = least(s->end, r->to);

		if (s->end <= at) {
			span++;
			continue;
		}
		if (mark)
			end = least(end, in ? mark->to : mark->from);
		pen_str(pen, in ? mark->role : s->role, str_slice(text, at, end - at));
		at = end;
	}
}
