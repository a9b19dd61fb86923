/* Following what the pipeline reads and watches; the state of the sources as the screen shows it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/store/live.h"
#include "tui/health_text.h"
#include "tui/ui.h"

enum { RECENT_PROBLEMS = 3 };

bool
ui_is_live(const struct ui *ui)
{
	return ui->o.source_count > 0;
}

/* Live sources never finish: then saved logs read beside them count. */
bool
ui_is_reading(const struct ui *ui)
{
	const struct pipeline_progress *p = &ui->progress;

	if (!ui_is_live(ui))
		return !p->finished;
	return ui->o.path_count && (p->listing || p->files_done < p->files_total);
}

const struct health *
ui_filling_source(const struct ui *ui)
{
	for (size_t i = 0; i < ui->live.count; i++)
		if (health_fills(&ui->live.list[i]))
			return &ui->live.list[i];
	return NULL;
}

bool
ui_source_fails(const struct ui *ui)
{
	for (size_t i = 0; i < ui->live.count; i++)
		if (health_fails(&ui->live.list[i]))
			return true;
	return false;
}

/* ---- the ledger ---- */

/* This run's, or what the process that fetches says. */
static uint64_t
count_problems(const struct ui *ui)
{
	uint64_t problems = ui->progress.errors;

	for (size_t i = 0; i < ui->live.count && !ui->live.ours; i++)
		problems += ui->live.list[i].problems;
	return problems;
}

struct fact_ledger
ui_ledger(const struct ui *ui)
{
	return (struct fact_ledger){
		.from = ui->list.counts.first_time,
		.to = ui->list.counts.last_time,
		.inputs = ui->progress.files_done, /* remembered ones among them */
		.problems = ui_is_live(ui) ? count_problems(ui) : ui->progress.errors,
		.digest_present = ui->digest_met,
		.reading = ui_is_reading(ui),
		.rules = ui->o.rules,
		.rule_count = ui->o.rule_count,
		.sources = ui->live.list,
		.source_count = ui_is_live(ui) ? ui->live.count : 0,
		.since = ui->since,
		.history = ui->subject.has_history ? &ui->subject.history : NULL,
		.known = ui->o.known,
	};
}

static void
judge_again(struct ui *ui)
{
	const struct fact_ledger ledger = ui_ledger(ui);

	subject_judge(&ui->subject, &ledger);
	ui->panes_stale = true;
}

/* ---- problems ---- */

void
ui_fini_problems(struct view_problems *problems)
{
	arena_fini(&problems->arena);
	free(problems->items);
	*problems = (struct view_problems){0};
}

static bool
copy_problem(void *context, const struct problem *problem)
{
	struct view_problems *p = context;

	MEM_GROW(p->items, p->count, p->capacity);
	p->items[p->count++] = (struct problem){
		.severity = problem->severity,
		.source = arena_str(&p->arena, problem->source),
		.path = arena_str(&p->arena, problem->path),
		.offset = problem->offset,
		.reason = arena_str(&p->arena, problem->reason),
	};
	return true;
}

void
ui_load_problems(struct ui *ui)
{
	struct view_problems *problems = &ui->problems;
	struct error err;

	ui_fini_problems(problems);
	ui->problems_loaded = ui->progress.errors + ui->progress.notes;
	if (ui->o.pipeline && !store_problems(ui->o.store, pipeline_run(ui->o.pipeline),
				      copy_problem, problems, &err))
		ui_say(ui, ROLE_ERROR, "%s", err.text);
	for (size_t i = 0; i < problems->count; i++)
		ui->digest_met |= fact_notes_digest(&problems->items[i]);
	ui->panes_stale = true;
}

/* Of the sources, whichever process met them. */
static void
load_recent(struct ui *ui)
{
	struct error err;

	ui_fini_problems(&ui->recent);
	for (size_t i = 0; i < ui->live.count; i++)
		if (!store_recent_problems(ui->o.store, str_from(ui->live.list[i].name),
			    RECENT_PROBLEMS, copy_problem, &ui->recent, &err))
			ui_say(ui, ROLE_ERROR, "%s", err.text);
}

/* ---- how the sources are ---- */

static bool
reads_same(const struct ui *ui, const struct pipeline_live *now)
{
	const struct pipeline_live *shown = &ui->live;
	int64_t at = clock_now(&ui->clock);

	if (shown->count != now->count || shown->ours != now->ours || shown->pid != now->pid ||
		strcmp(shown->user, now->user) != 0)
		return false;
	for (size_t i = 0; i < now->count; i++)
		if (!health_reads_same(&shown->list[i], &now->list[i], at))
			return false;
	return true;
}

/* From when on all of them are watched: known once it is committed, and then it does not move. */
static bool
load_since(struct ui *ui)
{
	int64_t since = TIME_NONE, at;
	struct error err;

	if (!ui_is_live(ui) || ui->since != TIME_NONE)
		return false;
	for (size_t i = 0; i < ui->live.count; i++) {
		if (!store_since(ui->o.store, str_from(ui->live.list[i].name), &at, &err) ||
			at == TIME_NONE)
			return false;
		if (at > since)
			since = at;
	}
	ui->since = since;
	return since != TIME_NONE;
}

static void
take_live(struct ui *ui, struct pipeline_live *now)
{
	pipeline_live_fini(&ui->live);
	ui->live = *now;
	if (ui->overlay == OVERLAY_SOURCES)
		load_recent(ui);
	judge_again(ui);
}

/* What merely goes on, requests and ages, is taken once a minute or when somebody looks; what
 * happens, at once. */
static bool
look_at_sources(struct ui *ui, bool anyway)
{
	struct pipeline_live now;

	if (!ui->o.pipeline)
		return false;
	pipeline_get_live(ui->o.pipeline, &now);
	if (!load_since(ui) && !anyway && reads_same(ui, &now)) {
		pipeline_live_fini(&now);
		return false;
	}
	take_live(ui, &now);
	return true;
}

void
ui_open_sources(struct ui *ui)
{
	look_at_sources(ui, true);
	load_recent(ui);
}

void
ui_minute(struct ui *ui)
{
	look_at_sources(ui, true);
	ui->panes_stale = true;
}

/* ---- what is read ---- */

static bool
progress_reads_same(const struct pipeline_progress *a, const struct pipeline_progress *b)
{
	return a->errors == b->errors && a->notes == b->notes && a->failed == b->failed &&
	       a->finished == b->finished && a->listing == b->listing &&
	       a->files_done == b->files_done &&
	       (!a->failed || strcmp(a->error.text, b->error.text) == 0);
}

static bool
shows_problems(const struct ui *ui)
{
	return ui->overlay == OVERLAY_PROBLEMS || ui->overlay == OVERLAY_SOURCES;
}

unsigned
ui_look_at_pipeline(struct ui *ui)
{
	const struct pipeline_progress before = ui->progress;
	bool was_reading = ui_is_reading(ui), changed, came;

	if (!ui->o.pipeline)
		return 0;
	came = ui_follow_record(ui);
	pipeline_get_progress(ui->o.pipeline, &ui->progress);
	if (before.finished && ui->progress.finished)
		return ui_follow_looking(ui, &before) || came ? UI_DRAW : 0;
	changed = look_at_sources(ui, false) || was_reading ||
		  !progress_reads_same(&before, &ui->progress);
	if ((was_reading && !ui_is_reading(ui)) ||
		(shows_problems(ui) &&
			before.errors + before.notes != ui->progress.errors + ui->progress.notes)) {
		ui_load_problems(ui);
		judge_again(ui);
	}
	changed |= ui_follow_looking(ui, &before) || came;
	return changed ? UI_DRAW : 0;
}
