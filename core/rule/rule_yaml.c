/* A rule's YAML → nodes. The only user of libyaml. */
#include <stdlib.h>
#include <yaml.h>

#include "core/rule/rule_private.h"

enum { MAX_YAML = 1 << 20, MAX_LEVELS = 32, MAX_EVENTS = 100000, MAX_KEYS = 1000 };

/* ---- before anything is built ---- */

struct survey {
	size_t levels, documents, events;
};

/* NULL: go on; else why the file is refused at this event. */
static const char *
survey_event(struct survey *s, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++s->documents > 1)
			return "a second document: a file holds one rule";
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		if (++s->levels > MAX_LEVELS)
			return "nested too deeply";
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		s->levels--;
		break;
	default:
		break;
	}
	return ++s->events > MAX_EVENTS ? "too many values for a rule" : NULL;
}

/* A reader's complaint has a byte, the others a line and a column. */
static bool
refuse_parse(const struct rule_reader *r, const yaml_parser_t *parser)
{
	size_t line = parser->problem_mark.line + 1, column = parser->problem_mark.column + 1;

	if (parser->error == YAML_READER_ERROR)
		rule_line_and_column(r->text, parser->problem_offset, &line, &column);
	return rule_refuse(r->err, r->file, r->text, line, column,
		parser->problem ? parser->problem : "not YAML");
}

static void
start_parser(yaml_parser_t *parser, struct str yaml)
{
	if (!yaml_parser_initialize(parser))
		abort();
	yaml_parser_set_input_string(parser, (const unsigned char *)yaml.data, yaml.len);
}

/* Depth and number are bounded while reading: libyaml takes their square. */
static bool
survey_yaml(const struct rule_reader *r)
{
	yaml_parser_t parser;
	yaml_event_t event;
	struct survey survey = {0};
	const char *why = NULL;
	bool ok = true, end = false;

	start_parser(&parser, r->text);
	while (ok && !end) {
		if (!yaml_parser_parse(&parser, &event)) {
			ok = refuse_parse(r, &parser);
			break;
		}
		why = survey_event(&survey, &event);
		end = event.type == YAML_STREAM_END_EVENT;
		if (why)
			ok = rule_refuse(r->err, r->file, r->text, event.start_mark.line + 1,
				event.start_mark.column + 1, why);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return ok;
}

/* ---- nodes ---- */

struct builder {
	const struct rule_reader *r;
	yaml_document_t *doc;
	size_t nodes, bytes; /* aliases unfolded */
};

static enum rule_style
style_of(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return STYLE_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return STYLE_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		return STYLE_BLOCK;
	default:
		return STYLE_PLAIN;
	}
}

/* A name that stands twice in one mapping: which of the two is meant? */
static bool
check_keys(const struct builder *b, const struct rule_node *map)
{
	for (size_t i = 0; i < map->count; i++)
		for (size_t k = 0; k < i; k++)
			if (map->keys[i]->kind == NODE_TEXT && map->keys[k]->kind == NODE_TEXT &&
				str_equal(map->keys[i]->text, map->keys[k]->text))
				return rule_refuse_node(b->r, map->keys[i], "`%.*s` stands twice",
					STR_ARG(map->keys[i]->text));
	return true;
}

static struct rule_node *build(struct builder *b, int index, int level);

static bool
build_items(struct builder *b, const yaml_node_t *from, struct rule_node *node, int level)
{
	struct arena *arena = &b->r->rule->arena;
	bool map = from->type == YAML_MAPPING_NODE;
	const yaml_node_item_t *items = from->data.sequence.items.start;
	const yaml_node_pair_t *pairs = from->data.mapping.pairs.start;
	size_t count = map ? (size_t)(from->data.mapping.pairs.top - pairs)
			   : (size_t)(from->data.sequence.items.top - items);

	node->kind = map ? NODE_MAP : NODE_LIST;
	if (map && count > MAX_KEYS)
		return rule_refuse_node(b->r, node, "more than %d names in one mapping", MAX_KEYS);
	node->keys = arena_alloc(arena, (map ? count : 0) * sizeof(*node->keys));
	node->items = arena_alloc(arena, count * sizeof(*node->items));
	for (; node->count < count; node->count++) {
		if (map && !(node->keys[node->count] = build(b, pairs[node->count].key, level)))
			return false;
		node->items[node->count] =
			build(b, map ? pairs[node->count].value : items[node->count], level);
		if (!node->items[node->count])
			return false;
	}
	return !map || check_keys(b, node);
}

/* NULL: refused. An alias is built anew where it stands, up to a bound. */
static struct rule_node *
build(struct builder *b, int index, int level)
{
	const yaml_node_t *from = yaml_document_get_node(b->doc, index);
	struct rule_node *node = arena_alloc(&b->r->rule->arena, sizeof(*node));

	node->line = from->start_mark.line + 1;
	node->col = from->start_mark.column + 1;
	if (from->type == YAML_SCALAR_NODE)
		b->bytes += from->data.scalar.length;
	if (level > MAX_LEVELS || ++b->nodes > MAX_EVENTS || b->bytes > MAX_YAML) {
		rule_refuse_node(b->r, node, "aliases unfold this to more than a rule can hold");
		return NULL;
	}
	if (from->type != YAML_SCALAR_NODE)
		return build_items(b, from, node, level + 1) ? node : NULL;
	node->style = style_of(from->data.scalar.style);
	node->text = arena_str(&b->r->rule->arena,
		(struct str){(const char *)from->data.scalar.value, from->data.scalar.length});
	return node;
}

static bool
read_document(const struct rule_reader *r, yaml_document_t *doc)
{
	struct builder b = {.r = r, .doc = doc};
	const struct rule_node *root;

	if (!yaml_document_get_root_node(doc))
		return rule_read_fields(r, NULL);
	root = build(&b, 1, 0);
	return root && rule_read_fields(r, root);
}

/* ---- whole ---- */

bool
rule_read_yaml(struct rule *rule, struct str yaml, const char *file, struct error *err)
{
	const struct rule_reader r = {rule, yaml, file, err};
	yaml_parser_t parser;
	yaml_document_t doc;
	bool ok;

	if (yaml.len > MAX_YAML)
		return error_set(err, ERROR_USAGE, "%s: larger than %d bytes", file, MAX_YAML);
	if (rule_is_utf16(yaml))
		return error_set(err, ERROR_USAGE, "%s: UTF-16: a rule is a text in UTF-8", file);
	if (!survey_yaml(&r))
		return false;
	start_parser(&parser, yaml);
	if (yaml_parser_load(&parser, &doc)) {
		ok = read_document(&r, &doc);
		yaml_document_delete(&doc);
	} else {
		ok = refuse_parse(&r, &parser);
	}
	yaml_parser_delete(&parser);
	return ok;
}

void
rule_library(struct buf *out)
{
	buf_printf(out, "libyaml %s", yaml_get_version_string());
}
