#include "core/scan/split_search.h"

#include <stdio.h>

#include "core/scan/split_unit.h"

uint64_t
split_offset(const struct splitter *s, size_t index)
{
	return s->base + index;
}

void
split_to_top(struct splitter *s)
{
	s->lexeme = SPLIT_BETWEEN;
	s->expect = SPLIT_TOP;
	s->stack.depth = 0;
	s->element_depth = 0;
	s->in_container = false;
	s->list_level = 0;
	s->key_start = SIZE_MAX;
	s->name = SPLIT_NAME_OTHER;
	s->named = false;
	s->is_answer = false;
	s->tables = false;
	s->in_rows = false;
	s->in_unit = false;
	s->dropped = false;
	s->limit = NULL;
}

void
split_search_from(struct splitter *s, size_t index)
{
	split_to_top(s);
	s->loose = true;
	s->at = index;
	s->search_start = split_offset(s, index);
	s->before = '\0';
	s->fresh_line = false;
}

void
split_give_up(struct splitter *s, uint64_t offset, const char *text)
{
	struct str raw = split_unit_so_far(s);

	if (!s->searching) {
		s->any_value |= raw.data && split_begins_record(raw);
		s->sink->damage(s->sink->context, offset, text);
	}
	s->searching = true;
	split_search_from(s, raw.data ? s->unit_start + 1 : s->at);
}

void
split_damage(struct splitter *s, const char *reason)
{
	char text[160];

	if (s->in_unit && !s->searching)
		snprintf(text, sizeof(text), "not JSON: %s at byte %llu", reason,
			(unsigned long long)split_offset(s, s->at));
	else
		snprintf(text, sizeof(text), "not JSON: %s", reason);
	split_give_up(s, s->in_unit ? s->unit_offset : split_offset(s, s->at), text);
}

bool
split_can_begin(const struct splitter *s)
{
	return s->fresh_line || s->before != ':';
}

bool
split_string_can_begin(const struct splitter *s)
{
	return s->fresh_line || s->before == ',' || s->before == '[';
}

void
split_break(struct splitter *s)
{
	s->searching = true;
	split_search_from(s, s->at);
	s->search_start = UINT64_MAX;
	s->fresh_line = true;
}
