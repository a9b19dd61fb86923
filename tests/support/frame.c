#include "tests/support/frame.h"

#include <stdio.h>

#include "core/base/text.h"

static struct pty_cell
cell_of(const struct grid_cell *cell, const struct style *style)
{
	struct pty_cell out = {.fg = style->fg,
		.bg = style->bg,
		.bold = style->bits & STYLE_BOLD,
		.underline = style->bits & STYLE_UNDERLINE,
		.reverse = style->bits & STYLE_REVERSE};
	struct buf text = {0};

	for (size_t i = 0; cell->width > 0 && i < GRID_CELL_TEXT && cell->text[i]; i++)
		text_encode(&text, cell->text[i]);
	if (cell->width > 0 && text.len == 0)
		buf_putc(&text, ' ');
	snprintf(out.text, sizeof(out.text), "%s", buf_cstr(&text));
	buf_fini(&text);
	return out;
}

void
frame_picture(struct picture *picture, const struct grid *grid, const struct theme *theme,
	const char *look)
{
	picture_init(picture, grid->rows, grid->cols, look);
	picture->cursor_row = grid->cursor_y;
	picture->cursor_col = grid->cursor_x;
	for (int y = 0; y < grid->rows; y++) {
		for (int x = 0; x < grid->cols; x++) {
			const struct grid_cell *cell = grid_at(grid, y, x);

			*picture_at(picture, y, x) =
				cell_of(cell, &theme->styles[DEPTH_256][cell->role]);
		}
	}
}
