/* A rule's YAML → its fields. The only user of libyaml. */
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "core/base/timefmt.h"
#include "core/rule/rule_private.h"

enum { MAX_YAML = 1 << 20, MAX_SHOWN = 128 << 10 };
enum { MAX_LEVELS = 32, MAX_EVENTS = 100000, MAX_KEYS = 1000 };

struct reader {
	struct rule *rule;
	yaml_document_t *doc;
	struct str text; /* the whole file */
	const char *file;
	struct error *err;
};

typedef bool field_taker(struct reader *r, const yaml_node_t *node);

/* ---- nodes ---- */

static const yaml_node_t *
node_at(const struct reader *r, int index)
{
	return yaml_document_get_node(r->doc, index);
}

static struct str
scalar(const yaml_node_t *node)
{
	if (!node || node->type != YAML_SCALAR_NODE)
		return STR_ABSENT;
	return (struct str){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static struct str
kept(struct reader *r, struct str s)
{
	return arena_str(&r->rule->arena, s);
}

static bool refuse(struct reader *r, const yaml_node_t *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool
refuse(struct reader *r, const yaml_node_t *node, const char *fmt, ...)
{
	char sentence[320];
	va_list args;

	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	return rule_refuse(r->err, r->file, r->text, node ? node->start_mark.line + 1 : 1,
		node ? node->start_mark.column + 1 : 1, sentence);
}

static void
warn(struct reader *r, const char *fmt, struct str what)
{
	rule_list_add(&r->rule->warnings, arena_printf(&r->rule->arena, fmt, STR_ARG(what)));
}

static const yaml_node_t *
member(const struct reader *r, const yaml_node_t *map, const char *name)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
		pair < map->data.mapping.pairs.top; pair++)
		if (str_is(scalar(node_at(r, pair->key)), name))
			return node_at(r, pair->value);
	return NULL;
}

/* ---- what a field looks like in `rule show` ---- */

static bool show_items(const struct reader *r, const yaml_node_t *node, struct buf *out, int level);

/* False: too large, or an alias that holds itself. */
static bool
show_node(const struct reader *r, const yaml_node_t *node, struct buf *out, int level)
{
	if (!node || level > MAX_LEVELS || out->len > MAX_SHOWN)
		return false;
	if (node->type != YAML_SCALAR_NODE)
		return show_items(r, node, out, level);
	buf_str(out, scalar(node));
	return true;
}

static bool
show_items(const struct reader *r, const yaml_node_t *node, struct buf *out, int level)
{
	if (node->type == YAML_SEQUENCE_NODE) {
		for (yaml_node_item_t *i = node->data.sequence.items.start;
			i < node->data.sequence.items.top; i++) {
			buf_printf(out, "\n%*s- ", level * 2, "");
			if (!show_node(r, node_at(r, *i), out, level + 1))
				return false;
		}
		return true;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		pair < node->data.mapping.pairs.top; pair++) {
		buf_printf(out, "\n%*s", level * 2, "");
		if (!show_node(r, node_at(r, pair->key), out, level + 1))
			return false;
		buf_puts(out, ": ");
		if (!show_node(r, node_at(r, pair->value), out, level + 1))
			return false;
	}
	return true;
}

static bool
keep_field(struct reader *r, struct str name, const yaml_node_t *node)
{
	struct rule *rule = r->rule;
	struct buf out = {0};
	struct str text;
	bool ok = show_node(r, node, &out, 0);

	text = kept(r, buf_view(&out));
	buf_fini(&out);
	if (!ok)
		return refuse(
			r, node, "`%.*s` unfolds to more than a rule can hold", STR_ARG(name));
	if (text.len && text.data[0] == '\n')
		text = str_slice(text, 1, text.len);
	MEM_GROW(rule->fields, rule->field_count, rule->field_capacity);
	rule->fields[rule->field_count++] = (struct rule_field){kept(r, name), text,
		!node || node->type != YAML_SCALAR_NODE || memchr(text.data, '\n', text.len)};
	return true;
}

/* ---- checks ---- */

static bool
one_of(struct reader *r, const yaml_node_t *node, const char *field, const char *const *words,
	const char *expected)
{
	for (; *words; words++)
		if (str_equal_ascii_nocase(scalar(node), str_from(*words)))
			return true;
	return refuse(r, node, "%s: `%.*s` is none of %s", field, STR_ARG(scalar(node)), expected);
}

static bool
take_text(struct reader *r, const yaml_node_t *node, const char *field, struct str *text)
{
	if (!scalar(node).data)
		return refuse(r, node, "%s must be a text", field);
	*text = kept(r, scalar(node));
	return true;
}

static bool
take_id(struct reader *r, const yaml_node_t *node)
{
	if (!rule_is_guid(scalar(node)))
		return refuse(r, node, "id: `%.*s` is no GUID", STR_ARG(scalar(node)));
	return take_text(r, node, "id", &r->rule->id);
}

static bool
take_name(struct reader *r, const yaml_node_t *node)
{
	if (!str_trim(scalar(node)).len)
		return refuse(r, node, "name must not be empty");
	return take_text(r, node, "name", &r->rule->name);
}

static bool
take_version(struct reader *r, const yaml_node_t *node)
{
	return take_text(r, node, "version", &r->rule->version);
}

static bool
take_severity(struct reader *r, const yaml_node_t *node)
{
	static const char *const words[] = {"Informational", "Low", "Medium", "High", NULL};

	return one_of(r, node, "severity", words, "Informational, Low, Medium, High") &&
	       take_text(r, node, "severity", &r->rule->severity);
}

static bool
take_kind(struct reader *r, const yaml_node_t *node)
{
	static const char *const words[] = {"Scheduled", NULL};

	return one_of(r, node, "kind", words, "the kinds that run here: Scheduled") &&
	       take_text(r, node, "kind", &r->rule->kind);
}

static bool
take_duration(struct reader *r, const yaml_node_t *node, const char *field, int64_t *ticks)
{
	if (!rule_parse_duration(scalar(node), ticks))
		return refuse(r, node, "%s: `%.*s` is no duration such as 15m, 1h or 1d", field,
			STR_ARG(scalar(node)));
	if (*ticks < 5 * TICKS_PER_MINUTE || *ticks > 14 * TICKS_PER_DAY)
		return refuse(r, node, "%s must lie between 5 minutes and 14 days", field);
	return true;
}

static bool
take_frequency(struct reader *r, const yaml_node_t *node)
{
	return take_duration(r, node, "queryFrequency", &r->rule->frequency);
}

static bool
take_period(struct reader *r, const yaml_node_t *node)
{
	return take_duration(r, node, "queryPeriod", &r->rule->period);
}

static bool
take_operator(struct reader *r, const yaml_node_t *node)
{
	static const char *const words[] = {
		"gt", "lt", "eq", "ne", "GreaterThan", "LessThan", "Equal", "NotEqual", NULL};

	return one_of(r, node, "triggerOperator", words, "gt, lt, eq, ne") &&
	       take_text(r, node, "triggerOperator", &r->rule->operator);
}

static bool
take_threshold(struct reader *r, const yaml_node_t *node)
{
	struct str s = scalar(node);

	if (!s.len || s.len > 6 || strspn(s.data, "0123456789") != s.len)
		return refuse(
			r, node, "triggerThreshold: `%.*s` is no number from 0 on", STR_ARG(s));
	return take_text(r, node, "triggerThreshold", &r->rule->threshold);
}

static bool
take_suppressed(struct reader *r, const yaml_node_t *node)
{
	static const char *const words[] = {"true", "false", NULL};

	r->rule->suppressed = str_equal_ascii_nocase(scalar(node), STR("true"));
	return one_of(r, node, "suppressionEnabled", words, "true, false");
}

static bool
take_suppression(struct reader *r, const yaml_node_t *node)
{
	int64_t ticks;

	return take_duration(r, node, "suppressionDuration", &ticks);
}

static bool
take_list(struct reader *r, const yaml_node_t *node, const char *field, struct rule_list *list)
{
	if (!node || node->type != YAML_SEQUENCE_NODE)
		return refuse(r, node, "%s must be a list", field);
	for (yaml_node_item_t *i = node->data.sequence.items.start;
		i < node->data.sequence.items.top; i++) {
		struct str item = scalar(node_at(r, *i));

		if (!item.len)
			return refuse(r, node_at(r, *i), "%s must be a list of texts", field);
		rule_list_add(list, kept(r, item));
	}
	return true;
}

static bool
take_tactics(struct reader *r, const yaml_node_t *node)
{
	return take_list(r, node, "tactics", &r->rule->tactics);
}

static bool
take_techniques(struct reader *r, const yaml_node_t *node)
{
	if (!take_list(r, node, "relevantTechniques", &r->rule->techniques))
		return false;
	for (size_t i = 0; i < r->rule->techniques.count; i++)
		if (!rule_is_technique(r->rule->techniques.items[i]))
			return refuse(r, node,
				"relevantTechniques: `%.*s` is no technique such as T1098 or "
				"T1098.001",
				STR_ARG(r->rule->techniques.items[i]));
	return true;
}

static bool
take_grouping(struct reader *r, const yaml_node_t *node)
{
	static const char *const words[] = {"SingleAlert", "AlertPerResult", NULL};
	const yaml_node_t *kind = member(r, node, "aggregationKind");

	if (!kind)
		return true;
	r->rule->alert_per_result = str_equal_ascii_nocase(scalar(kind), STR("AlertPerResult"));
	return one_of(r, kind, "aggregationKind", words, "SingleAlert, AlertPerResult");
}

/* ---- the query ---- */

static bool
take_query(struct reader *r, const yaml_node_t *node)
{
	static const enum rule_style styles[] = {
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = STYLE_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = STYLE_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = STYLE_BLOCK,
		[YAML_FOLDED_SCALAR_STYLE] = STYLE_BLOCK,
	};
	unsigned style = node ? (unsigned)node->data.scalar.style : 0;

	if (!scalar(node).data)
		return refuse(r, node, "query must be a text");
	if (!str_trim(scalar(node)).len)
		return refuse(r, node, "query must not be empty");
	r->rule->place = (struct rule_place){.line = node->start_mark.line + 1,
		.col = node->start_mark.column + 1,
		.style = style < sizeof(styles) / sizeof(styles[0]) ? styles[style] : STYLE_PLAIN};
	return take_text(r, node, "query", &r->rule->query);
}

/* ---- entity mappings ---- */

static bool
take_field_mapping(struct reader *r, const yaml_node_t *node, struct str entity)
{
	const yaml_node_t *identifier = member(r, node, "identifier");
	const yaml_node_t *column = member(r, node, "columnName");
	struct rule *rule = r->rule;

	if (!scalar(identifier).len || !scalar(column).len)
		return refuse(r, node, "a field mapping has an identifier and a columnName");
	MEM_GROW(rule->mappings, rule->mapping_count, rule->mapping_capacity);
	rule->mappings[rule->mapping_count++] = (struct rule_mapping){.entity = entity,
		.identifier = kept(r, scalar(identifier)),
		.column = kept(r, scalar(column)),
		.line = column->start_mark.line + 1,
		.col = column->start_mark.column + 1};
	return true;
}

static bool
take_mapping(struct reader *r, const yaml_node_t *node)
{
	const yaml_node_t *type = member(r, node, "entityType");
	const yaml_node_t *fields = member(r, node, "fieldMappings");
	struct str entity;

	if (!scalar(type).len || !fields || fields->type != YAML_SEQUENCE_NODE)
		return refuse(r, node, "an entity mapping has an entityType and fieldMappings");
	if (fields->data.sequence.items.top - fields->data.sequence.items.start > 3)
		return refuse(r, fields, "an entity has at most 3 identifiers");
	entity = kept(r, scalar(type));
	for (yaml_node_item_t *i = fields->data.sequence.items.start;
		i < fields->data.sequence.items.top; i++)
		if (!take_field_mapping(r, node_at(r, *i), entity))
			return false;
	return true;
}

static bool
take_mappings(struct reader *r, const yaml_node_t *node)
{
	if (!node || node->type != YAML_SEQUENCE_NODE)
		return refuse(r, node, "entityMappings must be a list");
	if (node->data.sequence.items.top - node->data.sequence.items.start > 10)
		return refuse(r, node, "a rule has at most 10 entity mappings");
	for (yaml_node_item_t *i = node->data.sequence.items.start;
		i < node->data.sequence.items.top; i++)
		if (!take_mapping(r, node_at(r, *i)))
			return false;
	return true;
}

/* ---- the table of fields ---- */

/* clang-format off */
static const struct {
	const char *name;
	field_taker *take;
} fields[] = {
	{"id", take_id},
	{"name", take_name},
	{"description", NULL},
	{"severity", take_severity},
	{"status", NULL},
	{"kind", take_kind},
	{"version", take_version},
	{"requiredDataConnectors", NULL},
	{"queryFrequency", take_frequency},
	{"queryPeriod", take_period},
	{"triggerOperator", take_operator},
	{"triggerThreshold", take_threshold},
	{"suppressionEnabled", take_suppressed},
	{"suppressionDuration", take_suppression},
	{"tactics", take_tactics},
	{"relevantTechniques", take_techniques},
	{"query", take_query},
	{"entityMappings", take_mappings},
	{"sentinelEntitiesMappings", NULL},
	{"customDetails", NULL},
	{"alertDetailsOverride", NULL},
	{"eventGroupingSettings", take_grouping},
	{"incidentConfiguration", NULL},
	{"tags", NULL},
	{"metadata", NULL},
};
/* clang-format on */

static bool
take_field(struct reader *r, const yaml_node_t *key, const yaml_node_t *value)
{
	struct str name = scalar(key);

	if (!name.len)
		return refuse(r, key, "a field's name must be a text");
	if (!keep_field(r, name, value))
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_is(name, fields[i].name))
			return !fields[i].take || fields[i].take(r, value);
	warn(r, "unknown field `%.*s`: kept, without effect", name);
	return true;
}

static bool
check_whole(struct reader *r, const yaml_node_t *root)
{
	struct rule *rule = r->rule;

	if (!rule->id.data || !rule->name.data || !rule->query.data)
		return refuse(r, root, "a rule needs an id, a name and a query: %s is missing",
			!rule->id.data	   ? "id"
			: !rule->name.data ? "name"
					   : "query");
	if (rule->frequency && rule->period && rule->frequency > rule->period)
		return refuse(r, member(r, root, "queryFrequency"),
			"queryFrequency must not be longer than queryPeriod");
	return true;
}

/* A name that stands twice in one mapping: which of the two is meant? */
static bool
check_mapping(struct reader *r, const yaml_node_t *map)
{
	yaml_node_pair_t *start = map->data.mapping.pairs.start, *top = map->data.mapping.pairs.top;

	if (top - start > MAX_KEYS)
		return refuse(r, map, "more than %d names in one mapping", MAX_KEYS);
	for (yaml_node_pair_t *a = start; a < top; a++) {
		struct str key = scalar(node_at(r, a->key));

		for (yaml_node_pair_t *b = start; key.data && b < a; b++)
			if (str_equal(scalar(node_at(r, b->key)), key))
				return refuse(
					r, node_at(r, a->key), "`%.*s` stands twice", STR_ARG(key));
	}
	return true;
}

static bool
check_keys(struct reader *r)
{
	for (int i = 1; node_at(r, i); i++)
		if (node_at(r, i)->type == YAML_MAPPING_NODE && !check_mapping(r, node_at(r, i)))
			return false;
	return true;
}

static bool
read_document(struct reader *r)
{
	const yaml_node_t *root = yaml_document_get_root_node(r->doc);

	if (!root || root->type != YAML_MAPPING_NODE)
		return refuse(r, root, "a rule is a mapping of fields");
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
		pair < root->data.mapping.pairs.top; pair++)
		if (!take_field(r, node_at(r, pair->key), node_at(r, pair->value)))
			return false;
	return check_whole(r, root);
}

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
refuse_parse(const struct reader *r, const yaml_parser_t *parser)
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
survey_yaml(const struct reader *r)
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

/* ---- whole ---- */

bool
rule_read_yaml(struct rule *rule, struct str yaml, const char *file, struct error *err)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	struct reader r = {rule, &doc, yaml, file, err};
	bool ok;

	if (yaml.len > MAX_YAML)
		return error_set(err, ERROR_USAGE, "%s: larger than %d bytes", file, MAX_YAML);
	if (rule_is_utf16(yaml))
		return error_set(err, ERROR_USAGE, "%s: UTF-16: a rule is a text in UTF-8", file);
	if (!survey_yaml(&r))
		return false;
	start_parser(&parser, yaml);
	if (yaml_parser_load(&parser, &doc)) {
		ok = check_keys(&r) && read_document(&r);
		yaml_document_delete(&doc);
	} else {
		ok = refuse_parse(&r, &parser);
	}
	yaml_parser_delete(&parser);
	return ok;
}
