#include "tui/short_text.h"

#include "tui/grid.h"

void
short_text_put(struct buf *out, struct str s, int cols, bool ascii)
{
	if (grid_columns(s, ascii) <= cols) {
		buf_str(out, s);
		return;
	}
	for (struct grid_unit u; (u = grid_next_unit(s, ascii)).bytes && u.width < cols;) {
		buf_append(out, s.data, u.bytes);
		cols -= u.width;
		s = str_slice(s, u.bytes, s.len);
	}
	if (cols > 0)
		buf_puts(out, glyph_text(GLYPH_ELLIPSIS, ascii));
}

void
short_text_put_actor(struct buf *out, struct str label, int cols, bool ascii)
{
	size_t slash = str_find(label, STR("/"), 0);
	struct str role = str_slice(label, 0, slash), session;
	int role_cols;

	if (slash == (size_t)-1 || cols < 8 || grid_columns(label, ascii) <= cols) {
		short_text_put(out, label, cols, ascii);
		return;
	}
	session = str_slice(label, slash + 1, label.len);
	role_cols = cols - 1 - grid_columns(session, ascii);
	if (role_cols < cols / 3)
		role_cols = cols / 3;
	if (role_cols > grid_columns(role, ascii))
		role_cols = grid_columns(role, ascii);
	short_text_put(out, role, role_cols, ascii);
	buf_putc(out, '/');
	short_text_put(out, session, cols - role_cols - 1, ascii);
}
