/* The list of alerts as it is drawn: which columns, how wide, what each says. */
#include <stdio.h>

#include "core/base/text.h"
#include "tui/short_text.h"
#include "tui/ui.h"

/* Behind the columns: space, alarm. */
enum { BEHIND = 2, NARROW = 60, STATUS_WORD = 6 };

struct cell_context {
	const struct ui *ui;
	const struct list_row *row;
	enum role role; /* of the row's plain text */
};

struct column_def {
	const char *title;
	/* Least cells: on narrow screens, others, and where all ten must fit. */
	int narrow, width, full;
	int share; /* of what is left */
	int sort;  /* enum list_sort, or -1 */
	void (*put)(const struct cell_context *c, struct pen *pen, int width);
};

/* ---- what the cells say ---- */

/* On a selected row everything has its role. */
static enum role
or_row(const struct cell_context *c, enum role role)
{
	return c->role == ROLE_TEXT ? role : c->role;
}

static void
put_time(const struct cell_context *c, struct pen *pen, int width)
{
	char text[TIME_TEXT];
	struct str date, time;
	int end = pen->x + width;

	clock_format(c->ui->local, c->row->time, text);
	if (c->row->time == TIME_NONE) {
		pen_field(pen, or_row(c, ROLE_ALARM), str_from(text), width);
		return;
	}
	date = str_slice(str_from(text), 0, 11);
	time = str_slice(str_from(text), 11, 8);
	if (width < 19) { /* without year and seconds */
		date = str_slice(date, 5, 6);
		time.len = 5;
	}
	pen_str(pen, or_row(c, ROLE_DIM), date);
	pen_field(pen, c->role, time, end - pen->x);
}

static enum glyph
status_glyph(const struct list_row *row, enum role *role)
{
	if (row->validation == VALIDATION_VOID || row->validation == VALIDATION_FORGED) {
		*role = ROLE_ALARM;
		return GLYPH_VOID;
	}
	if (row->status == STATUS_NEW) {
		*role = ROLE_NEW;
		return GLYPH_NEW;
	}
	if (row->status == STATUS_ACTIVE) {
		bool awaiting = row->validation == VALIDATION_AWAITING;

		*role = awaiting ? ROLE_AWAITING : ROLE_ACTIVE;
		return awaiting ? GLYPH_AWAITING : GLYPH_ACTIVE;
	}
	if (row->validation == VALIDATION_CHECKING) {
		*role = ROLE_UNKNOWN;
		return GLYPH_CHECKING;
	}
	switch (row->classification) {
	case CLASS_TRUE_POSITIVE:
		*role = ROLE_MALICIOUS;
		return GLYPH_MALICIOUS;
	case CLASS_FALSE_POSITIVE:
		*role = ROLE_FALSE_POSITIVE;
		return GLYPH_FALSE_POSITIVE;
	default:
		*role = ROLE_BENIGN;
		return GLYPH_BENIGN;
	}
}

static enum role
validation_role(enum validation_state state)
{
	switch (state) {
	case VALIDATION_SIGNED:
		return ROLE_BENIGN;
	case VALIDATION_AWAITING:
		return ROLE_AWAITING;
	case VALIDATION_VOID:
	case VALIDATION_FORGED:
		return ROLE_ALARM;
	default:
		return ROLE_DIM;
	}
}

/* Beside the status word: what is proven, what is claimed, what is wrong. */
static void
put_validation_sign(const struct cell_context *c, struct pen *pen)
{
	static const enum glyph signs[] = {
		[VALIDATION_SIGNED] = GLYPH_BENIGN,
		[VALIDATION_AWAITING] = GLYPH_AWAITING,
		[VALIDATION_CHECKING] = GLYPH_CHECKING,
		[VALIDATION_VOID] = GLYPH_VOID,
		[VALIDATION_FORGED] = GLYPH_VOID,
	};
	enum validation_state state = (enum validation_state)c->row->validation;

	if (state == VALIDATION_NONE || state == VALIDATION_UNSIGNED)
		pen_blank(pen, c->role, pen->x + 1);
	else
		pen_glyph(pen, or_row(c, validation_role(state)), signs[state]);
}

/* Its sign has the colour. */
static void
put_status(const struct cell_context *c, struct pen *pen, int width)
{
	const char *word = alert_status_name((enum alert_status)c->row->status);
	int end = pen->x + width;

	pen_field(pen, c->role, str_from(word), width < STATUS_WORD ? width : STATUS_WORD);
	if (width < STATUS_WORD + 2)
		return;
	pen_blank(pen, c->role, pen->x + 1);
	put_validation_sign(c, pen);
	pen_blank(pen, c->role, end);
}

static void
put_word(const struct cell_context *c, struct pen *pen, int width, uint32_t word, enum role role)
{
	pen_field(pen, or_row(c, role), list_word(&c->ui->list, word), width);
}

static void
put_severity(const struct cell_context *c, struct pen *pen, int width)
{
	put_word(c, pen, width, c->row->severity, ROLE_TEXT);
}

static void
put_actor(const struct cell_context *c, struct pen *pen, int width)
{
	struct str label = list_word(&c->ui->list, c->row->actor);
	struct buf actor = {0};

	short_text_put_actor(&actor, label, width, c->ui->grid.ascii);
	pen_field(pen, or_row(c, str_is(label, "root") ? ROLE_ALARM : ROLE_STRONG),
		buf_view(&actor), width);
	buf_fini(&actor);
}

static void
put_target(const struct cell_context *c, struct pen *pen, int width)
{
	pen_field(pen, or_row(c, ROLE_TEXT), ui_row_target(c->ui, c->row), width);
}

static void
put_self(const struct cell_context *c, struct pen *pen, int width)
{
	pen_field(pen, or_row(c, c->row->self ? ROLE_DIM : ROLE_TEXT),
		str_from(c->row->self ? "self" : "other"), width);
}

static void
put_account(const struct cell_context *c, struct pen *pen, int width)
{
	put_word(c, pen, width, c->row->account, ROLE_TEXT);
}

static void
put_ip(const struct cell_context *c, struct pen *pen, int width)
{
	put_word(c, pen, width, c->row->ip, ROLE_TEXT);
}

static void
put_outcome(const struct cell_context *c, struct pen *pen, int width)
{
	bool success = c->row->outcome == OUTCOME_SUCCESS;

	pen_field(pen, or_row(c, success ? ROLE_TEXT : ROLE_DIM),
		str_from(outcome_name((enum outcome)c->row->outcome)), width);
}

/* Where uses were not looked for, or not everywhere, never a dash: that reads as "not used". */
static void
put_used(const struct cell_context *c, struct pen *pen, int width)
{
	static const struct {
		int32_t seconds;
		const char *unit;
	} units[] = {{24 * 3600, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	const struct list_row *row = c->row;
	bool elsewhere = row->used == ANSWER_YES && row->used_elsewhere;
	char text[16] = "?";
	size_t unit = 0;

	while (unit < 3 && row->used_after < units[unit].seconds)
		unit++;
	if (row->outcome != OUTCOME_SUCCESS)
		text[0] = '\0';
	else if (row->used == ANSWER_YES)
		snprintf(text, sizeof(text), "%d %s", row->used_after / units[unit].seconds,
			units[unit].unit);
	else if (row->used == ANSWER_NO)
		snprintf(text, sizeof(text), "%s", glyph_text(GLYPH_DASH, c->ui->grid.ascii));
	pen_field(pen, or_row(c, elsewhere ? ROLE_ALARM : ROLE_TEXT), str_from(text), width);
}

static void
put_validation(const struct cell_context *c, struct pen *pen, int width)
{
	struct buf text = {0};

	ui_put_validation(c->ui, c->row, true, &text);
	pen_field(pen, or_row(c, validation_role((enum validation_state)c->row->validation)),
		buf_view(&text), width);
	buf_fini(&text);
}

static const struct column_def defs[COLUMN_COUNT] = {
	[COLUMN_TIME] = {"TIME", 11, 19, 19, 0, SORT_TIME, put_time},
	[COLUMN_STATUS] = {"STATUS", STATUS_WORD, STATUS_WORD, STATUS_WORD + 2, 0, SORT_STATUS,
		put_status},
	[COLUMN_SEVERITY] = {"SEV", 6, 6, 6, 0, SORT_SEVERITY, put_severity},
	[COLUMN_ACTOR] = {"ACTOR", 10, 16, 10, 3, SORT_ACTOR, put_actor},
	[COLUMN_TARGET] = {"TARGET", 8, 12, 8, 2, SORT_TARGET, put_target},
	[COLUMN_SELF] = {"SELF", 5, 5, 5, 0, SORT_SELF, put_self},
	[COLUMN_ACCOUNT] = {"ACCOUNT", 12, 12, 12, 0, SORT_ACCOUNT, put_account},
	[COLUMN_IP] = {"IP", 12, 15, 15, 0, SORT_IP, put_ip},
	[COLUMN_OUTCOME] = {"OUTCOME", 7, 7, 7, 0, SORT_OUTCOME, put_outcome},
	[COLUMN_USED] = {"USED", 4, 4, 4, 0, -1, put_used},
	[COLUMN_VALIDATION] = {"VALIDATED", 10, 10, 10, 1, -1, put_validation},
};

/* Which columns come first where not all have room; `c` goes from one set to the next. */
static const enum list_column sets[][COLUMN_COUNT] = {
	{COLUMN_ACTOR, COLUMN_TARGET, COLUMN_TIME, COLUMN_SELF, COLUMN_OUTCOME, COLUMN_USED,
		COLUMN_STATUS, COLUMN_SEVERITY, COLUMN_IP, COLUMN_ACCOUNT, COLUMN_VALIDATION},
	{COLUMN_ACTOR, COLUMN_TARGET, COLUMN_STATUS, COLUMN_VALIDATION, COLUMN_ACCOUNT, COLUMN_IP,
		COLUMN_SEVERITY, COLUMN_TIME, COLUMN_SELF, COLUMN_OUTCOME, COLUMN_USED},
	{COLUMN_ACTOR, COLUMN_TARGET, COLUMN_TIME, COLUMN_STATUS, COLUMN_SEVERITY, COLUMN_SELF,
		COLUMN_OUTCOME, COLUMN_USED, COLUMN_ACCOUNT, COLUMN_IP, COLUMN_VALIDATION},
};

struct list_columns {
	int width[COLUMN_COUNT]; /* 0: not shown */
	enum list_column order[COLUMN_COUNT];
	size_t count; /* of order */
	int gap;
};

static const enum list_column usual_order[COLUMN_COUNT] = {COLUMN_TIME, COLUMN_STATUS,
	COLUMN_SEVERITY, COLUMN_ACTOR, COLUMN_TARGET, COLUMN_SELF, COLUMN_ACCOUNT, COLUMN_IP,
	COLUMN_OUTCOME, COLUMN_USED, COLUMN_VALIDATION};

/* What is chosen stands in its own order, and the first ones have room first. */
static const enum list_column *
candidates(const struct ui *ui, struct list_columns *c)
{
	if (!ui->columns.count) {
		memcpy(c->order, usual_order, sizeof(usual_order));
		c->count = COLUMN_COUNT;
		return sets[ui->columns.set % (sizeof(sets) / sizeof(sets[0]))];
	}
	c->count = ui->columns.count;
	for (size_t i = 0; i < c->count; i++)
		c->order[i] = (enum list_column)ui->columns.chosen[i];
	return c->order;
}

static struct list_columns
choose_columns(const struct ui *ui, int cols)
{
	bool full = ui->grid.cols >= LAYOUT_FULL_COLS;
	struct list_columns c = {.gap = full || cols < NARROW ? 1 : 2};
	const enum list_column *set = candidates(ui, &c);
	int left = cols - LIST_BEFORE - BEHIND + c.gap, shares = 0;

	for (size_t i = 0; i < c.count; i++) {
		const struct column_def *def = &defs[set[i]];
		int width = cols < NARROW ? def->narrow : def->width;

		if (full)
			width = def->full;
		if (width + c.gap > left)
			continue;
		c.width[set[i]] = width;
		left -= width + c.gap;
		shares += def->share;
	}
	for (size_t i = 0; i < COLUMN_COUNT && shares; i++) {
		int more = c.width[i] ? left * defs[i].share / shares : 0;

		c.width[i] += more;
		left -= more;
		shares -= c.width[i] ? defs[i].share : 0;
	}
	return c;
}

/* ---- choosing ---- */

const char *
ui_column_name(size_t column)
{
	static const char *const names[COLUMN_COUNT] = {
		[COLUMN_TIME] = "time",
		[COLUMN_STATUS] = "status",
		[COLUMN_SEVERITY] = "severity",
		[COLUMN_ACTOR] = "actor",
		[COLUMN_TARGET] = "target",
		[COLUMN_SELF] = "self",
		[COLUMN_ACCOUNT] = "account",
		[COLUMN_IP] = "ip",
		[COLUMN_OUTCOME] = "outcome",
		[COLUMN_USED] = "used",
	};

	return column < COLUMN_COUNT ? names[column] : NULL;
}

enum list_sort
ui_column_sort(size_t column)
{
	if (column >= COLUMN_COUNT || defs[column].sort < 0)
		return SORT_COUNT;
	return (enum list_sort)defs[column].sort;
}

static bool
add_column(struct ui_columns *chosen, struct str name, struct error *err)
{
	size_t column = 0;

	while (column < COLUMN_COUNT && !str_is(name, ui_column_name(column)))
		column++;
	if (column == COLUMN_COUNT)
		return error_set(
			err, ERROR_USAGE, "`%.*s` is no column; Tab shows them", STR_ARG(name));
	for (size_t i = 0; i < chosen->count; i++)
		if (chosen->chosen[i] == column)
			return error_set(
				err, ERROR_USAGE, "`%.*s` stands there twice", STR_ARG(name));
	chosen->chosen[chosen->count++] = (uint8_t)column;
	return true;
}

bool
ui_set_columns(struct ui *ui, struct str names, struct error *err)
{
	struct ui_columns chosen = {.set = ui->columns.set};

	while (names.len) {
		size_t end = 0;

		while (end < names.len && !strchr(", ", names.data[end]))
			end++;
		if (end && !add_column(&chosen, str_slice(names, 0, end), err))
			return false;
		names = str_slice(names, end + (end < names.len), names.len);
	}
	ui->columns = chosen;
	return true;
}

/* ---- drawing ---- */

static void
draw_header(const struct ui *ui, struct grid *grid, const struct list_columns *shown)
{
	struct grid_rect rect = ui->layout.header;
	struct pen pen = pen_at(grid, rect.y, rect.x, rect.cols);

	pen_blank(&pen, ROLE_TEXT, rect.x + LIST_BEFORE);
	for (size_t i = 0; i < shown->count; i++) {
		enum list_column column = shown->order[i];
		bool sorted = (int)ui->list.sort == defs[column].sort;
		int end = pen.x + shown->width[column];

		if (!shown->width[column])
			continue;
		pen_puts(&pen, sorted ? ROLE_ACCENT : ROLE_HEADER, defs[column].title);
		if (sorted && pen.x < end)
			pen_glyph(&pen, ROLE_ACCENT, GLYPH_DOWN);
		pen_blank(&pen, ROLE_TEXT, end + shown->gap);
	}
}

static bool
is_alarming(const struct ui *ui, const struct list_row *row)
{
	const uint32_t harmless = 1U << FLAG_DROPPED_BY_SENTINEL | 1U << FLAG_FROM_TABLE;

	return (row->flags & ~harmless) || row->assessed == ASSESSED_HOSTILE ||
	       str_is(list_word(&ui->list, row->actor), "root");
}

/* What the search found in the cell before the pen; in one cut short, the cell. */
static void
light_hits(const struct ui *ui, const struct pen *pen, uint32_t row, enum list_column column,
	int width)
{
	const struct ui_search *s = &ui->search;
	enum role role = row == ui->list.selected ? ROLE_MATCH : ROLE_MATCH_OTHER;

	for (size_t i = 0; i < s->hit_count; i++) {
		const struct ui_hit *hit = &s->hits[i];
		bool cut = hit->whole > width;

		if (hit->row == row && hit->column == column)
			grid_paint(pen->grid, pen->y, pen->x - width + (cut ? 0 : hit->x),
				cut ? width : hit->cols, role);
	}
}

static void
draw_row(const struct ui *ui, struct pen *pen, uint32_t number, const struct list_columns *shown)
{
	const struct list_row *row = &ui->list.rows[number];
	bool selected = number == ui->list.selected, focused = ui->focus == PANE_LIST;
	struct cell_context c = {ui, row, ROLE_TEXT};
	int end = pen->end;
	enum role status;
	enum glyph glyph = status_glyph(row, &status);

	if (selected)
		c.role = focused ? ROLE_SELECTED : ROLE_SELECTED_AWAY;
	else if (row->status == STATUS_CLOSED)
		c.role = ROLE_CLOSED;
	if (selected)
		pen_glyph(pen, focused ? ROLE_SELECTED : ROLE_ACCENT, GLYPH_BAR);
	else
		pen_blank(pen, ROLE_TEXT, pen->x + 1);
	if (row->marked)
		pen_glyph(pen, selected && focused ? ROLE_SELECTED : ROLE_MARKED, GLYPH_MARK);
	else if (row->arrived)
		pen_glyph(pen, selected && focused ? ROLE_SELECTED : ROLE_ACCENT, GLYPH_ARRIVED);
	else
		pen_blank(pen, c.role, pen->x + 1);
	pen_glyph(pen, selected && focused ? ROLE_SELECTED : status, glyph);
	pen_blank(pen, c.role, pen->x + 1);
	for (size_t i = 0; i < shown->count; i++) {
		enum list_column column = shown->order[i];

		if (!shown->width[column])
			continue;
		defs[column].put(&c, pen, shown->width[column]);
		light_hits(ui, pen, number, column, shown->width[column]);
		if (pen->x + shown->gap < end)
			pen_blank(pen, c.role, pen->x + shown->gap);
	}
	pen->x = end - BEHIND;
	pen_blank(pen, c.role, end - 1);
	if (is_alarming(ui, row))
		pen_puts(pen, selected && focused ? ROLE_SELECTED : ROLE_ALARM, "!");
	else if (row->assessed == ASSESSED_SUSPICIOUS)
		pen_puts(pen, selected && focused ? ROLE_SELECTED : ROLE_ACTIVE, "!");
	else
		pen_blank(pen, c.role, end);
}

void
ui_draw_list(const struct ui *ui, struct grid *grid)
{
	struct grid_rect rect = ui->layout.panes[PANE_LIST];
	const struct list_columns shown = choose_columns(ui, rect.cols);

	draw_header(ui, grid, &shown);
	for (int y = 0; y < rect.rows; y++) {
		struct pen pen = pen_at(grid, rect.y + y, rect.x, rect.cols);
		uint32_t row = list_at(&ui->list, ui->list.top + (size_t)y);

		if (row != LIST_NONE)
			draw_row(ui, &pen, row, &shown);
	}
	if (!ui->list.shown)
		ui_draw_empty(ui, grid, rect);
	for (int y = ui->layout.title + 1; ui->layout.rule_x >= 0 && y < ui->layout.status; y++) {
		struct pen pen = pen_at(grid, y, ui->layout.rule_x, 1);

		pen_glyph(&pen, ROLE_RULE, GLYPH_RULE_DOWN);
	}
}
