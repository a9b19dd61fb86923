#include "tui/view.h"

/* The record's exact bytes, nothing laid out: printable ASCII as it is, every other byte as \xNN,
 * with the offset of each row's first byte. */
void
view_peek(struct doc *doc, const struct view_model *model)
{
	struct str raw = model->subject->alert.raw;
	int room = model->width - 12;
	size_t i = 0;

	if (!model->subject->loaded)
		return;
	if (room < 8)
		room = 8;
	while (i < raw.len) {
		doc_line(doc, i, false, 10);
		doc_printf(doc, ROLE_DIM, "%08zx  ", i);
		for (int used = 0; i < raw.len; i++) {
			unsigned char c = (unsigned char)raw.data[i];
			bool plain = c >= 0x20 && c < 0x7f && c != '\\';
			int cells = plain ? 1 : c == '\\' ? 2 : 4;

			if (used + cells > room)
				break;
			used += cells;
			if (plain)
				doc_put(doc, ROLE_TEXT, str_slice(raw, i, 1));
			else if (c == '\\')
				doc_puts(doc, ROLE_TEXT, "\\\\");
			else
				doc_printf(doc, ROLE_HIDDEN, "\\x%02x", c);
		}
	}
}
