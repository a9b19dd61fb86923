/*
 * How a source is, in the words of the screen. Spans count in whole minutes, so that nothing moves
 * by itself more than once a minute (settled.md 35). Pure.
 */
#ifndef KEYWATCH_TUI_HEALTH_TEXT_H
#define KEYWATCH_TUI_HEALTH_TEXT_H

#include "core/base/buf.h"
#include "core/base/health.h"
#include "tui/glyph.h"
#include "tui/role.h"

/* More and more is said: of one that fails `throttled`, then `, retry 1m`, then `, last 12m ago`.
 * One that does well says the age of its last success in each. */
enum health_detail { HEALTH_WORD, HEALTH_NEXT, HEALTH_LAST };

bool health_fails(const struct health *h);
/* Its first fill is under way, or a one-off, and it says how far it is. */
bool health_fills(const struct health *h);
bool health_is_skewed(const struct health *h);

enum glyph health_glyph(const struct health *h);
enum role health_role(const struct health *h);
void health_put_words(
	struct buf *out, const struct health *h, enum health_detail detail, int64_t now);
/* `starting` `ok` `retrying` `ended` */
const char *health_state_word(const struct health *h);
/* "now" within a minute, else "4m", "3h", "12d". */
void health_put_span(struct buf *out, int64_t span);

/* Nothing of a would be shown in other words than of b; what merely goes on (requests, bytes, how
 * far it looked) aside. */
bool health_reads_same(const struct health *a, const struct health *b, int64_t now);

#endif
