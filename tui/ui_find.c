/* Searching and filtering. In the list both go in slices: a key never waits for them. */
#include "tui/clock_text.h"
#include "tui/ui.h"

/* ---- search ---- */

static bool
has_upper(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= 'A' && s.data[i] <= 'Z' && (i == 0 || s.data[i - 1] != '\\'))
			return true;
	return false;
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
	return true;
}

void
ui_clear_search(struct ui *ui)
{
	regex_free(ui->search.regex);
	ui->search.regex = NULL;
	ui->search.step = 0;
	buf_clear(&ui->search.pattern);
	for (int i = 0; i < PANE_COUNT; i++)
		pane_forget_matches(&ui->panes[i]);
	pane_forget_matches(&ui->overlay_pane);
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
		ui_say(ui, ROLE_ERROR, "this pattern takes too long: the search was given up");
		return;
	}
	found = pane_find(pane, step, &wrapped);
	if (!found)
		ui_say(ui, ROLE_TEXT, "no match for /%s in this pane",
			buf_cstr(&ui->search.pattern));
	else if (wrapped)
		ui_say(ui, ROLE_TEXT, "the search went round");
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

static void
add_word(struct buf *out, struct str word)
{
	buf_putc(out, ' ');
	buf_str(out, word);
}

/* What a search in the list looks at: what the row's columns say. A million of these are to be made
 * in less than a blink. */
static void
row_text(const struct ui *ui, const struct list_row *row, struct clock_series *clock,
	struct buf *out)
{
	const struct list *list = &ui->list;
	const uint32_t words[] = {
		row->severity, row->actor, row->target, row->account, row->ip, row->owner};

	buf_clear(out);
	buf_puts(out, clock_format_next(clock, ui->local, row->time));
	add_word(out, str_from(alert_status_name((enum alert_status)row->status)));
	add_word(out, str_from(row->self ? "self" : "other"));
	add_word(out, str_from(outcome_name((enum outcome)row->outcome)));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add_word(out, list_word(list, words[i]));
	if (row->classification)
		add_word(out,
			str_from(classification_name((enum classification)row->classification)));
	if (row->validation)
		add_word(out,
			str_from(validation_state_name((enum validation_state)row->validation)));
}

/* What the rows of a slice share. */
struct looking {
	struct regex_match *match;
	struct clock_series clock;
	struct buf text;
};

static bool
step_search(struct ui *ui, struct looking *looking)
{
	struct ui_search *s = &ui->search;
	size_t count = ui->list.shown;
	enum regex_result result;

	s->left--;
	s->at = (s->at + (s->step > 0 ? 1 : count - 1)) % count;
	row_text(ui, &ui->list.rows[ui->list.order[s->at]], &looking->clock, &looking->text);
	result = regex_find(s->regex, looking->match, buf_view(&looking->text), 0);
	if (result == REGEX_NO_MATCH)
		return false;
	if (result == REGEX_MATCH)
		list_select(&ui->list, s->at);
	else
		ui_say(ui, ROLE_ERROR, "this pattern takes too long: the search was given up");
	s->step = 0;
	return true;
}

void
ui_find_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_search *s = &ui->search;
	struct looking looking = {0};
	bool found = false;

	if (!s->step)
		return;
	/* Rows may have come or gone since: never look beyond them. */
	if (s->left > ui->list.shown)
		s->left = ui->list.shown;
	looking.match = regex_match_new(s->regex);
	while (s->left && !found) {
		found = step_search(ui, &looking);
		if (s->left % 64 == 0 && time_monotonic_ms() >= deadline_ms)
			break;
	}
	if (!s->left && !found) {
		ui_say(ui, ROLE_TEXT, "no alert matches /%s", buf_cstr(&s->pattern));
		s->step = 0;
	}
	regex_match_free(looking.match);
	buf_fini(&looking.text);
}

/* ---- filter ---- */

/* The list keeps the beginning of a name. */
enum { LIST_WORD_MOST = 500 };

/* What the list itself knows of the alert. */
static enum filter_answer
judge_by_list(struct ui *ui, struct ui_filter *f, const struct list_row *row)
{
	struct alert *alert = &f->glance;
	struct str ip = list_word(&ui->list, row->ip);

	alert->time = row->time;
	alert->outcome = (enum outcome)row->outcome;
	alert->flags = row->flags;
	alert->text[ALERT_RULE_ID] = list_word(&ui->list, row->rule);
	alert->text[ALERT_SOURCE_IP] = ip.len < LIST_WORD_MOST ? ip : STR_ABSENT;
	return alert_filter_glance(f->compiled, alert);
}

/* First by what is at hand, then by what the store has in columns, at last by the record. */
bool
ui_judge(struct ui *ui, struct ui_filter *f, uint32_t row)
{
	enum filter_answer answer = judge_by_list(ui, f, &ui->list.rows[row]);
	int64_t rowid = ui->list.rows[row].rowid;
	struct error err;

	if (answer == FILTER_UNKNOWN && alert_filter_reads_texts(f->compiled) &&
		store_load_texts(ui->o.store, rowid, &f->loaded, &err))
		answer = alert_filter_glance(f->compiled, &f->loaded);
	if (answer != FILTER_UNKNOWN)
		return answer == FILTER_YES;
	return store_load_record(ui->o.store, rowid, &f->loaded, &err) &&
	       alert_filter_match(f->compiled, &f->loaded);
}

/* Newest first, whatever the list is sorted by. */
static void
begin_judging(struct ui *ui)
{
	struct ui_filter *f = &ui->filter;

	list_settle(&ui->list);
	f->judged = f->at = 0;
	f->count = f->fresh = f->compiled ? ui->list.settled : 0;
	f->rows = mem_array(f->rows, f->count + 1, sizeof(*f->rows));
	if (f->count)
		memcpy(f->rows, ui->list.by_time, f->count * sizeof(*f->rows));
}

static void
say_gave_up(struct ui *ui)
{
	struct ui_filter *f = &ui->filter;
	size_t times = f->compiled ? alert_filter_gave_up(f->compiled) : 0;

	if (times == f->gave_up)
		return;
	f->gave_up = times;
	if (times)
		ui_say(ui, ROLE_ERROR,
			"this pattern takes too long: given up %zu times, those alerts are "
			"hidden%s",
			times, times < ALERT_FILTER_GIVE_UPS ? "" : ", as all behind them");
}

bool
ui_set_filter(struct ui *ui, struct str predicate, struct error *err)
{
	struct alert_filter *compiled = NULL;
	struct ui_filter *f = &ui->filter;
	bool match = true;

	if (predicate.len && !alert_filter_new(&compiled, ui->o.rules, ui->o.rule_count, predicate,
				     ui->o.rules_now, err))
		return false;
	alert_filter_free(f->compiled);
	f->compiled = compiled;
	begin_judging(ui);
	if (predicate.data != buf_cstr(&f->text)) {
		buf_clear(&f->text);
		buf_str(&f->text, predicate);
	}
	if (compiled && ui->list.selected != LIST_NONE)
		match = ui_judge(ui, f, ui->list.selected);
	list_set_filtered(&ui->list, compiled != NULL, match);
	say_gave_up(ui);
	return true;
}

static void
judge_row(struct ui *ui, uint32_t row)
{
	ui->filter.judged++;
	if (ui->list.match[row] == MATCH_UNKNOWN)
		list_set_match(&ui->list, row, ui_judge(ui, &ui->filter, row));
}

bool
ui_is_filtering(const struct ui *ui)
{
	const struct ui_filter *f = &ui->filter;

	return f->compiled && (f->at < f->count || f->fresh < ui->list.count);
}

void
ui_filter_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_filter *f = &ui->filter;
	struct error err;

	if (!ui_is_filtering(ui))
		return;
	if (!store_read_begin(ui->o.store, &err)) {
		ui_say(ui, ROLE_ERROR, "%s", err.text);
		return;
	}
	/* What has just arrived comes first. */
	do {
		if (f->fresh < ui->list.count)
			judge_row(ui, (uint32_t)f->fresh++);
		else
			judge_row(ui, f->rows[f->at++]);
	} while (ui_is_filtering(ui) &&
		 (f->judged % ROWS_BETWEEN_CLOCKS || time_monotonic_ms() < deadline_ms));
	store_read_end(ui->o.store);
	list_settle(&ui->list);
	say_gave_up(ui);
}
