/* The `:` prompt: an action by its name, and for some what it is to be done with. */
#include <stdio.h>

#include "core/base/text.h"
#include "tui/completion.h"
#include "tui/ui.h"

/* ---- what stands behind a name ---- */

typedef bool act_with(struct ui *ui, struct str argument, unsigned *requests, struct error *err);
/* The i-th word that may stand there; NULL: there is none, nor a later one. */
typedef const char *word_at(const struct ui *ui, size_t i);

static bool
search_for(struct ui *ui, struct str pattern, unsigned *requests, struct error *err)
{
	(void)requests;
	if (!ui_set_search(ui, pattern, err))
		return false;
	prompt_remember(&ui->prompt, PROMPT_SEARCH, pattern);
	ui_find(ui, 1);
	return true;
}

static bool
filter_by(struct ui *ui, struct str predicate, unsigned *requests, struct error *err)
{
	const char *named = config_find_filter(ui->o.config, predicate);
	struct str text = named ? str_from(named) : predicate;

	(void)requests;
	if (!ui_set_filter(ui, text, err))
		return false;
	prompt_remember(&ui->prompt, PROMPT_FILTER, text);
	return true;
}

static bool
mark_by(struct ui *ui, struct str predicate, unsigned *requests, struct error *err)
{
	const char *named = config_find_filter(ui->o.config, predicate);

	(void)requests;
	return ui_mark_by(ui, named ? str_from(named) : predicate, err);
}

static const char *
filter_word(const struct ui *ui, size_t i)
{
	return i < ui->o.config->filter_count ? ui->o.config->filters[i].name : NULL;
}

/* Which of the words it is; the count of them when it is none. */
static size_t
find_word(const struct ui *ui, word_at *words, struct str word)
{
	size_t i = 0;

	for (const char *w; (w = words(ui, i)) && !str_is(word, w);)
		i++;
	return i;
}

static bool
refuse(struct str word, const char *what, struct error *err)
{
	return error_set(err, ERROR_USAGE, "`%.*s` is no %s; Tab shows them", STR_ARG(word), what);
}

static const char *
status_word(const struct ui *ui, size_t i)
{
	(void)ui;
	return i < SHOW_COUNT ? list_show_name((enum list_show)i) : NULL;
}

static bool
show_status(struct ui *ui, struct str word, unsigned *requests, struct error *err)
{
	size_t show = find_word(ui, status_word, word);

	(void)requests;
	if (show == SHOW_COUNT)
		return refuse(word, "word for them", err);
	list_set_show(&ui->list, (enum list_show)show);
	return true;
}

static const char *
sort_word(const struct ui *ui, size_t i)
{
	(void)ui;
	return ui_column_sort(i) < SORT_COUNT ? ui_column_name(i) : NULL;
}

static bool
sort_by(struct ui *ui, struct str word, unsigned *requests, struct error *err)
{
	size_t column = find_word(ui, sort_word, word);

	(void)requests;
	if (ui_column_sort(column) == SORT_COUNT)
		return refuse(word, "column to sort by", err);
	list_set_sort(&ui->list, ui_column_sort(column));
	return true;
}

static const char *
column_word(const struct ui *ui, size_t i)
{
	(void)ui;
	return ui_column_name(i);
}

static bool
show_columns(struct ui *ui, struct str names, unsigned *requests, struct error *err)
{
	(void)requests;
	return ui_set_columns(ui, names, err);
}

static const char *
by_word(const struct ui *ui, size_t i)
{
	(void)ui;
	return i < BY_COUNT ? timeline_by_names[i] : NULL;
}

static bool
show_by(struct ui *ui, struct str word, unsigned *requests, struct error *err)
{
	size_t by = find_word(ui, by_word, word);

	(void)requests;
	if (by == BY_COUNT)
		return refuse(word, "history", err);
	ui_look_by(ui, (enum timeline_by)by);
	return true;
}

static const char *
history_word(const struct ui *ui, size_t i)
{
	static const char *const words[] = {"stop", "start"};

	(void)ui;
	return i < 2 ? words[i] : NULL;
}

static bool
steer_history(struct ui *ui, struct str word, unsigned *requests, struct error *err)
{
	size_t at = find_word(ui, history_word, word);

	(void)requests;
	if (at == 2)
		return refuse(word, "word for it", err);
	return at == 0 ? ui_stop_looking(ui, err) : ui_start_looking(ui, err);
}

static const char *
zone_word(const struct ui *ui, size_t i)
{
	static const char *const zones[] = {"utc", "local"};

	(void)ui;
	return i < 2 ? zones[i] : NULL;
}

static bool
show_zone(struct ui *ui, struct str word, unsigned *requests, struct error *err)
{
	size_t zone = find_word(ui, zone_word, word);

	(void)requests;
	if (zone == 2)
		return refuse(word, "zone", err);
	ui->local = zone == 1;
	ui->panes_stale = true;
	return true;
}

static const char *
theme_word(const struct ui *ui, size_t i)
{
	return i < ui->themes.count ? ui->themes.list[i] : NULL;
}

static bool
show_theme(struct ui *ui, struct str word, unsigned *requests, struct error *err)
{
	struct buf name = {0};
	bool ok;

	buf_str(&name, word);
	ok = config_load_theme(&ui->theme, buf_cstr(&name), err);
	buf_fini(&name);
	*requests |= ok ? UI_THEME : 0;
	return ok;
}

static bool
export_to(struct ui *ui, struct str path, unsigned *requests, struct error *err)
{
	(void)requests;
	return ui_export(ui, path, err);
}

static const struct argument {
	enum action action;
	act_with *act;
	word_at *words; /* NULL: anything; files for export */
	bool many;	/* words, not one */
} arguments[] = {
	{ACTION_BY, show_by, by_word, false},
	{ACTION_HISTORY, steer_history, history_word, false},
	{ACTION_SEARCH, search_for, NULL, false},
	{ACTION_FILTER, filter_by, filter_word, false},
	{ACTION_MARK, mark_by, filter_word, false},
	{ACTION_STATUS, show_status, status_word, false},
	{ACTION_SORT, sort_by, sort_word, false},
	{ACTION_COLUMNS, show_columns, column_word, true},
	{ACTION_UTC, show_zone, zone_word, false},
	{ACTION_THEME, show_theme, theme_word, false},
	{ACTION_EXPORT, export_to, NULL, false},
};

static const struct argument *
find_argument(enum action action)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (arguments[i].action == action)
			return &arguments[i];
	return NULL;
}

/* ---- Enter ---- */

/* `NAME ARGUMENT`. */
static struct str
split(struct str line, struct str *argument)
{
	size_t blank = str_find(line, STR(" "), 0);
	struct str name = str_slice(line, 0, blank == (size_t)-1 ? line.len : blank);

	*argument = str_trim(str_slice(line, name.len, line.len));
	return name;
}

/* By its name, or the beginning of just one. */
static enum action
find_action(struct str name, size_t *count)
{
	enum action action = action_find(name);
	struct str whole = action_complete(name, count);

	return action == ACTION_NONE && *count == 1 ? action_find(whole) : action;
}

static unsigned
run_with(struct ui *ui, enum action action, struct str argument)
{
	const struct argument *with = find_argument(action);
	unsigned requests = UI_DRAW;
	struct buf copy = {0};
	struct error err;
	char text[128];

	if (!with) {
		snprintf(text, sizeof(text), "%s takes nothing behind it", actions[action].name);
		prompt_set_error(&ui->prompt, text, 0);
		return UI_DRAW;
	}
	buf_str(&copy, argument); /* the prompt may be asked something else meanwhile */
	buf_clear(&ui->message);
	prompt_remember(&ui->prompt, PROMPT_COMMAND, prompt_text(&ui->prompt));
	if (with->act(ui, buf_view(&copy), &requests, &err)) {
		if (ui->prompt.kind == PROMPT_COMMAND)
			prompt_close(&ui->prompt);
	} else {
		prompt_set_located_error(&ui->prompt, err.text);
		if (ui->prompt.caret)
			ui->prompt.caret +=
				text_length(prompt_text(&ui->prompt)) - text_length(argument);
	}
	buf_fini(&copy);
	return requests;
}

unsigned
ui_command_sent(struct ui *ui)
{
	struct str argument;
	struct str name = split(str_trim(prompt_text(&ui->prompt)), &argument);
	size_t count;
	enum action action = find_action(name, &count);

	if (action == ACTION_NONE && name.len) {
		prompt_set_error(&ui->prompt,
			count ? "several actions begin like this; Tab shows them"
			      : "there is no such action; ? lists them",
			0);
		return UI_DRAW;
	}
	if (argument.len)
		return run_with(ui, action, argument);
	prompt_remember(&ui->prompt, PROMPT_COMMAND, name);
	prompt_close(&ui->prompt);
	return ui_act(ui, action) | UI_DRAW;
}

/* ---- Tab ---- */

static void
complete_argument(struct ui *ui, const struct argument *with, struct str line, size_t from)
{
	struct completion c;

	for (size_t i = from; with->many && i < line.len; i++)
		if (line.data[i] == ' ' || line.data[i] == ',')
			from = i + 1;
	completion_begin(&c, str_slice(line, from, line.len));
	for (size_t i = 0; with->words && with->words(ui, i); i++)
		completion_add(&c, str_from(with->words(ui, i)));
	if (with->action == ACTION_EXPORT)
		completion_add_files(&c);
	completion_end(&c, &ui->prompt, str_slice(line, 0, from), STR(""));
}

static void
complete_name(struct ui *ui, struct str name)
{
	struct completion c;

	completion_begin(&c, name);
	for (enum action a = 0; a < ACTION_COUNT; a++)
		completion_add(&c, str_from(actions[a].name));
	completion_end(&c, &ui->prompt, STR(""), STR(""));
}

void
ui_complete_command(struct ui *ui)
{
	struct buf copy = {0};
	struct str line, argument, name;
	const struct argument *with;
	size_t count;

	buf_str(&copy, prompt_text(&ui->prompt));
	line = buf_view(&copy);
	name = split(line, &argument);
	with = name.len < line.len ? find_argument(find_action(name, &count)) : NULL;
	if (with)
		complete_argument(ui, with, line,
			argument.len ? (size_t)(argument.data - line.data) : line.len);
	else
		complete_name(ui, line);
	buf_fini(&copy);
}
