/* Searching: in a pane at once, in the list in slices, a key never waits for it. While the pattern
 * is written the next match is shown already; Esc goes back to where it began. */
#include <stdio.h>
#include <stdlib.h>

#include "tui/ui.h"

static bool
has_upper(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= 'A' && s.data[i] <= 'Z' && (i == 0 || s.data[i - 1] != '\\'))
			return true;
	return false;
}

static void
add_word(struct buf *out, struct str word)
{
	buf_putc(out, ' ');
	buf_str(out, word);
}

/* What rows say beside their time and the list's words. */
static void
add_common_words(struct buf *out)
{
	for (int i = 0; i <= STATUS_CLOSED; i++)
		add_word(out, str_from(alert_status_name((enum alert_status)i)));
	for (int i = 0; i <= OUTCOME_FAILED; i++)
		add_word(out, str_from(outcome_name((enum outcome)i)));
	for (int i = 0; i <= CLASS_UNDETERMINED; i++)
		add_word(out, str_from(classification_name((enum classification)i)));
	for (int i = 0; i <= VALIDATION_FORGED; i++)
		add_word(out, str_from(validation_state_name((enum validation_state)i)));
	buf_puts(out, " self other unreadable");
}

/* Nothing in it matches a space, or a time. */
static bool
is_of_words(struct str pattern)
{
	bool time = true;

	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.data[i];

		if ((c >= 0 && c <= 0x20) || strchr(".^$*+?()[]{}|\\", c))
			return false;
		time = time && strchr("0123456789-:", c);
	}
	return !time;
}

/* Whether it matches a row is then seen by each of the row's words. */
static bool
is_only_in_words(struct str pattern, const struct regex *regex)
{
	struct regex_match *match;
	struct buf common = {0};
	bool only;

	if (!is_of_words(pattern))
		return false;
	match = regex_match_new(regex);
	add_common_words(&common);
	only = regex_find(regex, match, buf_view(&common), 0) == REGEX_NO_MATCH;
	buf_fini(&common);
	regex_match_free(match);
	return only;
}

bool
ui_set_search(struct ui *ui, struct str pattern, struct error *err)
{
	struct regex *regex;
	/* A pattern in lower case finds both, as in less and vim with smartcase. */
	unsigned flags = REGEX_UTF | (has_upper(pattern) ? 0U : REGEX_NOCASE);

	if (!regex_compile(&regex, pattern, flags, err))
		return false;
	ui_clear_search(ui);
	ui->search.regex = regex;
	buf_str(&ui->search.pattern, pattern);
	ui->search.only_in_words = is_only_in_words(pattern, regex);
	return true;
}

void
ui_clear_search(struct ui *ui)
{
	regex_free(ui->search.regex);
	ui->search.regex = NULL;
	ui->search.step = 0;
	ui->search.heavy = false;
	free(ui->search.words);
	ui->search.words = NULL;
	ui->search.word_count = 0;
	buf_clear(&ui->search.pattern);
	for (int i = 0; i < PANE_COUNT; i++)
		pane_forget_matches(&ui->panes[i]);
	pane_forget_matches(&ui->overlay_pane);
}

/* While the pattern is written, the line below it says it. */
__attribute__((format(printf, 3, 4))) static void
tell(struct ui *ui, enum role role, const char *fmt, ...)
{
	struct buf text = {0};
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	if (ui->prompt.kind == PROMPT_SEARCH)
		prompt_set_help(&ui->prompt, buf_cstr(&text));
	else
		ui_say(ui, role, "%s", buf_cstr(&text));
	buf_fini(&text);
}

static void
tell_given_up(struct ui *ui)
{
	ui->search.heavy = true;
	tell(ui, ROLE_ERROR, "this pattern takes too long: the search was given up");
}

static void
find_in_pane(struct ui *ui, struct pane *pane, int step)
{
	bool wrapped, found;

	if (pane == &ui->panes[PANE_EVENT] && ui->event_text.fold_count) {
		event_text_unfold_all(&ui->event_text);
		ui_build_event(ui);
	}
	if (!pane->match_count && pane_search(pane, ui->search.regex) == REGEX_LIMIT) {
		tell_given_up(ui);
		return;
	}
	found = pane_find(pane, step, &wrapped);
	if (!found)
		tell(ui, ROLE_TEXT, "no match for /%s in this pane", buf_cstr(&ui->search.pattern));
	else if (wrapped)
		tell(ui, ROLE_TEXT, "the search went round");
}

void
ui_find(struct ui *ui, int step)
{
	struct pane *pane = ui_focused_pane(ui);

	if (!ui->search.regex) {
		ui_say(ui, ROLE_TEXT, "nothing is searched for: / asks");
		return;
	}
	ui->list.follow = ui->list.top_until_moved = false;
	if (pane) {
		find_in_pane(ui, pane, step);
		return;
	}
	ui->search.step = step;
	ui->search.at = ui->list.position;
	ui->search.left = ui->list.shown;
}

/* What of the words of the list is known. */
enum word_match { WORD_UNSEEN, WORD_WITHOUT, WORD_MATCHES };

/* A list of a million rows has few different words: each is looked at once. */
static bool
word_matches(struct ui *ui, struct regex_match *match, uint32_t word)
{
	struct ui_search *s = &ui->search;
	size_t count = ui->list.words.count;

	if (word >= s->word_count) {
		s->words = mem_array(s->words, count, sizeof(*s->words));
		memset(s->words + s->word_count, WORD_UNSEEN, count - s->word_count);
		s->word_count = count;
	}
	if (s->words[word] == WORD_UNSEEN)
		s->words[word] =
			regex_find(s->regex, match, list_word(&ui->list, word), 0) == REGEX_NO_MATCH
				? WORD_WITHOUT
				: WORD_MATCHES;
	return s->words[word] != WORD_WITHOUT;
}

/* False: the row as a whole does not match. */
static bool
may_match(struct ui *ui, struct regex_match *match, const struct list_row *row)
{
	const uint32_t words[] = {
		row->severity, row->actor, row->target, row->account, row->ip, row->owner};

	for (size_t i = 0; ui->search.only_in_words && i < sizeof(words) / sizeof(words[0]); i++)
		if (word_matches(ui, match, words[i]))
			return true;
	return !ui->search.only_in_words;
}

static bool
step_search(struct ui *ui, struct regex_match *match, struct row_text *text)
{
	struct ui_search *s = &ui->search;
	size_t count = ui->list.shown;
	const struct list_row *row;
	enum regex_result result;

	s->left--;
	s->at = (s->at + (s->step > 0 ? 1 : count - 1)) % count;
	row = &ui->list.rows[ui->list.order[s->at]];
	if (!may_match(ui, match, row))
		return false;
	row_text_make(text, &ui->list, row, ui->local);
	result = regex_find(s->regex, match, buf_view(&text->text), 0);
	if (result == REGEX_NO_MATCH)
		return false;
	if (result == REGEX_MATCH)
		list_select(&ui->list, s->at);
	else
		tell_given_up(ui);
	s->step = 0;
	return true;
}

void
ui_find_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_search *s = &ui->search;
	struct regex_match *match;
	struct row_text text = {0};
	bool found = false;

	if (!s->step)
		return;
	/* Rows may have come or gone since: never look beyond them. */
	if (s->left > ui->list.shown)
		s->left = ui->list.shown;
	match = regex_match_new(s->regex);
	while (s->left && !found) {
		found = step_search(ui, match, &text);
		if (s->left % 64 == 0 && time_monotonic_ms() >= deadline_ms)
			break;
	}
	if (!s->left && !found) {
		tell(ui, ROLE_TEXT, "no alert matches /%s", buf_cstr(&s->pattern));
		s->step = 0;
	}
	regex_match_free(match);
	row_text_fini(&text);
}

/* ---- while the pattern is written ---- */

static const char *
help(const struct ui *ui)
{
	return ui->focus == PANE_LIST && ui->overlay == OVERLAY_NONE
		       ? "a regular expression (PCRE2) over what the rows say; Esc goes back"
		       : "a regular expression (PCRE2) in this pane; Esc goes back";
}

void
ui_ask_search(struct ui *ui)
{
	struct ui_search *s = &ui->search;
	const struct pane *pane = ui_focused_pane(ui);

	ui_prompt(ui, PROMPT_SEARCH, "/", help(ui));
	s->from.row = ui->list.selected;
	s->from.top = pane ? pane->top : ui->list.top;
	s->from.cursor = pane ? pane->cursor : 0;
	buf_clear(&s->from.written);
	buf_clear(&s->from.pattern);
	buf_str(&s->from.pattern, buf_view(&s->pattern));
}

static void
go_back(struct ui *ui)
{
	const struct ui_search *s = &ui->search;
	struct pane *pane = ui_focused_pane(ui);

	if (pane) {
		pane_restore(pane, s->from.top, s->from.cursor);
		return;
	}
	list_select_row(&ui->list, s->from.row);
	if (s->from.top < ui->list.shown)
		ui->list.top = s->from.top;
}

/* An unfinished pattern is no error yet: that is said when it is sent. */
void
ui_search_written(struct ui *ui)
{
	struct str text = prompt_text(&ui->prompt);
	struct buf *written = &ui->search.from.written;
	struct error err;

	if (str_equal(text, buf_view(written)))
		return;
	buf_clear(written);
	buf_str(written, text);
	ui_clear_search(ui);
	go_back(ui);
	prompt_set_help(&ui->prompt, help(ui));
	if (!text.len)
		return;
	if (ui_set_search(ui, text, &err))
		ui_find(ui, 1);
}

void
ui_search_left(struct ui *ui)
{
	struct buf before = {0};
	struct error err;

	buf_str(&before, buf_view(&ui->search.from.pattern));
	ui_clear_search(ui);
	go_back(ui);
	if (before.len)
		ui_set_search(ui, buf_view(&before), &err);
	buf_fini(&before);
	ui->panes_stale = true; /* its matches are lit again */
}

void
ui_search_sent(struct ui *ui)
{
	struct str text = prompt_text(&ui->prompt);
	struct error err;

	if (text.len && !ui->search.regex && !ui_set_search(ui, text, &err)) {
		prompt_set_located_error(&ui->prompt, err.text);
		return;
	}
	if (text.len)
		prompt_remember(&ui->prompt, PROMPT_SEARCH, text);
	else
		ui_clear_search(ui);
	prompt_close(&ui->prompt);
}

/* ---- what is lit in the list ---- */

static void
add_hit(struct ui *ui, uint32_t row, enum list_column column, const struct row_text *text,
	struct str match)
{
	struct ui_search *s = &ui->search;
	struct str cell = text->columns[column];
	const char *from = match.data > cell.data ? match.data : cell.data;
	const char *end = match.data + match.len, *cell_end = cell.data + cell.len;
	bool ascii = ui->grid.ascii;

	if (end > cell_end)
		end = cell_end;
	if (!cell.len || from >= end)
		return;
	if (s->hit_count == s->hit_capacity) {
		s->hit_capacity = s->hit_capacity ? 2 * s->hit_capacity : 64;
		s->hits = mem_array(s->hits, s->hit_capacity, sizeof(*s->hits));
	}
	s->hits[s->hit_count++] = (struct ui_hit){
		.row = row,
		.column = column,
		.whole = grid_columns(cell, ascii),
		.x = grid_columns(str_slice(cell, 0, (size_t)(from - cell.data)), ascii),
		.cols = grid_columns((struct str){from, (size_t)(end - from)}, ascii),
	};
}

static enum regex_result
add_hits(struct ui *ui, uint32_t row, struct regex_match *match, struct row_text *text)
{
	enum { HITS_PER_ROW = 16 };
	enum regex_result result = REGEX_NO_MATCH;
	size_t from = 0;

	row_text_make(text, &ui->list, &ui->list.rows[row], ui->local);
	for (int i = 0; i < HITS_PER_ROW && from <= text->text.len; i++) {
		struct str found;

		result = regex_find(ui->search.regex, match, buf_view(&text->text), from);
		if (result != REGEX_MATCH)
			break;
		found = regex_group(match, 0);
		for (enum list_column c = 0; c < COLUMN_COUNT; c++)
			add_hit(ui, row, c, text, found);
		from = regex_group_offset(match, 0) + (found.len ? found.len : 1);
	}
	return result;
}

void
ui_load_hits(struct ui *ui)
{
	struct ui_search *s = &ui->search;
	struct regex_match *match;
	struct row_text text = {0};

	s->hit_count = 0;
	if (!s->regex || s->heavy)
		return;
	match = regex_match_new(s->regex);
	for (size_t i = 0; i < ui->list.height && !s->heavy; i++) {
		uint32_t row = list_at(&ui->list, ui->list.top + i);

		if (row != LIST_NONE && add_hits(ui, row, match, &text) == REGEX_LIMIT)
			s->heavy = true;
	}
	if (s->heavy)
		s->hit_count = 0;
	regex_match_free(match);
	row_text_fini(&text);
}
