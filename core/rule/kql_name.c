/* The names that Kusto gives to columns that were given none. */
#include "core/rule/kql_compiler.h"

/* Functions that hand the name of their first argument on, by Microsoft's binder. */
static const char *const of_first[] = {"abs", "bin", "bin_at", "binary_and", "binary_not",
	"binary_or", "binary_shift_left", "binary_shift_right", "binary_xor", "ceiling", "exp",
	"floor", "format_datetime", "format_timespan", "log", "log10", "log2", "make_datetime",
	"make_timespan", "parse_csv", "parse_json", "parsejson", "pow", "round", "split", "sqrt",
	"startofday", "tobool", "toboolean", "todatetime", "todecimal", "todouble", "todynamic",
	"toguid", "tohex", "toint", "tolong", "toobject", "toreal", "tostring", "totime",
	"totimespan"};

/* … and with a word before it. */
static const struct {
	const char *function, *prefix;
} prefixed[] = {{"strlen", "strlen"}, {"string_size", "string_size"}, {"gettype", "type"}};

static struct str name_of(struct arena *arena, const struct expr *e);

/* a.b and a['b'] are a_b; of a negative index nothing is left. */
static struct str
access_name(struct arena *arena, const struct expr *e)
{
	struct str object = name_of(arena, e->args[0]), key = STR("");

	if (!object.data)
		return STR_ABSENT;
	if (e->kind == EXPR_MEMBER)
		key = e->name;
	else if (e->args[1]->kind == EXPR_LITERAL &&
		 !(type_is_integer(e->args[1]->type) && e->args[1]->value.i < 0))
		key = value_text(arena, e->args[1]->value);
	return arena_printf(arena, "%.*s_%.*s", STR_ARG(object), STR_ARG(key));
}

/* The name that Kusto takes out of an expression; absent: it has none. */
static struct str
name_of(struct arena *arena, const struct expr *e)
{
	if (e->kind == EXPR_COLUMN || e->kind == EXPR_NAME)
		return e->name;
	if (e->kind == EXPR_MEMBER || e->kind == EXPR_INDEX)
		return access_name(arena, e);
	if (e->kind != EXPR_CALL || e->infix || !e->count)
		return STR_ABSENT;
	for (size_t i = 0; i < sizeof(prefixed) / sizeof(prefixed[0]); i++)
		if (str_is(e->name, prefixed[i].function))
			return arena_printf(arena, "%s_%.*s", prefixed[i].prefix,
				STR_ARG(name_of(arena, e->args[0])));
	for (size_t i = 0; i < sizeof(of_first) / sizeof(of_first[0]); i++)
		if (str_is(e->name, of_first[i]))
			return name_of(arena, e->args[0]);
	return STR_ABSENT;
}

struct str
kql_auto_name(struct compiler *c, const struct expr *e)
{
	struct str name = name_of(c->scope.arena, e);

	return name.data ? name : arena_printf(c->scope.arena, "Column%zu", ++c->unnamed);
}

/* project makes x1 of a second x that was not written out. */
struct str
kql_unused_name(struct arena *arena, const struct kql_schema *made, struct str name)
{
	struct str free_name = name;

	for (size_t n = 1; kql_schema_find(made, free_name); n++)
		free_name = arena_printf(arena, "%.*s%zu", STR_ARG(name), n);
	return free_name;
}
