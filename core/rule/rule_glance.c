/* What a filter says of an event of which only some columns are known: often they decide. */
#include "core/rule/rule_private.h"

/* Of a bool that may depend on what is not known. */
enum guess { GUESS_FALSE, GUESS_TRUE, GUESS_NULL, GUESS_OPEN };

static uint64_t
bit(size_t slot)
{
	return slot < RULE_COLUMN_BITS ? UINT64_C(1) << slot : RULE_COLUMN_OTHER;
}

/* The table's columns that it reads; RULE_COLUMN_OTHER for those that the query makes. */
static uint64_t
columns_of(const struct expr *e)
{
	uint64_t read = 0;

	if (e->kind == EXPR_COLUMN && e->slot >= KQL_ANSWER_SLOTS)
		return rule_answer_bit((enum rule_answer)(e->slot - KQL_ANSWER_SLOTS));
	if (e->kind == EXPR_COLUMN)
		return e->slot < column_count ? bit(e->slot) : RULE_COLUMN_OTHER;
	for (size_t i = 0; i < e->count; i++)
		read |= columns_of(e->args[i]);
	return read;
}

static enum glance_kind
kind_of(const struct expr *e)
{
	if (e->kind != EXPR_CALL || e->type != KUSTO_BOOL)
		return GLANCE_LEAF;
	if (e->infix && str_is(e->name, "and"))
		return GLANCE_AND;
	if (e->infix && str_is(e->name, "or"))
		return GLANCE_OR;
	return !e->infix && str_is(e->name, "not") && e->count == 1 ? GLANCE_NOT : GLANCE_LEAF;
}

struct rule_glance_node *
rule_glance_new(struct arena *arena, const struct expr *e)
{
	struct rule_glance_node *node = arena_alloc(arena, sizeof(*node));

	*node = (struct rule_glance_node){.kind = kind_of(e), .expr = e, .columns = columns_of(e)};
	for (size_t i = 0; node->kind != GLANCE_LEAF && i < e->count && i < 2; i++) {
		/* Of a dynamic the operator makes a bool itself. */
		if (e->args[i]->type != KUSTO_BOOL)
			node->kind = GLANCE_LEAF;
		else
			node->args[i] = rule_glance_new(arena, e->args[i]);
	}
	if (node->kind == GLANCE_LEAF)
		rule_find_words(arena, node);
	return node;
}

static enum guess
guess_leaf(struct kql_frame *frame, const struct rule_glance_node *node)
{
	struct value v = kql_eval(frame, node->expr);

	return v.null ? GUESS_NULL : v.b ? GUESS_TRUE : GUESS_FALSE;
}

/* `and` with `decides` GUESS_FALSE, `or` with GUESS_TRUE: one of it is enough, whatever the other.
 */
static enum guess guess_both(struct kql_frame *frame, const struct rule_glance_node *node,
	uint64_t known, enum guess decides);

static enum guess
guess(struct kql_frame *frame, const struct rule_glance_node *node, uint64_t known)
{
	enum guess one;

	switch (node->kind) {
	case GLANCE_AND:
		return guess_both(frame, node, known, GUESS_FALSE);
	case GLANCE_OR:
		return guess_both(frame, node, known, GUESS_TRUE);
	case GLANCE_NOT:
		one = guess(frame, node->args[0], known);
		return one == GUESS_TRUE ? GUESS_FALSE : one == GUESS_FALSE ? GUESS_TRUE : one;
	default:
		return node->columns & ~known ? GUESS_OPEN : guess_leaf(frame, node);
	}
}

static enum guess
guess_both(struct kql_frame *frame, const struct rule_glance_node *node, uint64_t known,
	enum guess decides)
{
	enum guess a = guess(frame, node->args[0], known), b;

	if (a == decides)
		return a;
	b = guess(frame, node->args[1], known);
	if (b == decides)
		return b;
	if (a == GUESS_OPEN || b == GUESS_OPEN)
		return GUESS_OPEN;
	return a == GUESS_NULL ? a : b;
}

uint64_t
rule_columns(const struct rule *rule)
{
	const struct kql_program *p = &rule->program;
	uint64_t read = 0, before = 0;

	for (size_t i = 0; i < p->action_count; i++) {
		before |= columns_of(p->actions[i].expr);
		if (p->actions[i].is_where)
			read = before;
	}
	return read & ~RULE_COLUMN_OTHER;
}

uint64_t
rule_filter_columns(const struct rule_filter *f)
{
	return f->glance->columns;
}

enum rule_glance
rule_filter_glance(const struct rule_filter *f, struct rule_run *run, const struct event *event,
	uint64_t known)
{
	struct kql_frame *frame = &run->frame;
	struct regex *const *regexes = frame->regexes;
	struct regex_match **matches = frame->matches;
	enum guess answer;

	arena_reset(&frame->arena);
	frame->event = event;
	frame->regexes = f->regexes;
	frame->matches = f->matches;
	answer = guess(frame, f->glance, known & ~RULE_COLUMN_OTHER);
	frame->regexes = regexes;
	frame->matches = matches;
	frame->event = NULL;
	if (answer == GUESS_OPEN)
		return RULE_UNKNOWN;
	return answer == GUESS_TRUE ? RULE_YES : RULE_NO; /* where drops null */
}
