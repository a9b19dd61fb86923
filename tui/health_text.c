#include "tui/health_text.h"

#include <string.h>

#include "core/base/timefmt.h"

enum { SKEW_MS = 60000 };

bool
health_fails(const struct health *h)
{
	return h->cause[0] || h->state == HEALTH_RETRYING;
}

bool
health_fills(const struct health *h)
{
	return h->state == HEALTH_STARTING && h->success_at == TIME_NONE &&
	       (h->total || h->note[0]);
}

bool
health_is_skewed(const struct health *h)
{
	return h->skew_ms >= SKEW_MS || h->skew_ms <= -SKEW_MS;
}

const char *
health_state_word(const struct health *h)
{
	static const char *const words[] = {
		[HEALTH_STARTING] = "starting",
		[HEALTH_OK] = "ok",
		[HEALTH_RETRYING] = "retrying",
		[HEALTH_ENDED] = "ended",
	};

	return words[h->state];
}

enum glyph
health_glyph(const struct health *h)
{
	if (health_fails(h))
		return GLYPH_SOURCE_FAILING;
	if (h->state == HEALTH_OK)
		return GLYPH_SOURCE_OK;
	return h->state == HEALTH_ENDED ? GLYPH_SOURCE_ENDED : GLYPH_SOURCE_STARTING;
}

enum role
health_role(const struct health *h)
{
	if (health_fails(h))
		return ROLE_ALARM;
	if (h->state == HEALTH_OK)
		return ROLE_DONE;
	return h->state == HEALTH_ENDED ? ROLE_DIM : ROLE_ACTIVE;
}

void
health_put_span(struct buf *out, int64_t span)
{
	if (span < TICKS_PER_MINUTE)
		buf_puts(out, "now");
	else if (span < TICKS_PER_HOUR)
		buf_printf(out, "%lldm", (long long)(span / TICKS_PER_MINUTE));
	else if (span < 2 * TICKS_PER_DAY)
		buf_printf(out, "%lldh", (long long)(span / TICKS_PER_HOUR));
	else
		buf_printf(out, "%lldd", (long long)(span / TICKS_PER_DAY));
}

static void
put_ago(struct buf *out, int64_t now, int64_t at)
{
	int64_t span = now - at;

	if (at == TIME_NONE) {
		buf_puts(out, "never");
		return;
	}
	health_put_span(out, span);
	if (span >= TICKS_PER_MINUTE)
		buf_puts(out, " ago");
}

static void
put_failing(struct buf *out, const struct health *h, enum health_detail detail, int64_t now)
{
	buf_puts(out, h->cause[0] ? h->cause : "failed");
	if (detail >= HEALTH_NEXT && h->state == HEALTH_ENDED)
		buf_puts(out, ", given up");
	else if (detail >= HEALTH_NEXT && (h->retry_at == TIME_NONE || h->retry_at <= now))
		buf_puts(out, ", retrying");
	else if (detail >= HEALTH_NEXT) /* within so many minutes */
		buf_printf(out, ", retry %lldm",
			(long long)((h->retry_at - now + TICKS_PER_MINUTE - 1) / TICKS_PER_MINUTE));
	if (detail < HEALTH_LAST)
		return;
	buf_puts(out, h->success_at == TIME_NONE ? ", nothing yet" : ", last ");
	if (h->success_at != TIME_NONE)
		put_ago(out, now, h->success_at);
}

void
health_put_words(struct buf *out, const struct health *h, enum health_detail detail, int64_t now)
{
	if (health_fails(h))
		put_failing(out, h, detail, now);
	else if (h->state == HEALTH_OK)
		put_ago(out, now, h->success_at);
	else if (health_fills(h))
		buf_puts(out, "filling");
	else
		buf_puts(out, health_state_word(h));
}

static bool
words_are_same(const struct health *a, const struct health *b, int64_t now)
{
	struct buf left = {0}, right = {0};
	bool same;

	health_put_words(&left, a, HEALTH_LAST, now);
	health_put_words(&right, b, HEALTH_LAST, now);
	same = str_equal(buf_view(&left), buf_view(&right));
	buf_fini(&left);
	buf_fini(&right);
	return same;
}

static bool
filling_is_same(const struct health *a, const struct health *b)
{
	if (!health_fills(a) && !health_fills(b))
		return true;
	return a->done == b->done && a->total == b->total && strcmp(a->note, b->note) == 0;
}

bool
health_reads_same(const struct health *a, const struct health *b, int64_t now)
{
	return strcmp(a->name, b->name) == 0 && a->state == b->state &&
	       strcmp(a->cause, b->cause) == 0 && strcmp(a->error, b->error) == 0 &&
	       strcmp(a->advice, b->advice) == 0 && a->retry_at == b->retry_at &&
	       a->history_until / TICKS_PER_MINUTE == b->history_until / TICKS_PER_MINUTE &&
	       a->history_left == b->history_left &&
	       strcmp(a->history_error, b->history_error) == 0 &&
	       strcmp(a->history_advice, b->history_advice) == 0 && a->alerts == b->alerts &&
	       a->problems == b->problems && health_is_skewed(a) == health_is_skewed(b) &&
	       filling_is_same(a, b) && words_are_same(a, b, now);
}
