/* parse [kind=… [flags=…]] text with * "a" name:type …: what Microsoft's parser lets stand. */
#include "core/rule/kql_function.h"
#include "core/rule/kql_parser.h"

/* `word = name`, or a quoted value: takes it. */
static bool
take_option(struct parser *p, const char *word, struct str *value)
{
	struct kql_lexer ahead = p->lexer;
	struct kql_token next;
	struct kql_fault fault;

	ahead.fault = &fault;
	*value = STR_ABSENT;
	if (!parser_at_word(p, word) || !kql_next_token(&ahead, &next) ||
		next.type != TOKEN_SYMBOL || !str_is(next.text, "="))
		return true;
	if (!parser_advance(p) || !parser_advance(p))
		return false;
	if (p->token.type == TOKEN_NAME)
		*value = p->token.text;
	else if (p->token.type == TOKEN_VALUE && p->token.value.type == KUSTO_STRING)
		*value = p->token.value.s;
	else
		return kql_fail(p->fault, p->token.at, "expected a value of `%s` before %.*s", word,
			STR_ARG(parser_token_text(p)));
	return parser_advance(p);
}

static bool
read_kind(struct parser *p, struct kql_dissection *d)
{
	static const char *const kinds[] = {[DISSECT_SIMPLE] = "simple",
		[DISSECT_REGEX] = "regex",
		[DISSECT_RELAXED] = "relaxed"};
	size_t at = p->token.at;
	struct str kind;

	if (!take_option(p, "kind", &kind))
		return false;
	for (size_t i = 0; kind.data && i < 3; i++)
		if (str_is(kind, kinds[i])) {
			d->kind = (enum kql_dissect_kind)i;
			return take_option(p, "flags", &d->flags);
		}
	return !kind.data ||
	       kql_fail(p->fault, at,
		       "`%.*s` is no kind of parse: there are simple, regex and relaxed",
		       STR_ARG(kind));
}

/* ---- parts ---- */

static bool
at_literal(const struct parser *p)
{
	return p->token.type == TOKEN_VALUE && p->token.value.type == KUSTO_STRING;
}

static bool
at_part(const struct parser *p)
{
	return at_literal(p) || parser_at_symbol(p, "*") || parser_at_symbol(p, "[") ||
	       p->token.type == TOKEN_NAME;
}

/* name or ['name'], and `: type`. */
static bool
read_column(struct parser *p, struct kql_part *part)
{
	struct expr type;

	struct expr *quoted = NULL;

	part->type = KUSTO_STRING;
	if (parser_at_symbol(p, "[") && !(quoted = parser_quoted_name(p)))
		return false;
	if (!quoted && kql_is_reserved(p->token.text, false))
		return parser_fail_reserved(p);
	part->name = quoted ? quoted->name : p->token.text;
	if (!quoted && !parser_advance(p))
		return false;
	if (!parser_at_symbol(p, ":"))
		return true;
	if (!parser_advance(p))
		return false;
	if (p->token.type != TOKEN_NAME)
		return kql_fail(p->fault, p->token.at, "expected a type before %.*s",
			STR_ARG(parser_token_text(p)));
	type = (struct expr){.at = p->token.at, .name = p->token.text};
	return kql_bind_type(&(struct kql_scope){.fault = p->fault}, &type, &part->type) &&
	       parser_advance(p);
}

/* What may stand behind what, as Microsoft's binder has it. */
static bool
check_order(struct parser *p, const struct kql_part *before, const struct kql_part *part)
{
	bool star = !part->literal.data && !part->name.data;

	if (!before || part->literal.data)
		return true;
	if (star && before->name.data && before->type == KUSTO_STRING)
		return kql_fail(p->fault, part->at,
			"`*` behind a column of type string is ambiguous: put a text between");
	if (star && !before->name.data && !before->literal.data)
		return kql_fail(p->fault, part->at, "a text must follow `*`");
	if (!star && !before->literal.data)
		return kql_fail(p->fault, part->at,
			before->name.data ? "a column must follow a text, not another column"
					  : "a text must follow `*`");
	return true;
}

static bool
read_part(struct parser *p, struct kql_part *part)
{
	part->at = p->token.at;
	if (parser_at_symbol(p, "*"))
		return parser_advance(p);
	if (!at_literal(p))
		return read_column(p, part);
	part->literal = p->token.value.s;
	return parser_advance(p);
}

static bool
read_parts(struct parser *p, struct kql_dissection *d)
{
	while (at_part(p)) {
		struct kql_part *parts = arena_alloc(p->arena, (d->count + 1) * sizeof(*parts));

		if (d->count)
			memcpy(parts, d->parts, d->count * sizeof(*parts));
		d->parts = parts;
		if (d->count == KQL_MAX_DEPTH)
			return kql_fail(p->fault, p->token.at, "the pattern is too long");
		if (!read_part(p, &parts[d->count]) ||
			!check_order(p, d->count ? &parts[d->count - 1] : NULL, &parts[d->count]))
			return false;
		d->count++;
	}
	return d->count || kql_fail(p->fault, p->token.at, "expected a pattern before %.*s",
				   STR_ARG(parser_token_text(p)));
}

bool
parser_dissection(struct parser *p, struct kql_dissection *d)
{
	if (!read_kind(p, d))
		return false;
	d->source = parser_expr(p);
	if (!d->source)
		return false;
	if (!parser_at_word(p, "with"))
		return kql_fail(p->fault, p->token.at, "expected `with` before %.*s",
			STR_ARG(parser_token_text(p)));
	return parser_advance(p) && read_parts(p, d);
}
