/* Marks on all shown alerts for which a predicate holds, in slices: a key never waits for them. */
#include "tui/ui.h"

bool
ui_mark_by(struct ui *ui, struct str predicate, struct error *err)
{
	struct alert_filter *compiled;
	struct ui_filter *m = &ui->marking;

	if (!alert_filter_new(
		    &compiled, ui->o.rules, ui->o.rule_count, predicate, ui->o.rules_now, err))
		return false;
	alert_filter_free(m->compiled);
	m->compiled = compiled;
	m->reads_time = alert_filter_reads_time(compiled);
	m->glance_count = 0;
	m->at = m->judged = 0;
	m->count = ui->list.shown;
	m->rows = mem_array(m->rows, m->count + 1, sizeof(*m->rows));
	if (m->count)
		memcpy(m->rows, ui->list.order, m->count * sizeof(*m->rows));
	buf_clear(&m->text);
	buf_str(&m->text, predicate);
	return true;
}

bool
ui_is_marking(const struct ui *ui)
{
	return ui->marking.compiled != NULL;
}

void
ui_mark_stop(struct ui *ui)
{
	alert_filter_free(ui->marking.compiled);
	ui->marking.compiled = NULL;
}

/* judged counts those that it holds for. */
static void
end(struct ui *ui, bool whole)
{
	const struct ui_filter *m = &ui->marking;
	size_t gave_up = alert_filter_gave_up(m->compiled);

	if (gave_up)
		ui_say(ui, ROLE_ERROR,
			"this pattern takes too long: given up %zu times, those alerts are not "
			"marked",
			gave_up);
	else if (!whole)
		ui_say(ui, ROLE_TEXT, "marking was stopped: %zu of %zu alerts looked at", m->at,
			m->count);
	else
		ui_say(ui, ROLE_TEXT, "it holds for %zu of %zu alerts; %zu marked", m->judged,
			m->count, ui->list.marks);
	ui_mark_stop(ui);
}

void
ui_mark_cancel(struct ui *ui)
{
	end(ui, false);
}

void
ui_mark_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_filter *m = &ui->marking;
	struct error err;

	if (!m->compiled)
		return;
	if (!store_read_begin(ui->o.store, &err)) {
		ui_say(ui, ROLE_ERROR, "%s", err.text);
		return;
	}
	while (m->at < m->count) {
		uint32_t row = m->rows[m->at++];

		if (ui_judge(ui, m, row)) {
			m->judged++;
			list_mark(&ui->list, row, true);
		}
		if (m->at % ROWS_BETWEEN_CLOCKS == 0 && time_monotonic_ms() >= deadline_ms)
			break;
	}
	store_read_end(ui->o.store);
	if (m->at == m->count)
		end(ui, true);
}
