#include "core/scan/split.h"

#include "core/base/json.h"
#include "core/scan/split_container.h"
#include "core/scan/split_lexeme.h"
#include "core/scan/split_name.h"
#include "core/scan/split_number.h"
#include "core/scan/split_search.h"
#include "core/scan/split_skim.h"
#include "core/scan/split_unit.h"

#define NONE SIZE_MAX

/* A window without growing: of a unit, and a piece of input behind it. */
enum { WINDOW_PIECE = 1 << 19, WINDOW_MAX = 8 << 20 };

void
split_begin(struct splitter *s, const struct split_sink *sink, size_t max_unit)
{
	struct buf window = s->window;

	buf_clear(&window);
	*s = (struct splitter){.sink = sink, .max_unit = max_unit, .window = window};
	/* At once what it may take: growing by copies would leave as much behind. */
	buf_reserve(&s->window, max_unit < WINDOW_MAX ? max_unit + WINDOW_PIECE : WINDOW_MAX);
	s->fresh_line = true;
	split_to_top(s);
}

void
split_fini(struct splitter *s)
{
	buf_fini(&s->window);
}

/* ---- structure ---- */

/* The API writes arrays in cells as text; one in the first cell is another row. */
static bool
begins_row(const struct splitter *s)
{
	return s->in_rows && s->in_unit && s->cells == 0 && s->stack.depth == s->unit_level + 1;
}

static void
open_value(struct splitter *s, bool object)
{
	bool top = s->stack.depth == 0 && !s->in_unit;

	if (!object && begins_row(s)) {
		split_give_up(s, s->unit_offset, "a row inside a row: a bracket is lost");
		return;
	}
	if (s->in_unit) {
		split_count_value(s);
		if (s->stack.depth - s->unit_level >= JSON_MAX_DEPTH)
			split_drop_unit(s, "the record is nested more than 512 levels deep");
	}
	if (!object && top) {
		s->element_depth = 1;
	} else if (!object && split_opens_container(s)) {
		split_enter_container(s);
	} else if (!object && split_opens_rows(s)) {
		split_enter_rows(s);
	} else if (split_opens_unit(s, object)) {
		split_begin_unit(s);
	} else if (object && split_opens_error(s)) {
		split_begin_unit(s);
		s->is_error = true;
	} else if (!s->in_unit && s->stack.depth == s->element_depth) {
		s->other_values++;
	}
	if (!split_push(&s->stack, object)) {
		split_damage(s, "nested beyond all measure");
		return;
	}
	s->expect = object ? SPLIT_KEY_OR_END : SPLIT_VALUE_OR_END;
	s->at++;
}

static void
close_value(struct splitter *s, bool object)
{
	if (split_in_object(&s->stack) != object) {
		split_damage(s, object ? "a brace closes a bracket" : "a bracket closes a brace");
		return;
	}
	s->stack.depth--;
	s->at++;
	s->expect = s->stack.depth ? SPLIT_NEXT : SPLIT_TOP;
	if (s->in_unit && s->stack.depth == s->unit_level) {
		split_end_unit(s);
	} else if (!s->in_unit && !object && s->stack.depth + 1 == s->element_depth) {
		split_leave_container(s);
	} else if (s->stack.depth == s->list_level && s->in_container) {
		split_leave_holder(s);
	}
}

static void
end_scalar(struct splitter *s)
{
	s->lexeme = SPLIT_BETWEEN;
	if (s->in_unit)
		split_count_value(s);
	else if (s->stack.depth == s->element_depth)
		s->other_values++;
	s->expect = s->stack.depth ? SPLIT_NEXT : SPLIT_TOP;
}

/* ---- strings ---- */

static bool
wants_key(const struct splitter *s)
{
	if (s->tables && s->in_unit)
		return s->stack.depth == s->list_level + SPLIT_ROWS_DEPTH - 1;
	return s->stack.depth == s->list_level + 1 &&
	       (split_may_hold_lists(s) || (s->in_container && !s->in_unit));
}

static void
begin_string(struct splitter *s, bool key)
{
	s->lexeme = SPLIT_STRING;
	s->holed = false;
	s->key = key;
	s->key_start = key && wants_key(s) ? s->at : NONE;
	if (key) {
		s->name = SPLIT_NAME_OTHER;
	} else if (split_opens_string(s)) {
		split_begin_unit(s);
		s->is_string = true;
	}
	s->at++;
}

/* A name that counts. An eventName behind a list comes too late to keep the bytes before it. */
static void
note_name(struct splitter *s, struct str quoted)
{
	s->name = split_name_of(quoted);
	if (s->name != SPLIT_NAME_EVENT || s->stack.depth != s->list_level + 1)
		return;
	if (s->in_container && !s->named)
		s->sink->damage(s->sink->context, split_offset(s, s->key_start),
			"an eventName behind a list of records: only the list was read");
	s->named = true;
}

static void
end_string(struct splitter *s)
{
	if (!s->key) {
		end_scalar(s);
		if (s->in_unit && s->is_string)
			split_end_unit(s);
		return;
	}
	if (s->key_start != NONE)
		note_name(s, (struct str){s->window.data + s->key_start, s->at - s->key_start});
	s->key_start = NONE;
	s->lexeme = SPLIT_BETWEEN;
	s->expect = SPLIT_COLON;
}

/* ---- values ---- */

static void
begin_value(struct splitter *s, char c)
{
	const char *literal = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : NULL;

	if (c == '"') {
		begin_string(s, false);
	} else if (c == '{' || c == '[') {
		open_value(s, c == '{');
	} else if (literal) {
		s->lexeme = SPLIT_LITERAL;
		s->literal = literal;
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		s->lexeme = SPLIT_NUMBER;
		s->number = c == '-' ? NUMBER_MINUS : c == '0' ? NUMBER_ZERO : NUMBER_INTEGER;
		s->at++;
	} else {
		split_damage(s, "no value");
	}
}

/* ---- between lexemes ---- */

/* Behind damage in a table: as if the rows had been entered by all that stands around them. */
static void
enter_lost_rows(struct splitter *s)
{
	for (bool object = true; s->stack.depth < SPLIT_ROWS_DEPTH; object = !object)
		split_push(&s->stack, object);
	split_join_rows(s);
}

/* Behind damage, at the top: tries what may be a record. */
static void
seek(struct splitter *s, char c)
{
	if (c == '{' && split_can_begin(s)) {
		open_value(s, true);
	} else if (c == '"' && split_string_can_begin(s)) {
		begin_string(s, false);
	} else if (c == '[' && s->row_cells && split_can_begin(s)) {
		enter_lost_rows(s);
		open_value(s, false);
	} else {
		/* The first byte is damage itself. */
		s->before = split_offset(s, s->at) == s->search_start ? '\0' : c;
		s->at++;
	}
}

static void
at_top(struct splitter *s, char c)
{
	unsigned char byte = (unsigned char)c;

	/* A record separator, or a byte order mark where files were put together. */
	if (byte == 0x1e || byte == 0xef || byte == 0xbb || byte == 0xbf) {
		s->at++;
		return;
	}
	s->any_byte = true;
	if (byte == 0) {
		if (s->zeros == 0)
			s->zeros_at = split_offset(s, s->at);
		s->zeros++;
		s->at++;
		return;
	}
	s->any_text = true;
	if (s->zeros && !s->searching)
		s->sink->damage(s->sink->context, s->zeros_at, "a run of zero bytes");
	s->zeros = 0;
	s->top_offset = split_offset(s, s->at);
	s->top_state = split_state(s);
	if (s->searching) {
		seek(s, c);
	} else if (c == '"' && !split_string_can_begin(s)) {
		split_damage(s, "a string where a record should be");
	} else {
		s->before = c;
		if ((s->loose && strchr(",]}", c)) || (c == ',' && s->any_value))
			s->at++; /* also what parts objects that were cut out of a list */
		else
			begin_value(s, c);
	}
	s->fresh_line = false;
}

/* A row that goes on behind its last cell has lost its bracket: what follows may be rows. */
static bool
ends_last_cell(struct splitter *s)
{
	return s->in_rows && s->in_unit && s->stack.depth == s->unit_level + 1 &&
	       ++s->cells == s->row_cells;
}

static void
after_value(struct splitter *s, char c)
{
	if (c == '}' || c == ']') {
		close_value(s, c == '}');
	} else if (c == ',' && ends_last_cell(s)) {
		split_give_up(
			s, s->unit_offset, "the row has more cells than the table has columns");
	} else if (c == ',') {
		s->expect = split_in_object(&s->stack) ? SPLIT_KEY : SPLIT_VALUE;
		s->at++;
	} else {
		split_damage(s, "expected a comma or an end");
	}
}

static void
between(struct splitter *s)
{
	char c = s->window.data[s->at];

	if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
		s->fresh_line |= c == '\n' && s->expect == SPLIT_TOP;
		s->at++;
		return;
	}
	switch (s->expect) {
	case SPLIT_TOP:
		at_top(s, c);
		break;
	case SPLIT_VALUE_OR_END:
		if (c == ']')
			close_value(s, false);
		else
			begin_value(s, c);
		break;
	case SPLIT_VALUE:
		begin_value(s, c);
		break;
	case SPLIT_KEY_OR_END:
	case SPLIT_KEY:
		if (c == '"')
			begin_string(s, true);
		else if (c == '}' && s->expect == SPLIT_KEY_OR_END)
			close_value(s, true);
		else
			split_damage(s, "expected a name");
		break;
	case SPLIT_COLON:
		if (c != ':') {
			split_damage(s, "expected a colon");
			break;
		}
		s->expect = SPLIT_VALUE;
		s->at++;
		break;
	case SPLIT_NEXT:
		after_value(s, c);
		break;
	}
}

static void
in_lexeme(struct splitter *s)
{
	const char *reason;

	switch (split_step_lexeme(s, &reason)) {
	case SPLIT_ON:
		break;
	case SPLIT_ENDED:
		if (s->lexeme == SPLIT_STRING)
			end_string(s);
		else
			end_scalar(s);
		break;
	case SPLIT_DAMAGED:
		split_damage(s, reason);
		break;
	}
}

static void
step(struct splitter *s)
{
	if (s->lexeme == SPLIT_BETWEEN)
		between(s);
	else
		in_lexeme(s);
}

void
split_run(struct splitter *s)
{
	s->waiting = false;
	while (s->at < s->window.len && !s->stopped)
		step(s);
}

bool
split_is_settled(const struct splitter *s)
{
	if (s->in_unit || s->searching || s->lexeme != SPLIT_BETWEEN || s->tables || s->in_rows ||
		s->stack.depth != s->element_depth)
		return false;
	return s->stack.depth ? s->expect == SPLIT_NEXT || s->expect == SPLIT_VALUE ||
					s->expect == SPLIT_VALUE_OR_END
			      : s->zeros == 0;
}

void
split_run_odd(struct splitter *s)
{
	s->waiting = false;
	do {
		step(s);
	} while (s->at < s->window.len && !s->stopped && !split_is_settled(s));
}

void
split_forget(struct splitter *s)
{
	size_t keep = s->at;

	if (s->in_unit && !s->dropped) {
		if (s->at - s->unit_start > s->max_unit)
			split_drop_unit(s, "the record is larger than the limit");
		else
			keep = s->unit_start;
	}
	if (s->key_start != NONE && s->at - s->key_start > SPLIT_NAME_MAX)
		s->key_start = NONE;
	if (s->key_start < keep)
		keep = s->key_start;
	s->base += keep;
	s->at -= keep;
	if (s->in_unit)
		s->unit_start -= keep < s->unit_start ? keep : s->unit_start;
	if (s->key_start != NONE)
		s->key_start -= keep;
	buf_consume(&s->window, keep);
}

static void
say_cut(struct splitter *s)
{
	uint64_t offset = s->in_unit ? s->unit_offset : split_offset(s, s->at);

	s->any_value = true; /* JSON as far as it goes */
	s->sink->damage(s->sink->context, offset,
		s->in_unit ? "truncated: the input ends inside this record"
			   : "truncated: the input ends inside the list of records");
}

void
split_end(struct splitter *s, bool cut)
{
	if (s->waiting)
		split_run(s);
	/* A number at the top ends with the input. */
	if (s->lexeme == SPLIT_NUMBER && s->stack.depth == 0 && s->number % 2 == 0)
		end_scalar(s);
	while (s->searching && s->in_unit && !s->stopped) {
		split_search_from(s, s->dropped ? s->at : s->unit_start + 1);
		split_run(s);
	}
	if (s->stopped || s->searching)
		return;
	if (s->zeros && (s->any_text || !cut))
		s->sink->damage(s->sink->context, s->zeros_at,
			s->any_text ? "a run of zero bytes at the end" : "nothing but zero bytes");
	else if (!cut && (s->stack.depth || s->lexeme != SPLIT_BETWEEN))
		say_cut(s);
}
