#include "tui/signing.h"
#include "tui/view.h"

enum { NAME_COLS = 16 };

/* `name: value` as it is signed. */
static void
put_line(struct doc *doc, struct str line)
{
	size_t colon = str_find(line, STR(":"), 0);

	doc_line(doc, 0, false, NAME_COLS);
	if (colon == (size_t)-1) {
		doc_put(doc, ROLE_STRONG, line);
		return;
	}
	doc_put(doc, ROLE_LABEL, str_slice(line, 0, colon + 1));
	doc_put(doc, ROLE_TEXT, str_slice(line, colon + 1, line.len));
}

static void
put_whole(struct doc *doc, struct str text)
{
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);

		put_line(doc, str_slice(text, 0, end));
		text = end == (size_t)-1 ? STR("") : str_slice(text, end + 1, text.len);
	}
}

/* What is about to be signed: its digest, then the text; of several the digests and alerts first.
 */
void
view_statement(struct doc *doc, const struct view_model *model)
{
	const struct signing *s = model->signing;

	for (size_t i = 0; i < s->count; i++) {
		doc_line(doc, 0, false, NAME_COLS);
		doc_puts(doc, ROLE_LABEL, "SHA-256 ");
		doc_puts(doc, ROLE_ACCENT, s->texts[i].digest);
	}
	for (size_t i = 0; i < s->count; i++)
		put_whole(doc, buf_view(&s->texts[i].statement));
}
