#include "core/rule/kql.h"
#include "core/rule/rule.h"

static struct value
cell_value(const struct cell *cell, enum kusto_type type)
{
	if (type == KUSTO_STRING)
		return value_string(cell->text);
	if (!cell->present)
		return value_null(type);
	switch (type) {
	case KUSTO_BOOL:
		return value_bool(cell->number);
	case KUSTO_LONG:
		return value_long(cell->number);
	case KUSTO_DATETIME:
		return value_time(cell->number);
	case KUSTO_TIMESPAN:
		return value_span(cell->number);
	default:
		return value_null(type);
	}
}

static struct value
answer_value(const struct kql_frame *frame, size_t i)
{
	static const struct cell none = {.text = {"", 0}};

	return cell_value(frame->answers ? &frame->answers[i] : &none, rule_answers[i].type);
}

struct value
kql_slot(const struct kql_frame *frame, size_t slot)
{
	if (slot >= KQL_ANSWER_SLOTS)
		return answer_value(frame, slot - KQL_ANSWER_SLOTS);
	if (slot >= column_count)
		return frame->slots[slot - column_count];
	return cell_value(&frame->event->cells[slot], columns[slot].type);
}

static struct value
eval_access(struct kql_frame *frame, const struct expr *e)
{
	struct value object = kql_eval(frame, e->args[0]), index;

	if (object.null)
		return value_null(KUSTO_DYNAMIC);
	if (e->kind == EXPR_MEMBER)
		return value_dynamic(dynamic_member(object.d, e->name));
	index = dynamic_unwrap(kql_eval(frame, e->args[1]));
	if (index.null)
		return value_null(KUSTO_DYNAMIC);
	if (index.type == KUSTO_STRING)
		return value_dynamic(dynamic_member(object.d, index.s));
	if (type_is_integer(index.type))
		return value_dynamic(dynamic_item(object.d, index.i));
	return value_null(KUSTO_DYNAMIC);
}

/* and, or, iff … look at what they need themselves. */
static struct value
eval_call(struct kql_frame *frame, const struct expr *e)
{
	struct value few[8], *args = few;

	if (e->count > sizeof(few) / sizeof(few[0]))
		args = arena_alloc(&frame->arena, e->count * sizeof(*args));
	for (size_t i = 0; i < e->count; i++) {
		args[i] = e->args[i]->kind == EXPR_TYPE ? value_bool(false)
							: kql_eval(frame, e->args[i]);
		if (args[i].null && !e->function->takes_null)
			return value_null(e->type);
	}
	return e->function->eval(&(struct kql_call){frame, e, args, e->count});
}

struct value
kql_eval(struct kql_frame *frame, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_LITERAL:
		return e->value;
	case EXPR_COLUMN:
		return kql_slot(frame, e->slot);
	case EXPR_CALL:
		return eval_call(frame, e);
	default:
		return eval_access(frame, e);
	}
}

struct regex_match *
kql_regex(const struct kql_call *call, struct regex **regex)
{
	size_t i = call->expr->regex - 1;

	*regex = call->frame->regexes[i];
	if (!call->frame->matches[i])
		call->frame->matches[i] = regex_match_new(*regex);
	return call->frame->matches[i];
}
