#include "core/scan/split_container.h"

#include "core/scan/split_unit.h"

void
split_enter_container(struct splitter *s)
{
	s->tables = s->name == SPLIT_NAME_TABLES;
	if (s->tables && split_unit_so_far(s).data)
		s->sink->answer(s->sink->context, split_unit_so_far(s), s->unit_offset);
	s->in_unit = false;
	s->dropped = false;
	s->in_container = true;
	s->is_answer = s->tables;
	s->any_answer |= s->tables;
	s->any_container = true;
	s->any_value = true;
	s->searching = false;
	s->element_depth = s->list_level + 2;
}

void
split_enter_rows(struct splitter *s)
{
	struct str head = split_unit_so_far(s);

	s->row_cells = 0;
	if (head.data)
		s->row_cells = s->sink->table(s->sink->context, head, s->unit_offset);
	else
		s->sink->damage(s->sink->context, s->unit_offset,
			"the columns of this table are larger than the limit");
	s->in_unit = false;
	s->dropped = false;
	s->in_rows = true;
	s->element_depth = s->list_level + SPLIT_ROWS_DEPTH;
}

bool
split_may_hold_lists(const struct splitter *s)
{
	return s->in_unit && !s->in_container && !s->is_string;
}

bool
split_opens_container(const struct splitter *s)
{
	if (s->stack.depth != s->list_level + 1 ||
		(s->name != SPLIT_NAME_LIST && s->name != SPLIT_NAME_TABLES))
		return false;
	return s->in_container || (split_may_hold_lists(s) && !s->named);
}

bool
split_opens_rows(const struct splitter *s)
{
	return s->stack.depth == s->list_level + SPLIT_ROWS_DEPTH - 1 && s->tables && s->in_unit &&
	       s->name == SPLIT_NAME_ROWS;
}

bool
split_opens_unit(const struct splitter *s, bool object)
{
	if (s->in_unit || s->stack.depth != s->element_depth)
		return false;
	return s->in_rows ? !object && s->row_cells : object;
}

bool
split_opens_string(const struct splitter *s)
{
	return !s->in_unit && s->stack.depth == s->element_depth && !s->tables && !s->in_rows;
}

bool
split_opens_error(const struct splitter *s)
{
	return s->stack.depth == s->list_level + 1 && !s->in_unit && s->is_answer &&
	       s->name == SPLIT_NAME_ERROR;
}

void
split_leave_container(struct splitter *s)
{
	s->any_value = true;
	s->tables = s->in_rows;
	s->element_depth = s->in_rows ? s->list_level + 2 : s->stack.depth ? SIZE_MAX : 0;
	s->in_rows = false;
}

void
split_leave_holder(struct splitter *s)
{
	s->row_cells = 0;
	s->is_answer = false;
	s->in_container = false;
	s->element_depth = s->list_level;
}

void
split_join_rows(struct splitter *s)
{
	s->in_container = true;
	s->is_answer = true;
	s->any_answer = true;
	s->tables = true;
	s->in_rows = true;
	s->element_depth = SPLIT_ROWS_DEPTH;
}
