/* The last line: what was just said, what is going on, or which keys help here. */
#include <string.h>

#include "tui/ui.h"

static const enum action list_hints[] = {ACTION_VALIDATE, ACTION_REQUEST, ACTION_MALICIOUS,
	ACTION_TAKE, ACTION_NOTE, ACTION_SEARCH, ACTION_FILTER, ACTION_HELP, ACTION_FALSE_POSITIVE,
	ACTION_UNDO, ACTION_MARK, ACTION_SORT, ACTION_STATUS, ACTION_OPEN, ACTION_COLUMNS,
	ACTION_PROBLEMS, ACTION_SOURCES, ACTION_QUIT, ACTION_NONE};
static const enum action entity_hints[] = {ACTION_OPEN, ACTION_BACK, ACTION_HISTORY, ACTION_KEYS,
	ACTION_NEXT_PANE, ACTION_VALIDATE, ACTION_MALICIOUS, ACTION_HELP, ACTION_ZOOM, ACTION_COPY,
	ACTION_REQUEST, ACTION_SEARCH, ACTION_NONE};
static const enum action event_hints[] = {ACTION_FOLD, ACTION_BACK, ACTION_NEXT_PANE, ACTION_ZOOM,
	ACTION_SEARCH, ACTION_COPY, ACTION_VALIDATE, ACTION_REQUEST, ACTION_MALICIOUS, ACTION_HELP,
	ACTION_NONE};
static const enum action history_hints[] = {ACTION_BY, ACTION_OPEN, ACTION_BACK, ACTION_KEYS,
	ACTION_ZOOM, ACTION_VALIDATE, ACTION_HELP, ACTION_MALICIOUS, ACTION_SEARCH,
	ACTION_NEXT_PANE, ACTION_REQUEST, ACTION_NONE};
static const enum action keys_hints[] = {ACTION_OPEN, ACTION_BACK, ACTION_HISTORY, ACTION_ZOOM,
	ACTION_SEARCH, ACTION_VALIDATE, ACTION_MALICIOUS, ACTION_HELP, ACTION_NEXT_PANE,
	ACTION_REQUEST, ACTION_NONE};
static const enum action opening_hints[] = {
	ACTION_OPEN, ACTION_BACK, ACTION_SEARCH, ACTION_QUIT, ACTION_NONE};
static const enum action overlay_hints[] = {ACTION_BACK, ACTION_SEARCH, ACTION_QUIT, ACTION_NONE};

static const enum action *
hints_for(const struct ui *ui)
{
	if (ui->overlay == OVERLAY_ACTIVITY || ui->overlay == OVERLAY_REVIEW ||
		ui->overlay == OVERLAY_CARD)
		return opening_hints;
	if (ui->overlay != OVERLAY_NONE)
		return overlay_hints;
	switch (ui->focus) {
	case PANE_ENTITY:
		return entity_hints;
	case PANE_EVENT:
		return event_hints;
	case PANE_HISTORY:
		return history_hints;
	case PANE_KEYS:
		return keys_hints;
	default:
		return list_hints;
	}
}

/* What Enter opens in each pane. */
static const char *const opens[PANE_COUNT] = {
	[PANE_ENTITY] = "evidence",
	[PANE_HISTORY] = "record",
	[PANE_KEYS] = "its history",
};

static const char *
hint_word(const struct ui *ui, enum action action)
{
	if (ui->overlay == OVERLAY_NONE && action == ACTION_OPEN && opens[ui->focus])
		return opens[ui->focus];
	if (ui->overlay == OVERLAY_NONE && action == ACTION_BY)
		return timeline_by_names[(ui->story.look.by + 1) % BY_COUNT];
	if (ui->overlay == OVERLAY_ACTIVITY && action == ACTION_OPEN)
		return "filter";
	if (ui->overlay != OVERLAY_NONE && action == ACTION_QUIT)
		return "close";
	return actions[action].hint;
}

static void
draw_hint(const struct ui *ui, struct pen *pen, enum action action)
{
	const char *word = hint_word(ui, action);
	char key[KEY_NAME];

	keymap_key_name(&ui->o.config->keymap, action, key);
	if (!key[0] || grid_columns(str_from(key), pen->grid->ascii) + (int)strlen(word) + 2 >
			       pen_left(pen))
		return;
	pen_puts(pen, ROLE_HINT_KEY, key);
	pen_printf(pen, ROLE_HINT, " %s", word);
	pen_blank(pen, ROLE_TEXT, pen->x + 2);
}

/* Where a source fails, the way to why comes first. */
static void
draw_hints(const struct ui *ui, struct pen *pen)
{
	bool fails = ui->overlay == OVERLAY_NONE && ui_source_fails(ui);

	if (fails)
		draw_hint(ui, pen, ACTION_SOURCES);
	for (const enum action *hint = hints_for(ui); *hint != ACTION_NONE; hint++)
		if (!fails || *hint != ACTION_SOURCES)
			draw_hint(ui, pen, *hint);
}

/* What was just said; when it is long, over the status line as well. */
static void
draw_message(const struct ui *ui, struct grid *grid)
{
	struct str text = buf_view(&ui->message);
	struct pen pen = pen_at(grid, ui->layout.hint, 1, grid->cols - 1);
	int room = pen_left(&pen) - 1;
	size_t at = text.len;

	if (grid_columns(text, grid->ascii) > room) {
		while (at > 0 && (text.data[at - 1] != ' ' ||
					 grid_columns(str_slice(text, 0, at), grid->ascii) > room))
			at--;
		pen = pen_at(grid, ui->layout.status, 0, grid->cols);
		pen_blank(&pen, ROLE_TEXT, 1);
		pen_str(&pen, ui->message_role, str_slice(text, 0, at));
		pen_blank(&pen, ROLE_TEXT, grid->cols);
		text = str_slice(text, at, text.len);
		pen = pen_at(grid, ui->layout.hint, 1, grid->cols - 1);
	}
	pen_field(&pen, ui->message_role, text, pen_left(&pen));
}

void
ui_draw_hint_line(const struct ui *ui, struct grid *grid)
{
	struct pen pen = pen_at(grid, ui->layout.hint, 1, grid->cols - 1);

	if (ui->decide.applying)
		pen_printf(&pen, ROLE_TEXT, "%s: %zu of %zu", ui->decide.report.title,
			ui->decide.next, ui->decide.count);
	else if (ui->message.len)
		draw_message(ui, grid);
	else if (ui_is_marking(ui))
		pen_printf(&pen, ROLE_TEXT, "marking: %zu of %zu looked at; Esc stops",
			ui->marking.at, ui->marking.count);
	else
		draw_hints(ui, &pen);
}
