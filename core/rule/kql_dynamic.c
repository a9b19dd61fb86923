/* The inside of dynamic(...): JSON, and what Kusto takes besides: 'quotes', datetime(...), 1d. */
#include "core/rule/kql.h"

struct reader {
	struct kql_lexer lexer;
	struct kql_token token;
	int depth;
};

static bool
advance(struct reader *r)
{
	return kql_next_token(&r->lexer, &r->token);
}

static bool
is_symbol(const struct reader *r, char symbol)
{
	return r->token.type == TOKEN_SYMBOL && r->token.text.len == 1 &&
	       r->token.text.data[0] == symbol;
}

static struct dynamic *read_value(struct reader *r);

static struct dynamic *
read_scalar(struct reader *r)
{
	bool minus = is_symbol(r, '-');
	struct dynamic *d = arena_alloc(r->lexer.arena, sizeof(*d));

	if (minus && !advance(r))
		return NULL;
	if (r->token.type == TOKEN_NAME && str_is(r->token.text, "null") && !minus)
		d->scalar = value_null(KUSTO_LONG);
	else if (r->token.type == TOKEN_VALUE && r->token.value.type != KUSTO_DYNAMIC)
		d->scalar = r->token.value;
	else
		return NULL;
	if (minus && d->scalar.type == KUSTO_REAL)
		d->scalar.r = -d->scalar.r;
	else if (minus && d->scalar.type == KUSTO_LONG)
		d->scalar.i = (int64_t)(0 - (uint64_t)d->scalar.i);
	else if (minus)
		return NULL;
	return advance(r) ? d : NULL;
}

static bool
read_key(struct reader *r, struct str *name)
{
	if (r->token.type != TOKEN_VALUE || r->token.value.type != KUSTO_STRING)
		return false;
	*name = r->token.value.s;
	return advance(r) && is_symbol(r, ':') && advance(r);
}

/* [ … ] or { … } */
static struct dynamic *
read_container(struct reader *r)
{
	bool bag = is_symbol(r, '{');
	char close = bag ? '}' : ']';
	struct dynamic *d = dynamic_make(r->lexer.arena, bag ? DYNAMIC_BAG : DYNAMIC_ARRAY, 0);

	if (!advance(r))
		return NULL;
	while (!is_symbol(r, close)) {
		struct str name = STR("");
		const struct dynamic *item;

		if (d->count && (!is_symbol(r, ',') || !advance(r)))
			return NULL;
		if (bag && !read_key(r, &name))
			return NULL;
		item = read_value(r);
		if (!item)
			return NULL;
		dynamic_put(r->lexer.arena, d, name, item);
	}
	return advance(r) ? d : NULL;
}

static struct dynamic *
read_value(struct reader *r)
{
	struct dynamic *d;

	if (!is_symbol(r, '[') && !is_symbol(r, '{'))
		return read_scalar(r);
	if (++r->depth > KQL_MAX_DEPTH)
		return NULL;
	d = read_container(r);
	r->depth--;
	return d;
}

bool
kql_read_dynamic(struct arena *arena, struct str text, struct value *value)
{
	struct kql_fault fault;
	struct reader r = {.lexer = {text, 0, arena, &fault}};
	struct json_doc *doc;
	const struct dynamic *d;

	if (json_parse(text, &doc, NULL)) {
		*value = value_dynamic(dynamic_from_json(arena, json_root(doc)));
		json_doc_free(doc);
		return true;
	}
	if (!advance(&r))
		return false;
	d = read_value(&r);
	if (!d || r.token.type != TOKEN_END)
		return false;
	*value = value_dynamic(d);
	return true;
}
