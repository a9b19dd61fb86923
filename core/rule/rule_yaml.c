/* A rule's YAML → its fields. The only user of libyaml. */
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "core/base/timefmt.h"
#include "core/rule/rule_private.h"

enum { MAX_YAML = 1 << 20, MAX_SHOWN = 64 << 10, MAX_LEVELS = 32 };

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

static bool
refuse(struct reader *r, const yaml_node_t *node, const char *fmt, ...)
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

static void
show_node(const struct reader *r, const yaml_node_t *node, struct buf *out, int level)
{
	if (!node || level > MAX_LEVELS || out->len > MAX_SHOWN) {
		buf_puts(out, "...");
		return;
	}
	if (node->type == YAML_SCALAR_NODE) {
		buf_str(out, scalar(node));
		return;
	}
	if (node->type == YAML_SEQUENCE_NODE) {
		for (yaml_node_item_t *i = node->data.sequence.items.start;
			i < node->data.sequence.items.top; i++) {
			buf_printf(out, "\n%*s- ", level * 2, "");
			show_node(r, node_at(r, *i), out, level + 1);
		}
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		pair < node->data.mapping.pairs.top; pair++) {
		buf_printf(out, "\n%*s", level * 2, "");
		show_node(r, node_at(r, pair->key), out, level + 1);
		buf_puts(out, ": ");
		show_node(r, node_at(r, pair->value), out, level + 1);
	}
}

static void
keep_field(struct reader *r, struct str name, const yaml_node_t *node)
{
	struct rule *rule = r->rule;
	struct buf out = {0};
	struct str text;

	show_node(r, node, &out, 0);
	text = kept(r, buf_view(&out));
	buf_fini(&out);
	if (text.len && text.data[0] == '\n')
		text = str_slice(text, 1, text.len);
	MEM_GROW(rule->fields, rule->field_count, rule->field_capacity);
	rule->fields[rule->field_count++] = (struct rule_field){kept(r, name), text,
		!node || node->type != YAML_SCALAR_NODE || memchr(text.data, '\n', text.len)};
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
	struct str s = scalar(node);
	bool ok = s.len == 36;

	for (size_t i = 0; ok && i < 36; i++)
		ok = i == 8 || i == 13 || i == 18 || i == 23
			? s.data[i] == '-'
			: s.data[i] && strchr("0123456789abcdefABCDEF", s.data[i]);
	if (!ok)
		return refuse(r, node, "id: `%.*s` is no GUID", STR_ARG(s));
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
take_any(struct reader *r, const yaml_node_t *node)
{
	(void)r;
	(void)node;
	return true;
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

/* 15m 1h 2d, or ISO 8601: PT15M PT1H P2D */
static bool
parse_duration(struct str s, int64_t *ticks)
{
	char number[24];
	bool iso = s.len > 1 && (s.data[0] | 32) == 'p';
	bool time = iso && (s.data[1] | 32) == 't';
	size_t n;

	if (iso)
		s = str_slice(s, time ? 2 : 1, s.len);
	if (s.len < 2 || s.len >= sizeof(number))
		return false;
	n = strspn(s.data, "0123456789");
	if (n + 1 != s.len || (iso && time == ((s.data[n] | 32) == 'd')))
		return false;
	memcpy(number, s.data, s.len);
	number[n] = (char)(number[n] | 32);
	number[n + 1] = '\0';
	return time_parse_span(str_from(number), ticks);
}

static bool
take_duration(struct reader *r, const yaml_node_t *node, const char *field, int64_t *ticks)
{
	if (!parse_duration(scalar(node), ticks))
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
	static const char *const words[] = {"gt", "lt", "eq", "ne", "GreaterThan", "LessThan",
		"Equal", "NotEqual", NULL};

	return one_of(r, node, "triggerOperator", words, "gt, lt, eq, ne") &&
		take_text(r, node, "triggerOperator", &r->rule->operator);
}

static bool
take_threshold(struct reader *r, const yaml_node_t *node)
{
	struct str s = scalar(node);

	if (!s.len || s.len > 6 || strspn(s.data, "0123456789") != s.len)
		return refuse(r, node, "triggerThreshold: `%.*s` is no number from 0 on", STR_ARG(s));
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
is_technique(struct str s)
{
	static const char shape[] = "T0000.000";

	for (size_t i = 0; i < s.len && i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? s.data[i] < '0' || s.data[i] > '9' : s.data[i] != shape[i])
			return false;
	return s.len == 5 || s.len == 9;
}

static bool
take_techniques(struct reader *r, const yaml_node_t *node)
{
	if (!take_list(r, node, "relevantTechniques", &r->rule->techniques))
		return false;
	for (size_t i = 0; i < r->rule->techniques.count; i++)
		if (!is_technique(r->rule->techniques.items[i]))
			return refuse(r, node,
				"relevantTechniques: `%.*s` is no technique such as T1098 or T1098.001",
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

/* ---- the query's place ---- */

static struct str
line_of(struct str text, size_t line)
{
	size_t end;

	for (; line > 1; line--) {
		end = str_find(text, STR("\n"), 0);
		if (end == (size_t)-1)
			return STR("");
		text = str_slice(text, end + 1, text.len);
	}
	end = str_find(text, STR("\n"), 0);
	return str_slice(text, 0, end == (size_t)-1 ? text.len : end);
}

static size_t
indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.data[n] == ' ')
		n++;
	return n;
}

static bool
take_query(struct reader *r, const yaml_node_t *node)
{
	struct rule_place *place = &r->rule->place;
	bool block;

	if (!str_trim(scalar(node)).len)
		return refuse(r, node, "query must not be empty");
	if (node->data.scalar.style == YAML_FOLDED_SCALAR_STYLE)
		return refuse(r, node, "query: a folded text (>) joins its lines; write it with |");
	block = node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
	place->line = node->start_mark.line + 1 + block;
	place->col = node->start_mark.column + 1 +
		(node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
	if (block) {
		size_t line = place->line;

		while (!str_trim(line_of(r->text, line)).len && line < place->line + 1000)
			line++;
		place->indent = indent_of(line_of(r->text, line)) -
			indent_of(line_of(scalar(node), line - place->line + 1));
		place->col = place->indent + 1;
	}
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
	{"description", take_any},
	{"severity", take_severity},
	{"status", take_any},
	{"kind", take_kind},
	{"version", take_version},
	{"requiredDataConnectors", take_any},
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
	{"sentinelEntitiesMappings", take_any},
	{"customDetails", take_any},
	{"alertDetailsOverride", take_any},
	{"eventGroupingSettings", take_grouping},
	{"incidentConfiguration", take_any},
	{"tags", take_any},
	{"metadata", take_any},
};
/* clang-format on */

static bool
is_there(const struct rule *rule, struct str name)
{
	for (size_t i = 0; i < rule->field_count; i++)
		if (str_equal(rule->fields[i].name, name))
			return true;
	return false;
}

static bool
take_field(struct reader *r, const yaml_node_t *key, const yaml_node_t *value)
{
	struct str name = scalar(key);

	if (!name.len)
		return refuse(r, key, "a field's name must be a text");
	if (is_there(r->rule, name))
		return refuse(r, key, "the field `%.*s` stands twice", STR_ARG(name));
	keep_field(r, name, value);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_is(name, fields[i].name))
			return fields[i].take(r, value);
	warn(r, "unknown field `%.*s`: kept, without effect", name);
	return true;
}

static bool
check_whole(struct reader *r, const yaml_node_t *root)
{
	struct rule *rule = r->rule;

	if (!rule->id.data || !rule->name.data || !rule->query.data)
		return refuse(r, root, "a rule needs an id, a name and a query: %s is missing",
			!rule->id.data	       ? "id"
				: !rule->name.data ? "name"
						   : "query");
	if (rule->frequency && rule->period && rule->frequency > rule->period)
		return refuse(r, member(r, root, "queryFrequency"),
			"queryFrequency must not be longer than queryPeriod");
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

bool
rule_read_yaml(struct rule *rule, struct str yaml, const char *file, struct error *err)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	struct reader r = {rule, &doc, yaml, file, err};
	bool ok;

	if (yaml.len > MAX_YAML)
		return error_set(err, ERROR_USAGE, "%s: larger than %d bytes", file, MAX_YAML);
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml.data, yaml.len);
	if (yaml_parser_load(&parser, &doc)) {
		ok = read_document(&r);
		yaml_document_delete(&doc);
	} else {
		ok = rule_refuse(err, file, yaml, parser.problem_mark.line + 1,
			parser.problem_mark.column + 1,
			parser.problem ? parser.problem : "not YAML");
	}
	yaml_parser_delete(&parser);
	return ok;
}
