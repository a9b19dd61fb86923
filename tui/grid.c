#include "tui/grid.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"

void
grid_clear(struct grid *grid)
{
	size_t count = (size_t)grid->rows * (size_t)grid->cols;

	for (size_t i = 0; i < count; i++)
		grid->cells[i] = (struct grid_cell){.text = {' '}, .width = 1, .role = ROLE_TEXT};
	grid->cursor_y = grid->cursor_x = -1;
}

void
grid_resize(struct grid *grid, int rows, int cols)
{
	grid->rows = rows;
	grid->cols = cols;
	grid->cells = mem_array(grid->cells, (size_t)rows * (size_t)cols, sizeof(*grid->cells));
	grid_clear(grid);
}

void
grid_fini(struct grid *grid)
{
	free(grid->cells);
	*grid = (struct grid){0};
}

const struct grid_cell *
grid_at(const struct grid *grid, int y, int x)
{
	return &grid->cells[(size_t)y * (size_t)grid->cols + (size_t)x];
}

void
grid_dump(const struct grid *grid, struct buf *out)
{
	for (int y = 0; y < grid->rows; y++) {
		size_t end = out->len;

		for (int x = 0; x < grid->cols; x++) {
			const struct grid_cell *cell = grid_at(grid, y, x);

			for (int i = 0; i < GRID_CELL_TEXT && cell->width && cell->text[i]; i++)
				text_encode(out, cell->text[i]);
			if (cell->width && cell->text[0] != ' ')
				end = out->len;
		}
		out->len = end;
		buf_putc(out, '\n');
	}
}

static bool
is_mark(uint32_t cp)
{
	return !text_is_hidden(cp) && text_width(cp) == 0;
}

static void
escape_unit(struct grid_unit *unit, uint32_t cp, char byte)
{
	struct buf out = {0};

	text_escape(&out, cp, (unsigned char)byte);
	unit->width = (int)(out.len < GRID_ESCAPE ? out.len : GRID_ESCAPE - 1);
	memcpy(unit->escape, buf_cstr(&out), (size_t)unit->width);
	buf_fini(&out);
}

struct grid_unit
grid_next_unit(struct str s, bool ascii)
{
	struct grid_unit unit = {0};
	uint32_t cp, mark;
	size_t n;
	int marks = 0;

	/* Nearly everything is ASCII without a mark behind it. */
	if (s.len > 1 && s.data[0] >= 0x20 && s.data[0] < 0x7f && s.data[1] >= 0) {
		unit.text[0] = (unsigned char)s.data[0];
		unit.bytes = 1;
		unit.width = 1;
		return unit;
	}
	unit.bytes = text_decode(s, &cp);
	if (unit.bytes == 0)
		return unit;
	unit.hidden = text_is_hidden(cp) || is_mark(cp);
	if (unit.hidden || (ascii && cp >= 0x80)) {
		escape_unit(&unit, cp, s.data[0]);
		return unit;
	}
	unit.text[0] = cp;
	unit.width = text_width(cp);
	while (!ascii && marks + 1 < GRID_CELL_TEXT &&
		(n = text_decode(str_slice(s, unit.bytes, s.len), &mark)) && is_mark(mark)) {
		unit.text[++marks] = mark;
		unit.bytes += n;
	}
	return unit;
}

int
grid_columns(struct str s, bool ascii)
{
	int columns = 0;

	for (struct grid_unit u; (u = grid_next_unit(s, ascii)).bytes;) {
		columns += u.width;
		s = str_slice(s, u.bytes, s.len);
	}
	return columns;
}

struct pen
pen_at(struct grid *grid, int y, int x, int cols)
{
	struct pen pen = {grid, y, x, x + cols};

	if (pen.end > grid->cols)
		pen.end = grid->cols;
	if (y < 0 || y >= grid->rows || x < 0)
		pen.end = pen.x;
	return pen;
}

int
pen_left(const struct pen *pen)
{
	return pen->end > pen->x ? pen->end - pen->x : 0;
}

static void
put_cell(struct pen *pen, enum role role, const uint32_t *text, int width)
{
	struct grid *grid = pen->grid;
	struct grid_cell *cell = &grid->cells[(size_t)pen->y * (size_t)grid->cols + (size_t)pen->x];

	/* What is written over half of a wide character takes the other half away as well. */
	if (cell->width == 0 && pen->x > 0)
		cell[-1] = (struct grid_cell){.text = {' '}, .width = 1, .role = cell[-1].role};
	if (cell[width - 1].width == 2 && pen->x + width < grid->cols)
		cell[width] =
			(struct grid_cell){.text = {' '}, .width = 1, .role = cell[width].role};
	*cell = (struct grid_cell){.width = (uint8_t)width, .role = (uint8_t)role};
	memcpy(cell->text, text, sizeof(cell->text));
	if (width == 2)
		cell[1] = (struct grid_cell){.width = 0, .role = (uint8_t)role};
	pen->x += width;
}

static void
put_ascii(struct pen *pen, enum role role, char c)
{
	const uint32_t text[GRID_CELL_TEXT] = {(unsigned char)c};

	put_cell(pen, role, text, 1);
}

bool
pen_str(struct pen *pen, enum role role, struct str s)
{
	for (struct grid_unit u; (u = grid_next_unit(s, pen->grid->ascii)).bytes;) {
		if (u.width > pen_left(pen) && !u.escape[0])
			return false;
		if (u.escape[0]) {
			for (const char *c = u.escape; *c; c++) {
				if (!pen_left(pen))
					return false;
				put_ascii(pen, u.hidden ? ROLE_HIDDEN : role, *c);
			}
		} else {
			put_cell(pen, role, u.text, u.width);
		}
		s = str_slice(s, u.bytes, s.len);
	}
	return true;
}

bool
pen_puts(struct pen *pen, enum role role, const char *s)
{
	return pen_str(pen, role, str_from(s));
}

bool
pen_printf(struct pen *pen, enum role role, const char *fmt, ...)
{
	struct buf text = {0};
	va_list args;
	bool all;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	all = pen_str(pen, role, buf_view(&text));
	buf_fini(&text);
	return all;
}

void
pen_glyph(struct pen *pen, enum role role, enum glyph glyph)
{
	/* Our own signs are one cell each in both forms. */
	struct str s = str_from(glyph_text(glyph, pen->grid->ascii));
	uint32_t text[GRID_CELL_TEXT] = {0};

	text_decode(s, &text[0]);
	if (pen_left(pen))
		put_cell(pen, role, text, 1);
}

void
pen_run(struct pen *pen, enum role role, enum glyph glyph, int to)
{
	while (pen->x < to && pen_left(pen))
		pen_glyph(pen, role, glyph);
}

void
pen_blank(struct pen *pen, enum role role, int to)
{
	while (pen->x < to && pen_left(pen))
		put_ascii(pen, role, ' ');
}

void
pen_field(struct pen *pen, enum role role, struct str s, int cols)
{
	int from = pen->x, to = from + cols, end = pen->end;

	if (to > end)
		to = end;
	if (to <= from)
		return;
	pen->end = to;
	if (grid_columns(s, pen->grid->ascii) > cols) {
		pen->end = to - 1;
		pen_str(pen, role, s);
		pen->end = to;
		pen_glyph(pen, role, GLYPH_ELLIPSIS);
	} else {
		pen_str(pen, role, s);
	}
	pen_blank(pen, role, to);
	pen->end = end;
}

void
grid_paint(struct grid *grid, int y, int x, int cols, enum role role)
{
	for (int end = x + cols; x < end; x++)
		if (grid_at(grid, y, x))
			grid->cells[y * grid->cols + x].role = (uint8_t)role;
}

bool
grid_is_blank(const struct grid *grid, int y, int x)
{
	const struct grid_cell *cell = grid_at(grid, y, x < 0 || x >= grid->cols ? 0 : x);

	return x >= 0 && x < grid->cols && cell->text[0] == ' ' && !cell->text[1];
}
