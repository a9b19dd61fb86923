/* Syntax → a program: lets folded, columns bound step by step, the output known. */
#include <stdlib.h>

#include "core/rule/kql_compiler.h"

enum { MAX_LET = 1000 }; /* nodes, the lets that it names counted in */

void
kql_add_action(struct compiler *c, bool is_where, struct expr *expr, size_t slot)
{
	struct kql_program *p = c->program;

	MEM_GROW(p->actions, p->action_count, c->action_capacity);
	p->actions[p->action_count++] = (struct kql_action){is_where, expr, slot};
}

/* ---- lets ---- */

/* False: it asks for the time of the run, or for a column. */
static bool
is_constant(const struct expr *e)
{
	if (e->kind == EXPR_COLUMN)
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (!is_constant(e->args[i]))
			return false;
	return e->kind != EXPR_CALL || !e->function ||
	       (strcmp(e->function->name, "now") != 0 && strcmp(e->function->name, "ago") != 0);
}

/* Evaluated once, here, into the query's own arena: afterwards it is a literal. */
static void
fold(struct compiler *c, struct expr *e)
{
	struct kql_frame frame = {.regexes = c->scope.regexes, .arena = *c->scope.arena};

	if (e->kind == EXPR_LITERAL || !is_constant(e))
		return;
	frame.matches = mem_zalloc((c->scope.regex_count + 1) * sizeof(struct regex_match *));
	e->value = kql_eval(&frame, e);
	e->kind = EXPR_LITERAL;
	e->count = 0;
	*c->scope.arena = frame.arena;
	for (size_t i = 0; i < c->scope.regex_count; i++)
		regex_match_free(frame.matches[i]);
	free(frame.matches);
}

static size_t
size_of(const struct expr *e)
{
	size_t size = 1;

	for (size_t i = 0; i < e->count && size <= MAX_LET; i++)
		size += size_of(e->args[i]);
	return size;
}

static bool
check_let(struct compiler *c, const struct kql_let *let)
{
	for (size_t i = 0; i < c->scope.let_count; i++)
		if (str_equal(c->scope.lets[i].name, let->name))
			return kql_fail(c->scope.fault, let->at, "`%.*s` is declared twice",
				STR_ARG(let->name));
	return true;
}

static bool
bind_lets(struct compiler *c, const struct kql_syntax *syntax)
{
	static const struct kql_schema nothing;

	c->scope.schema = &nothing;
	c->scope.lets = syntax->lets;
	for (size_t i = 0; i < syntax->let_count; i++) {
		struct expr *e = syntax->lets[i].expr;

		if (!check_let(c, &syntax->lets[i]) || !kql_bind(&c->scope, e))
			return false;
		fold(c, e);
		/* What stays open stands in each place that names it. */
		if (size_of(e) > MAX_LET)
			return kql_fail(c->scope.fault, e->at, "this `let` is too long");
		c->scope.let_count = i + 1;
	}
	return true;
}

/* ---- columns ---- */

static void
remove_column(struct kql_schema *schema, struct str name)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (!str_equal(schema->columns[i].name, name))
			continue;
		memmove(&schema->columns[i], &schema->columns[i + 1],
			(schema->count - i - 1) * sizeof(*schema->columns));
		schema->count--;
		return;
	}
}

void
kql_add_column(struct kql_schema *schema, const struct kql_column *column)
{
	kql_schema_add(schema, column->name, column->type, column->slot);
	schema->columns[schema->count - 1] = *column;
}

void
kql_extend_columns(struct kql_schema *schema, const struct kql_schema *made)
{
	for (size_t i = 0; i < made->count; i++)
		remove_column(schema, made->columns[i].name);
	for (size_t i = 0; i < made->count; i++)
		kql_add_column(schema, &made->columns[i]);
}

/* ---- where, extend, project, sort ---- */

static bool
compile_where(struct compiler *c, const struct kql_step *step)
{
	struct expr *e = step->items[0].expr;

	if (step->items[0].name.data)
		return kql_fail(c->scope.fault, step->items[0].at + step->items[0].name.len,
			"`=` gives a name; to compare, write `==`");
	if (!kql_bind(&c->scope, e))
		return false;
	if (e->type != KUSTO_BOOL)
		return kql_fail(c->scope.fault, e->at, "`where` needs a bool, not a %s",
			kusto_type_name(e->type));
	kql_add_action(c, true, e, 0);
	return true;
}

bool
kql_new_slot(struct compiler *c, size_t at, size_t *slot)
{
	*slot = c->program->slot_count++;
	return *slot - column_count < KQL_MAX_SLOTS ||
	       kql_fail(c->scope.fault, at, "the query makes too many columns");
}

/* The slot of a bound expression: a column keeps its own, anything else gets a new one. */
static bool
place(struct compiler *c, struct expr *e, size_t *slot)
{
	if (e->kind == EXPR_COLUMN) {
		*slot = e->slot;
		return true;
	}
	if (!kql_new_slot(c, e->at, slot))
		return false;
	kql_add_action(c, false, e, *slot);
	return true;
}

static void
add_made(struct kql_schema *made, const struct kql_item *item, size_t slot)
{
	kql_schema_add(made, item->name, item->expr->type, slot);
	made->columns[made->count - 1].shape = item->expr->shape;
}

/* Everything is bound against the columns before the step: siblings do not see each other. */
static bool
bind_items(struct compiler *c, const struct kql_step *step, struct kql_schema *made)
{
	struct kql_schema names = {0};
	bool ok = true;

	for (size_t i = 0; i < step->count; i++)
		if (step->items[i].name.data)
			kql_schema_add(&names, step->items[i].name, KUSTO_STRING, 0);
	c->scope.siblings = &names;
	for (size_t i = 0; ok && i < step->count; i++) {
		struct kql_item *item = &step->items[i];
		size_t slot = 0;

		ok = kql_bind(&c->scope, item->expr) && place(c, item->expr, &slot);
		if (!ok)
			break;
		if (!item->name.data) {
			item->name = kql_auto_name(c, item->expr);
			if (step->kind == STEP_PROJECT && item->expr->kind != EXPR_COLUMN)
				item->name = kql_unused_name(c->scope.arena, made, item->name);
		}
		if (kql_schema_find(made, item->name))
			ok = kql_fail(c->scope.fault, item->at, "the column `%.*s` is made twice",
				STR_ARG(item->name));
		else
			add_made(made, item, slot);
	}
	c->scope.siblings = NULL;
	free(names.columns);
	return ok;
}

static bool
compile_extend(struct compiler *c, const struct kql_step *step)
{
	struct kql_schema made = {0};
	bool ok = bind_items(c, step, &made);

	if (ok)
		kql_extend_columns(&c->schema, &made);
	free(made.columns);
	return ok;
}

static bool
compile_project(struct compiler *c, const struct kql_step *step)
{
	struct kql_schema made = {0};
	bool ok = bind_items(c, step, &made);

	if (!ok) {
		free(made.columns);
		return false;
	}
	free(c->schema.columns);
	c->schema = made;
	return true;
}

static bool
compile_sort(struct compiler *c, const struct kql_step *step)
{
	for (size_t i = 0; i < step->count; i++) {
		struct expr *e = step->items[i].expr;

		if (!kql_bind(&c->scope, e))
			return false;
		if (e->type == KUSTO_DYNAMIC)
			return kql_fail(c->scope.fault, e->at,
				"a dynamic has no order: tostring() makes a string");
	}
	c->program->sorted = true;
	return true;
}

/* ---- steps ---- */

static bool
compile_step(struct compiler *c, const struct kql_step *step)
{
	c->scope.schema = &c->schema;
	switch (step->kind) {
	case STEP_WHERE:
		return compile_where(c, step);
	case STEP_EXTEND:
		return compile_extend(c, step);
	case STEP_PROJECT:
		return compile_project(c, step);
	case STEP_PROJECT_AWAY:
	case STEP_PROJECT_KEEP:
		return kql_compile_keep(c, step);
	case STEP_PROJECT_RENAME:
		return kql_compile_rename(c, step);
	case STEP_PROJECT_REORDER:
		return kql_compile_reorder(c, step);
	case STEP_SORT:
		return compile_sort(c, step);
	case STEP_PARSE:
		return kql_compile_parse(c, step);
	}
	return false;
}

/* ---- the eventName bound ---- */

struct bound {
	struct str *names;
	size_t count; /* 0: none */
};

static bool
is_event_name(const struct expr *e)
{
	return e->kind == EXPR_COLUMN && e->slot == column_find(STR("EventName"));
}

static struct bound
bound_of_list(struct arena *arena, const struct expr *e)
{
	struct bound b = {arena_alloc(arena, e->count * sizeof(struct str)), 0};

	for (size_t i = 1; i < e->count; i++) {
		if (e->args[i]->kind != EXPR_LITERAL || e->args[i]->value.type != KUSTO_STRING)
			return (struct bound){0};
		b.names[b.count++] = e->args[i]->value.s;
	}
	return b;
}

/* eventName must be one of these for the expression to be true. */
static struct bound
bound_of(struct arena *arena, const struct expr *e)
{
	struct bound left, right, both;

	if (e->kind != EXPR_CALL)
		return (struct bound){0};
	if (str_is(e->name, "==") && e->infix) {
		struct expr swapped = *e, *args[2] = {e->args[1], e->args[0]};

		swapped.args = args;
		if (is_event_name(e->args[0]))
			return bound_of_list(arena, e);
		return is_event_name(e->args[1]) ? bound_of_list(arena, &swapped)
						 : (struct bound){0};
	}
	if (str_is(e->name, "in") && e->infix && is_event_name(e->args[0]))
		return bound_of_list(arena, e);
	if (!e->infix || (!str_is(e->name, "and") && !str_is(e->name, "or")))
		return (struct bound){0};
	left = bound_of(arena, e->args[0]);
	right = bound_of(arena, e->args[1]);
	if (str_is(e->name, "and"))
		return left.count && (!right.count || left.count <= right.count) ? left : right;
	if (!left.count || !right.count)
		return (struct bound){0};
	both = (struct bound){
		arena_alloc(arena, (left.count + right.count) * sizeof(struct str)), 0};
	for (size_t i = 0; i < left.count; i++)
		both.names[both.count++] = left.names[i];
	for (size_t i = 0; i < right.count; i++)
		both.names[both.count++] = right.names[i];
	return both;
}

/* An empty name bounds nothing: an absent eventName is the empty string too. */
static void
find_bound(struct kql_program *p, struct arena *arena)
{
	for (size_t i = 0; i < p->action_count; i++) {
		struct bound b = {0};
		bool empty = false;

		if (p->actions[i].is_where)
			b = bound_of(arena, p->actions[i].expr);
		for (size_t k = 0; k < b.count; k++)
			empty |= b.names[k].len == 0;
		if (b.count && !empty && (!p->literal_count || b.count < p->literal_count)) {
			p->literals = b.names;
			p->literal_count = b.count;
		}
	}
}

/* ---- whole ---- */

static void
table_schema(struct kql_schema *schema)
{
	for (size_t i = 0; i < column_count; i++) {
		kql_schema_add(schema, str_from(columns[i].name), columns[i].type, i);
		schema->columns[i].hidden = columns[i].name[0] == '_';
	}
}

static bool
check_table(const struct kql_syntax *syntax, struct kql_fault *fault)
{
	if (str_is(syntax->table, "AWSCloudTrail"))
		return true;
	if (str_equal_ascii_nocase(syntax->table, STR("AWSCloudTrail")))
		return kql_fail(fault, syntax->table_at,
			"unknown table `%.*s`: the case matters, it is `AWSCloudTrail`",
			STR_ARG(syntax->table));
	return kql_fail(fault, syntax->table_at,
		"unknown table `%.*s`: the table here is `AWSCloudTrail`", STR_ARG(syntax->table));
}

bool
kql_compile(
	struct kql_program *program, struct str text, struct arena *arena, struct kql_fault *fault)
{
	struct compiler c = {.program = program, .scope = {.arena = arena, .fault = fault}};
	struct kql_syntax syntax;
	bool ok;

	*program = (struct kql_program){.slot_count = column_count};
	if (!kql_parse_query(&syntax, text, arena, fault) || !check_table(&syntax, fault))
		return false;
	ok = bind_lets(&c, &syntax);
	table_schema(&c.schema);
	for (size_t i = 0; ok && i < syntax.step_count; i++)
		ok = compile_step(&c, &syntax.steps[i]);
	program->output = c.schema;
	program->regexes = c.scope.regexes;
	program->regex_count = c.scope.regex_count;
	program->uses_now = c.scope.uses_now;
	if (ok)
		find_bound(program, arena);
	else
		kql_program_fini(program);
	return ok;
}

void
kql_program_fini(struct kql_program *program)
{
	for (size_t i = 0; i < program->regex_count; i++)
		regex_free(program->regexes[i]);
	free(program->regexes);
	free(program->actions);
	free(program->output.columns);
	*program = (struct kql_program){0};
}
