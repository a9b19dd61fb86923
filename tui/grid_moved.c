#include "tui/grid_moved.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/*
 * A row of the new frame is the old row `by` below it, or a blank one. From row to row `by` grows
 * where old rows go away, and falls by one with each blank row put in: rows keep their order, as a
 * terminal that scrolls a part of itself keeps it. Curses moves no less than three rows. The
 * cheapest such way is found from the last row up; bytes are estimated.
 */

enum { FAR = 3, WAYS = 2 * FAR + 1, LEAST_ROWS = 3, RUNS = LEAST_ROWS + 1 };

/* Bytes: to go to another cell, to erase what is left of a row, to move a block of rows; and what
 * a frame saves at least. */
enum { COST_GO = 8, COST_ERASE = 3, COST_MOVE = 26, LEAST_SAVED = 16, NEVER = INT_MAX / 4 };

struct step {
	int cost;    /* of this row and all below it */
	bool blank;  /* this row is put in */
	int next_by; /* of the row below it */
};

struct search {
	const struct grid *old, *new;
	struct step
		*steps; /* owns; rows + 1, by each way, behind so many rows that went the same */
};

static const struct grid_cell blank_cell = {.text = {' '}, .width = 1, .role = ROLE_TEXT};

static bool
same_cell(const struct grid_cell *a, const struct grid_cell *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Where the blank rest of a row begins. */
static int
row_end(const struct grid_cell *row, int cols)
{
	while (cols > 0 && same_cell(&row[cols - 1], &blank_cell))
		cols--;
	return cols;
}

/* To write the row over an old one (NULL: a blank one). */
static int
row_cost(const struct grid_cell *old, const struct grid_cell *new, int cols)
{
	int end = row_end(new, cols), cost = 0, same = COST_GO;

	if (old && memcmp(old, new, (size_t)cols * sizeof(*new)) == 0)
		return 0;
	if (old && row_end(old, cols) > end)
		cost = COST_ERASE + (end ? 0 : COST_GO);
	for (int x = 0; x < end; x++) {
		if (same_cell(old ? &old[x] : &blank_cell, &new[x])) {
			same++;
			continue;
		}
		/* A short gap is written over. */
		cost += 1 + (same < COST_GO ? same : COST_GO);
		same = 0;
	}
	return cost;
}

static struct step *
step_at(const struct search *s, int y, int by, int run)
{
	return &s->steps[(y * WAYS + by + FAR) * RUNS + run];
}

/* Going on by another way is open to a block that can be moved. */
static bool
may_turn(int by, int run)
{
	return by == 0 || run == 0 || run >= LEAST_ROWS;
}

static int
cost_to_enter(int by)
{
	return by != 0 ? COST_MOVE : 0;
}

/* Row y is an old one: the cheapest below it. */
static void
find_old(const struct search *s, int y, int by, int run, int cost)
{
	int same = run < LEAST_ROWS ? run + 1 : run;
	struct step *step = step_at(s, y, by, run);

	*step = (struct step){.cost = step_at(s, y + 1, by, same)->cost, .next_by = by};
	for (int next = by + 1; next <= FAR && may_turn(by, same); next++) {
		int below = step_at(s, y + 1, next, 0)->cost + cost_to_enter(next);

		if (below < step->cost)
			*step = (struct step){.cost = below, .next_by = next};
	}
	step->cost = step->cost + cost < NEVER ? step->cost + cost : NEVER;
}

static void
find_blank(const struct search *s, int y, int by, int run, int cost)
{
	struct step *step = step_at(s, y, by, run);

	if (by == -FAR || !may_turn(by, run))
		return;
	cost += step_at(s, y + 1, by - 1, 0)->cost + cost_to_enter(by - 1);
	if (cost < step->cost)
		*step = (struct step){.cost = cost, .blank = true, .next_by = by - 1};
}

static void
find_row(const struct search *s, int y)
{
	const struct grid_cell *new = grid_at(s->new, y, 0);
	int cols = s->new->cols, blank = row_cost(NULL, new, cols) + COST_GO + COST_ERASE;

	for (int by = -FAR; by <= FAR; by++) {
		int from = y + by, cost = NEVER;

		if (from >= 0 && from < s->old->rows)
			cost = row_cost(grid_at(s->old, from, 0), new, cols);
		for (int run = 0; run < RUNS; run++) {
			find_old(s, y, by, run, cost);
			find_blank(s, y, by, run, blank);
		}
	}
}

/* Below the last row nothing is left to write, but the last block must be one too. */
static void
find_steps(const struct search *s)
{
	int rows = s->new->rows;

	for (int by = -FAR; by <= FAR; by++)
		for (int run = 0; run < RUNS; run++)
			step_at(s, rows, by, run)->cost = may_turn(by, run) ? 0 : NEVER;
	for (int y = rows - 1; y >= 0; y--)
		find_row(s, y);
}

static int
cost_unmoved(const struct search *s)
{
	int cost = 0;

	for (int y = 0; y < s->new->rows; y++)
		cost += row_cost(grid_at(s->old, y, 0), grid_at(s->new, y, 0), s->new->cols);
	return cost;
}

static void
fill(const struct search *s, struct grid *moved)
{
	int by = 0, run = 0;

	grid_resize(moved, s->new->rows, s->new->cols);
	moved->cursor_y = s->new->cursor_y;
	moved->cursor_x = s->new->cursor_x;
	for (int y = 0; y < moved->rows; y++) {
		const struct step *step = step_at(s, y, by, run);

		if (!step->blank)
			memcpy(&moved->cells[(size_t)y * (size_t)moved->cols],
				grid_at(s->old, y + by, 0),
				(size_t)moved->cols * sizeof(*moved->cells));
		if (step->blank || step->next_by != by)
			run = 0;
		else if (run < LEAST_ROWS)
			run++;
		by = step->next_by;
	}
}

bool
grid_moved(const struct grid *old, const struct grid *new, struct grid *moved)
{
	struct search s = {.old = old, .new = new};
	int unmoved = cost_unmoved(&s);
	bool worth;

	if (unmoved < COST_MOVE + LEAST_SAVED)
		return false;
	s.steps = mem_array(NULL, (size_t)(new->rows + 1) * WAYS * RUNS, sizeof(*s.steps));
	find_steps(&s);
	worth = step_at(&s, 0, 0, 0)->cost + LEAST_SAVED < unmoved;
	if (worth)
		fill(&s, moved);
	free(s.steps);
	return worth;
}
