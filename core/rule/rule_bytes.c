/*
 * What a filter says of a record by its bytes: to parse one costs a hundred times what it costs to
 * see that a word of the filter is nowhere in it.
 *
 * Sound, because a record of plain ASCII without an escape spells its strings as they are, and a
 * word is taken only where what is compared is a value of the record, or a part of one. Of what is
 * written anew from its tree (a dynamic, a value that is no string) punctuation and numbers may
 * differ: a word is never only those.
 */
#include "core/rule/rule_private.h"

/* Operators that hold only where the left side contains the right one, case aside. */
static const char *const finders[] = {"==", "=~", "has", "has_cs", "hasprefix", "hasprefix_cs",
	"hassuffix", "hassuffix_cs", "contains", "contains_cs", "startswith", "startswith_cs",
	"endswith", "endswith_cs", "in", "in~"};

/* What gives of a text of the record parts of it, case aside. */
static const char *const keepers[] = {
	"tostring", "parse_json", "todynamic", "tolower", "toupper", "(convert)"};

static bool
is_one_of(struct str name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

/* *anew: written from a tree. */
static bool
is_of_record(const struct expr *e, bool *anew)
{
	switch (e->kind) {
	case EXPR_COLUMN:
		if (e->slot >= column_count || columns[e->slot].type != KUSTO_STRING)
			return false;
		*anew |= columns[e->slot].serialised;
		return columns[e->slot].path != NULL;
	case EXPR_MEMBER:
	case EXPR_INDEX:
		*anew = true;
		return is_of_record(e->args[0], anew);
	case EXPR_CALL:
		*anew = true;
		return is_one_of(e->name, keepers, sizeof(keepers) / sizeof(keepers[0])) &&
		       e->count == 1 && is_of_record(e->args[0], anew);
	default:
		return false;
	}
}

/* A colon that is no part of a string follows a quote, which no word has. */
static bool
is_word(struct str s, bool anew)
{
	bool number = true;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			return false;
		if (strchr(",{}[]", c) || (c == ':' && i == 0) || (c == ' ' && anew))
			return false;
		number = number && strchr("0123456789.eE+-", c);
	}
	return !number;
}

static struct str
lower(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);
	char *data = (char *)(uintptr_t)copy.data;

	for (size_t i = 0; i < copy.len; i++)
		if (data[i] >= 'A' && data[i] <= 'Z')
			data[i] = (char)(data[i] | 32);
	return copy;
}

void
rule_find_words(struct arena *arena, struct rule_glance_node *leaf)
{
	const struct expr *e = leaf->expr;
	struct str *words;
	bool anew = false;

	if (e->kind != EXPR_CALL || !e->infix || e->count < 2 ||
		!is_one_of(e->name, finders, sizeof(finders) / sizeof(finders[0])) ||
		!is_of_record(e->args[0], &anew))
		return;
	words = arena_alloc(arena, e->count * sizeof(*words));
	for (size_t i = 1; i < e->count; i++) {
		const struct value *v = &e->args[i]->value;

		if (e->args[i]->kind != EXPR_LITERAL || v->null || v->type != KUSTO_STRING ||
			!is_word(v->s, anew))
			return;
		words[i - 1] = lower(arena, v->s);
	}
	leaf->words = words;
	leaf->word_count = e->count - 1;
}

static bool
may_hold(const struct rule_glance_node *node, struct str bytes)
{
	switch (node->kind) {
	case GLANCE_AND:
		return may_hold(node->args[0], bytes) && may_hold(node->args[1], bytes);
	case GLANCE_OR:
		return may_hold(node->args[0], bytes) || may_hold(node->args[1], bytes);
	case GLANCE_NOT:
		return true;
	default:
		for (size_t i = 0; i < node->word_count; i++)
			if (str_find(bytes, node->words[i], 0) != (size_t)-1)
				return true;
		return node->word_count == 0;
	}
}

bool
rule_filter_may_hold(const struct rule_filter *f, struct str bytes)
{
	return may_hold(f->glance, bytes);
}

bool
rule_filter_has_words(const struct rule_filter *f)
{
	return !may_hold(f->glance, STR(""));
}
