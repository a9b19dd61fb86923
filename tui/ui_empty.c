/* A list without a row: why that is so, and what to do next. */
#include <string.h>

#include "tui/ui.h"

/* All was read, or tried, and there is no alert: never more than that is claimed. */
static void
draw_nothing_found(const struct pipeline_progress *p, struct pen *first, struct pen *second)
{
	unsigned long long files = p->files_done;

	if (p->errors && !p->bytes_out && !p->files_remembered) {
		pen_puts(first, ROLE_TEXT, "nothing could be read");
		pen_puts(second, ROLE_DIM, "p shows why; q quits, keywatch PATH reads other logs");
	} else if (p->errors) {
		pen_puts(first, ROLE_TEXT, "no access key was created in what could be read");
		pen_puts(second, ROLE_DIM, "p shows what could not be read, q quits");
	} else if (!files) {
		pen_puts(first, ROLE_TEXT, "there is no log here");
		pen_puts(second, ROLE_DIM, "q quits; keywatch PATH reads a file or a folder");
	} else {
		pen_puts(first, ROLE_TEXT, "no access key was created in these logs");
		pen_printf(second, ROLE_DIM, "%llu file%s could be read to the end; q quits", files,
			files == 1 ? "" : "s");
	}
}

/* Lines that break where the list is narrow. Takes the document. */
static void
draw_lines(struct doc *doc, struct grid *grid, struct grid_rect rect)
{
	doc_wrap(doc, rect.cols - LIST_BEFORE - 1, grid->ascii);
	for (size_t row = 0; row < doc->row_count && (int)row < rect.rows; row++) {
		struct pen pen = pen_at(
			grid, rect.y + (int)row, rect.x + LIST_BEFORE, rect.cols - LIST_BEFORE);

		doc_draw_row(doc, row, &pen, NULL, 0);
	}
	doc_fini(doc);
}

/* Nothing to watch, and nothing in the store: how there comes to be something. */
static void
draw_advice(const struct ui *ui, struct grid *grid, struct grid_rect rect)
{
	struct doc doc = {0};

	for (size_t i = 0; ui->o.advice && ui->o.advice[i]; i++) {
		doc_line(&doc, 0, false, 0);
		doc_puts(&doc, i ? ROLE_DIM : ROLE_TEXT, ui->o.advice[i]);
	}
	draw_lines(&doc, grid, rect);
}

static void
put_minute(const struct ui *ui, struct doc *doc, int64_t at)
{
	char text[TIME_TEXT];

	clock_format(ui->local, at, text);
	doc_printf(doc, ROLE_DIM, "%.16s", text);
}

/* What was looked at is what all of them looked at; those without times count as they were asked.
 */
static int64_t
looked_until(const struct pipeline_live *live)
{
	int64_t until = INT64_MAX;

	for (size_t i = 0; i < live->count; i++) {
		const struct health *h = &live->list[i];
		int64_t at = h->position != TIME_NONE ? h->position : h->success_at;

		if (h->success_at == TIME_NONE)
			return TIME_NONE;
		if (at < until)
			until = at;
	}
	return live->count ? until : TIME_NONE;
}

static void
put_names(struct doc *doc, const struct pipeline_live *live)
{
	for (size_t i = 0; i < live->count; i++) {
		doc_puts(doc, ROLE_TEXT, i ? ", " : "");
		doc_puts(doc, ROLE_STRONG, live->list[i].name);
	}
}

static void
put_looked(const struct ui *ui, struct doc *doc, int64_t until)
{
	bool from = ui->since != TIME_NONE && ui->since < until;

	doc_puts(doc, ROLE_DIM, from ? "looked from " : "looked until ");
	if (from) {
		put_minute(ui, doc, ui->since);
		doc_puts(doc, ROLE_DIM, " to ");
	}
	put_minute(ui, doc, until);
	doc_printf(doc, ROLE_DIM, " %s", clock_zone(ui->local));
}

static void
put_way_to_sources(const struct ui *ui, struct doc *doc)
{
	char key[KEY_NAME];

	keymap_key_name(&ui->o.config->keymap, ACTION_SOURCES, key);
	if (key[0])
		doc_printf(doc, ROLE_DIM, "%s shows how each source is", key);
}

/* Sources are watched and there is no alert: never more than was looked at is claimed. */
static void
draw_watching(const struct ui *ui, struct grid *grid, struct grid_rect rect)
{
	int64_t until = looked_until(&ui->live);
	struct doc doc = {0};

	doc_line(&doc, 0, false, 0);
	doc_puts(&doc, ROLE_TEXT, "watching ");
	put_names(&doc, &ui->live);
	doc_puts(&doc, ROLE_TEXT,
		until == TIME_NONE ? ": nothing is known yet"
				   : ": no access key was created so far");
	doc_line(&doc, 0, false, 0);
	if (until == TIME_NONE)
		put_way_to_sources(ui, &doc);
	else
		put_looked(ui, &doc, until);
	draw_lines(&doc, grid, rect);
}

/* Nothing to show: why, and what to do about it. */
void
ui_draw_empty(const struct ui *ui, struct grid *grid, struct grid_rect rect)
{
	struct pen first = pen_at(grid, rect.y, rect.x + LIST_BEFORE, rect.cols - LIST_BEFORE);
	struct pen second = pen_at(grid, rect.y + 1, rect.x + LIST_BEFORE, rect.cols - LIST_BEFORE);

	if (ui_is_filtering(ui) || !ui->sync.complete) {
		pen_puts(&first, ROLE_DIM,
			ui_is_filtering(ui) ? "filtering" : "looking into the store");
	} else if (ui->list.counts.total && ui->filter.compiled) {
		pen_puts(&first, ROLE_TEXT, "no alert matches the filter");
		pen_puts(&second, ROLE_DIM, "f changes it, Esc shows all alerts");
	} else if (ui->list.counts.total && ui->list.show == SHOW_OPEN) {
		pen_puts(&first, ROLE_TEXT, "every alert is decided");
		pen_puts(&second, ROLE_DIM, "o shows the others, Esc all of them");
	} else if (ui->list.counts.total) {
		pen_printf(&first, ROLE_TEXT, "no alert is %s", list_show_name(ui->list.show));
		pen_puts(&second, ROLE_DIM, "o shows others, Esc all of them");
	} else if (ui_is_live(ui)) {
		draw_watching(ui, grid, rect);
	} else if (ui_is_reading(ui)) {
		pen_puts(&first, ROLE_TEXT, "reading: no access key was created so far");
	} else if (!ui->o.pipeline) {
		draw_advice(ui, grid, rect);
	} else {
		draw_nothing_found(&ui->progress, &first, &second);
	}
}
