#include "core/rule/rule_result.h"

static const struct json *
cell_named(const struct event *event, struct str name)
{
	return json_get(json_root(event->row_doc), name);
}

/* A column that the result only renames is not found by its own name. */
static bool
has_output(const struct kql_schema *output, const struct event *event)
{
	for (size_t i = 0; i < output->count; i++) {
		const struct kql_column *c = &output->columns[i];

		if (c->hidden)
			continue;
		if (c->slot < column_count && !str_is(c->name, columns[c->slot].name))
			return false;
		if (!cell_named(event, c->name))
			return false;
	}
	return true;
}

static bool
has_more(const struct kql_schema *output, const struct event *event)
{
	for (size_t i = 0; i < column_count; i++)
		if (!kql_schema_find(output, str_from(columns[i].name)) &&
			cell_named(event, str_from(columns[i].name)))
			return true;
	return false;
}

bool
rule_is_result(const struct rule *rule, const struct event *event)
{
	const struct kql_schema *output = &rule->program.output;

	return event->row_doc && event->event_id.len && has_output(output, event) &&
	       !has_more(output, event);
}

bool
rule_reads_untold(const struct expr *e, const struct event *event, const bool *untold)
{
	if (e->kind == EXPR_COLUMN && e->slot >= column_count)
		return untold[e->slot - column_count];
	if (e->kind == EXPR_COLUMN)
		return !cell_named(event, str_from(columns[e->slot].name));
	for (size_t i = 0; i < e->count; i++)
		if (rule_reads_untold(e->args[i], event, untold))
			return true;
	return false;
}

bool
rule_result_value(const struct rule *rule, const struct event *event, size_t slot,
	struct arena *arena, struct value *value)
{
	const struct kql_schema *output = &rule->program.output;

	for (size_t i = 0; i < output->count; i++) {
		const struct kql_column *c = &output->columns[i];
		const struct json *cell = c->slot == slot ? cell_named(event, c->name) : NULL;
		struct str text = json_string(cell);

		if (!cell)
			continue;
		*value = text.data ? value_string(text)
				   : value_dynamic(dynamic_from_json(arena, cell));
		*value = value_convert(arena, *value, c->type);
		return true;
	}
	return false;
}
