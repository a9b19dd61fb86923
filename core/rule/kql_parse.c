#include <stdlib.h>

#include "core/rule/kql_parser.h"

/* ---- tokens ---- */

bool
parser_advance(struct parser *p)
{
	p->last_end = p->token.end;
	return kql_next_token(&p->lexer, &p->token);
}

bool
parser_at_symbol(const struct parser *p, const char *text)
{
	return p->token.type == TOKEN_SYMBOL && str_is(p->token.text, text);
}

bool
parser_at_word(const struct parser *p, const char *text)
{
	return p->token.type == TOKEN_NAME && str_is(p->token.text, text);
}

struct str
parser_token_text(const struct parser *p)
{
	if (p->token.type == TOKEN_END)
		return STR("the end");
	return str_slice(p->lexer.text, p->token.at, p->token.end - p->token.at);
}

bool
parser_expect(struct parser *p, const char *symbol)
{
	if (!parser_at_symbol(p, symbol))
		return kql_fail(p->fault, p->token.at, "expected `%s` before %.*s%.*s", symbol,
			STR_ARG(parser_token_text(p)), STR_ARG(parser_hint(p)));
	return parser_advance(p);
}

static void *
fail_null(struct parser *p, size_t at, const char *text)
{
	kql_fail(p->fault, at, "%s", text);
	return NULL;
}

/* ---- nodes ---- */

struct expr *
parser_new_expr(struct parser *p, enum expr_kind kind, size_t at)
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
	struct expr *e = parser_new_expr(p, EXPR_CALL, at);

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
	if (parser_at_symbol(p, close))
		return parser_advance(p);
	for (;;) {
		struct expr *arg = parser_expr(p);

		if (!arg)
			return false;
		add_arg(p, call, arg);
		if (!parser_at_symbol(p, ","))
			return parser_expect(p, close);
		if (!parser_advance(p))
			return false;
	}
}

static struct expr *
parse_typeof(struct parser *p, size_t at)
{
	struct expr *e = parser_new_expr(p, EXPR_TYPE, at);

	if (!parser_expect(p, "("))
		return NULL;
	if (p->token.type != TOKEN_NAME)
		return fail_null(p, p->token.at, "typeof() takes the name of a type");
	e->name = p->token.text;
	return parser_advance(p) && parser_expect(p, ")") ? e : NULL;
}

static struct expr *
parse_name(struct parser *p)
{
	struct str name = p->token.text;
	size_t at = p->token.at;
	struct expr *e;

	bool reserved = kql_is_reserved(name, true);
	struct kql_token keyword = p->token;

	if (!parser_advance(p))
		return NULL;
	if (!parser_at_symbol(p, "(")) {
		if (str_is(name, "not"))
			return fail_null(
				p, at, "`not` takes its condition in parentheses: not(...)");
		if (reserved && kql_function_find(name, true)) {
			kql_fail(p->fault, at, "expected a value before %.*s", STR_ARG(name));
			return NULL;
		}
		if (reserved) {
			p->token = keyword;
			parser_fail_reserved(p);
			return NULL;
		}
		e = parser_new_expr(p, EXPR_NAME, at);
		e->name = name;
		e->end = p->last_end;
		return e;
	}
	if (str_is(name, "typeof"))
		return parse_typeof(p, at);
	e = call_of(p, name, at, NULL);
	return parser_advance(p) && parse_args(p, e, ")") ? e : NULL;
}

/* A literal; strings that stand side by side are one. */
static struct expr *
parse_literal(struct parser *p)
{
	struct expr *e = parser_new_expr(p, EXPR_LITERAL, p->token.at);

	e->value = p->token.value;
	e->type = e->value.type;
	if (!parser_advance(p))
		return NULL;
	while (e->type == KUSTO_STRING && p->token.type == TOKEN_VALUE &&
		p->token.value.type == KUSTO_STRING) {
		struct str more = p->token.value.s;
		char *both = arena_alloc(p->arena, e->value.s.len + more.len + 1);

		memcpy(both, e->value.s.data, e->value.s.len);
		memcpy(both + e->value.s.len, more.data, more.len);
		e->value.s = (struct str){both, e->value.s.len + more.len};
		e->end = p->token.end;
		if (!parser_advance(p))
			return NULL;
	}
	return e;
}

static struct expr *
parse_primary(struct parser *p)
{
	struct expr *e;

	if (p->token.type == TOKEN_VALUE)
		return parse_literal(p);
	if (p->token.type == TOKEN_NAME)
		return parse_name(p);
	if (parser_at_symbol(p, "["))
		return parser_quoted_name(p);
	if (parser_at_symbol(p, "(")) {
		if (!parser_advance(p))
			return NULL;
		e = parser_expr(p);
		return e && parser_expect(p, ")") ? e : NULL;
	}
	kql_fail(p->fault, p->token.at, "expected a value before %.*s%.*s",
		STR_ARG(parser_token_text(p)), STR_ARG(parser_hint(p)));
	return NULL;
}

static struct expr *
parse_member(struct parser *p, struct expr *object)
{
	struct expr *e = parser_new_expr(p, EXPR_MEMBER, object->at);

	if (!parser_advance(p) || !parser_read_name(p, &e->name, "the name of a member"))
		return NULL;
	add_arg(p, e, object);
	e->end = p->last_end;
	return e;
}

static struct expr *
parse_index(struct parser *p, struct expr *object)
{
	struct expr *e = parser_new_expr(p, EXPR_INDEX, object->at), *index;

	if (!parser_advance(p))
		return NULL;
	index = parser_expr(p);
	if (!index || !parser_expect(p, "]"))
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
		if (parser_at_symbol(p, "."))
			e = parse_member(p, e);
		else if (parser_at_symbol(p, "["))
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
	bool minus = parser_at_symbol(p, "-"), bare;
	struct expr *operand;

	if (!minus && !parser_at_symbol(p, "+"))
		return parse_postfix(p);
	if (!parser_advance(p))
		return NULL;
	bare = !parser_at_symbol(p, "(");
	operand = parse_postfix(p); /* a sign before a sign is an error */
	if (!operand)
		return NULL;
	if (bare && operand->kind == EXPR_LITERAL && type_is_integer(operand->value.type)) {
		/* -1 is a constant; the least long has no opposite and stays itself. */
		if (minus)
			operand->value.i = (int64_t)(0 - (uint64_t)operand->value.i);
		operand->at = at;
		return operand;
	}
	return call_of(p, minus ? STR("-") : STR("+"), at, operand);
}

/* ---- operators ---- */

/* From the loosest to the tightest, as Kusto's grammar has them. */
enum level {
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_EQUAL, /* == in between … */
	LEVEL_ORDER, /* < > … */
	LEVEL_ADD,
	LEVEL_MULTIPLY,
	LEVEL_TEXT, /* =~ has contains … */
	LEVEL_UNARY
};

/* a == b == c has no meaning: Kusto asks for parentheses. */
static bool
is_single(enum level level)
{
	return level == LEVEL_EQUAL || level == LEVEL_ORDER || level == LEVEL_TEXT;
}

static bool
takes_list(struct str name)
{
	return str_is(name, "in") || str_is(name, "!in") || str_is(name, "in~") ||
	       str_is(name, "!in~") || str_is(name, "has_any") || str_is(name, "has_all");
}

static enum level
level_of_word(struct str name)
{
	if (str_is(name, "or"))
		return LEVEL_OR;
	if (str_is(name, "and"))
		return LEVEL_AND;
	if (takes_list(name) || str_is(name, "between") || str_is(name, "!between"))
		return LEVEL_EQUAL;
	return LEVEL_TEXT;
}

/* The operator at the token, of this level; absent: none. */
static struct str
operator_at(const struct parser *p, enum level level)
{
	static const char *const symbols[LEVEL_UNARY][4] = {
		[LEVEL_EQUAL] = {"==", "!=", "<>"},
		[LEVEL_ORDER] = {"<", ">", "<=", ">="},
		[LEVEL_ADD] = {"+", "-"},
		[LEVEL_MULTIPLY] = {"*", "/", "%"},
		[LEVEL_TEXT] = {"=~", "!~"},
	};
	const struct kql_function *function;

	if (p->token.type == TOKEN_SYMBOL) {
		for (size_t i = 0; i < 4 && symbols[level][i]; i++)
			if (str_is(p->token.text, symbols[level][i]))
				return str_is(p->token.text, "<>") ? STR("!=") : p->token.text;
		return STR_ABSENT;
	}
	if (p->token.type != TOKEN_NAME || level_of_word(p->token.text) != level)
		return STR_ABSENT;
	if (parser_at_word(p, "matches"))
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

	if (!parser_expect(p, "("))
		return false;
	if (!range)
		return parse_args(p, e, ")");
	operand = parse_level(p, LEVEL_ADD);
	if (!operand || !parser_expect(p, ".."))
		return false;
	add_arg(p, e, operand);
	operand = parse_level(p, LEVEL_ADD);
	if (!operand)
		return false;
	add_arg(p, e, operand);
	return parser_expect(p, ")");
}

static struct expr *
parse_operation(struct parser *p, struct str name, struct expr *left, enum level level)
{
	struct expr *e = call_of(p, name, p->token.at, left), *right;

	e->infix = true;
	if (!parser_advance(p))
		return NULL;
	if (str_is(name, "matches regex")) {
		if (!parser_at_word(p, "regex"))
			return fail_null(p, p->token.at, "expected `matches regex`");
		if (!parser_advance(p))
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

		if (level == LEVEL_EQUAL && parser_at_symbol(p, "="))
			return fail_null(
				p, p->token.at, "`=` gives a name; to compare, write `==`");
		if (!name.data)
			break;
		if (links && is_single(level))
			return fail_null(
				p, p->token.at, "comparisons do not chain: put one in parentheses");
		/* A long chain is a deep tree: `a or b or c …` evaluates by recursion. */
		if (++links > KQL_MAX_DEPTH * 20)
			return fail_null(p, p->token.at, "the expression is too long");
		left = parse_operation(p, name, left, level);
	}
	return left;
}

struct expr *
parser_expr(struct parser *p)
{
	struct expr *e;
	int before = p->depth;

	if (++p->depth > KQL_MAX_DEPTH)
		return fail_null(p, p->token.at, "the expression is nested too deeply");
	e = parse_level(p, LEVEL_OR);
	p->depth = before;
	return e;
}

/* ---- whole ---- */

bool
parser_start(struct parser *p, struct str text, struct arena *arena, struct kql_fault *fault)
{
	*p = (struct parser){.lexer = {text, 0, arena, fault}, .arena = arena, .fault = fault};
	if (text.len > KQL_MAX_TEXT)
		return kql_fail(fault, 0, "the text is longer than %d bytes", KQL_MAX_TEXT);
	return parser_advance(p);
}

bool
kql_parse_predicate(
	struct expr **expr, struct str text, struct arena *arena, struct kql_fault *fault)
{
	struct parser p;
	struct str hint;

	if (!parser_start(&p, text, arena, fault))
		return false;
	if (parser_at_word(&p, "where"))
		return kql_fail(fault, 0, "a filter is what stands behind `where`");
	*expr = parser_expr(&p);
	if (!*expr || p.token.type == TOKEN_END)
		return *expr != NULL;
	hint = parser_hint(&p);
	if (parser_at_symbol(&p, "|") && !hint.len)
		hint = STR(": a filter is one predicate, whose parts `and` joins");
	return kql_fail(fault, p.token.at, "expected the end before %.*s%.*s",
		STR_ARG(parser_token_text(&p)), STR_ARG(hint));
}
