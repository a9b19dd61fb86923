#include "core/source/window.h"

#include "core/base/timefmt.h"

static const int64_t sweep_every = TICKS_PER_HOUR;
static const int64_t sweep_back = TICKS_PER_DAY;

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A sweep that is late, because nobody looked, goes back as far as when it was due: what came
 * meanwhile may be as old. */
static int64_t
sweep_begin(const struct window *w, int64_t now)
{
	int64_t due = w->swept == TIME_NONE ? now : w->swept + sweep_every;

	return smaller(due, now) - sweep_back;
}

struct window_round
window_next(struct window *w, int64_t now)
{
	struct window_round round = {0};

	if (w->until > now)
		w->until = TIME_NONE;
	if (w->until == TIME_NONE || w->swept > now)
		w->swept = TIME_NONE;
	round.fills = w->until == TIME_NONE;
	round.sweeps = w->swept == TIME_NONE || now - w->swept >= sweep_every;
	if (round.fills)
		round.from = now - w->first_fill;
	else if (round.sweeps)
		round.from = smaller(w->until - w->overlap, sweep_begin(w, now));
	else
		round.from = w->until - w->overlap;
	return round;
}
