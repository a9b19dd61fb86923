#include "core/rule/kql_parser.h"

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

/* Is it `name =` here, bare or quoted? Then both are taken. */
static bool
take_name(struct parser *p, struct str *name)
{
	struct parser before = *p;
	struct kql_fault fault;

	p->fault = p->lexer.fault = &fault; /* what is no name is an expression */
	if (parser_at_symbol(p, "[")) {
		struct expr *quoted = parser_quoted_name(p);

		*name = quoted ? quoted->name : STR_ABSENT;
	} else if (p->token.type == TOKEN_NAME) {
		*name = p->token.text;
		if (!parser_advance(p))
			*name = STR_ABSENT;
	}
	if (name->data && parser_at_symbol(p, "=")) {
		p->fault = p->lexer.fault = before.fault;
		return true;
	}
	*p = before;
	*name = STR_ABSENT;
	return false;
}

/* `name = expression`, or an expression alone. */
static bool
parse_named(struct parser *p, struct kql_item *item)
{
	struct kql_token first = p->token;

	if (take_name(p, &item->name)) {
		if (first.type == TOKEN_NAME && kql_is_reserved(first.text, false)) {
			p->token = first;
			return parser_fail_reserved(p);
		}
		if (!parser_advance(p))
			return false;
	}
	item->expr = parser_expr(p);
	return item->expr != NULL;
}

/* A name, or a pattern of names and stars that touch. */
static bool
parse_wild(struct parser *p, struct kql_item *item)
{
	size_t from = p->token.at, end = from;
	bool star = false;

	if (parser_at_symbol(p, "["))
		return (item->expr = parser_quoted_name(p)) != NULL;
	while ((p->token.type == TOKEN_NAME || parser_at_symbol(p, "*")) && (p->token.at == end)) {
		star |= parser_at_symbol(p, "*");
		end = p->token.end;
		if (!parser_advance(p))
			return false;
	}
	if (end == from)
		return kql_fail(p->fault, from, "expected the name of a column before %.*s",
			STR_ARG(parser_token_text(p)));
	item->expr = parser_new_expr(p, star ? EXPR_WILD : EXPR_NAME, from);
	item->expr->name = str_slice(p->lexer.text, from, end - from);
	if (!star && kql_is_reserved(item->expr->name, true))
		return kql_fail(p->fault, from, "`%.*s` is a keyword: as a name it is ['%.*s']",
			STR_ARG(item->expr->name), STR_ARG(item->expr->name));
	item->expr->end = end;
	return true;
}

static bool
parse_order(struct parser *p, struct kql_item *item, bool nulls)
{
	if (!nulls && parser_at_word(p, "granny")) {
		item->natural = true;
		if (!parser_advance(p) || !parser_expect(p, "-"))
			return false;
		if (!parser_at_word(p, "asc") && !parser_at_word(p, "desc"))
			return kql_fail(
				p->fault, p->token.at, "expected `granny-asc` or `granny-desc`");
	}
	if (parser_at_word(p, "asc") || parser_at_word(p, "desc")) {
		item->order = parser_at_word(p, "asc") ? 1 : -1;
		if (!parser_advance(p))
			return false;
	}
	if (!nulls || !parser_at_word(p, "nulls"))
		return true;
	if (!parser_advance(p))
		return false;
	if (!parser_at_word(p, "first") && !parser_at_word(p, "last"))
		return kql_fail(p->fault, p->token.at, "expected `nulls first` or `nulls last`");
	return parser_advance(p);
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
		item->expr = parser_expr(p);
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
		if (step->kind == STEP_WHERE || !parser_at_symbol(p, ","))
			return true;
		if (!parser_advance(p))
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
	if (!parser_advance(p))
		return false;
	while (parser_at_symbol(p, "-") && p->token.at == end && p->lexer.at < p->lexer.text.len &&
		(p->lexer.text.data[p->lexer.at] | 32) >= 'a' &&
		(p->lexer.text.data[p->lexer.at] | 32) <= 'z') {
		if (!parser_advance(p))
			return false;
		end = p->token.end;
		if (!parser_advance(p))
			return false;
	}
	*name = str_slice(p->lexer.text, from, end - from);
	return true;
}

/* Is it one of Kusto's words that leave no event to name, or that are not there yet? Then the fault
 * says which. */
static bool
is_refused(struct parser *p, struct str name, size_t at)
{
	static const char *const no_event[] = {"summarize", "join", "union", "take", "limit",
		"count", "distinct", "mv-expand", "mvexpand", "mv-apply", "top", "top-nested",
		"sample", "sample-distinct", "make-series", "getschema", "facet", "fork",
		"partition", "reduce", "evaluate", "consume", "print", "range", "datatable",
		"externaldata", "find"};
	static const char *const known[] = {"search", "parse-kv", "lookup", "render", "invoke",
		"scan", "serialize", "as", "project-smart", "assert-schema", "macro-expand", "set",
		"declare", "alias", "restrict", "pattern", "table", "database", "cluster",
		"materialize", "toscalar", "view"};

	for (size_t i = 0; i < sizeof(no_event) / sizeof(no_event[0]); i++)
		if (str_is(name, no_event[i]))
			return !kql_fail(p->fault, at,
				"`%.*s` is not supported here: an alert is one event, and after it "
				"there is "
				"no event to name",
				STR_ARG(name));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(name, known[i]))
			return !kql_fail(
				p->fault, at, "`%.*s` is not supported here", STR_ARG(name));
	return false;
}

static const struct {
	const char *name;
	enum kql_step_kind kind;
} step_names[] = {
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
	{"parse", STEP_PARSE},
	{"parse-where", STEP_PARSE},
};

enum { STEP_COUNT = sizeof(step_names) / sizeof(step_names[0]) };

static bool
find_step(struct str name, enum kql_step_kind *kind)
{
	for (size_t i = 0; i < STEP_COUNT; i++) {
		if (!str_is(name, step_names[i].name))
			continue;
		*kind = step_names[i].kind;
		return true;
	}
	return false;
}

static struct str
step_name(const void *context, size_t i)
{
	(void)context;
	return str_from(step_names[i].name);
}

/* Of a word that no operator is; the fault says why. */
static bool
unknown_step(struct parser *p, struct str name, size_t at)
{
	struct str near = str_nearest(name, step_name, NULL, STEP_COUNT);

	if (is_refused(p, name, at))
		return false;
	if (near.data)
		return kql_fail(p->fault, at, "`%.*s` is no operator: did you mean `%.*s`?",
			STR_ARG(name), STR_ARG(near));
	return kql_fail(p->fault, at, "`%.*s` is no operator", STR_ARG(name));
}

static bool
parse_step(struct parser *p, struct kql_step *step)
{
	struct str name;

	step->at = p->token.at;
	if (!read_step_name(p, &name))
		return false;
	if (!find_step(name, &step->kind))
		return unknown_step(p, name, step->at);
	if (step->kind == STEP_PARSE) {
		step->dissection.where = str_is(name, "parse-where");
		return parser_dissection(p, &step->dissection);
	}
	if (step->kind == STEP_SORT) {
		if (!parser_at_word(p, "by"))
			return kql_fail(p->fault, p->token.at, "expected `by`");
		if (!parser_advance(p))
			return false;
	}
	return parse_items(p, step);
}

/* ---- whole ---- */

/* () or (name: a function of one's own begins. The parenthesis stands at the token. */
static bool
at_function(const struct parser *p)
{
	struct kql_fault fault;
	struct kql_lexer ahead = p->lexer;
	struct kql_token first, second;

	ahead.fault = &fault;
	if (!parser_at_symbol(p, "(") || !kql_next_token(&ahead, &first))
		return false;
	if (first.type == TOKEN_SYMBOL && str_is(first.text, ")"))
		return true;
	return first.type == TOKEN_NAME && kql_next_token(&ahead, &second) &&
	       second.type == TOKEN_SYMBOL && str_is(second.text, ":");
}

static bool
parse_let(struct parser *p, struct kql_let *let)
{
	if (!parser_advance(p))
		return false;
	let->at = p->token.at;
	if (!parser_read_name(p, &let->name, "a name after `let`") || !parser_expect(p, "="))
		return false;
	if (at_function(p))
		return kql_fail(p->fault, let->at, "functions of one's own are not supported here");
	let->expr = parser_expr(p);
	if (let->expr && parser_at_symbol(p, "|"))
		return kql_fail(p->fault, let->at, "a `let` of a table is not supported here");
	return let->expr && parser_expect(p, ";");
}

static bool
parse_lets(struct parser *p, struct kql_syntax *syntax)
{
	while (parser_at_word(p, "let")) {
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
	while (parser_at_symbol(p, "|")) {
		struct kql_step *steps =
			arena_alloc(p->arena, (syntax->step_count + 1) * sizeof(*steps));

		if (syntax->step_count)
			memcpy(steps, syntax->steps, syntax->step_count * sizeof(*steps));
		syntax->steps = steps;
		if (!parser_advance(p) || !parse_step(p, &steps[syntax->step_count++]))
			return false;
		if (syntax->step_count > KQL_MAX_DEPTH)
			return kql_fail(p->fault, p->token.at, "too many operators");
	}
	if (parser_at_symbol(p, ";") && !parser_advance(p))
		return false;
	if (p->token.type != TOKEN_END)
		return kql_fail(p->fault, p->token.at, "expected `|` or the end before %.*s%.*s",
			STR_ARG(parser_token_text(p)), STR_ARG(parser_hint(p)));
	return true;
}

bool
kql_parse_query(
	struct kql_syntax *syntax, struct str text, struct arena *arena, struct kql_fault *fault)
{
	struct parser p;

	*syntax = (struct kql_syntax){0};
	if (!parser_start(&p, text, arena, fault) || !parse_lets(&p, syntax))
		return false;
	syntax->table_at = p.token.at;
	if (p.token.type != TOKEN_NAME && !parser_at_symbol(&p, "["))
		return kql_fail(fault, p.token.at, "expected the name of a table before %.*s",
			STR_ARG(parser_token_text(&p)));
	if (p.token.type == TOKEN_NAME && is_refused(&p, p.token.text, p.token.at))
		return false;
	return parser_read_name(&p, &syntax->table, "the name of a table") &&
	       parse_steps(&p, syntax);
}
