#include "tui/prompt.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/key.h"

enum { HISTORY_MAX = 100 };

void
prompt_fini(struct prompt *prompt)
{
	line_edit_fini(&prompt->edit);
	buf_fini(&prompt->own);
	buf_fini(&prompt->context);
	buf_fini(&prompt->label);
	buf_fini(&prompt->help);
	buf_fini(&prompt->error);
	for (int kind = 0; kind < PROMPT_COUNT; kind++) {
		struct prompt_history *h = &prompt->history[kind];

		while (h->count)
			free(h->lines[--h->count]);
		free(h->lines);
	}
	*prompt = (struct prompt){0};
}

void
prompt_open(struct prompt *prompt, enum prompt_kind kind, const char *label, const char *help)
{
	prompt->kind = kind;
	line_edit_set(&prompt->edit, STR(""));
	buf_clear(&prompt->label);
	buf_puts(&prompt->label, label);
	buf_clear(&prompt->help);
	buf_puts(&prompt->help, help);
	prompt_set_error(prompt, "", 0);
	prompt->recall = prompt->history[kind].count;
}

void
prompt_close(struct prompt *prompt)
{
	prompt->kind = PROMPT_NONE;
	buf_clear(&prompt->context);
}

struct str
prompt_text(const struct prompt *prompt)
{
	return buf_view(&prompt->edit.text);
}

/* ---- history ---- */

void
prompt_remember(struct prompt *prompt, enum prompt_kind kind, struct str line)
{
	struct prompt_history *h = &prompt->history[kind];
	char *copy;

	if (!line.len || (h->count && str_is(line, h->lines[h->count - 1])))
		return;
	if (h->count == HISTORY_MAX) {
		free(h->lines[0]);
		memmove(h->lines, h->lines + 1, --h->count * sizeof(*h->lines));
	}
	MEM_GROW(h->lines, h->count, h->capacity);
	copy = mem_zalloc(line.len + 1);
	memcpy(copy, line.data, line.len);
	h->lines[h->count++] = copy;
}

static void
recall(struct prompt *prompt, int step)
{
	const struct prompt_history *h = &prompt->history[prompt->kind];

	if (step < 0 ? prompt->recall == 0 : prompt->recall >= h->count)
		return;
	if (prompt->recall == h->count) {
		buf_clear(&prompt->own);
		buf_str(&prompt->own, prompt_text(prompt));
	}
	prompt->recall += step < 0 ? (size_t)-1 : 1;
	line_edit_set(&prompt->edit, prompt->recall < h->count ? str_from(h->lines[prompt->recall])
							       : buf_view(&prompt->own));
}

/* ---- keys ---- */

static bool
takes_one_key(const struct prompt *prompt)
{
	return prompt->kind == PROMPT_CHOICE || prompt->kind == PROMPT_FIELD;
}

enum prompt_result
prompt_key(struct prompt *prompt, uint32_t key)
{
	if (key == KEYCODE_ESC || key == KEYCODE_CTRL('C') || key == KEYCODE_CTRL('G'))
		return PROMPT_LEFT;
	if (takes_one_key(prompt))
		return PROMPT_CHOSEN;
	switch (key) {
	case KEYCODE_ENTER:
		return PROMPT_SENT;
	case KEYCODE_TAB:
		return PROMPT_COMPLETE;
	case KEYCODE_UP:
	case KEYCODE_CTRL('P'):
		recall(prompt, -1);
		break;
	case KEYCODE_DOWN:
	case KEYCODE_CTRL('N'):
		recall(prompt, 1);
		break;
	default:
		line_edit_key(&prompt->edit, key);
		break;
	}
	prompt_set_error(prompt, "", 0);
	return PROMPT_GOES_ON;
}

void
prompt_paste(struct prompt *prompt, struct str text)
{
	if (takes_one_key(prompt))
		return;
	line_edit_paste(&prompt->edit, text);
	prompt_set_error(prompt, "", 0);
}

/* ---- errors ---- */

void
prompt_set_help(struct prompt *prompt, const char *text)
{
	buf_clear(&prompt->help);
	buf_puts(&prompt->help, text);
}

void
prompt_set_error(struct prompt *prompt, const char *text, size_t caret)
{
	buf_clear(&prompt->error);
	buf_puts(&prompt->error, text);
	prompt->caret = caret;
}

void
prompt_set_located_error(struct prompt *prompt, const char *text)
{
	unsigned long line = 0, column = 0;
	int used = 0;
	struct str message;
	size_t end;

	if (!strncmp(text, "filter:", strlen("filter:"))) /* where it stands is plain to see */
		text += strlen("filter:");
	if ((sscanf(text, "%lu:%lu:%n", &line, &column, &used) != 2 || !used) &&
		(sscanf(text, "column %lu:%n", &column, &used) != 1 || !used)) {
		used = 0;
		column = 0;
	}
	message = str_trim(str_from(text + used));
	end = str_find(message, STR("\n"), 0);
	if (end != (size_t)-1)
		message.len = end;
	prompt_set_error(prompt, "", column);
	buf_str(&prompt->error, message);
}

/* ---- drawing ---- */

/* The first byte shown so that `at` fits: the line scrolls under its window. */
static size_t
first_shown(struct str text, size_t at, int room, bool ascii)
{
	size_t from = 0;

	while (from < at && grid_columns(str_slice(text, from, at - from), ascii) >= room)
		from += grid_next_unit(str_slice(text, from, text.len), ascii).bytes;
	return from;
}

static void
draw_line(const struct prompt *prompt, struct grid *grid, int y, int *caret_x)
{
	struct pen pen = pen_at(grid, y, 0, grid->cols);
	struct str text = prompt_text(prompt);
	size_t from, caret = prompt->caret ? text_offset(text, prompt->caret - 1) : 0;
	int start;

	pen_blank(&pen, ROLE_TEXT, 1);
	pen_str(&pen, ROLE_PROMPT, buf_view(&prompt->label));
	start = pen.x;
	from = first_shown(text, prompt->edit.at, pen_left(&pen), grid->ascii);
	/* What is wrong is in view, even where the cursor is not. */
	if (prompt->caret && caret < from)
		from = first_shown(text, caret, pen_left(&pen) / 2, grid->ascii);
	pen_str(&pen, ROLE_TEXT, str_slice(text, from, text.len));
	pen_blank(&pen, ROLE_TEXT, grid->cols);
	grid->cursor_y = y;
	grid->cursor_x = start;
	if (!takes_one_key(prompt))
		grid->cursor_x +=
			grid_columns(str_slice(text, from, prompt->edit.at - from), grid->ascii);
	if (grid->cursor_x >= grid->cols)
		grid->cursor_x = grid->cols - 1;
	*caret_x = start;
	if (caret > from)
		*caret_x += grid_columns(str_slice(text, from, caret - from), grid->ascii);
	if (*caret_x >= grid->cols)
		*caret_x = grid->cols - 1;
}

/* Where an error stands: right or left of its caret, or above the line when neither has room. */
enum error_place { ERROR_PLAIN, ERROR_RIGHT, ERROR_LEFT, ERROR_ABOVE };

static enum error_place
place_error(const struct prompt *prompt, const struct grid *grid, int caret_x)
{
	int width = grid_columns(buf_view(&prompt->error), grid->ascii);

	if (!prompt->caret)
		return ERROR_PLAIN;
	if (caret_x + 2 + width <= grid->cols)
		return ERROR_RIGHT;
	return width + 2 <= caret_x ? ERROR_LEFT : ERROR_ABOVE;
}

static void
draw_below(const struct prompt *prompt, struct grid *grid, int y, int caret_x)
{
	struct pen pen = pen_at(grid, y, 0, grid->cols);
	struct str error = buf_view(&prompt->error);
	enum error_place place = place_error(prompt, grid, caret_x);

	pen_blank(&pen, ROLE_TEXT, 1);
	if (!error.len) {
		pen_str(&pen, ROLE_HINT, buf_view(&prompt->help));
	} else if (place == ERROR_PLAIN) {
		pen_str(&pen, ROLE_ERROR, error);
	} else if (place == ERROR_LEFT) {
		pen_blank(&pen, ROLE_TEXT, caret_x - grid_columns(error, grid->ascii) - 1);
		pen_str(&pen, ROLE_ERROR, error);
		pen_puts(&pen, ROLE_ERROR, " ^");
	} else {
		pen_blank(&pen, ROLE_TEXT, caret_x);
		pen_puts(&pen, ROLE_ERROR, "^ ");
		if (place == ERROR_RIGHT)
			pen_str(&pen, ROLE_ERROR, error);
	}
	pen_blank(&pen, ROLE_TEXT, grid->cols);
}

void
prompt_draw(const struct prompt *prompt, struct grid *grid)
{
	struct pen pen = pen_at(grid, grid->rows - 3, 0, grid->cols);
	bool above;
	int caret_x;

	draw_line(prompt, grid, grid->rows - 2, &caret_x);
	draw_below(prompt, grid, grid->rows - 1, caret_x);
	above = prompt->error.len && place_error(prompt, grid, caret_x) == ERROR_ABOVE;
	if (above || prompt->context.len) {
		pen_run(&pen, ROLE_RULE, GLYPH_RULE, 1);
		pen_blank(&pen, ROLE_TEXT, 2);
		pen_str(&pen, above ? ROLE_ERROR : ROLE_STRONG,
			buf_view(above ? &prompt->error : &prompt->context));
		pen_blank(&pen, ROLE_TEXT, pen.x + 1);
	}
	pen_run(&pen, ROLE_RULE, GLYPH_RULE, grid->cols);
}
