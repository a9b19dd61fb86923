#include "core/base/estimate.h"

enum { FADE_MS = 4000, ENOUGH_MS = 400, HOLD_MS = 20 };

/* As measured, warm, on one core of 2023: ms. A packed byte holds about so many plain ones, and
 * each takes time to inflate, which another thread may do so many times as fast. */
#define PLAIN_BYTE 0.36e-6
#define INFLATE_BYTE 0.55e-6
#define FILE_ITSELF 0.015
#define PACKED_HOLDS 7
#define HELP 1.35

static const double byte_before[ESTIMATE_KINDS] = {
	[ESTIMATE_PLAIN] = PLAIN_BYTE,
	[ESTIMATE_PACKED] = PACKED_HOLDS * (PLAIN_BYTE + INFLATE_BYTE),
};

double
estimate_before(enum estimate_kind kind, uint64_t bytes)
{
	return (double)bytes * byte_before[kind] + FILE_ITSELF;
}

/* ---- what was measured ---- */

/* All of it as if nobody had helped. */
static double
busy_alone(const struct estimate_work *work)
{
	return (double)work->busy_ms + (double)work->helped_ms * HELP;
}

/* A sample weighs as much as is expected of it: as if the times of all were added up. */
static void
fit_add(struct estimate_fit *fit, const struct estimate_work *now,
	const struct estimate_work *before, double byte_ms, double keep)
{
	double bytes = (double)(now->bytes - before->bytes);
	double b = bytes * byte_ms, f = (double)(now->files - before->files) * FILE_ITSELF;
	double t = busy_alone(now) - busy_alone(before) + fit->idle_ms;
	double weight = b + f > 0 ? 1 / (b + f) : 0;

	fit->bb = fit->bb * keep + b * b * weight;
	fit->bf = fit->bf * keep + b * f * weight;
	fit->ff = fit->ff * keep + f * f * weight;
	fit->bt = fit->bt * keep + b * t * weight;
	fit->ft = fit->ft * keep + f * t * weight;
	fit->bytes = fit->bytes * keep + bytes;
	fit->busy_ms = fit->busy_ms * keep + t - fit->idle_ms;
	fit->idle_ms = weight > 0 ? 0 : t;
}

void
estimate_add(struct estimate *e, const struct estimate_sample *sample)
{
	const struct estimate_sample last = e->last;
	double passed = (double)(sample->at_ms - last.at_ms), keep = FADE_MS / (FADE_MS + passed);

	e->last = *sample;
	if (!last.at_ms)
		return;
	for (int k = 0; k < ESTIMATE_KINDS; k++)
		fit_add(&e->fit[k], &sample->work[k], &last.work[k], byte_before[k], keep);
	e->given *= keep;
	if (sample->given > last.given) /* less: what was read in vain is not */
		e->given += (double)(sample->given - last.given);
	e->wall_ms = e->wall_ms * keep + passed;
}

/* ---- what is expected ---- */

/* How many times as long as expected. */
struct times {
	double byte, file;
};

/* The least squares, held to what was expected where they leave it open. */
static struct times
solve(const struct estimate_fit *fit, double byte_expected)
{
	double hold = (fit->bb + fit->ff) * (0.01 + HOLD_MS / (fit->busy_ms + 1)) + 1e-12;
	double bb = fit->bb + hold, ff = fit->ff + hold;
	double bt = fit->bt + hold * byte_expected, ft = fit->ft + hold;
	double det = bb * ff - fit->bf * fit->bf;
	struct times times = {(bt * ff - ft * fit->bf) / det, (bb * ft - fit->bf * bt) / det};

	/* A byte or a file that gives time back is none: all is the other's. */
	if (times.file < 0)
		times = (struct times){bt / bb, 0};
	if (times.byte < 0)
		times = (struct times){0, ft / ff};
	return times;
}

/* What is not measured is as the other kind is, but for inflating. */
static double
byte_expected(const struct estimate *e, enum estimate_kind kind)
{
	enum estimate_kind other = kind == ESTIMATE_PLAIN ? ESTIMATE_PACKED : ESTIMATE_PLAIN;
	const struct estimate_fit *fit = &e->fit[other];
	double byte, holds = PACKED_HOLDS;

	if (fit->busy_ms < ENOUGH_MS || fit->bytes <= 0)
		return 1;
	byte = solve(fit, 1).byte * byte_before[other];
	if (kind == ESTIMATE_PACKED)
		return holds * (byte + INFLATE_BYTE) / byte_before[kind];
	if (e->fit[kind].bytes <= 0 && e->given > fit->bytes)
		holds = e->given / fit->bytes;
	byte /= holds;
	return (byte > INFLATE_BYTE * 1.1 ? byte - INFLATE_BYTE : byte / 10) / byte_before[kind];
}

/* ms on one core, of a kind: all that is left, and the longest that one worker has. */
struct left {
	double all, longest;
};

static struct left
left_of(const struct estimate *e, enum estimate_kind kind)
{
	const struct estimate_work *work = &e->last.work[kind];
	struct times times = solve(&e->fit[kind], byte_expected(e, kind));
	double byte_ms = times.byte * byte_before[kind];

	return (struct left){(double)work->bytes_left * byte_ms +
				     (double)work->files_left * times.file * FILE_ITSELF,
		(double)work->longest * byte_ms};
}

/* One worker with the longest, helped once a core is free: when the others have done the rest. */
static double
packed_alone(const struct estimate_sample *at, double longest, double all)
{
	double until = at->workers > 1 ? (all - longest) / (at->workers - 1) : 0;

	if (at->cores < 2 || longest <= until)
		return longest;
	if (at->cores > at->workers)
		until = 0;
	return until + (longest - until) / HELP;
}

int64_t
estimate_left_ms(const struct estimate *e)
{
	const struct estimate_sample *at = &e->last;
	double busy = 0, spare, together, alone;
	struct left plain, packed;

	for (int k = 0; k < ESTIMATE_KINDS; k++)
		busy += e->fit[k].busy_ms;
	if (busy < ENOUGH_MS || !at->workers)
		return -1;
	plain = left_of(e, ESTIMATE_PLAIN);
	packed = left_of(e, ESTIMATE_PACKED);
	spare = at->cores > at->workers ? at->cores - at->workers : 0;
	if (spare > at->workers)
		spare = at->workers;
	together = plain.all / at->workers + packed.all / (at->workers + spare * (HELP - 1));
	alone = packed_alone(at, packed.longest, plain.all + packed.all);
	if (plain.longest > alone)
		alone = plain.longest;
	return (int64_t)(together > alone ? together : alone);
}

double
estimate_pace(const struct estimate *e)
{
	return e->wall_ms < ENOUGH_MS ? 0 : e->given / e->wall_ms * 1000;
}
