#include "tui/short_text.h"
#include "tui/ui.h"

#include <stdlib.h>

enum { WORK_MS = 4 };

/* The view behind each pane and overlay. */
static view_build *const pane_views[PANE_COUNT] = {
	[PANE_ENTITY] = view_entity,
	[PANE_EVENT] = view_event,
	[PANE_HISTORY] = view_history,
	[PANE_KEYS] = view_keys,
};

static view_build *const overlay_views[] = {
	[OVERLAY_HELP] = view_help,
	[OVERLAY_PROBLEMS] = view_problems_list,
	[OVERLAY_PEEK] = view_peek,
	[OVERLAY_REPORT] = view_report_list,
	[OVERLAY_SOURCES] = view_sources,
	[OVERLAY_ACTIVITY] = view_activity,
	[OVERLAY_STATEMENT] = view_statement,
	[OVERLAY_REVIEW] = view_review,
	[OVERLAY_CARD] = view_card,
	[OVERLAY_RECORD] = view_record,
};

bool
ui_init(struct ui *ui, const struct ui_options *options, struct error *err)
{
	*ui = (struct ui){.o = *options, .clock = *options->clock, .below = PANE_ENTITY};
	ui->local = options->config->local;
	ui->shown.row = LIST_NONE;
	ui->grid.ascii = options->ascii;
	ui->since = TIME_NONE;
	ui->rang_ms = INT64_MIN / 2;
	ui->progress.finished = !options->pipeline;
	if (!config_load_theme(&ui->theme, options->theme, err))
		return false;
	config_list_themes(&ui->themes);
	list_init(&ui->list);
	list_sync_init(&ui->sync, options->store,
		options->path_count ? pipeline_run(options->pipeline) : 0, options->rule_ids);
	ui_look_at_pipeline(ui);
	return true;
}

static void
filter_fini(struct ui_filter *f)
{
	alert_filter_free(f->compiled);
	alert_fini(&f->loaded);
	free(f->rows);
	free(f->glances);
	buf_fini(&f->text);
}

void
ui_fini(struct ui *ui)
{
	theme_names_fini(&ui->themes);
	list_fini(&ui->list);
	subject_clear(&ui->subject);
	event_text_fini(&ui->event_text);
	ui_fini_story(&ui->story);
	for (int i = 0; i < PANE_COUNT; i++)
		pane_fini(&ui->panes[i]);
	pane_fini(&ui->overlay_pane);
	prompt_fini(&ui->prompt);
	decide_fini(&ui->decide);
	signing_fini(&ui->signing);
	ui_export_fini(&ui->export);
	activity_fini(&ui->activity);
	review_fini(&ui->review);
	filter_fini(&ui->filter);
	filter_fini(&ui->marking);
	regex_free(ui->search.regex);
	free(ui->search.words);
	buf_fini(&ui->search.pattern);
	buf_fini(&ui->search.from.pattern);
	buf_fini(&ui->search.from.written);
	free(ui->search.hits);
	ui_fini_problems(&ui->problems);
	ui_fini_problems(&ui->recent);
	pipeline_live_fini(&ui->live);
	buf_fini(&ui->message);
	buf_fini(&ui->clipboard);
	grid_fini(&ui->grid);
}

void
ui_say(struct ui *ui, enum role role, const char *fmt, ...)
{
	va_list args;

	buf_clear(&ui->message);
	va_start(args, fmt);
	buf_vprintf(&ui->message, fmt, args);
	va_end(args);
	ui->message_role = role;
}

struct str
ui_row_target(const struct ui *ui, const struct list_row *row)
{
	struct str target = list_word(&ui->list, row->target);

	return str_is_empty(target) ? STR("?") : target;
}

void
ui_row_name(const struct ui *ui, uint32_t row, int cols, struct buf *out)
{
	const struct list_row *r = &ui->list.rows[row];
	struct str actor = list_word(&ui->list, r->actor);
	struct str target = ui_row_target(ui, r);
	int room = cols - 3, target_cols = grid_columns(target, ui->grid.ascii);
	int actor_cols = grid_columns(actor, ui->grid.ascii), half = room - room / 2;

	/* Whoever chose one name must not be able to hide the other. */
	if (actor_cols > half && actor_cols > room - target_cols)
		actor_cols = target_cols < room / 2 ? room - target_cols : half;
	short_text_put_actor(out, actor, actor_cols, ui->grid.ascii);
	buf_printf(out, " %s ", glyph_text(GLYPH_ARROW, ui->grid.ascii));
	short_text_put(out, target, room - actor_cols, ui->grid.ascii);
}

struct view_model
ui_model(const struct ui *ui, int width)
{
	return (struct view_model){
		.subject = &ui->subject,
		.timeline = &ui->story.timeline,
		.look = &ui->story.look,
		.key_life = &ui->story.key_life,
		.card = &ui->story.card,
		.looking = ui->story.looking[0] ? ui->story.looking : NULL,
		.record = buf_view(&ui->story.record),
		.record_at = buf_view(&ui->story.record_at),
		.record_wrong = buf_view(&ui->story.record_wrong),
		.record_text = (struct event_text *)&ui->story.record_text,
		.clock = &ui->clock,
		.local = ui->local,
		.keymap = &ui->o.config->keymap,
		.problems = &ui->problems,
		.report = &ui->decide.report,
		/* Folding and laying out note their lines there. */
		.event_text = (struct event_text *)&ui->event_text,
		.live = &ui->live,
		.recent = &ui->recent,
		.activity = &ui->activity,
		.signing = &ui->signing,
		.list = &ui->list,
		.review = &ui->review,
		.advice = ui->o.advice,
		.reading = ui_is_reading(ui),
		.failure = ui->progress.failed ? ui->progress.error.text : NULL,
		.ascii = ui->grid.ascii,
		.width = width,
	};
}

struct pane *
ui_focused_pane(struct ui *ui)
{
	if (ui->overlay != OVERLAY_NONE)
		return &ui->overlay_pane;
	return ui->focus == PANE_LIST ? NULL : &ui->panes[ui->focus];
}

/* ---- work ---- */

/* What comes when the list stood already is news; what a first fill finds is not. */
static bool
is_news(const struct ui *ui)
{
	if (!ui_is_live(ui) || !ui->sync.complete || ui_is_reading(ui))
		return false;
	return ui->knew || (ui->list.count && !ui_filling_source(ui));
}

static unsigned
follow_store(struct ui *ui, bool *more)
{
	bool was_complete = ui->sync.complete, ok;
	struct error err;

	ui->list.news = is_news(ui);
	ok = list_sync_slice(&ui->sync, &ui->list, WORK_MS, more, &err);
	if (!was_complete && ui->sync.complete)
		ui->knew = ui->list.count > 0;
	if (ok && !ui->failed)
		return 0;
	if (ok)
		buf_clear(&ui->message);
	else
		ui_say(ui, ROLE_ERROR, "%s", err.text);
	ui->failed = !ok;
	*more = *more && ok;
	return UI_DRAW;
}

unsigned
ui_follow_store(struct ui *ui, bool *more)
{
	unsigned requests = ui_look_at_pipeline(ui);
	bool changed = list_sync_check(&ui->sync), was_complete = ui->sync.complete;
	size_t count = ui->list.count;

	requests |= follow_store(ui, more);
	ui_ask_verdicts(ui);
	if (ui_take_verdicts(ui))
		requests |= UI_DRAW;
	requests |= ui_note_news(ui, count);
	if (changed || ui->list.count != count || ui->list.stale ||
		ui->sync.complete != was_complete)
		requests |= UI_DRAW;
	return requests;
}

bool
ui_is_busy(const struct ui *ui)
{
	return ui->decide.applying || ui->search.step || ui_is_filtering(ui) ||
	       ui_is_exporting(ui) || ui_is_marking(ui) || ui_is_reading_record(ui) || list_is_building(&ui->list);
}

unsigned
ui_work(struct ui *ui)
{
	int64_t deadline = time_monotonic_ms() + WORK_MS;

	if (!ui_is_busy(ui))
		return 0;
	ui_decide_slice(ui, deadline);
	ui_find_slice(ui, deadline);
	ui_filter_slice(ui, deadline);
	ui_mark_slice(ui, deadline);
	ui_export_slice(ui, deadline);
	ui_record_slice(ui, deadline);
	while (list_is_building(&ui->list) && time_monotonic_ms() < deadline)
		list_step(&ui->list);
	return UI_DRAW;
}

/* ---- before a frame ---- */

/* The rows of the window as they are in the store now. */
static void
refresh_window(struct ui *ui)
{
	struct list *list = &ui->list;
	struct error err;

	for (size_t i = 0; i < list->height && list->top + i < list->shown; i++)
		if (!list_sync_row(
			    &ui->sync, list, list->rows[list->order[list->top + i]].rowid, &err))
			ui_say(ui, ROLE_ERROR, "%s", err.text);
	list_settle(list);
}

static void
load_subject(struct ui *ui)
{
	const struct list_row *row = list_selected(&ui->list);

	if (!row) {
		if (ui->subject.rowid)
			ui->panes_stale = true;
		subject_clear(&ui->subject);
		ui_make_story(ui);
		return;
	}
	if (ui->subject.rowid == row->rowid && ui->subject.loaded &&
		ui->subject.alert.state.last_seq == row->last_seq &&
		ui->subject.alert.flags == row->flags && !ui->subject_stale)
		return;
	ui->subject_stale = false;
	if (ui->subject.rowid != row->rowid) {
		ui->asked_subject = 0;
		event_text_reset(&ui->event_text);
		ui->story.look = (struct timeline_filter){.by = ui->story.look.by};
		ui->story.go_to_alert = true;
		ui->trail.count = 0;
		for (int i = 0; i < PANE_COUNT; i++) {
			pane_forget_matches(&ui->panes[i]);
			ui->panes[i].top = ui->panes[i].cursor = 0;
		}
	}
	subject_load(&ui->subject, ui->o.store, row->rowid);
	ui_judge_subject(ui);
	ui_make_story(ui);
	ui->panes_stale = true;
}

static void
build_pane(struct ui *ui, struct pane *pane, view_build *build, struct grid_rect rect)
{
	const struct view_model model = ui_model(ui, rect.cols);

	doc_clear(&pane->doc);
	build(&pane->doc, &model);
	pane_laid(pane, rect.cols, (size_t)rect.rows, ui->grid.ascii, false);
	if (ui->search.regex)
		pane_search(pane, ui->search.regex);
}

void
ui_build_event(struct ui *ui)
{
	build_pane(ui, &ui->panes[PANE_EVENT], view_event, ui->layout.panes[PANE_EVENT]);
}

/* The history is read from the alert on. */
static void
go_to_alert(struct ui *ui, struct pane *pane)
{
	ui->story.go_to_alert = false;
	for (size_t i = 0; i < pane->doc.line_count; i++)
		if (pane->doc.lines[i].stop && pane->doc.lines[i].tag == ui->story.timeline.alert) {
			size_t row = doc_row_of(&pane->doc, i);

			if (row > pane->height * 2 / 3)
				pane_scroll(pane, (long)(row - pane->height / 3));
			pane_go(pane, i);
			return;
		}
}

static void
build_panes(struct ui *ui)
{
	for (enum pane_kind kind = PANE_ENTITY; kind < PANE_COUNT; kind++) {
		struct grid_rect rect = ui->layout.panes[kind];
		struct pane *pane = &ui->panes[kind];

		if (!rect.rows) {
			pane->width = 0; /* built again when it is seen again */
			continue;
		}
		if (ui->panes_stale || pane->width != rect.cols) /* some lay their columns out */
			build_pane(ui, pane, pane_views[kind], rect);
		if (kind == PANE_HISTORY && ui->story.go_to_alert)
			go_to_alert(ui, pane);
		pane_resize(pane, rect.cols, (size_t)rect.rows, ui->grid.ascii);
	}
	if (ui->overlay != OVERLAY_NONE &&
		(ui->panes_stale || !ui->overlay_pane.width ||
			ui->overlay_pane.width != ui->layout.whole.cols)) {
		struct grid_rect whole = ui->layout.whole;

		build_pane(ui, &ui->overlay_pane, overlay_views[ui->overlay],
			(struct grid_rect){whole.y + 1, whole.x, whole.rows - 1, whole.cols});
	}
	if (ui->overlay != OVERLAY_NONE)
		pane_resize(&ui->overlay_pane, ui->layout.whole.cols,
			(size_t)ui->layout.whole.rows - 1, ui->grid.ascii);
	ui->panes_stale = false;
}

/* Focus must be on something that is there. */
static void
fit_focus(struct ui *ui, bool wide)
{
	if (ui->focus > PANE_ENTITY || (!wide && ui->focus != PANE_LIST))
		ui->below = ui->focus;
}

struct layout
ui_layout(const struct ui *ui, int entity_rows)
{
	int rows = ui->grid.rows, cols = ui->grid.cols;

	if (ui->focus > PANE_ENTITY) /* what is read has the room */
		entity_rows = LAYOUT_LOWER;
	return ui->alone ? layout_alone(rows, cols, ui->focus)
			 : layout_for(rows, cols, ui->below, entity_rows);
}

/* The wide layout depends on how much there is to say about the alert. */
static void
lay_out(struct ui *ui)
{
	struct pane *entity = &ui->panes[PANE_ENTITY];
	struct grid_rect rect;

	ui->layout = ui_layout(ui, 0);
	if (ui->layout.kind != LAYOUT_WIDE)
		return;
	rect = ui->layout.panes[PANE_ENTITY];
	if (ui->panes_stale || entity->width != rect.cols)
		build_pane(ui, entity, view_entity, rect);
	ui->layout = ui_layout(ui, (int)entity->doc.row_count);
}

/* The list keeps a height while a pane hides it: what is selected stays where it was. A search
 * shows what it finds above its prompt. */
static void
fit_list(struct ui *ui)
{
	int height = ui_layout(ui, 0).panes[PANE_LIST].rows;
	bool covered = ui->alone && ui->prompt.kind == PROMPT_SEARCH;

	if (height || !ui->list.height)
		list_set_height(&ui->list, (size_t)height - covered);
}

void
ui_load(struct ui *ui, int rows, int cols)
{
	if (ui->grid.rows != rows || ui->grid.cols != cols)
		grid_resize(&ui->grid, rows, cols);
	fit_focus(ui, cols >= LAYOUT_WIDE_COLS && !ui->alone);
	list_settle(&ui->list);
	fit_list(ui);
	refresh_window(ui);
	ui_load_hits(ui);
	load_subject(ui);
	ui_reload_story(ui);
	lay_out(ui);
	if (ui->layout.kind != LAYOUT_TOO_SMALL)
		build_panes(ui);
}

/* ---- the frame ---- */

static void
draw_overlay(const struct ui *ui, struct grid *grid)
{
	const char *const titles[] = {
		[OVERLAY_HELP] = "help",
		[OVERLAY_PROBLEMS] = "problems",
		[OVERLAY_PEEK] = "exact bytes",
		[OVERLAY_REPORT] = "decided",
		[OVERLAY_SOURCES] = "sources",
		[OVERLAY_ACTIVITY] = "activity",
		[OVERLAY_STATEMENT] = "to be signed",
		[OVERLAY_REVIEW] = "awaiting an admin",
		[OVERLAY_CARD] = card_titles[ui->story.card.kind],
		[OVERLAY_RECORD] = "record",
	};
	struct grid_rect whole = ui->layout.whole;
	struct pen pen = pen_at(grid, whole.y, whole.x, whole.cols);
	size_t below = pane_rows_below(&ui->overlay_pane);

	pen_run(&pen, ROLE_RULE, GLYPH_RULE, 1);
	pen_printf(&pen, ROLE_STRONG, " %s ", titles[ui->overlay]);
	pen_run(&pen, ROLE_RULE, GLYPH_RULE, whole.cols - 16);
	if (below)
		pen_printf(&pen, ROLE_DIM, " %s %zu more ", glyph_text(GLYPH_DOWN, grid->ascii),
			below);
	pen_run(&pen, ROLE_RULE, GLYPH_RULE, whole.cols);
	pane_draw(&ui->overlay_pane, grid,
		(struct grid_rect){whole.y + 1, whole.x, whole.rows - 1, whole.cols}, true);
}

/* One sentence, on as many lines as it takes there. */
static void
draw_too_small(struct grid *grid)
{
	struct doc doc = {0};
	int y;

	doc_line(&doc, 0, false, 0);
	doc_printf(&doc, ROLE_TEXT, "keywatch needs %dx%d, this is %dx%d", LAYOUT_MIN_COLS,
		LAYOUT_MIN_ROWS, grid->cols, grid->rows);
	doc_wrap(&doc, grid->cols, grid->ascii);
	y = (grid->rows - (int)doc.row_count) / 2;
	for (size_t row = 0; row < doc.row_count; row++) {
		struct pen pen = pen_at(grid, (y > 0 ? y : 0) + (int)row, 0, grid->cols);

		doc_draw_row(&doc, row, &pen, NULL, 0);
	}
	doc_fini(&doc);
}

/* Decisions are about what this frame shows. */
static void
note_shown(struct ui *ui)
{
	const struct list_row *row = list_selected(&ui->list);
	size_t i;

	ui->shown = (struct ui_shown){.row = LIST_NONE};
	for (i = 0;
		i < (size_t)ui->layout.panes[PANE_LIST].rows && ui->list.top + i < ui->list.shown;
		i++)
		list_saw(&ui->list, ui->list.order[ui->list.top + i]);
	if (!row || !ui->subject.loaded || ui->subject.rowid != row->rowid)
		return;
	ui->shown.row = ui->list.selected;
	ui->shown.rowid = row->rowid;
	ui->shown.seq = ui->subject.alert.state.last_seq;
	memcpy(ui->shown.id, ui->subject.id, sizeof(ui->shown.id));
}

void
ui_draw(struct ui *ui)
{
	struct grid *grid = &ui->grid;

	grid_clear(grid);
	if (ui->layout.kind == LAYOUT_TOO_SMALL) {
		draw_too_small(grid);
		ui->shown = (struct ui_shown){.row = LIST_NONE};
		return;
	}
	if (ui->overlay == OVERLAY_NONE) {
		if (ui->layout.panes[PANE_LIST].rows)
			ui_draw_list(ui, grid);
		for (enum pane_kind kind = PANE_ENTITY; kind < PANE_COUNT; kind++)
			if (ui->layout.panes[kind].rows)
				pane_draw(&ui->panes[kind], grid, ui->layout.panes[kind],
					ui->focus == kind);
	} else {
		draw_overlay(ui, grid);
	}
	ui_draw_bars(ui, grid);
	if (ui->prompt.kind != PROMPT_NONE)
		prompt_draw(&ui->prompt, grid);
	note_shown(ui);
}
