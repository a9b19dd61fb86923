/* The filter on the list, in slices: a key never waits for it. */
#include "tui/ui.h"

/* The list keeps the beginning of a name. */
enum { LIST_WORD_MOST = 500 };

static enum filter_answer
glance(struct ui *ui, struct ui_filter *f, const struct list_row *row)
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

/* What the list itself knows of the alert. Many have in common all that it knows, but for the
 * time. */
static enum filter_answer
judge_by_list(struct ui *ui, struct ui_filter *f, const struct list_row *row)
{
	struct ui_glance *g;

	if (f->reads_time)
		return glance(ui, f, row);
	if (row->ip >= f->glance_count) {
		size_t count = ui->list.words.count;

		f->glances = mem_array(f->glances, count, sizeof(*f->glances));
		memset(f->glances + f->glance_count, 0,
			(count - f->glance_count) * sizeof(*f->glances));
		f->glance_count = count;
	}
	g = &f->glances[row->ip];
	if (!g->known || g->rule != row->rule || g->flags != row->flags ||
		g->outcome != row->outcome) {
		size_t given_up = alert_filter_gave_up(f->compiled);

		*g = (struct ui_glance){
			.rule = row->rule, .flags = row->flags, .outcome = row->outcome};
		g->answer = (uint8_t)glance(ui, f, row);
		/* Every alert that a pattern was given up on is counted. */
		g->known = alert_filter_gave_up(f->compiled) == given_up;
	}
	return (enum filter_answer)g->answer;
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
	f->reads_time = compiled && alert_filter_reads_time(compiled);
	f->glance_count = 0;
	begin_judging(ui);
	if (predicate.data != buf_cstr(&f->text)) {
		buf_clear(&f->text);
		buf_str(&f->text, predicate);
	}
	if (compiled && ui->list.selected != LIST_NONE)
		match = ui_judge(ui, f, ui->list.selected);
	ui->list.asks = compiled && alert_filter_asks(compiled);
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

/* Its history has answered something else since. */
static void
judge_again(struct ui *ui)
{
	uint32_t row = list_take_answered(&ui->list);

	ui->filter.judged++;
	list_set_match(&ui->list, row, ui_judge(ui, &ui->filter, row));
}

bool
ui_is_filtering(const struct ui *ui)
{
	const struct ui_filter *f = &ui->filter;

	return f->compiled &&
	       (f->at < f->count || f->fresh < ui->list.count || ui->list.answered_count);
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
		if (ui->list.answered_count)
			judge_again(ui);
		else if (f->fresh < ui->list.count)
			judge_row(ui, (uint32_t)f->fresh++);
		else
			judge_row(ui, f->rows[f->at++]);
	} while (ui_is_filtering(ui) &&
		 (f->judged % ROWS_BETWEEN_CLOCKS || time_monotonic_ms() < deadline_ms));
	store_read_end(ui->o.store);
	list_settle(&ui->list);
	say_gave_up(ui);
}
