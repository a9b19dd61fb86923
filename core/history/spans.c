#include "core/history/spans.h"

#include <stdlib.h>

#include "core/base/timefmt.h"

/* FNV-1a. */
uint64_t
spans_account(struct str id)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ (unsigned char)id.data[i]) * UINT64_C(1099511628211);
	return id.len ? hash | 1 : 0;
}

static bool
is_before(const struct trail_span *span, const struct trail_span *other)
{
	if (span->account != other->account)
		return span->account < other->account;
	return other->from - span->to >= HISTORY_GAP;
}

/* The first that is not wholly before: which it belongs to, or before which it stands. */
static size_t
place_of(const struct spans *s, const struct trail_span *span)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (is_before(&s->items[middle], span))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
insert(struct spans *s, size_t at, const struct trail_span *span)
{
	if (s->count == SPANS_MAX)
		return;
	MEM_GROW(s->items, s->count, s->capacity);
	memmove(s->items + at + 1, s->items + at, (s->count - at) * sizeof(*s->items));
	s->items[at] = *span;
	s->count++;
}

/* Those behind it that it reaches now. */
static void
swallow(struct spans *s, size_t at)
{
	size_t next = at + 1;

	while (next < s->count && !is_before(&s->items[at], &s->items[next])) {
		if (s->items[at].to < s->items[next].to)
			s->items[at].to = s->items[next].to;
		next++;
	}
	memmove(s->items + at + 1, s->items + next, (s->count - next) * sizeof(*s->items));
	s->count -= next - at - 1;
}

static void
add(struct spans *s, const struct trail_span *span)
{
	size_t at = place_of(s, span);
	struct trail_span *near = s->items + at;

	s->last = at;
	if (at == s->count || is_before(span, near)) {
		insert(s, at, span);
		return;
	}
	if (span->from < near->from)
		near->from = span->from;
	if (span->to > near->to)
		near->to = span->to;
	swallow(s, at);
}

void
spans_add(struct spans *s, uint64_t account, int64_t time)
{
	const struct trail_span one = {time, time, account}, *last = s->items + s->last;

	if (time == TIME_NONE)
		return;
	if (s->last < s->count && last->account == account && time >= last->from &&
		time <= last->to)
		return;
	add(s, &one);
}

static int
two_digits(const char *at)
{
	unsigned tens = (unsigned char)at[0] - '0', ones = (unsigned char)at[1] - '0';

	return tens < 6 && ones < 10 ? (int)(10 * tens + ones) : -1;
}

/* As CloudTrail writes it, `2026-01-02T03:04:05Z`, in an hour that was met before. */
static bool
is_near(const struct spans *s, struct str text, int64_t *time)
{
	int minutes, seconds;

	if (text.len != 20 || memcmp(text.data, s->hour, sizeof(s->hour)) != 0 ||
		text.data[13] != ':' || text.data[16] != ':' || text.data[19] != 'Z')
		return false;
	minutes = two_digits(text.data + 14);
	seconds = two_digits(text.data + 17);
	*time = s->hour_ticks + minutes * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND;
	return minutes >= 0 && seconds >= 0;
}

void
spans_add_text(struct spans *s, uint64_t account, struct str text)
{
	int64_t time;

	if (!is_near(s, text, &time)) {
		if (!time_parse(text, &time))
			return;
		if (text.len == 20 && text.data[19] == 'Z' && time > 0) {
			memcpy(s->hour, text.data, sizeof(s->hour));
			s->hour_ticks = time - time % TICKS_PER_HOUR;
		}
	}
	spans_add(s, account, time);
}

void
spans_join(struct spans *s, const struct spans *more)
{
	for (size_t i = 0; i < more->count; i++)
		add(s, &more->items[i]);
}

struct span *
spans_of_account(struct arena *arena, const struct trail_span *spans, size_t count,
	uint64_t account, size_t *found)
{
	struct spans own = {0};
	struct span *list;

	for (size_t i = 0; i < count; i++)
		if (!account || !spans[i].account || spans[i].account == account)
			add(&own, &(struct trail_span){spans[i].from, spans[i].to, 0});
	list = arena_alloc_word(arena, (own.count + 1) * sizeof(*list));
	for (size_t i = 0; i < own.count; i++)
		list[i] = (struct span){own.items[i].from, own.items[i].to};
	*found = own.count;
	spans_fini(&own);
	return list;
}

void
spans_clear(struct spans *s)
{
	s->count = s->last = 0;
}

void
spans_fini(struct spans *s)
{
	free(s->items);
	*s = (struct spans){0};
}
