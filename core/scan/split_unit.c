#include "core/scan/split_unit.h"

#include "core/base/json.h"
#include "core/scan/split_search.h"

void
split_begin_unit(struct splitter *s)
{
	s->before = '\0';
	s->is_error = false;
	s->is_string = false;
	s->cells = 0;
	s->unit_level = s->stack.depth;
	s->standing = !s->searching ? SPLIT_IN_STEP : s->fresh_line ? SPLIT_ON_A_LINE : SPLIT_FOUND;
	s->in_unit = true;
	s->dropped = false;
	s->limit = NULL;
	s->unit_start = s->at;
	s->unit_offset = split_offset(s, s->at);
	if (!s->in_container) {
		s->list_level = s->stack.depth;
		s->named = false;
	}
	s->values = 1;
}

void
split_drop_unit(struct splitter *s, const char *limit)
{
	if (!s->dropped)
		s->limit = limit;
	s->dropped = true;
}

void
split_count_value(struct splitter *s)
{
	if (s->in_unit && ++s->values > JSON_MAX_VALUES)
		split_drop_unit(s, "the record has more than 200000 JSON values");
}

struct str
split_unit_so_far(const struct splitter *s)
{
	if (!s->in_unit || s->dropped)
		return STR_ABSENT;
	return (struct str){s->window.data + s->unit_start, s->at - s->unit_start};
}

static bool
give(struct splitter *s, struct str raw)
{
	if (s->in_rows)
		return s->sink->row(s->sink->context, raw, s->unit_offset, s->standing);
	if (!s->is_error)
		return s->sink->unit(s->sink->context, raw, s->unit_offset, s->standing);
	s->sink->error(s->sink->context, raw, s->unit_offset);
	return false;
}

void
split_end_unit(struct splitter *s)
{
	struct str raw = {s->window.data + s->unit_start, s->at - s->unit_start};
	bool behind = s->searching, is_record;

	s->in_unit = false;
	if (!behind && !s->is_string)
		s->any_value = true;
	if (!s->dropped && raw.len > s->max_unit)
		split_drop_unit(s, "the record is larger than the limit");
	if (s->dropped && !behind)
		s->sink->damage(s->sink->context, s->unit_offset, s->limit);
	is_record = !s->dropped && give(s, raw);
	s->any_value |= is_record;
	s->searching &= !is_record;
	if (s->searching && s->in_rows)
		split_search_from(s, s->at); /* no row of this table: we are not among its rows */
	else if (s->searching && s->is_string && !s->dropped)
		split_search_from(s, s->unit_start + 1); /* its quote may have ended another */
	s->dropped = false;
}
