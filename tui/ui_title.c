/* The title line: how the sources are, or what is read; badges; the time. */
#include <stdio.h>
#include <string.h>

#include "tui/health_text.h"
#include "tui/short_text.h"
#include "tui/ui.h"

/* Between two cells; of a name, where not all have room, and at the least; a screen where the
 * sources need the place of our own name. */
enum { GAP = 2, NAME_COLS = 16, LEAST_NAME = 3, NARROW = 60 };

/* ---- one source ---- */

struct source_cell {
	struct buf name, words;
};

static int
fill_cell(const struct ui *ui, const struct health *h, enum health_detail detail,
	struct source_cell *cell)
{
	bool ascii = ui->grid.ascii;

	buf_clear(&cell->name);
	buf_clear(&cell->words);
	if (detail == HEALTH_LAST)
		buf_puts(&cell->name, h->name);
	else
		short_text_put(&cell->name, str_from(h->name), NAME_COLS, ascii);
	health_put_words(&cell->words, h, detail, clock_now(&ui->clock));
	return grid_columns(buf_view(&cell->name), ascii) + 3 +
	       grid_columns(buf_view(&cell->words), ascii);
}

static void
draw_cell(const struct health *h, const struct source_cell *cell, struct pen *pen)
{
	bool fails = health_fails(h);

	pen_str(pen, fails ? ROLE_STRONG : ROLE_TEXT, buf_view(&cell->name));
	pen_blank(pen, ROLE_TEXT, pen->x + 1);
	pen_glyph(pen, health_role(h), health_glyph(h));
	pen_blank(pen, ROLE_TEXT, pen->x + 1);
	pen_str(pen, fails ? ROLE_ALARM : ROLE_DIM, buf_view(&cell->words));
}

/* ---- all of them ---- */

/* Those that fail come first, each group as it was configured. */
static const struct health *
source_at(const struct pipeline_live *live, size_t n)
{
	for (int fails = 1; fails >= 0; fails--)
		for (size_t i = 0; i < live->count; i++)
			if (health_fails(&live->list[i]) == fails && n-- == 0)
				return &live->list[i];
	return NULL;
}

static int
width_of_all(const struct ui *ui, enum health_detail detail, struct source_cell *cell)
{
	int width = -GAP;

	for (size_t i = 0; i < ui->live.count; i++)
		width += GAP + fill_cell(ui, &ui->live.list[i], detail, cell);
	return width;
}

/* "+3", "+3, 1 failing": what is left from that one on; shortened to its number. */
static void
put_rest(const struct ui *ui, size_t from, bool whole, struct buf *out)
{
	size_t failing = 0;

	for (size_t i = from; i < ui->live.count; i++)
		failing += health_fails(source_at(&ui->live, i));
	buf_clear(out);
	if (from < ui->live.count)
		buf_printf(out, "+%zu", ui->live.count - from);
	if (failing && whole)
		buf_printf(out, ", %zu failing", failing);
}

/* How many cells there are room for, with what says how many are not shown. */
static size_t
count_fitting(const struct ui *ui, enum health_detail detail, int room, struct source_cell *cell)
{
	size_t fitting = 0;
	int width = 0;

	for (size_t i = 0; i < ui->live.count; i++) {
		width += fill_cell(ui, source_at(&ui->live, i), detail, cell);
		put_rest(ui, i + 1, true, &cell->words);
		if (width + (cell->words.len ? GAP + (int)cell->words.len : 0) <= room)
			fitting = i + 1;
		width += GAP;
	}
	return fitting;
}

/* The first must be seen, though there is hardly room for it: its name gives way, and then how
 * many others there are. */
static void
draw_squeezed(const struct ui *ui, struct pen *pen, struct source_cell *cell)
{
	const struct health *h = source_at(&ui->live, 0);
	int words, room, rest = 0;

	put_rest(ui, 1, false, &cell->words);
	if (cell->words.len)
		rest = GAP + (int)cell->words.len;
	words = fill_cell(ui, h, HEALTH_WORD, cell) -
		grid_columns(buf_view(&cell->name), ui->grid.ascii);
	if (pen_left(pen) - rest - words < LEAST_NAME)
		rest = 0;
	room = pen_left(pen) - rest - words;
	if (room > NAME_COLS)
		room = NAME_COLS;
	buf_clear(&cell->name);
	short_text_put(&cell->name, str_from(h->name), room > 0 ? room : 1, ui->grid.ascii);
	draw_cell(h, cell, pen);
	if (!rest)
		return;
	put_rest(ui, 1, false, &cell->words);
	pen_blank(pen, ROLE_TEXT, pen->x + GAP);
	pen_str(pen, ROLE_DIM, buf_view(&cell->words));
}

static void
draw_sources(const struct ui *ui, struct pen *pen)
{
	enum health_detail detail = HEALTH_LAST;
	struct source_cell cell = {0};
	size_t fitting;

	while (detail > HEALTH_WORD && width_of_all(ui, detail, &cell) > pen_left(pen))
		detail--;
	fitting = count_fitting(ui, detail, pen_left(pen), &cell);
	for (size_t i = 0; i < fitting; i++) {
		const struct health *h = source_at(&ui->live, i);

		fill_cell(ui, h, detail, &cell);
		draw_cell(h, &cell, pen);
		pen_blank(pen, ROLE_TEXT, pen->x + GAP);
	}
	if (!fitting && ui->live.count) {
		draw_squeezed(ui, pen, &cell);
	} else if (fitting < ui->live.count) {
		put_rest(ui, fitting, true, &cell.words);
		pen_str(pen, ROLE_DIM, buf_view(&cell.words));
		pen_blank(pen, ROLE_TEXT, pen->x + GAP);
	}
	buf_fini(&cell.name);
	buf_fini(&cell.words);
}

static void
draw_fetcher(const struct ui *ui, struct pen *pen)
{
	if (!ui_is_live(ui) || ui->live.ours || !ui->live.pid)
		return;
	pen_printf(
		pen, ROLE_DIM, "fetched by pid %lld (%s)", (long long)ui->live.pid, ui->live.user);
	pen_blank(pen, ROLE_TEXT, pen->x + GAP);
}

/* ---- saved logs ---- */

static void
put_inputs(const struct ui *ui, struct buf *out)
{
	for (size_t i = 0; i < ui->o.path_count; i++)
		buf_printf(out, "%s%s", i ? "  " : "", ui->o.paths[i]);
	if (!ui->o.path_count && !ui_is_live(ui))
		buf_puts(out, store_path(ui->o.store));
}

static void
draw_inputs(const struct ui *ui, struct pen *pen)
{
	struct buf inputs = {0};

	put_inputs(ui, &inputs);
	if (inputs.len)
		pen_field(pen, ROLE_TEXT, buf_view(&inputs), pen_left(pen));
	buf_fini(&inputs);
}

/* ---- the right end ---- */

static bool
any_skewed(const struct ui *ui)
{
	for (size_t i = 0; i < ui->live.count; i++)
		if (health_is_skewed(&ui->live.list[i]))
			return true;
	return false;
}

static void
put_problems(const struct ui *ui, char text[48])
{
	unsigned long long errors = ui->progress.errors;

	text[0] = '\0';
	if (ui->progress.failed)
		snprintf(text, 48, ui_is_live(ui) ? " store fails " : " reading has stopped ");
	else if (errors)
		snprintf(text, 48, " %llu problem%s ", errors, errors == 1 ? "" : "s");
}

void
ui_draw_title(const struct ui *ui, struct grid *grid)
{
	struct pen pen = pen_at(grid, ui->layout.title, 0, grid->cols);
	const char *skewed = any_skewed(ui) ? " clock skew " : "";
	const char *set = ui->clock.set ? " clock set " : "";
	char time[TIME_TEXT], problems[48], key[KEY_NAME] = "";
	int right;

	clock_format_minute(ui->local, clock_now(&ui->clock), time);
	put_problems(ui, problems);
	if (problems[0])
		keymap_key_name(&ui->o.config->keymap, ACTION_PROBLEMS, key);
	right = grid->cols - 2 - grid_columns(str_from(key), grid->ascii) -
		(int)(strlen(time) + strlen(problems) + strlen(skewed) + strlen(set));
	if (grid->cols >= NARROW || !ui_is_live(ui))
		pen_puts(&pen, ROLE_TITLE, " keywatch ");
	pen_blank(&pen, ROLE_TEXT, pen.x + 1);
	pen.end = right > pen.x ? right - 1 : pen.x;
	draw_fetcher(ui, &pen);
	draw_sources(ui, &pen);
	draw_inputs(ui, &pen);
	pen.end = grid->cols;
	pen_blank(&pen, ROLE_TEXT, right);
	pen_puts(&pen, ROLE_HINT_KEY, key);
	pen_puts(&pen, ROLE_ERROR, problems);
	pen_puts(&pen, ROLE_BADGE, skewed);
	pen_puts(&pen, ROLE_BADGE, set);
	pen_printf(&pen, ROLE_DIM, " %s", time);
}
