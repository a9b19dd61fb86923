/* The lines around the panes: the alert's name, status or progress. */
#include "tui/ui.h"

#include <limits.h>
#include <stdio.h>

/* The least that an alert's name gets before its state is cut short; what the tabs need. */
enum { NAME_COLS = 24, TABS_COLS = 36, TAB_OF_LIST_COLS = 9, COUNTS_COLS = 24 };

/* ---- the alert's name ---- */

/* How much is said beside the name; less where that would have no room. */
enum head_detail { HEAD_WORD, HEAD_CLASS, HEAD_SEVERITY, HEAD_PLACE };

struct head {
	struct buf place, name, state; /* owns */
};

static void
head_fini(struct head *head)
{
	buf_fini(&head->place);
	buf_fini(&head->name);
	buf_fini(&head->state);
}

/* "2 of 143 · " */
static void
put_place(const struct ui *ui, enum head_detail detail, struct buf *out)
{
	buf_clear(out);
	if (detail < HEAD_PLACE)
		return;
	buf_count(out, ui->list.position + 1);
	buf_puts(out, " of ");
	buf_count(out, ui->list.shown);
	buf_printf(out, " %s ", glyph_text(GLYPH_DOT, ui->grid.ascii));
}

/* " Closed, BenignPositive, unsigned · Medium " */
static void
put_state(const struct ui *ui, const struct list_row *row, enum head_detail detail, struct buf *out)
{
	buf_clear(out);
	buf_putc(out, ' ');
	buf_puts(out, alert_status_name((enum alert_status)row->status));
	if (row->classification && detail >= HEAD_CLASS && row->validation != VALIDATION_SIGNED)
		buf_printf(
			out, ", %s", classification_name((enum classification)row->classification));
	if (row->validation) {
		buf_puts(out, ", ");
		ui_put_validation(ui, row, false, out);
	}
	if (detail >= HEAD_SEVERITY) {
		buf_printf(out, " %s ", glyph_text(GLYPH_DOT, ui->grid.ascii));
		buf_str(out, list_word(&ui->list, row->severity));
	}
	buf_putc(out, ' ');
}

/* The rest of a rule; at its end how many rows are below the window. */
static void
draw_below(struct pen *pen, size_t below)
{
	char text[32] = "";

	if (below)
		snprintf(text, sizeof(text), " %s%zu ", glyph_text(GLYPH_DOWN, pen->grid->ascii),
			below);
	pen_run(pen, ROLE_RULE, GLYPH_RULE,
		pen->end - 1 - grid_columns(str_from(text), pen->grid->ascii));
	pen_puts(pen, ROLE_DIM, text);
	pen_run(pen, ROLE_RULE, GLYPH_RULE, pen->end);
}

/* The name whole, and of the rest what has room beside it; then the name gives way. */
static void
compose_head(
	const struct ui *ui, const struct list_row *row, int cols, size_t below, struct head *head)
{
	bool ascii = ui->grid.ascii;
	int room, name_cols;

	ui_row_name(ui, ui->list.selected, INT_MAX, &head->name);
	name_cols = grid_columns(buf_view(&head->name), ascii);
	for (enum head_detail detail = HEAD_PLACE;; detail--) {
		put_place(ui, detail, &head->place);
		put_state(ui, row, detail, &head->state);
		if (below)
			buf_printf(&head->state, "%s%zu ", glyph_text(GLYPH_DOWN, ascii), below);
		room = cols - 4 - grid_columns(buf_view(&head->place), ascii) -
		       grid_columns(buf_view(&head->state), ascii);
		if (room >= name_cols || room >= NAME_COLS || detail == HEAD_WORD)
			break;
	}
	buf_clear(&head->name);
	ui_row_name(ui, ui->list.selected, room, &head->name);
}

/* The rule goes on at two thirds of the width, where most names have ended: it is three bytes a
 * cell, and on a slow line it would cost more than the name to let it grow and shrink with each. */
static void
draw_alert_head(
	const struct ui *ui, struct grid *grid, struct grid_rect rect, size_t below, enum role role)
{
	const struct list_row *row = list_selected(&ui->list);
	struct pen pen = pen_at(grid, rect.y, rect.x, rect.cols);
	struct head head = {0};
	int rule_end;

	pen_run(&pen, ROLE_RULE, GLYPH_RULE, rect.x + 1);
	if (!row) {
		pen_run(&pen, ROLE_RULE, GLYPH_RULE, pen.end);
		return;
	}
	compose_head(ui, row, pen_left(&pen), below, &head);
	rule_end = pen.end - 1 - grid_columns(buf_view(&head.state), grid->ascii);
	pen_blank(&pen, ROLE_TEXT, pen.x + 1);
	pen_str(&pen, role, buf_view(&head.place));
	pen_str(&pen, role, buf_view(&head.name));
	pen_blank(&pen, ROLE_TEXT, pen.x + 1);
	if (rect.x + rect.cols * 2 / 3 < rule_end)
		pen_blank(&pen, ROLE_TEXT, rect.x + rect.cols * 2 / 3);
	pen_run(&pen, ROLE_RULE, GLYPH_RULE, rule_end);
	pen_str(&pen, ROLE_DIM, buf_view(&head.state));
	pen_run(&pen, ROLE_RULE, GLYPH_RULE, pen.end);
	head_fini(&head);
}

/* The names of panes from `first` on, `now` in its role. */
static void
draw_names(struct pen *pen, enum pane_kind first, enum pane_kind now, enum role role)
{
	static const char *const names[PANE_COUNT] = {[PANE_LIST] = "alerts",
		[PANE_ENTITY] = "entity",
		[PANE_EVENT] = "event",
		[PANE_HISTORY] = "history",
		[PANE_KEYS] = "key life"};

	for (enum pane_kind kind = first; kind < PANE_COUNT; kind++) {
		if (kind != first) {
			pen_blank(pen, ROLE_TEXT, pen->x + 1);
			pen_glyph(pen, ROLE_RULE, GLYPH_RULE_DOWN);
			pen_blank(pen, ROLE_TEXT, pen->x + 1);
		}
		pen_puts(pen, kind == now ? role : ROLE_DIM, names[kind]);
	}
}

/* Of the pane under the entity pane: which ones there are, as it stands for them all. */
static void
draw_lower_head(const struct ui *ui, struct grid *grid, struct grid_rect rect, enum pane_kind kind,
	size_t below)
{
	struct pen pen = pen_at(grid, rect.y, rect.x, rect.cols);

	pen_run(&pen, ROLE_RULE, GLYPH_RULE, rect.x + 1);
	pen_blank(&pen, ROLE_TEXT, pen.x + 1);
	draw_names(&pen, PANE_EVENT, kind, ui->focus == kind ? ROLE_TITLE : ROLE_STRONG);
	pen_blank(&pen, ROLE_TEXT, pen.x + 1);
	if (ui->subject.loaded && kind == PANE_EVENT)
		pen_printf(&pen, ROLE_DIM, "%zu bytes ", ui->subject.alert.raw.len);
	draw_below(&pen, below);
}

static void
draw_heads(const struct ui *ui, struct grid *grid)
{
	for (enum pane_kind kind = PANE_ENTITY; kind < PANE_COUNT; kind++) {
		struct grid_rect rect = ui->layout.heads[kind];
		size_t below = pane_rows_below(&ui->panes[kind]);

		if (!rect.rows)
			continue;
		if (kind > PANE_ENTITY && ui->layout.kind == LAYOUT_WIDE)
			draw_lower_head(ui, grid, rect, kind, below);
		else
			draw_alert_head(
				ui, grid, rect, below, ui->focus == kind ? ROLE_TITLE : ROLE_TEXT);
	}
}

/* ---- progress ---- */

/* A bar where the end is known, and the words for it. */
static void
draw_bar(struct pen *pen, uint64_t done, uint64_t total, struct str words)
{
	int width = pen->grid->cols < 100 ? 6 : 24, full = 0;

	if (total)
		full = (int)((double)done / (double)total * width);
	if (full > width)
		full = width;
	pen_puts(pen, ROLE_TEXT, " ");
	pen_run(pen, ROLE_PROGRESS, GLYPH_PROGRESS, pen->x + full);
	pen_run(pen, ROLE_PROGRESS_LEFT, GLYPH_PROGRESS_LEFT, pen->x + width - full);
	pen_puts(pen, ROLE_TEXT, " ");
	pen_field(pen, ROLE_TEXT, words, pen_left(pen));
}

/* "prod: 40 of 800 objects, first fill" */
static void
draw_filling(struct pen *pen, const struct health *h)
{
	struct buf text = {0};

	buf_printf(&text, "%s: ", h->name);
	if (h->total)
		buf_printf(&text, "%llu of %llu objects%s", (unsigned long long)h->done,
			(unsigned long long)h->total, h->note[0] ? ", " : "");
	buf_puts(&text, h->note);
	draw_bar(pen, h->done, h->total, buf_view(&text));
	buf_fini(&text);
}

static bool
has_progress(const struct ui *ui)
{
	return ui_is_reading(ui) || ui_filling_source(ui) || ui_is_looking(ui) ||
	       ui_is_answering(ui);
}

static void
draw_progress(const struct ui *ui, struct pen *pen)
{
	const struct pipeline_progress *p = &ui->progress;
	const struct health *filling = ui_filling_source(ui);
	bool narrow = pen->grid->cols < 100;
	struct buf text = {0};

	if (filling && (!ui_is_reading(ui) || !p->files_total)) {
		draw_filling(pen, filling);
		return;
	}
	if (ui_is_reading(ui)) {
		pipeline_progress_text(&text, p, narrow);
		if (p->errors && !narrow) /* the title says it as well */
			buf_printf(&text, ", %llu problem%s", (unsigned long long)p->errors,
				p->errors == 1 ? "" : "s");
		draw_bar(pen, p->bytes_done, p->bytes_total, buf_view(&text));
	} else if (ui_is_answering(ui)) {
		pipeline_answers_text(&text, p, narrow);
		draw_bar(pen, p->history.answers_done, p->history.answers_total, buf_view(&text));
	} else {
		pipeline_history_text(&text, p, narrow);
		draw_bar(pen, p->history.bytes_done, p->history.bytes_total, buf_view(&text));
	}
	buf_fini(&text);
}

/* ---- status ---- */

/* What the list shows of all there is: "42 alerts", "open filter 3 of 42 alerts" */
static void
put_shown(const struct ui *ui, struct buf *out)
{
	size_t total = ui->list.counts.total;

	if (ui->list.show != SHOW_ALL)
		buf_printf(out, "%s ", list_show_name(ui->list.show));
	if (ui->filter.compiled)
		buf_puts(out, "filter ");
	if (ui->list.show != SHOW_ALL || ui->filter.compiled) {
		buf_count(out, ui->list.shown);
		buf_puts(out, " of ");
	}
	/* While the list fills there are more. */
	buf_count(out, total);
	buf_printf(
		out, "%s alert%s", ui->sync.complete || !total ? "" : "+", total == 1 ? "" : "s");
}

static void
put_part(const struct ui *ui, struct buf *out, const char *sign, size_t count, const char *what)
{
	buf_printf(out, " %s %s", glyph_text(GLYPH_DOT, ui->grid.ascii), sign);
	buf_count(out, count);
	buf_printf(out, " %s", what);
}

static void
put_by_status(const struct ui *ui, bool zeros, struct buf *out)
{
	const struct list_counts *c = &ui->list.counts;
	const struct {
		size_t count;
		const char *name;
		bool always;
	} parts[] = {
		{c->fresh, "new", true},
		{c->active, "active", true},
		{c->awaiting, "awaiting", false},
		{c->closed, "closed", true},
	};

	for (size_t i = 0; c->total && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count || (zeros && parts[i].always))
			put_part(ui, out, "", parts[i].count, parts[i].name);
}

static void
put_modes(const struct ui *ui, struct buf *out)
{
	if (ui->list.marks)
		put_part(ui, out, "", ui->list.marks, "marked");
	if (ui->list.arrived_above)
		put_part(ui, out, glyph_text(GLYPH_UP, ui->grid.ascii), ui->list.arrived_above,
			"arrived");
	if (ui->list.follow)
		buf_printf(out, " %s follow", glyph_text(GLYPH_DOT, ui->grid.ascii));
}

static void
draw_tabs(const struct ui *ui, struct pen *pen)
{
	draw_names(pen, ui->alone ? PANE_LIST : PANE_ENTITY, ui->alone ? ui->focus : ui->below,
		ROLE_ACCENT);
	pen_blank(pen, ROLE_TEXT, pen->x + 2);
}

static void
draw_filter(const struct ui *ui, struct pen *pen)
{
	const struct ui_filter *f = &ui->filter;
	struct buf percent = {0};

	if (f->compiled) {
		if (ui_is_filtering(ui))
			buf_printf(&percent, " %zu %%", f->judged * 100 / ui->list.count);
		pen->end -= (int)percent.len;
		if (!pen_str(pen, ROLE_ACCENT, buf_view(&f->text)) && pen->x > 0) {
			pen->x--;
			pen_glyph(pen, ROLE_ACCENT, GLYPH_ELLIPSIS);
		}
		pen->end += (int)percent.len;
		pen_str(pen, ROLE_DIM, buf_view(&percent));
		pen_blank(pen, ROLE_TEXT, pen->x + 2);
	}
	if (ui->search.regex)
		pen_printf(pen, ROLE_ACCENT, "/%s", buf_cstr(&ui->search.pattern));
	buf_fini(&percent);
}

enum count_detail { COUNT_SHOWN, COUNT_OPEN, COUNT_STATUS, COUNT_ZEROS };

static int
put_counts(const struct ui *ui, enum count_detail detail, struct buf *out)
{
	buf_clear(out);
	put_shown(ui, out);
	if (detail == COUNT_OPEN && ui->list.counts.total)
		put_part(ui, out, "", ui->list.counts.fresh + ui->list.counts.active, "open");
	if (detail >= COUNT_STATUS)
		put_by_status(ui, detail == COUNT_ZEROS, out);
	put_modes(ui, out);
	return grid_columns(buf_view(out), ui->grid.ascii);
}

/* What was found waits until the store takes it: said until it does. */
static void
draw_store_failure(const struct ui *ui, struct grid *grid)
{
	struct pen pen = pen_at(grid, ui->layout.status, 0, grid->cols);
	struct buf text = {0};

	buf_printf(&text, "the store refuses, tried every second: %s", ui->progress.error.text);
	pen_blank(&pen, ROLE_TEXT, 1);
	pen_field(&pen, ROLE_ERROR, buf_view(&text), pen_left(&pen) - 1);
	buf_fini(&text);
}

/* What is searched for stands there as well; where it is long, the end of it does not. */
static int
search_cols(const struct ui *ui)
{
	enum { MOST = 16 };
	int cols = grid_columns(buf_view(&ui->search.pattern), ui->grid.ascii) + 3;

	return !ui->search.regex ? 0 : cols < MOST ? cols : MOST;
}

/* The counts at the right; the names of the panes stand before the last details of these. */
static void
draw_status(const struct ui *ui, struct grid *grid)
{
	struct pen pen = pen_at(grid, ui->layout.status, 0, grid->cols);
	bool narrow = ui->layout.kind != LAYOUT_WIDE;
	int tabs = TABS_COLS + (ui->alone ? TAB_OF_LIST_COLS : 0);
	enum count_detail detail = COUNT_ZEROS;
	struct buf counts = {0};
	int width, room = grid->cols - 2;

	if (ui->progress.failed && ui_is_live(ui)) {
		draw_store_failure(ui, grid);
		return;
	}
	if (has_progress(ui) || (narrow && ui->filter.compiled))
		detail = COUNT_SHOWN;
	else if (narrow && room >= tabs + COUNTS_COLS)
		room -= tabs + search_cols(ui);
	while ((width = put_counts(ui, detail, &counts)) > room && detail > COUNT_SHOWN)
		detail--;
	pen.end = grid->cols - width - 2;
	if (has_progress(ui)) {
		draw_progress(ui, &pen);
	} else {
		pen_blank(&pen, ROLE_TEXT, 1);
		if (narrow && !ui->filter.compiled && pen.end >= tabs)
			draw_tabs(ui, &pen);
		draw_filter(ui, &pen);
	}
	pen = pen_at(grid, ui->layout.status, grid->cols > width ? grid->cols - width - 1 : 0,
		grid->cols);
	pen_str(&pen, ROLE_TEXT, buf_view(&counts));
	buf_fini(&counts);
}

void
ui_draw_bars(const struct ui *ui, struct grid *grid)
{
	ui_draw_title(ui, grid);
	if (ui->overlay == OVERLAY_NONE)
		draw_heads(ui, grid);
	draw_status(ui, grid);
	ui_draw_hint_line(ui, grid);
}
