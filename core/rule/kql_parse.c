#include <stdlib.h>

#include "core/rule/kql.h"

struct parser {
	struct kql_lexer lexer;
	struct kql_token token; /* the next one */
	size_t last_end;	/* of the token before */
	struct arena *arena;
	struct kql_fault *fault;
	int depth;
};

static struct expr *parse_expr(struct parser *p);

/* ---- tokens ---- */

static bool
advance(struct parser *p)
{
	p->last_end = p->token.end;
	return kql_next_token(&p->lexer, &p->token);
}

static bool
at_symbol(const struct parser *p, const char *text)
{
	return p->token.type == TOKEN_SYMBOL && str_is(p->token.text, text);
}

static bool
at_word(const struct parser *p, const char *text)
{
	return p->token.type == TOKEN_NAME && str_is(p->token.text, text);
}

static struct str
token_text(const struct parser *p)
{
	if (p->token.type == TOKEN_END)
		return STR("the end");
	return str_slice(p->lexer.text, p->token.at, p->token.end - p->token.at);
}

static bool
expect(struct parser *p, const char *symbol)
{
	if (!at_symbol(p, symbol))
		return kql_fail(p->fault, p->token.at, "expected `%s` before %.*s", symbol,
			STR_ARG(token_text(p)));
	return advance(p);
}

static void *
fail_null(struct parser *p, size_t at, const char *text)
{
	kql_fail(p->fault, at, "%s", text);
	return NULL;
}

/* ---- nodes ---- */

static struct expr *
new_expr(struct parser *p, enum expr_kind kind, size_t at)
{
	struct expr *e = arena_alloc(p->arena, sizeof(*e));

	e->kind = kind;
	e->at = at;
	e->end = p->token.end;
	return e;
}

/* Doubles where the count is a power of two: arena arrays cannot grow in place. */
static void
add_arg(struct parser *p, struct expr *e, struct expr *arg)
{
	if ((e->count & (e->count - 1)) == 0) {
		size_t capacity = e->count ? e->count * 2 : 1;
		struct expr **args = arena_alloc(p->arena, capacity * sizeof(struct expr *));

		if (e->count)
			memcpy(args, e->args, e->count * sizeof(struct expr *));
		e->args = args;
	}
	e->args[e->count++] = arg;
	e->end = p->last_end;
}

static struct expr *
call_of(struct parser *p, struct str name, size_t at, struct expr *first)
{
	struct expr *e = new_expr(p, EXPR_CALL, at);

	e->name = name;
	if (first) {
		e->at = first->at < at ? first->at : at;
		add_arg(p, e, first);
		e->at = at; /* faults of operators point at the operator */
	}
	return e;
}

/* ---- primary ---- */

/* Comma-separated up to the closing symbol, which is taken too. */
static bool
parse_args(struct parser *p, struct expr *call, const char *close)
{
	if (at_symbol(p, close))
		return advance(p);
	for (;;) {
		struct expr *arg = parse_expr(p);

		if (!arg)
			return false;
		add_arg(p, call, arg);
		if (!at_symbol(p, ","))
			return expect(p, close);
		if (!advance(p))
			return false;
	}
}

static struct expr *
parse_typeof(struct parser *p, size_t at)
{
	struct expr *e = new_expr(p, EXPR_TYPE, at);

	if (!expect(p, "("))
		return NULL;
	if (p->token.type != TOKEN_NAME)
		return fail_null(p, p->token.at, "typeof() takes the name of a type");
	e->name = p->token.text;
	return advance(p) && expect(p, ")") ? e : NULL;
}

static struct expr *
parse_name(struct parser *p)
{
	struct str name = p->token.text;
	size_t at = p->token.at;
	struct expr *e;

	if (!advance(p))
		return NULL;
	if (!at_symbol(p, "(")) {
		e = new_expr(p, EXPR_NAME, at);
		e->name = name;
		e->end = p->last_end;
		return e;
	}
	if (str_is(name, "typeof"))
		return parse_typeof(p, at);
	e = call_of(p, name, at, NULL);
	return advance(p) && parse_args(p, e, ")") ? e : NULL;
}

/* ['a name']: the bracket stands at the token. */
static struct expr *
parse_quoted_name(struct parser *p)
{
	struct expr *e = new_expr(p, EXPR_NAME, p->token.at);

	if (!advance(p))
		return NULL;
	if (p->token.type != TOKEN_VALUE || p->token.value.type != KUSTO_STRING)
		return fail_null(p, p->token.at, "expected a quoted name");
	e->name = p->token.value.s;
	return advance(p) && expect(p, "]") ? e : NULL;
}

static struct expr *
parse_primary(struct parser *p)
{
	struct expr *e;

	if (p->token.type == TOKEN_VALUE) {
		e = new_expr(p, EXPR_LITERAL, p->token.at);
		e->value = p->token.value;
		e->type = e->value.type;
		return advance(p) ? e : NULL;
	}
	if (p->token.type == TOKEN_NAME)
		return parse_name(p);
	if (at_symbol(p, "["))
		return parse_quoted_name(p);
	if (at_symbol(p, "(")) {
		if (!advance(p))
			return NULL;
		e = parse_expr(p);
		return e && expect(p, ")") ? e : NULL;
	}
	kql_fail(p->fault, p->token.at, "expected a value before %.*s", STR_ARG(token_text(p)));
	return NULL;
}

static struct expr *
parse_member(struct parser *p, struct expr *object)
{
	struct expr *e = new_expr(p, EXPR_MEMBER, object->at);

	if (!advance(p))
		return NULL;
	if (p->token.type != TOKEN_NAME)
		return fail_null(p, p->token.at, "expected the name of a member");
	e->name = p->token.text;
	add_arg(p, e, object);
	if (!advance(p))
		return NULL;
	e->end = p->last_end;
	return e;
}

static struct expr *
parse_index(struct parser *p, struct expr *object)
{
	struct expr *e = new_expr(p, EXPR_INDEX, object->at), *index;

	if (!advance(p))
		return NULL;
	index = parse_expr(p);
	if (!index || !expect(p, "]"))
		return NULL;
	add_arg(p, e, object);
	add_arg(p, e, index);
	return e;
}

static struct expr *
parse_postfix(struct parser *p)
{
	struct expr *e = parse_primary(p);
	int links = 0;

	while (e) {
		if (at_symbol(p, "."))
			e = parse_member(p, e);
		else if (at_symbol(p, "["))
			e = parse_index(p, e);
		else
			break;
		if (e && ++links > KQL_MAX_DEPTH)
			return fail_null(p, e->at, "the expression is nested too deeply");
	}
	return e;
}

static struct expr *
parse_unary(struct parser *p)
{
	size_t at = p->token.at;
	bool minus = at_symbol(p, "-");
	struct expr *operand;

	if (!minus && !at_symbol(p, "+"))
		return parse_postfix(p);
	if (++p->depth > KQL_MAX_DEPTH)
		return fail_null(p, at, "the expression is nested too deeply");
	if (!advance(p))
		return NULL;
	operand = parse_unary(p);
	p->depth--;
	if (!operand || !minus)
		return operand;
	if (operand->kind == EXPR_LITERAL && type_is_integer(operand->value.type)) {
		operand->value.i = -operand->value.i; /* -1 is a constant */
		operand->at = at;
		return operand;
	}
	return call_of(p, STR("-"), at, operand);
}

/* ---- operators ---- */

enum level { LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_ADD, LEVEL_MULTIPLY, LEVEL_UNARY };

/* The operator at the token, of this level; absent: none. */
static struct str
operator_at(const struct parser *p, enum level level)
{
	static const char *const symbols[][7] = {
		[LEVEL_OR] = {NULL},
		[LEVEL_AND] = {NULL},
		[LEVEL_COMPARE] = {"==", "!=", "=~", "!~", "<", ">", NULL},
		[LEVEL_ADD] = {"+", "-", NULL},
		[LEVEL_MULTIPLY] = {"*", "/", "%", NULL},
	};
	const struct kql_function *function;

	if (p->token.type == TOKEN_SYMBOL) {
		for (size_t i = 0; i < 7 && symbols[level][i]; i++)
			if (str_is(p->token.text, symbols[level][i]))
				return p->token.text;
		if (level == LEVEL_COMPARE && (at_symbol(p, "<=") || at_symbol(p, ">=")))
			return p->token.text;
		if (level == LEVEL_COMPARE && at_symbol(p, "<>"))
			return STR("!=");
		return STR_ABSENT;
	}
	if (p->token.type != TOKEN_NAME)
		return STR_ABSENT;
	if (level == LEVEL_OR || level == LEVEL_AND)
		return at_word(p, level == LEVEL_OR ? "or" : "and") ? p->token.text : STR_ABSENT;
	if (level != LEVEL_COMPARE || at_word(p, "or") || at_word(p, "and"))
		return STR_ABSENT;
	if (at_word(p, "matches"))
		return STR("matches regex");
	function = kql_function_find(p->token.text, true);
	return function ? str_from(function->name) : STR_ABSENT;
}

static struct expr *parse_level(struct parser *p, enum level level);

/* `(a .. b)` of between, `(a, b)` of in: more arguments of the operator. */
static bool
parse_operands(struct parser *p, struct expr *e, bool range)
{
	struct expr *operand;

	if (!expect(p, "("))
		return false;
	if (!range)
		return parse_args(p, e, ")");
	operand = parse_level(p, LEVEL_ADD);
	if (!operand || !expect(p, ".."))
		return false;
	add_arg(p, e, operand);
	operand = parse_level(p, LEVEL_ADD);
	if (!operand)
		return false;
	add_arg(p, e, operand);
	return expect(p, ")");
}

static bool
takes_list(struct str name)
{
	return str_is(name, "in") || str_is(name, "!in") || str_is(name, "in~") ||
		str_is(name, "!in~") || str_is(name, "has_any") || str_is(name, "has_all");
}

static struct expr *
parse_operation(struct parser *p, struct str name, struct expr *left, enum level level)
{
	struct expr *e = call_of(p, name, p->token.at, left), *right;

	e->infix = true;
	if (!advance(p))
		return NULL;
	if (str_is(name, "matches regex")) {
		if (!at_word(p, "regex"))
			return fail_null(p, p->token.at, "expected `matches regex`");
		if (!advance(p))
			return NULL;
	}
	if (str_is(name, "between") || str_is(name, "!between"))
		return parse_operands(p, e, true) ? e : NULL;
	if (takes_list(name))
		return parse_operands(p, e, false) ? e : NULL;
	right = parse_level(p, level + 1);
	if (!right)
		return NULL;
	add_arg(p, e, right);
	return e;
}

static struct expr *
parse_level(struct parser *p, enum level level)
{
	struct expr *left;
	int links = 0;

	if (level == LEVEL_UNARY)
		return parse_unary(p);
	left = parse_level(p, level + 1);
	while (left) {
		struct str name = operator_at(p, level);

		if (level == LEVEL_COMPARE && at_symbol(p, "="))
			return fail_null(p, p->token.at, "`=` gives a name; to compare, write `==`");
		if (!name.data)
			break;
		/* A long chain is a deep tree: `a or b or c …` evaluates by recursion. */
		if (++links > KQL_MAX_DEPTH * 20)
			return fail_null(p, p->token.at, "the expression is too long");
		left = parse_operation(p, name, left, level);
	}
	return left;
}

static struct expr *
parse_expr(struct parser *p)
{
	struct expr *e;
	int before = p->depth;

	if (++p->depth > KQL_MAX_DEPTH)
		return fail_null(p, p->token.at, "the expression is nested too deeply");
	e = parse_level(p, LEVEL_OR);
	p->depth = before;
	return e;
}

/* ---- steps ---- */

static struct kql_item *
add_item(struct parser *p, struct kql_step *step)
{
	if ((step->count & (step->count - 1)) == 0) {
		size_t capacity = step->count ? step->count * 2 : 1;
		struct kql_item *items = arena_alloc(p->arena, capacity * sizeof(*items));

		if (step->count)
			memcpy(items, step->items, step->count * sizeof(*items));
		step->items = items;
	}
	step->items[step->count].at = p->token.at;
	return &step->items[step->count++];
}

/* `name = expression`, or an expression alone. */
static bool
parse_named(struct parser *p, struct kql_item *item)
{
	struct kql_lexer ahead = p->lexer;
	struct kql_token next;

	if (at_symbol(p, "("))
		next.type = TOKEN_END;
	else if (!kql_next_token(&ahead, &next))
		return false;
	if (p->token.type == TOKEN_NAME && next.type == TOKEN_SYMBOL && str_is(next.text, "=")) {
		item->name = p->token.text;
		if (!advance(p) || !advance(p))
			return false;
	} else if (at_symbol(p, "[")) {
		struct expr *name = parse_quoted_name(p);

		if (!name)
			return false;
		if (!at_symbol(p, "=")) {
			item->expr = name;
			return true;
		}
		item->name = name->name;
		if (!advance(p))
			return false;
	}
	item->expr = parse_expr(p);
	return item->expr != NULL;
}

/* A name, or a pattern of names and stars that touch. */
static bool
parse_wild(struct parser *p, struct kql_item *item)
{
	size_t from = p->token.at, end = from;
	bool star = false;

	if (at_symbol(p, "["))
		return (item->expr = parse_quoted_name(p)) != NULL;
	while ((p->token.type == TOKEN_NAME || at_symbol(p, "*")) && (p->token.at == end)) {
		star |= at_symbol(p, "*");
		end = p->token.end;
		if (!advance(p))
			return false;
	}
	if (end == from)
		return kql_fail(p->fault, from, "expected the name of a column before %.*s",
			STR_ARG(token_text(p)));
	item->expr = new_expr(p, star ? EXPR_WILD : EXPR_NAME, from);
	item->expr->name = str_slice(p->lexer.text, from, end - from);
	item->expr->end = end;
	return true;
}

static bool
parse_order(struct parser *p, struct kql_item *item, bool nulls)
{
	if (at_word(p, "asc") || at_word(p, "desc") || at_word(p, "granny_asc") ||
		at_word(p, "granny_desc")) {
		item->order = str_ends_with(p->token.text, STR("asc")) ? 1 : -1;
		if (!advance(p))
			return false;
	}
	if (!nulls || !at_word(p, "nulls"))
		return true;
	if (!advance(p))
		return false;
	if (!at_word(p, "first") && !at_word(p, "last"))
		return kql_fail(p->fault, p->token.at, "expected `nulls first` or `nulls last`");
	return advance(p);
}

static bool
parse_item(struct parser *p, struct kql_step *step)
{
	struct kql_item *item = add_item(p, step);

	switch (step->kind) {
	case STEP_PROJECT_AWAY:
	case STEP_PROJECT_KEEP:
		return parse_wild(p, item);
	case STEP_PROJECT_REORDER:
		return parse_wild(p, item) && parse_order(p, item, false);
	case STEP_SORT:
		item->expr = parse_expr(p);
		return item->expr && parse_order(p, item, true);
	default:
		return parse_named(p, item);
	}
}

static bool
parse_items(struct parser *p, struct kql_step *step)
{
	for (;;) {
		if (!parse_item(p, step))
			return false;
		if (step->kind == STEP_WHERE || !at_symbol(p, ","))
			return true;
		if (!advance(p))
			return false;
	}
}

/* The name of a tabular operator: words joined by touching hyphens. */
static bool
read_step_name(struct parser *p, struct str *name)
{
	size_t from = p->token.at, end = p->token.end;

	if (p->token.type != TOKEN_NAME)
		return kql_fail(p->fault, from, "expected an operator after `|`");
	if (!advance(p))
		return false;
	while (at_symbol(p, "-") && p->token.at == end && p->lexer.at < p->lexer.text.len &&
		(p->lexer.text.data[p->lexer.at] | 32) >= 'a' &&
		(p->lexer.text.data[p->lexer.at] | 32) <= 'z') {
		if (!advance(p))
			return false;
		end = p->token.end;
		if (!advance(p))
			return false;
	}
	*name = str_slice(p->lexer.text, from, end - from);
	return true;
}

/* Operators that leave no event to name, or that are not there yet: each with its reason. */
static bool
refuse_step(struct parser *p, struct str name, size_t at)
{
	static const char *const no_event[] = {"summarize", "join", "union", "take", "limit", "count",
		"distinct", "mv-expand", "mvexpand", "mv-apply", "top", "top-nested", "sample",
		"sample-distinct", "lookup", "make-series", "getschema", "facet", "fork", "partition",
		"reduce", "render", "evaluate", "invoke", "consume", "scan", "serialize", "as"};
	static const char *const known[] = {"search", "find", "parse", "parse-where", "parse-kv",
		"print", "range"};

	for (size_t i = 0; i < sizeof(no_event) / sizeof(no_event[0]); i++)
		if (str_is(name, no_event[i]))
			return kql_fail(p->fault, at,
				"`%.*s` is not supported here: an alert is one event, and after it there is "
				"no event to name",
				STR_ARG(name));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(name, known[i]))
			return kql_fail(p->fault, at, "`%.*s` is not supported here", STR_ARG(name));
	return kql_fail(p->fault, at, "`%.*s` is no operator", STR_ARG(name));
}

static bool
find_step(struct str name, enum kql_step_kind *kind)
{
	static const struct {
		const char *name;
		enum kql_step_kind kind;
	} steps[] = {
		{"where", STEP_WHERE},
		{"filter", STEP_WHERE},
		{"extend", STEP_EXTEND},
		{"project", STEP_PROJECT},
		{"project-away", STEP_PROJECT_AWAY},
		{"project-keep", STEP_PROJECT_KEEP},
		{"project-rename", STEP_PROJECT_RENAME},
		{"project-reorder", STEP_PROJECT_REORDER},
		{"sort", STEP_SORT},
		{"order", STEP_SORT},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!str_is(name, steps[i].name))
			continue;
		*kind = steps[i].kind;
		return true;
	}
	return false;
}

static bool
parse_step(struct parser *p, struct kql_step *step)
{
	struct str name;

	step->at = p->token.at;
	if (!read_step_name(p, &name))
		return false;
	if (!find_step(name, &step->kind))
		return refuse_step(p, name, step->at);
	if (step->kind == STEP_SORT) {
		if (!at_word(p, "by"))
			return kql_fail(p->fault, p->token.at, "expected `by`");
		if (!advance(p))
			return false;
	}
	return parse_items(p, step);
}

/* ---- whole ---- */

static bool
parse_let(struct parser *p, struct kql_let *let)
{
	if (!advance(p))
		return false;
	let->at = p->token.at;
	if (p->token.type != TOKEN_NAME)
		return kql_fail(p->fault, p->token.at, "expected a name after `let`");
	let->name = p->token.text;
	if (!advance(p) || !expect(p, "="))
		return false;
	let->expr = parse_expr(p);
	if (let->expr && at_symbol(p, "=>"))
		return kql_fail(p->fault, let->at, "functions of one's own are not supported here");
	if (let->expr && at_symbol(p, "|"))
		return kql_fail(p->fault, let->at, "a `let` of a table is not supported here");
	return let->expr && expect(p, ";");
}

static bool
parse_lets(struct parser *p, struct kql_syntax *syntax)
{
	while (at_word(p, "let")) {
		struct kql_let *lets =
			arena_alloc(p->arena, (syntax->let_count + 1) * sizeof(*lets));

		if (syntax->let_count)
			memcpy(lets, syntax->lets, syntax->let_count * sizeof(*lets));
		syntax->lets = lets;
		if (!parse_let(p, &lets[syntax->let_count++]))
			return false;
		if (syntax->let_count > KQL_MAX_DEPTH)
			return kql_fail(p->fault, p->token.at, "too many `let`s");
	}
	return true;
}

static bool
parse_steps(struct parser *p, struct kql_syntax *syntax)
{
	while (at_symbol(p, "|")) {
		struct kql_step *steps =
			arena_alloc(p->arena, (syntax->step_count + 1) * sizeof(*steps));

		if (syntax->step_count)
			memcpy(steps, syntax->steps, syntax->step_count * sizeof(*steps));
		syntax->steps = steps;
		if (!advance(p) || !parse_step(p, &steps[syntax->step_count++]))
			return false;
		if (syntax->step_count > KQL_MAX_DEPTH)
			return kql_fail(p->fault, p->token.at, "too many operators");
	}
	if (at_symbol(p, ";") && !advance(p))
		return false;
	if (p->token.type != TOKEN_END)
		return kql_fail(p->fault, p->token.at, "expected `|` or the end before %.*s",
			STR_ARG(token_text(p)));
	return true;
}

static bool
start(struct parser *p, struct str text, struct arena *arena, struct kql_fault *fault)
{
	*p = (struct parser){.lexer = {text, 0, arena, fault}, .arena = arena, .fault = fault};
	if (text.len > KQL_MAX_TEXT)
		return kql_fail(fault, 0, "the text is longer than %d bytes", KQL_MAX_TEXT);
	return advance(p);
}

bool
kql_parse_query(struct kql_syntax *syntax, struct str text, struct arena *arena,
	struct kql_fault *fault)
{
	struct parser p;

	*syntax = (struct kql_syntax){0};
	if (!start(&p, text, arena, fault) || !parse_lets(&p, syntax))
		return false;
	if (p.token.type != TOKEN_NAME)
		return kql_fail(fault, p.token.at, "expected the name of a table before %.*s",
			STR_ARG(token_text(&p)));
	syntax->table = p.token.text;
	syntax->table_at = p.token.at;
	return advance(&p) && parse_steps(&p, syntax);
}

bool
kql_parse_predicate(
	struct expr **expr, struct str text, struct arena *arena, struct kql_fault *fault)
{
	struct parser p;

	if (!start(&p, text, arena, fault))
		return false;
	*expr = parse_expr(&p);
	if (*expr && p.token.type != TOKEN_END)
		return kql_fail(fault, p.token.at, "expected the end before %.*s",
			STR_ARG(token_text(&p)));
	return *expr != NULL;
}
