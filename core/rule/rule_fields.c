/* The fields of a rule, checked: every one that a scheduled rule has. */
#include <stdarg.h>
#include <stdio.h>

#include "core/base/timefmt.h"
#include "core/rule/rule_private.h"

typedef bool field_taker(const struct rule_reader *r, const struct rule_node *node);

/* ---- nodes ---- */

struct str
rule_node_text(const struct rule_node *node)
{
	return node && node->kind == NODE_TEXT ? node->text : STR_ABSENT;
}

const struct rule_node *
rule_node_member(const struct rule_node *map, const char *name)
{
	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->count; i++)
		if (str_is(rule_node_text(map->keys[i]), name))
			return map->items[i];
	return NULL;
}

bool
rule_refuse_node(const struct rule_reader *r, const struct rule_node *node, const char *fmt, ...)
{
	char sentence[320];
	va_list args;

	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	return rule_refuse(
		r->err, r->file, r->text, node ? node->line : 1, node ? node->col : 1, sentence);
}

static struct str
kept(const struct rule_reader *r, struct str s)
{
	return arena_str(&r->rule->arena, s);
}

static void
warn(const struct rule_reader *r, const char *fmt, struct str what)
{
	rule_list_add(&r->rule->warnings, arena_printf(&r->rule->arena, fmt, STR_ARG(what)));
}

/* ---- what a field looks like in `rule show` ---- */

static void show_items(const struct rule_node *node, struct buf *out, int level);

static void
show_node(const struct rule_node *node, struct buf *out, int level)
{
	if (node->kind == NODE_TEXT)
		buf_str(out, node->text);
	else
		show_items(node, out, level);
}

static void
show_items(const struct rule_node *node, struct buf *out, int level)
{
	for (size_t i = 0; i < node->count; i++) {
		buf_printf(out, "\n%*s", level * 2, "");
		if (node->kind == NODE_MAP)
			show_node(node->keys[i], out, level + 1);
		buf_puts(out, node->kind == NODE_MAP ? ": " : "- ");
		show_node(node->items[i], out, level + 1);
	}
}

static void
keep_field(const struct rule_reader *r, struct str name, const struct rule_node *node)
{
	struct rule *rule = r->rule;
	struct buf out = {0};
	struct str text;

	show_node(node, &out, 0);
	text = kept(r, buf_view(&out));
	buf_fini(&out);
	if (text.len && text.data[0] == '\n')
		text = str_slice(text, 1, text.len);
	MEM_GROW(rule->fields, rule->field_count, rule->field_capacity);
	rule->fields[rule->field_count++] = (struct rule_field){
		kept(r, name), text, node->kind != NODE_TEXT || memchr(text.data, '\n', text.len)};
}

/* ---- checks ---- */

bool
rule_one_of(const struct rule_reader *r, const struct rule_node *node, const char *field,
	const char *const *words, const char *expected)
{
	for (; *words; words++)
		if (str_equal_ascii_nocase(rule_node_text(node), str_from(*words)))
			return true;
	return rule_refuse_node(r, node, "%s: `%.*s` is none of %s", field,
		STR_ARG(rule_node_text(node)), expected);
}

static bool
take_text(const struct rule_reader *r, const struct rule_node *node, const char *field,
	struct str *text)
{
	if (!rule_node_text(node).data)
		return rule_refuse_node(r, node, "%s must be a text", field);
	*text = kept(r, rule_node_text(node));
	return true;
}

static bool
take_id(const struct rule_reader *r, const struct rule_node *node)
{
	if (!rule_is_guid(rule_node_text(node)))
		return rule_refuse_node(
			r, node, "id: `%.*s` is no GUID", STR_ARG(rule_node_text(node)));
	return take_text(r, node, "id", &r->rule->id);
}

static bool
take_name(const struct rule_reader *r, const struct rule_node *node)
{
	if (!str_trim(rule_node_text(node)).len)
		return rule_refuse_node(r, node, "name must not be empty");
	return take_text(r, node, "name", &r->rule->name);
}

static bool
take_version(const struct rule_reader *r, const struct rule_node *node)
{
	if (!rule_is_version(rule_node_text(node)))
		return rule_refuse_node(r, node, "version: `%.*s` is no version such as 1.0.1",
			STR_ARG(rule_node_text(node)));
	return take_text(r, node, "version", &r->rule->version);
}

static bool
take_severity(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {"Informational", "Low", "Medium", "High", NULL};

	return rule_one_of(r, node, "severity", words, "Informational, Low, Medium, High") &&
	       take_text(r, node, "severity", &r->rule->severity);
}

static bool
take_kind(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {"Scheduled", NULL};

	return rule_one_of(r, node, "kind", words, "the kinds that run here: Scheduled") &&
	       take_text(r, node, "kind", &r->rule->kind);
}

bool
rule_take_duration(const struct rule_reader *r, const struct rule_node *node, const char *field,
	int64_t most, int64_t *ticks)
{
	if (!rule_parse_duration(rule_node_text(node), ticks))
		return rule_refuse_node(r, node, "%s: `%.*s` is no duration such as 15m, 1h or 1d",
			field, STR_ARG(rule_node_text(node)));
	if (*ticks >= 5 * TICKS_PER_MINUTE && *ticks <= most)
		return true;
	return rule_refuse_node(r, node, "%s must lie between 5 minutes and %d %s", field,
		(int)(most > TICKS_PER_DAY ? most / TICKS_PER_DAY : most / TICKS_PER_HOUR),
		most > TICKS_PER_DAY ? "days" : "hours");
}

static bool
take_frequency(const struct rule_reader *r, const struct rule_node *node)
{
	return rule_take_duration(
		r, node, "queryFrequency", 14 * TICKS_PER_DAY, &r->rule->frequency);
}

static bool
take_period(const struct rule_reader *r, const struct rule_node *node)
{
	return rule_take_duration(r, node, "queryPeriod", 14 * TICKS_PER_DAY, &r->rule->period);
}

static bool
take_operator(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {
		"gt", "lt", "eq", "ne", "GreaterThan", "LessThan", "Equal", "NotEqual", NULL};

	return rule_one_of(r, node, "triggerOperator", words, "gt, lt, eq, ne") &&
	       take_text(r, node, "triggerOperator", &r->rule->operator);
}

static bool
take_threshold(const struct rule_reader *r, const struct rule_node *node)
{
	struct str s = rule_node_text(node);

	if (!s.len || s.len > 5 || strspn(s.data, "0123456789") != s.len ||
		(s.len == 5 && !str_is(s, "10000")))
		return rule_refuse_node(r, node,
			"triggerThreshold: `%.*s` is no number from 0 to 10000", STR_ARG(s));
	return take_text(r, node, "triggerThreshold", &r->rule->threshold);
}

static bool
take_suppressed(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {"true", "false", NULL};

	r->rule->suppressed = str_equal_ascii_nocase(rule_node_text(node), STR("true"));
	return rule_one_of(r, node, "suppressionEnabled", words, "true, false");
}

static bool
take_suppression(const struct rule_reader *r, const struct rule_node *node)
{
	int64_t ticks;

	return rule_take_duration(r, node, "suppressionDuration", TICKS_PER_DAY, &ticks);
}

static bool
take_list(const struct rule_reader *r, const struct rule_node *node, const char *field,
	struct rule_list *list)
{
	if (node->kind != NODE_LIST)
		return rule_refuse_node(r, node, "%s must be a list", field);
	for (size_t i = 0; i < node->count; i++) {
		struct str item = rule_node_text(node->items[i]);

		if (!item.len)
			return rule_refuse_node(
				r, node->items[i], "%s must be a list of texts", field);
		rule_list_add(list, kept(r, item));
	}
	return true;
}

static bool
take_tactics(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {"Reconnaissance", "ResourceDevelopment",
		"InitialAccess", "Execution", "Persistence", "PrivilegeEscalation",
		"DefenseEvasion", "CredentialAccess", "Discovery", "LateralMovement", "Collection",
		"CommandAndControl", "Exfiltration", "Impact", "PreAttack", "ImpairProcessControl",
		"InhibitResponseFunction", NULL};

	for (size_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
		if (!rule_one_of(r, node->items[i], "tactics", words,
			    "Sentinel's, which are MITRE's without blanks: InitialAccess"))
			return false;
	return take_list(r, node, "tactics", &r->rule->tactics);
}

static bool
take_techniques(const struct rule_reader *r, const struct rule_node *node)
{
	if (!take_list(r, node, "relevantTechniques", &r->rule->techniques))
		return false;
	for (size_t i = 0; i < r->rule->techniques.count; i++)
		if (!rule_is_technique(r->rule->techniques.items[i]))
			return rule_refuse_node(r, node,
				"relevantTechniques: `%.*s` is no technique such as T1098 or "
				"T1098.001",
				STR_ARG(r->rule->techniques.items[i]));
	return true;
}

static bool
take_grouping(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {"SingleAlert", "AlertPerResult", NULL};
	const struct rule_node *kind = rule_node_member(node, "aggregationKind");

	if (!kind)
		return rule_refuse_node(r, node, "eventGroupingSettings has an aggregationKind");
	r->rule->alert_per_result =
		str_equal_ascii_nocase(rule_node_text(kind), STR("AlertPerResult"));
	return rule_one_of(r, kind, "aggregationKind", words, "SingleAlert, AlertPerResult");
}

static bool
check_bool(const struct rule_reader *r, const struct rule_node *map, const char *name)
{
	static const char *const words[] = {"true", "false", NULL};
	const struct rule_node *node = rule_node_member(map, name);

	return !node || rule_one_of(r, node, name, words, "true, false");
}

static bool
take_incident(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const words[] = {"AllEntities", "Selected", "AnyAlert", NULL};
	const struct rule_node *grouping = rule_node_member(node, "groupingConfiguration");
	const struct rule_node *method = rule_node_member(grouping, "matchingMethod");
	const struct rule_node *back = rule_node_member(grouping, "lookbackDuration");
	int64_t ticks;

	if (node->kind != NODE_MAP)
		return rule_refuse_node(r, node, "incidentConfiguration must be a mapping");
	return check_bool(r, node, "createIncident") && check_bool(r, grouping, "enabled") &&
	       check_bool(r, grouping, "reopenClosedIncident") &&
	       (!method || rule_one_of(r, method, "matchingMethod", words,
				   "AllEntities, Selected, AnyAlert")) &&
	       (!back ||
		       rule_take_duration(r, back, "lookbackDuration", 7 * TICKS_PER_DAY, &ticks));
}

static bool
take_connectors(const struct rule_reader *r, const struct rule_node *node)
{
	if (node->kind != NODE_LIST)
		return rule_refuse_node(r, node, "requiredDataConnectors must be a list");
	for (size_t i = 0; i < node->count; i++)
		if (!rule_node_text(rule_node_member(node->items[i], "connectorId")).len)
			return rule_refuse_node(r, node->items[i], "a connector has a connectorId");
	return true;
}

static bool
take_description(const struct rule_reader *r, const struct rule_node *node)
{
	return rule_node_text(node).data || rule_refuse_node(r, node, "description must be a text");
}

/* ---- the query ---- */

static bool
take_query(const struct rule_reader *r, const struct rule_node *node)
{
	if (!rule_node_text(node).data)
		return rule_refuse_node(r, node, "query must be a text");
	if (!str_trim(rule_node_text(node)).len)
		return rule_refuse_node(r, node, "query must not be empty");
	r->rule->place = (struct rule_place){node->line, node->col, node->style};
	return take_text(r, node, "query", &r->rule->query);
}

/* ---- the table of fields ---- */

/* clang-format off */
static const struct {
	const char *name;
	field_taker *take;
} fields[] = {
	{"id", take_id},
	{"name", take_name},
	{"description", take_description},
	{"severity", take_severity},
	{"status", NULL},
	{"kind", take_kind},
	{"version", take_version},
	{"requiredDataConnectors", take_connectors},
	{"queryFrequency", take_frequency},
	{"queryPeriod", take_period},
	{"triggerOperator", take_operator},
	{"triggerThreshold", take_threshold},
	{"suppressionEnabled", take_suppressed},
	{"suppressionDuration", take_suppression},
	{"tactics", take_tactics},
	{"relevantTechniques", take_techniques},
	{"query", take_query},
	{"entityMappings", rule_take_mappings},
	{"sentinelEntitiesMappings", rule_take_sentinel_mappings},
	{"customDetails", rule_take_details},
	{"alertDetailsOverride", rule_take_override},
	{"eventGroupingSettings", take_grouping},
	{"incidentConfiguration", take_incident},
	{"tags", NULL},
	{"metadata", NULL},
};
/* clang-format on */

static bool
take_field(const struct rule_reader *r, const struct rule_node *key, const struct rule_node *value)
{
	struct str name = rule_node_text(key);

	if (!name.len)
		return rule_refuse_node(r, key, "a field's name must be a text");
	keep_field(r, name, value);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_is(name, fields[i].name))
			return !fields[i].take || fields[i].take(r, value);
	warn(r, "unknown field `%.*s`: kept, without effect", name);
	return true;
}

static bool
check_whole(const struct rule_reader *r, const struct rule_node *root)
{
	struct rule *rule = r->rule;

	if (!rule->id.data || !rule->name.data || !rule->query.data)
		return rule_refuse_node(r, root,
			"a rule needs an id, a name and a query: %s is missing",
			!rule->id.data	   ? "id"
			: !rule->name.data ? "name"
					   : "query");
	if (rule->frequency && rule->period && rule->frequency > rule->period)
		return rule_refuse_node(r, rule_node_member(root, "queryFrequency"),
			"queryFrequency must not be longer than queryPeriod");
	return true;
}

bool
rule_read_fields(const struct rule_reader *r, const struct rule_node *root)
{
	if (!root || root->kind != NODE_MAP)
		return rule_refuse_node(r, root, "a rule is a mapping of fields");
	for (size_t i = 0; i < root->count; i++)
		if (!take_field(r, root->keys[i], root->items[i]))
			return false;
	return check_whole(r, root);
}
