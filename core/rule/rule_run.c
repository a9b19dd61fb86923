/* A rule over events, and filters over its rows. */
#include <stdlib.h>

#include "core/base/text.h"
#include "core/rule/rule_private.h"
#include "core/rule/rule_result.h"

static void
free_matches(struct regex_match **matches, size_t count)
{
	for (size_t i = 0; i < count; i++)
		regex_match_free(matches[i]);
	free(matches);
}

struct rule_run *
rule_run_new(const struct rule *rule, int64_t now)
{
	struct rule_run *run = MEM_NEW(struct rule_run);
	const struct kql_program *p = &rule->program;

	run->rule = rule;
	run->frame.now = now;
	run->frame.regexes = p->regexes;
	run->frame.matches = mem_zalloc((p->regex_count + 1) * sizeof(struct regex_match *));
	run->frame.slots = mem_zalloc((p->slot_count - column_count + 1) * sizeof(struct value));
	run->given = mem_zalloc((p->output.count + 1) * sizeof(*run->given));
	return run;
}

void
rule_run_free(struct rule_run *run)
{
	if (!run)
		return;
	free_matches(run->frame.matches, run->rule->program.regex_count);
	free(run->frame.slots);
	free(run->given);
	arena_fini(&run->frame.arena);
	free(run);
}

void
rule_run_set_now(struct rule_run *run, int64_t now)
{
	run->frame.now = now;
}

size_t
rule_run_gave_up(const struct rule_run *run)
{
	return run->frame.gave_up;
}

static bool
holds(struct value v)
{
	return !v.null && v.b; /* where drops null */
}

/* Of a row that is the rule's own result: is it one, and what does it leave untold? */
static bool *
untold_slots(struct rule_run *run, const struct event *event)
{
	size_t count = run->rule->program.slot_count - column_count + 1;

	if (!rule_is_result(run->rule, event))
		return NULL;
	return memset(arena_alloc(&run->frame.arena, count), 0, count);
}

static void
begin(struct rule_run *run, const struct event *event)
{
	arena_reset(&run->frame.arena);
	run->frame.event = event;
	for (size_t i = 0; i < run->rule->program.output.count; i++)
		run->given[i] = NULL;
}

bool
rule_match(struct rule_run *run, const struct event *event)
{
	const struct kql_program *p = &run->rule->program;
	struct kql_frame *frame = &run->frame;
	bool *untold;

	begin(run, event);
	untold = untold_slots(run, event);
	for (size_t i = 0; i < p->action_count; i++) {
		const struct kql_action *a = &p->actions[i];
		size_t made = a->slot - column_count;

		if (untold && rule_reads_untold(a->expr, event, untold)) {
			if (!a->is_where)
				untold[made] = !rule_result_value(run->rule, event, a->slot,
					&frame->arena, &frame->slots[made]);
		} else if (!a->is_where) {
			frame->slots[made] = kql_eval(frame, a->expr);
		} else if (!holds(kql_eval(frame, a->expr))) {
			return false;
		}
	}
	return true;
}

/* ---- rows of the result, made elsewhere ---- */

/* What the row says of a column that is none of the table's; those the event has. */
static const struct json *
given_cell(const struct event *event, struct str name)
{
	if (!event->row_doc || column_find(name) != (size_t)-1)
		return NULL;
	return json_get(json_root(event->row_doc), name);
}

/* A text stays one, whatever it looks like. */
static void
give_cell(struct rule_run *run, size_t i, const struct json *cell)
{
	const struct kql_column *column = &run->rule->program.output.columns[i];
	struct arena *arena = &run->frame.arena;
	struct value *value = arena_alloc(arena, sizeof(*value));

	*value = value_convert(arena, value_dynamic(dynamic_from_json(arena, cell)), column->type);
	run->given[i] = value;
	if (column->slot >= column_count)
		run->frame.slots[column->slot - column_count] = *value;
}

void
rule_take_row(struct rule_run *run, const struct event *event)
{
	const struct kql_program *p = &run->rule->program;

	begin(run, event);
	for (size_t i = 0; i < p->action_count; i++)
		if (!p->actions[i].is_where)
			run->frame.slots[p->actions[i].slot - column_count] =
				kql_eval(&run->frame, p->actions[i].expr);
	for (size_t i = 0; i < p->output.count; i++) {
		const struct json *cell = given_cell(event, p->output.columns[i].name);

		if (cell)
			give_cell(run, i, cell);
	}
}

/* ---- the row ---- */

static struct value
output_value(const struct rule_run *run, const struct kql_column *column)
{
	size_t i = (size_t)(column - run->rule->program.output.columns);

	return run->given[i] ? *run->given[i] : kql_slot(&run->frame, column->slot);
}

void
rule_row_json(const struct rule_run *run, struct buf *out)
{
	const struct kql_schema *output = &run->rule->program.output;

	bool first = true;

	buf_putc(out, '{');
	for (size_t i = 0; i < output->count; i++) {
		if (output->columns[i].hidden)
			continue;
		if (!first)
			buf_putc(out, ',');
		first = false;
		json_write_string(out, output->columns[i].name);
		buf_putc(out, ':');
		value_write_json(out, output_value(run, &output->columns[i]));
	}
	buf_putc(out, '}');
}

/* Texts are made in the frame's arena, which the caller sees as part of the run. */
static struct str
output_text(const struct rule_run *run, const struct kql_column *column)
{
	struct value v = output_value(run, column);

	if (dynamic_unwrap(v).null)
		return STR_ABSENT;
	return value_text((struct arena *)(uintptr_t)&run->frame.arena, v);
}

struct str
rule_entity(const struct rule_run *run, const char *entity, const char *identifier)
{
	for (size_t i = 0; i < run->rule->mapping_count; i++) {
		const struct rule_mapping *m = &run->rule->mappings[i];

		if (str_is(m->entity, entity) && str_is(m->identifier, identifier))
			return output_text(
				run, kql_schema_find(&run->rule->program.output, m->column));
	}
	return STR_ABSENT;
}

/* ---- filters ---- */

static void
filter_schema(struct kql_schema *schema, const struct rule *rule)
{
	const struct kql_schema *output = &rule->program.output;

	for (size_t i = 0; i < output->count; i++)
		kql_schema_add(schema, output->columns[i].name, output->columns[i].type,
			output->columns[i].slot);
	for (size_t i = 0; i < column_count; i++)
		if (!kql_schema_find(output, str_from(columns[i].name)))
			kql_schema_add(schema, str_from(columns[i].name), columns[i].type, i);
	for (size_t i = 0; i < RULE_ANSWERS; i++)
		if (!kql_schema_find(output, str_from(rule_answers[i].name)))
			kql_schema_add(schema, str_from(rule_answers[i].name), rule_answers[i].type,
				KQL_ANSWER_SLOTS + i);
}

static bool
bind_filter(struct rule_filter *f, const struct rule *rule, struct kql_fault *fault)
{
	struct kql_schema schema = {0};
	struct kql_scope scope = {.arena = &f->arena, .fault = fault, .schema = &schema};
	bool ok;

	filter_schema(&schema, rule);
	ok = kql_bind(&scope, f->expr);
	f->regexes = scope.regexes;
	f->regex_count = scope.regex_count;
	f->matches = mem_zalloc((f->regex_count + 1) * sizeof(struct regex_match *));
	free(schema.columns);
	if (ok && f->expr->type != KUSTO_BOOL)
		return kql_fail(fault, f->expr->at, "a filter is a bool, not a %s",
			kusto_type_name(f->expr->type));
	if (ok)
		f->glance = rule_glance_new(&f->arena, f->expr);
	return ok;
}

bool
rule_filter_compile(
	struct rule_filter **out, const struct rule *rule, struct str predicate, struct error *err)
{
	struct rule_filter *f = MEM_NEW(struct rule_filter);
	struct kql_fault fault;
	struct str text = arena_str(&f->arena, predicate), before;
	size_t line = 1, at;

	if (kql_parse_predicate(&f->expr, text, &f->arena, &fault) &&
		bind_filter(f, rule, &fault)) {
		*out = f;
		return true;
	}
	before = str_slice(text, 0, fault.at);
	while ((at = str_find(before, STR("\n"), 0)) != (size_t)-1) {
		before = str_slice(before, at + 1, before.len);
		line++;
	}
	rule_refuse(err, NULL, text, line, text_length(before) + 1, fault.text);
	rule_filter_free(f);
	return false;
}

void
rule_filter_free(struct rule_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->regex_count; i++)
		regex_free(f->regexes[i]);
	free(f->regexes);
	free_matches(f->matches, f->matches ? f->regex_count : 0);
	arena_fini(&f->arena);
	free(f);
}

bool
rule_filter_match(const struct rule_filter *f, struct rule_run *run, const struct event *event)
{
	struct kql_frame *frame = &run->frame;
	struct regex *const *regexes = frame->regexes;
	struct regex_match **matches = frame->matches;
	struct value v;

	frame->event = event;
	frame->regexes = f->regexes;
	frame->matches = f->matches;
	v = kql_eval(frame, f->expr);
	frame->regexes = regexes;
	frame->matches = matches;
	return holds(v);
}
