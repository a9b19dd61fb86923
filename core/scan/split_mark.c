/* Where an input that still grows stands, and going on from there with nothing else kept. */
#include "core/scan/split.h"
#include "core/scan/split_search.h"

enum {
	SEARCHING = 1, /* behind damage that was told */
	LOOSE = 2,     /* the containers around are not known */
	LINE = 4,      /* only blanks stand before it in its line */
	DAMAGE = 8,    /* the byte at the mark is the damage itself */
	VALUE = 16,    /* a whole object or array was seen */
	ELEMENT = 32,  /* in a list at the top, behind an element */
	RECORDS = 64,  /* the list is that of an object */
	BEFORE = 8,    /* bits from here on: the last byte that counts */
};

unsigned
split_state(const struct splitter *s)
{
	unsigned state = (unsigned)(unsigned char)s->before << BEFORE;

	state |= s->searching ? SEARCHING : 0;
	state |= s->loose ? LOOSE : 0;
	state |= s->fresh_line ? LINE : 0;
	state |= s->searching && split_offset(s, s->at) == s->search_start ? DAMAGE : 0;
	state |= s->any_value ? VALUE : 0;
	return state;
}

/* Only between two units of what is in step: no more than the state is needed then. */
bool
split_cut(const struct splitter *s, uint64_t *offset, unsigned *state)
{
	if (s->window.len || !split_is_settled(s) || s->stack.depth > 2 || s->list_level > 1)
		return false;
	*offset = s->base;
	*state = split_state(s);
	if (!s->stack.depth)
		return true;
	*state |= ELEMENT | (s->in_container ? RECORDS : 0);
	return s->expect == SPLIT_NEXT && s->in_container == (s->stack.depth == 2);
}

static void
enter_list(struct splitter *s, bool records)
{
	if (records)
		split_push(&s->stack, true);
	split_push(&s->stack, false);
	s->element_depth = s->stack.depth;
	s->in_container = s->any_container = records;
	s->list_level = records ? 0 : 1;
	s->expect = SPLIT_NEXT;
}

uint64_t
split_mark(const struct splitter *s, unsigned *state)
{
	if (s->any_answer) { /* what its rows mean stands in its head */
		*state = s->begun_state;
		return s->begun;
	}
	if (s->stack.depth == 0 && s->lexeme == SPLIT_BETWEEN && !s->in_unit) {
		*state = split_state(s);
		return s->zeros ? s->zeros_at : split_offset(s, s->at);
	}
	*state = s->top_state;
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
	s->before = (char)(state >> BEFORE & 0xff);
	s->search_start = state & DAMAGE ? offset : UINT64_MAX;
	s->begun = offset;
	s->begun_state = state;
	s->any_byte = s->any_text = true;
	s->any_value = state & VALUE;
	if (state & ELEMENT)
		enter_list(s, state & RECORDS);
}

/* A unit at the top counts when it is whole; a list counts its elements. */
bool
split_is_counted(const struct splitter *s)
{
	if (s->any_answer)
		return false;
	return s->stack.depth == 0 || (s->in_unit && s->unit_level == 0);
}
