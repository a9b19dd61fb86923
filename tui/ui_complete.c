/* Tab in the filter: names of filters and columns; within quotes, what the list's cells say. */
#include <ctype.h>

#include "core/event/column.h"
#include "tui/completion.h"
#include "tui/ui.h"

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Where the string begins that the cursor stands in; (size_t)-1: in none. */
static size_t
open_quote(struct str text)
{
	size_t open = (size_t)-1;

	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '"')
			open = open == (size_t)-1 ? i + 1 : (size_t)-1;
	return open;
}

/* A column's name is written right, however its beginning was. */
static void
add_names(const struct ui *ui, struct completion *c, bool first)
{
	for (size_t i = 0; first && i < ui->o.config->filter_count; i++)
		completion_add(c, str_from(ui->o.config->filters[i].name));
	for (size_t i = 0; i < column_count; i++)
		completion_add_nocase(c, str_from(columns[i].name));
	for (size_t i = 0; i < RULE_ANSWERS; i++)
		completion_add_nocase(c, str_from(rule_answers[i].name));
}

/* A quote in it would end the string that it is to stand in. */
static void
add_values(const struct ui *ui, struct completion *c)
{
	for (uint32_t i = 1; i < ui->list.words.count; i++) {
		struct str word = intern_word(&ui->list.words, i);

		if (str_find(word, STR("\""), 0) == (size_t)-1 &&
			str_find(word, STR("\\"), 0) == (size_t)-1)
			completion_add(c, word);
	}
}

void
ui_complete_filter(struct ui *ui)
{
	struct prompt *prompt = &ui->prompt;
	struct buf copy = {0};
	struct completion c;
	struct str text, before;
	size_t from;

	buf_str(&copy, prompt_text(prompt));
	text = buf_view(&copy);
	before = str_slice(text, 0, prompt->edit.at);
	from = open_quote(before);
	if (from != (size_t)-1) {
		completion_begin(&c, str_slice(before, from, before.len));
		add_values(ui, &c);
	} else {
		from = before.len;
		while (from && is_word(before.data[from - 1]))
			from--;
		completion_begin(&c, str_slice(before, from, before.len));
		add_names(ui, &c, from == 0);
	}
	completion_end(
		&c, prompt, str_slice(text, 0, from), str_slice(text, prompt->edit.at, text.len));
	buf_fini(&copy);
}
