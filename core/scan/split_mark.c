/* Where an input that still grows stands, and going on from there with nothing else kept. */
#include "core/scan/split.h"

enum {
	SEARCHING = 1, /* behind damage that was told */
	LOOSE = 2,     /* the containers around are not known */
	LINE = 4,      /* only blanks stand before it in its line */
	COLON = 8,     /* the last byte that counts is a colon: no record stands behind it */
};

static uint64_t
mark_top(const struct splitter *s, unsigned *state)
{
	*state |= s->fresh_line ? LINE : 0;
	*state |= s->before == ':' ? COLON : 0;
	return s->zeros ? s->zeros_at : s->base + s->at;
}

uint64_t
split_mark(const struct splitter *s, unsigned *state)
{
	*state = (s->searching ? SEARCHING : 0u) | (s->loose ? LOOSE : 0u);
	if (s->stack.depth == 0 && s->lexeme == SPLIT_BETWEEN && !s->in_unit)
		return mark_top(s, state);
	*state |= s->top_line ? LINE : 0;
	return s->top_offset;
}

void
split_continue(struct splitter *s, const struct split_sink *sink, size_t max_unit, uint64_t offset,
	unsigned state)
{
	split_begin(s, sink, max_unit);
	s->base = offset;
	s->searching = state & SEARCHING;
	s->loose = state & LOOSE;
	s->fresh_line = state & LINE;
	s->before = state & COLON ? ':' : '\0';
	s->search_start = UINT64_MAX;
	s->any_byte = s->any_text = true;
	s->any_value = offset > 0;
}
