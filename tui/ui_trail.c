/* Where Enter led from: Esc goes the same way back. What else was gone to by a key of its own is
 * no part of it. */
#include "tui/ui.h"

static struct ui_place
here(const struct ui *ui)
{
	return (struct ui_place){.overlay = ui->overlay, .focus = ui->focus};
}

static bool
is_same(struct ui_place a, struct ui_place b)
{
	return a.overlay == b.overlay && a.focus == b.focus;
}

struct ui_step
ui_trail_step(struct ui *ui)
{
	const struct pane *pane = ui_focused_pane(ui);
	struct ui_step step = {.from = here(ui), .below = ui->below, .look = ui->story.look};

	if (pane) {
		step.top = pane->top;
		step.cursor = pane->cursor;
	}
	return step;
}

static bool
looks_same(const struct timeline_filter *a, const struct timeline_filter *b)
{
	return a->fact == b->fact && a->from == b->from && a->to == b->to &&
	       strcmp(a->key, b->key) == 0;
}

void
ui_trail_add(struct ui *ui, const struct ui_step *step)
{
	struct ui_trail *trail = &ui->trail;

	if (ui->overlay == OVERLAY_NONE && ui->focus == PANE_LIST) {
		trail->count = 0;
		return;
	}
	if (is_same(step->from, here(ui)) && looks_same(&step->look, &ui->story.look))
		return;
	if (trail->count == UI_TRAIL_MOST)
		memmove(trail->steps, trail->steps + 1, --trail->count * sizeof(*step));
	trail->steps[trail->count] = *step;
	trail->steps[trail->count++].to = here(ui);
}

/* Lines may have come and gone meanwhile: a pane keeps its cursor among them. */
static void
go_back(struct ui *ui, const struct ui_step *step)
{
	struct pane *pane;

	ui->below = step->below;
	ui->focus = step->from.focus;
	ui->story.look = step->look;
	ui_open_overlay(ui, step->from.overlay);
	pane = ui_focused_pane(ui);
	if (pane) {
		pane->top = step->top;
		pane->cursor = step->cursor;
	}
}

bool
ui_trail_back(struct ui *ui)
{
	struct ui_trail *trail = &ui->trail;

	if (!trail->count)
		return false;
	if (!is_same(trail->steps[trail->count - 1].to, here(ui))) {
		trail->count = 0; /* it was left by another way */
		return false;
	}
	go_back(ui, &trail->steps[--trail->count]);
	return true;
}

void
ui_trail_rows_moved(struct ui *ui)
{
	for (size_t i = 0; i < ui->trail.count; i++)
		ui->trail.steps[i].look.from = ui->trail.steps[i].look.to = 0;
}
