/* What a user finds again in a store at the next start: the columns as they were, the last filter
 * at Up of its prompt. Positions of no source; each user has their own. */
#include "core/store/live.h"
#include "tui/ui.h"

#define OF_NO_SOURCE STR("")

static void
put_name(const struct ui *ui, const char *what, struct buf *name)
{
	buf_clear(name);
	buf_printf(name, "screen %s %s", ui->o.user, what);
}

struct recalled {
	struct ui *ui;
	struct buf filter, columns; /* the names of their positions */
};

static void
take(void *context, struct str name, struct str value)
{
	struct recalled *r = context;
	struct error err;

	if (str_equal(name, buf_view(&r->filter)))
		prompt_remember(&r->ui->prompt, PROMPT_FILTER, value);
	else if (str_equal(name, buf_view(&r->columns)))
		ui_set_columns(r->ui, value, &err); /* of another version: not taken */
}

void
ui_recall(struct ui *ui)
{
	struct recalled r = {.ui = ui};
	struct error err;

	put_name(ui, "filter", &r.filter);
	put_name(ui, "columns", &r.columns);
	store_positions(ui->o.store, OF_NO_SOURCE, take, &r, &err);
	buf_fini(&r.filter);
	buf_fini(&r.columns);
}

static void
keep(struct ui *ui, const char *what, struct str value)
{
	struct buf name = {0};
	struct error err;

	put_name(ui, what, &name);
	store_position_put(ui->o.store, OF_NO_SOURCE, buf_view(&name), value, &err);
	buf_fini(&name);
}

static bool
always(const void *context)
{
	(void)context;
	return true;
}

/* A store that does not take it at once has more to do than to wait for this. */
void
ui_keep(struct ui *ui)
{
	const struct prompt_history *filters = &ui->prompt.history[PROMPT_FILTER];
	struct buf names = {0};

	store_hurry_when(ui->o.store, always, NULL);
	if (filters->count)
		keep(ui, "filter", str_from(filters->lines[filters->count - 1]));
	for (size_t i = 0; i < ui->columns.count; i++)
		buf_printf(&names, "%s%s", i ? " " : "", ui_column_name(ui->columns.chosen[i]));
	keep(ui, "columns", names.len ? buf_view(&names) : STR_ABSENT);
	buf_fini(&names);
}
