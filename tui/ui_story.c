/* The story of the selected alert: loaded when it is selected and when the store has more of it;
 * what of it is looked at; what Enter opens. */
#include <stdio.h>

#include "tui/ui.h"
#include "tui/ui_act.h"

enum { RELOAD_MS = 1000 };

/* ---- loading ---- */

/* Views are of what was loaded: all is made anew. */
void
ui_make_story(struct ui *ui)
{
	struct ui_story *s = &ui->story;
	struct subject *subject = &ui->subject;
	struct story_scope scope = {.state = HISTORY_LOOKED}; /* where nothing is read any more */
	struct fact_ledger ledger;

	timeline_fini(&s->timeline);
	key_life_fini(&s->key_life);
	s->stale = false;
	s->loaded_ms = time_monotonic_ms();
	if (!subject->loaded)
		return;
	if (ui->o.pipeline)
		scope = pipeline_scope(ui->o.pipeline);
	if (!subject_load_story(subject, ui->o.store, &scope))
		ui_say(ui, ROLE_ERROR, "%s", subject->error.text);
	ledger = ui_ledger(ui);
	subject_judge(subject, &ledger);
	timeline_make(&s->timeline, &subject->alert, ledger.history);
	key_life_make(&s->key_life, &s->timeline, ledger.history);
}

void
ui_fini_story(struct ui_story *s)
{
	timeline_fini(&s->timeline);
	key_life_fini(&s->key_life);
	card_fini(&s->card);
	ui_fini_record(s);
}

/* The rows of a timeline move when there are more of them; a run among them is left. */
void
ui_reload_story(struct ui *ui)
{
	struct ui_story *s = &ui->story;
	bool looking = ui->progress.history.state == HISTORY_LOOKING;

	if (!s->stale || !ui->subject.loaded || ui->overlay == OVERLAY_CARD ||
		(looking && time_monotonic_ms() - s->loaded_ms < RELOAD_MS))
		return;
	s->look.from = s->look.to = 0;
	ui_trail_rows_moved(ui);
	ui_make_story(ui);
	ui->panes_stale = true;
}

/* ---- how far it is ---- */

bool
ui_is_looking(const struct ui *ui)
{
	return ui->progress.history.state == HISTORY_LOOKING && !ui_is_reading(ui);
}

/* Until then the list's answers read `?`. */
bool
ui_is_answering(const struct ui *ui)
{
	return ui->progress.history.answers_total > 0;
}

/* In whole percents: a pane is not written anew for less. */
static bool
write_looking(struct ui *ui)
{
	const struct pipeline_history *h = &ui->progress.history;
	char text[sizeof(ui->story.looking)] = "";

	if (ui_is_looking(ui) && h->bytes_total)
		snprintf(text, sizeof(text), "%.0f %% looked through for other records%s",
			100.0 * (double)h->bytes_done / (double)h->bytes_total,
			h->pass > 1 ? ", again for the keys that were found" : "");
	else if (ui_is_looking(ui))
		snprintf(text, sizeof(text), "for other records");
	if (strcmp(text, ui->story.looking) == 0)
		return false;
	memcpy(ui->story.looking, text, sizeof(text));
	ui->panes_stale = true;
	return true;
}

bool
ui_follow_looking(struct ui *ui, const struct pipeline_progress *before)
{
	const struct pipeline_history *was = &before->history, *now = &ui->progress.history;

	ui->story.stale |= was->state != now->state || was->pass != now->pass ||
			   was->traces != now->traces || was->asked != now->asked;
	return write_looking(ui) || was->state != now->state || was->traces != now->traces ||
	       was->asked != now->asked || was->answers_total != now->answers_total ||
	       was->answers_done != now->answers_done ||
	       (ui_is_looking(ui) && was->bytes_done != now->bytes_done);
}

bool
ui_stop_looking(struct ui *ui, struct error *err)
{
	if (!ui->o.pipeline || !pipeline_history_stop(ui->o.pipeline))
		return error_set(err, ERROR_USAGE, "no logs are looked through for other records");
	ui_say(ui, ROLE_TEXT, "%s",
		ui_is_reading(ui) ? "other records will not be looked for; :history start does it"
				  : "stopped looking for other records; :history start goes on");
	return true;
}

bool
ui_start_looking(struct ui *ui, struct error *err)
{
	if (!ui->o.pipeline || !pipeline_history_start(ui->o.pipeline))
		return error_set(err, ERROR_USAGE, "the look for other records was not stopped");
	ui_say(ui, ROLE_TEXT, "%s",
		ui_is_reading(ui) ? "other records will be looked for"
				  : "looking for other records again");
	return true;
}

/* ---- what is looked at ---- */

static void
look(struct ui *ui, struct timeline_filter filter)
{
	filter.by = filter.by ? filter.by : ui->story.look.by;
	ui->story.look = filter;
	ui->panes[PANE_HISTORY].top = ui->panes[PANE_HISTORY].cursor = 0;
	ui->panes_stale = true;
}

void
ui_look_by(struct ui *ui, enum timeline_by by)
{
	ui->story.look = (struct timeline_filter){.by = by};
	ui->story.go_to_alert = true;
	ui_focus_pane(ui, PANE_HISTORY);
	ui->panes_stale = true;
}

bool
ui_widen_story(struct ui *ui)
{
	if (timeline_is_whole(&ui->story.look))
		return false;
	ui->story.look = (struct timeline_filter){.by = ui->story.look.by};
	ui->story.go_to_alert = true;
	ui->panes_stale = true;
	return true;
}

/* ---- what Enter opens ---- */

static size_t
tag_at_cursor(const struct pane *pane, size_t none)
{
	return pane->cursor < pane->doc.line_count ? pane->doc.lines[pane->cursor].tag : none;
}

/* Of those that it rests on the first that other records show, else the first; NULL: none. */
static const struct fact *
fact_of_assessment(const struct subject *subject)
{
	const int *rests = subject->assessment.rests;

	for (size_t i = 0; i < ASSESSMENT_RESTS_MAX && rests[i]; i++)
		if (subject->facts[rests[i] - 1].trace_count)
			return &subject->facts[rests[i] - 1];
	return rests[0] ? &subject->facts[rests[0] - 1] : NULL;
}

/* The fact under the entity pane's cursor, or NULL. */
const struct fact *
ui_fact_at_cursor(const struct ui *ui)
{
	size_t tag = tag_at_cursor(&ui->panes[PANE_ENTITY], VIEW_NO_FACT);

	if (!ui->subject.loaded)
		return NULL;
	if (tag == VIEW_ASSESSMENT)
		return fact_of_assessment(&ui->subject);
	return tag < FACT_COUNT ? &ui->subject.facts[tag] : NULL;
}

void
ui_jump_to_evidence(struct ui *ui, const struct fact *fact)
{
	struct pane *pane = &ui->panes[PANE_EVENT];
	size_t offset, len;

	if (!fact || !fact->evidence || !ui->subject.parsed ||
		!event_locate(&ui->subject.event, fact->evidence, &offset, &len)) {
		ui_say(ui, ROLE_TEXT, "the record holds no evidence for this line");
		return;
	}
	ui->event_text.evidence = offset;
	ui->event_text.evidence_end = offset + len;
	event_text_unfold_all(&ui->event_text);
	ui_focus_pane(ui, PANE_EVENT);
	ui->layout = ui_layout(
		ui, ui->layout.kind == LAYOUT_WIDE ? (int)ui->panes[PANE_ENTITY].doc.row_count : 0);
	ui_build_event(ui);
	pane_go(pane, event_text_line_of(&ui->event_text, offset));
}

/* The alert's own record has a pane. */
void
ui_open_row(struct ui *ui, size_t row)
{
	const struct timeline *l = &ui->story.timeline;

	if (row == l->alert) {
		ui->overlay = OVERLAY_NONE;
		ui_focus_pane(ui, PANE_EVENT);
	} else {
		ui_open_record(ui, l->rows[row].trace);
	}
}

static size_t
row_of(const struct timeline *l, const struct trace *trace)
{
	size_t i = 0;

	while (i < l->count && l->rows[i].trace != trace)
		i++;
	return i;
}

void
ui_open_fact(struct ui *ui)
{
	const struct fact *fact = ui_fact_at_cursor(ui);
	size_t row;

	for (enum card_kind kind = 0; fact && kind < CARD_KINDS; kind++)
		if (fact->number == card_facts[kind]) {
			ui_open_card(ui, kind);
			return;
		}
	if (!fact || !fact->trace_count) {
		ui_jump_to_evidence(ui, fact);
		return;
	}
	row = row_of(&ui->story.timeline, fact->traces[0]);
	if (fact->trace_count == 1 && row < ui->story.timeline.count) {
		ui_open_row(ui, row);
		return;
	}
	look(ui, (struct timeline_filter){.fact = fact->number});
	ui_focus_pane(ui, PANE_HISTORY);
}

void
ui_open_trace(struct ui *ui)
{
	const struct timeline *l = &ui->story.timeline;
	size_t row = tag_at_cursor(&ui->panes[PANE_HISTORY], VIEW_NO_TRACE), end, count;

	if (row >= l->count)
		return;
	end = timeline_run_end(l, &ui->story.look, ui->subject.facts, row, &count);
	if (count > 1)
		look(ui, (struct timeline_filter){.from = row, .to = end});
	else
		ui_open_row(ui, row);
}

void
ui_open_life(struct ui *ui)
{
	const struct key_life *l = &ui->story.key_life;
	size_t life = tag_at_cursor(&ui->panes[PANE_KEYS], VIEW_NO_KEY);
	struct timeline_filter filter = {0};

	if (life >= l->count || l->lives[life].key.len >= sizeof(filter.key))
		return;
	memcpy(filter.key, l->lives[life].key.data, l->lives[life].key.len);
	ui->story.look.by = BY_ALL;
	look(ui, filter);
	ui_focus_pane(ui, PANE_HISTORY);
}
