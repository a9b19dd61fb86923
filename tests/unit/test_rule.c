/* Rules: their YAML, what is refused and where, and the built-in one. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/rule/rule.h"

#define HEAD                                              \
	"id: 00000000-0000-4000-8000-000000000001\n"      \
	"name: Ours\n"
#define QUERY                                             \
	"query: |\n"                                      \
	"  AWSCloudTrail\n"                               \
	"  | where EventName == \"CreateAccessKey\"\n"

static struct rule *
loaded(const char *yaml)
{
	struct rule *rule;
	struct error err;

	assert_ok(rule_load_text(&rule, str_from(yaml), "r.yaml", &err), &err);
	return rule;
}

static void
assert_refused(const char *yaml, const char *expected)
{
	struct rule *rule;
	struct error err;

	assert_false(rule_load_text(&rule, str_from(yaml), "r.yaml", &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.text, expected);
}

/* ---- the built-in rule ---- */

struct judged {
	struct event event;
	struct rule_run *run;
	struct buf raw;
	bool matched;
};

static struct judged *
judge(const struct rule *rule, const char *fmt, const char *argument)
{
	struct judged *j = MEM_NEW(struct judged);
	struct error err;

	buf_printf(&j->raw, fmt, argument);
	assert_ok(event_parse(&j->event, buf_view(&j->raw), &err), &err);
	j->run = rule_run_new(rule, 0);
	j->matched = rule_match(j->run, &j->event);
	return j;
}

static void
judged_fini(struct judged *j)
{
	rule_run_free(j->run);
	event_fini(&j->event);
	buf_fini(&j->raw);
	free(j);
}

static void
only_the_exact_event_name_matches(void **state)
{
	static const struct {
		const char *name;
		bool matches;
	} cases[] = {{"CreateAccessKey", true}, {"\\u0043reateAccessKey", true},
		{"createaccesskey", false}, {"CreateAccessKey ", false}, {"CreateAccessKeys", false},
		{"CreateAccessKey\\u0000X", false}, {"", false}};
	struct rule *rule = rule_builtin();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judged *j = judge(rule, "{\"eventName\":\"%s\"}", cases[i].name);

		if (j->matched != cases[i].matches)
			print_error("%s\n", cases[i].name);
		assert_int_equal(j->matched, cases[i].matches);
		judged_fini(j);
	}
	rule_free(rule);
}

static void
check_principal(const struct rule *rule, char *line)
{
	char *principal = strtok_r(line, "\t", &line);
	struct judged *j = judge(rule,
		"{\"eventName\":\"CreateAccessKey\",\"userIdentity\":{\"principalId\":%s}}", principal);
	struct buf row = {0};
	static const char *const names[] = {"UserName", "Name", "UpnSuffix"};
	struct json_doc *doc;

	assert_true(j->matched);
	rule_row_json(j->run, &row);
	assert_true(json_parse(buf_view(&row), &doc, NULL));
	for (int i = 0; i < 3; i++) {
		struct buf got = {0};

		json_write(&got, json_get(json_root(doc), str_from(names[i])));
		if (i == 0 && strcmp(buf_cstr(&got), "null") == 0)
			print_error("%s\n", principal);
		assert_string_equal(buf_cstr(&got), strtok_r(line, "\t", &line));
		buf_fini(&got);
	}
	json_doc_free(doc);
	buf_fini(&row);
	judged_fini(j);
}

static void
principal_ids_give_the_account_as_sentinel_does(void **state)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	struct rule *rule = rule_builtin();
	char path[4096], *bytes, *text, *line;
	int cases = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/principal.cases", source ? source : ".");
	text = bytes = test_read(path, NULL);
	while ((line = strtok_r(text, "\n", &text)))
		if (line[0] != '#') {
			check_principal(rule, line);
			cases++;
		}
	assert_int_equal(cases, 22);
	free(bytes);
	rule_free(rule);
}

static void
the_row_has_the_fifty_columns_of_the_result_in_order_and_typed(void **state)
{
	struct rule *rule = rule_builtin();
	struct judged *j = judge(rule,
		"{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventName\":\"%s\",\"readOnly\":false,"
		"\"eventVersion\":\"1.09\",\"userIdentity\":{\"principalId\":\"A:x@y\"}}",
		"CreateAccessKey");
	struct buf row = {0};
	struct json_doc *doc;
	const struct json *root;

	(void)state;
	rule_row_json(j->run, &row);
	assert_true(json_parse(buf_view(&row), &doc, NULL));
	root = json_root(doc);
	assert_int_equal(json_count(root), 50);
	assert_str(json_key(json_first(root)), "TimeGenerated");
	assert_str(json_string(json_first(root)), "2026-01-02T03:04:05Z");
	assert_int_equal(json_type(json_get(root, STR("ReadOnly"))), JSON_BOOL);
	assert_int_equal(json_type(json_get(root, STR("SessionMfaAuthenticated"))), JSON_NULL);
	assert_str(json_string(json_get(root, STR("ErrorCode"))), "");
	assert_null(json_get(root, STR("EventVersion")));
	assert_null(json_get(root, STR("_BilledSize")));
	assert_true(str_ends_with(buf_view(&row),
		STR("\"UserName\":\"x@y\",\"Name\":\"x\",\"UpnSuffix\":\"y\"}")));
	assert_str(rule_entity(j->run, "Account", "Name"), "x");
	assert_str(rule_entity(j->run, "Account", "UPNSuffix"), "y");
	assert_str(rule_entity(j->run, "Account", "FullName"), NULL);
	assert_str(rule_entity(j->run, "IP", "Address"), "");
	json_doc_free(doc);
	buf_fini(&row);
	judged_fini(j);
	rule_free(rule);
}

static void
the_built_in_rule_has_its_published_fields(void **state)
{
	struct rule *rule = rule_builtin();

	(void)state;
	assert_str(rule_id(rule), "9a6554e6-63d9-4f94-9b32-64d1d40628f2");
	assert_str(rule_name(rule), "Creation of Access Key for IAM User");
	assert_str(rule_version(rule), "1.0.1");
	assert_str(rule_severity(rule), "Medium");
	assert_int_equal(rule_tactic_count(rule), 1);
	assert_str(rule_tactic(rule, 0), "Persistence");
	assert_int_equal(rule_technique_count(rule), 1);
	assert_str(rule_technique(rule, 0), "T1098");
	assert_int_equal(rule_literal_count(rule), 1);
	assert_str(rule_literal(rule, 0), "CreateAccessKey");
	assert_int_equal(rule_warning_count(rule), 0);
	assert_false(rule_uses_now(rule));
	rule_free(rule);
}

static void
assert_rests_on(const char *query, const char *names)
{
	struct buf text = {0}, found = {0};
	struct rule *rule;

	buf_printf(&text, HEAD "query: |\n  AWSCloudTrail\n%s", query);
	rule = loaded(buf_cstr(&text));
	for (size_t i = 0; i < column_count; i++)
		if (rule_columns(rule) >> i & 1)
			buf_printf(&found, "%s ", columns[i].name);
	assert_string_equal(buf_cstr(&found), names);
	rule_free(rule);
	buf_fini(&text);
	buf_fini(&found);
}

static void
a_rule_rests_on_the_columns_up_to_its_last_where(void **state)
{
	(void)state;
	assert_rests_on("  | extend a = tolower(UserAgent)\n", "");
	assert_rests_on("  | where strcat(EventSource, EventName) has 'x' and not(ReadOnly)\n",
		"EventSource EventName ReadOnly ");
	assert_rests_on("  | extend a = tolower(UserAgent), b = AWSRegion\n"
			"  | where a == 'x' or b == 'y'\n  | extend c = tolower(ErrorCode)\n",
		"AWSRegion UserAgent ");
	assert_rests_on("  | project-rename Agent = UserAgent\n"
			"  | where isempty(Agent) or CidrIp == ''\n  | project EventName\n",
		"UserAgent CidrIp ");
	assert_rests_on(
		"  | where parse_json(RequestParameters).userName == UserIdentityUserName\n",
		"UserIdentityUserName RequestParameters ");
}

/* ---- fields ---- */

static void
every_field_is_read_and_shown(void **state)
{
	struct rule *rule = loaded(HEAD "description: |\n  one\n  two\nseverity: High\nstatus: Available\n"
					"queryFrequency: 1h\nqueryPeriod: PT2H\ntriggerOperator: gt\n"
					"triggerThreshold: 0\ntactics: [Persistence]\n"
					"relevantTechniques:\n  - T1098\n  - T1098.001\n" QUERY
					"customDetails:\n  Agent: UserAgent\nversion: 2.0.0\nkind: Scheduled\n");
	struct buf out = {0};

	(void)state;
	rule_show(rule, &out);
	assert_string_equal(buf_cstr(&out),
		"id                      00000000-0000-4000-8000-000000000001\n"
		"name                    Ours\n"
		"description\n    one\n    two\n"
		"severity                High\n"
		"status                  Available\n"
		"queryFrequency          1h\n"
		"queryPeriod             PT2H\n"
		"triggerOperator         gt\n"
		"triggerThreshold        0\n"
		"tactics\n    - Persistence\n"
		"relevantTechniques\n    - T1098\n    - T1098.001\n"
		"query\n    AWSCloudTrail\n    | where EventName == \"CreateAccessKey\"\n"
		"customDetails\n    Agent: UserAgent\n"
		"version                 2.0.0\n"
		"kind                    Scheduled\n");
	buf_fini(&out);
	rule_free(rule);
}

static void
a_hunting_query_needs_no_schedule(void **state)
{
	struct rule *rule = loaded(HEAD QUERY "entityMappings:\n  - entityType: Account\n    fieldMappings:\n"
					      "      - identifier: FullName\n        columnName: UserIdentityUserName\n");
	struct judged *j = judge(rule,
		"{\"eventName\":\"%s\",\"userIdentity\":{\"userName\":\"bob\"}}", "CreateAccessKey");

	(void)state;
	assert_true(j->matched);
	assert_str(rule_entity(j->run, "Account", "FullName"), "bob");
	assert_str(rule_version(rule), NULL);
	judged_fini(j);
	rule_free(rule);
}

static void
what_would_alert_differently_in_sentinel_is_said(void **state)
{
	struct rule *rule = loaded(HEAD QUERY "triggerOperator: gt\ntriggerThreshold: 3\nsuppressionEnabled: true\n"
					      "eventGroupingSettings:\n  aggregationKind: AlertPerResult\nextra: 1\n");

	(void)state;
	assert_int_equal(rule_warning_count(rule), 4);
	assert_str(rule_warning(rule, 0), "rule Ours: unknown field `extra`: kept, without effect");
	assert_true(str_starts_with(rule_warning(rule, 1), STR("rule Ours: the trigger is not `gt 0`")));
	assert_true(str_starts_with(rule_warning(rule, 2), STR("rule Ours: suppression is on")));
	assert_true(str_starts_with(rule_warning(rule, 3), STR("rule Ours: an alert per result")));
	rule_free(rule);
}

/* ---- refusals ---- */

static void
fields_are_refused_with_their_place(void **state)
{
	(void)state;
	assert_refused("name: x\n", "r.yaml:1:1: a rule needs an id, a name and a query: id is missing\n  name: x\n  ^");
	assert_refused("id: abc\n", "r.yaml:1:5: id: `abc` is no GUID\n  id: abc\n      ^");
	assert_refused(HEAD "severity: Grave\n" QUERY,
		"r.yaml:3:11: severity: `Grave` is none of Informational, Low, Medium, High\n  severity: Grave\n            ^");
	assert_refused(HEAD "name: twice\n", "r.yaml:3:1: `name` stands twice\n  name: twice\n  ^");
	assert_refused(HEAD "queryFrequency: 1m\n",
		"r.yaml:3:17: queryFrequency must lie between 5 minutes and 14 days\n  queryFrequency: 1m\n                  ^");
	assert_refused(HEAD "queryPeriod: soon\n",
		"r.yaml:3:14: queryPeriod: `soon` is no duration such as 15m, 1h or 1d\n  queryPeriod: soon\n               ^");
	assert_refused(HEAD "queryFrequency: 2h\nqueryPeriod: 1h\n" QUERY,
		"r.yaml:3:17: queryFrequency must not be longer than queryPeriod\n  queryFrequency: 2h\n                  ^");
	assert_refused(HEAD "kind: NRT\n",
		"r.yaml:3:7: kind: `NRT` is none of the kinds that run here: Scheduled\n  kind: NRT\n        ^");
	assert_refused(HEAD "triggerThreshold: many\n",
		"r.yaml:3:19: triggerThreshold: `many` is no number from 0 to 10000\n  triggerThreshold: many\n                    ^");
	assert_refused(HEAD "relevantTechniques: [X1]\n",
		"r.yaml:3:21: relevantTechniques: `X1` is no technique such as T1098 or T1098.001\n"
		"  relevantTechniques: [X1]\n                      ^");
	assert_refused("- a\n", "r.yaml:1:1: a rule is a mapping of fields\n  - a\n  ^");
	assert_refused("", "r.yaml:1:1: a rule is a mapping of fields\n  \n  ^");
}

/* Of each field the first line of its refusal. */
static void
every_field_of_a_scheduled_rule_is_validated(void **state)
{
	static const struct {
		const char *field, *refusal;
	} cases[] = {
		{"tactics: [Persistance]", "3:11: tactics: `Persistance` is none of Sentinel's"},
		{"tactics: Persistence", "3:10: tactics must be a list"},
		{"version: one", "3:10: version: `one` is no version such as 1.0.1"},
		{"description: [a]", "3:14: description must be a text"},
		{"triggerThreshold: 10001", "3:19: triggerThreshold: `10001` is no number from 0 to 10000"},
		{"suppressionDuration: 25h", "3:22: suppressionDuration must lie between 5 minutes and 24 hours"},
		{"suppressionEnabled: maybe", "3:21: suppressionEnabled: `maybe` is none of true, false"},
		{"eventGroupingSettings: x", "3:24: eventGroupingSettings has an aggregationKind"},
		{"requiredDataConnectors: x", "3:25: requiredDataConnectors must be a list"},
		{"requiredDataConnectors: [{id: x}]", "3:26: a connector has a connectorId"},
		{"incidentConfiguration: {createIncident: perhaps}", "3:41: createIncident: `perhaps` is none of true, false"},
		{"incidentConfiguration: {groupingConfiguration: {matchingMethod: Any}}",
			"3:65: matchingMethod: `Any` is none of AllEntities, Selected, AnyAlert"},
		{"customDetails: [a]", "3:16: customDetails must be a mapping of names to columns"},
		{"customDetails: {A: Nope}", "3:20: the query's result has no column `Nope`"},
		{"alertDetailsOverride: {alertDisplayNameFormat: 'key by {{ Nope }}'}",
			"3:48: the query's result has no column `Nope`"},
		{"alertDetailsOverride: {alertDescriptionFormat: 'key by {{ Nope'}", "3:48: the {{ is never closed"},
		{"alertDetailsOverride: {alertSeverityColumnName: Nope}", "3:49: the query's result has no column `Nope`"},
		{"sentinelEntitiesMappings: [{columnName: Nope}]", "3:41: the query's result has no column `Nope`"},
		{"entityMappings: [{entityType: Acount, fieldMappings: []}]", "3:31: entityType: `Acount` is none of Sentinel's"},
		{"entityMappings: [{entityType: IP, fieldMappings: [{identifier: Adress, columnName: Type}]}]",
			"3:64: identifier: `Adress` is none of an IP's"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf yaml = {0}, expected = {0};
		struct rule *rule;
		struct error err;

		buf_printf(&yaml, HEAD "%s\n" QUERY, cases[i].field);
		buf_printf(&expected, "r.yaml:%s", cases[i].refusal);
		assert_false(rule_load_text(&rule, buf_view(&yaml), "r.yaml", &err));
		if (strncmp(err.text, buf_cstr(&expected), expected.len) != 0)
			fail_msg("%s\nand not %s", err.text, buf_cstr(&expected));
		buf_fini(&yaml);
		buf_fini(&expected);
	}
}

static void
a_mapped_column_must_be_in_the_result(void **state)
{
	(void)state;
	assert_refused(HEAD QUERY "entityMappings:\n  - entityType: IP\n    fieldMappings:\n"
				  "      - identifier: Address\n        columnName: Nope\n",
		"r.yaml:10:21: the query's result has no column `Nope`\n          columnName: Nope\n                      ^");
	assert_refused(HEAD QUERY "entityMappings:\n  - entityType: IP\n",
		"r.yaml:7:5: an entity mapping has an entityType and fieldMappings\n    - entityType: IP\n      ^");
}

static void
the_query_is_refused_at_its_place_in_the_file(void **state)
{
	(void)state;
	assert_refused(HEAD "query: |\n    AWSCloudTrail\n    | where EventNam == \"x\"\n",
		"r.yaml:5:13: unknown column `EventNam`: did you mean `EventName`?\n"
		"      | where EventNam == \"x\"\n              ^");
	assert_refused(HEAD "query: AWSCloudTrail | summarize count()\n",
		"r.yaml:3:24: `summarize` is not supported here: an alert is one event, and after it there is "
		"no event to name\n  query: AWSCloudTrail | summarize count()\n                         ^");
	assert_refused(HEAD "query: 'AWSCloudTrail | where x'\n",
		"r.yaml:3:31: unknown column `x`\n  query: 'AWSCloudTrail | where x'\n                                ^");
}

/* Whatever YAML makes of the text, the place is that in the file. */
static void
the_place_is_found_in_every_way_to_write_a_text(void **state)
{
	static const struct {
		const char *query, *place;
	} cases[] = {
		{"query: |2\n    AWSCloudTrail\n    | where Nope == 1\n", "5:13"},
		{"query: |-\n\n\n  AWSCloudTrail\n  | where\tNope == 1\n", "7:11"},
		{"query:\n  |\n  AWSCloudTrail\n\n  | where Nope == 1\n", "7:11"},
		{"query: |\r\n  AWSCloudTrail\r\n  | where Nope == 1\r\n", "5:11"},
		{"query: |\n  AWSCloudTrail | where 'zo\303\253' == Nope\n", "4:34"},
		{"query: >\n  AWSCloudTrail\n  | where Nope == 1\n", "5:11"},
		{"query: >-\n  AWSCloudTrail\n\n    | where true\n  | where Nope == 1\n", "7:11"},
		{"query: AWSCloudTrail\n  | where ReadOnly\n  | where Nope == 1\n", "5:11"},
		{"query: 'AWSCloudTrail\n\n  | where ''a'' == Nope'\n", "5:20"},
		{"query: \"AWSCloudTrail\\n| where \\\"a\\\" == Nope\"\n", "3:41"},
		{"query: \"AWSCloudTrail | where \\\n   \\x41\\u0042\"\n", "4:4"},
		{"query: 'AWSCloudTrail |'\n", "3:24"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf yaml = {0}, place = {0};
		struct rule *rule;
		struct error err;

		buf_printf(&yaml, "%s%s", HEAD, cases[i].query);
		buf_printf(&place, "r.yaml:%s: ", cases[i].place);
		assert_false(rule_load_text(&rule, buf_view(&yaml), "r.yaml", &err));
		if (strncmp(err.text, buf_cstr(&place), place.len) != 0)
			fail_msg("%s\nis refused at %s\nand not at %s", cases[i].query, err.text,
				cases[i].place);
		buf_fini(&yaml);
		buf_fini(&place);
	}
}

static void
the_caret_stands_under_the_word_behind_wide_and_hidden_characters(void **state)
{
	(void)state;
	assert_refused(HEAD "query: AWSCloudTrail | where '\344\270\255\342\200\213' == Nope\n",
		"r.yaml:3:38: unknown column `Nope`: did you mean `Type`?\n"
		"  query: AWSCloudTrail | where '\344\270\255\\u200b' == Nope\n"
		"                                             ^");
}

static struct str
nested(struct buf *out, const char *open, const char *close, int depth)
{
	buf_puts(out, HEAD "x: ");
	for (int i = 0; i < depth; i++)
		buf_puts(out, open);
	for (int i = 0; i < depth; i++)
		buf_puts(out, close);
	buf_puts(out, "\n" QUERY);
	return buf_view(out);
}

static void
yaml_that_costs_or_means_more_than_it_shows_is_refused(void **state)
{
	struct buf deep = {0}, bomb = {0};
	struct rule *rule;
	struct error err;

	(void)state;
	assert_false(rule_load_text(&rule, nested(&deep, "[", "]", 200000), "r.yaml", &err));
	assert_non_null(strstr(err.text, "r.yaml:3:35: nested too deeply\n"));
	buf_puts(&bomb, HEAD "a0: &a0 [xxxxxxxxxx]\n");
	for (int i = 1; i < 12; i++)
		buf_printf(&bomb, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_puts(&bomb, QUERY);
	assert_false(rule_load_text(&rule, buf_view(&bomb), "r.yaml", &err));
	assert_non_null(strstr(err.text, ": aliases unfold this to more than a rule can hold\n"));
	assert_refused(HEAD "x: &x [*x]\n" QUERY,
		"r.yaml:3:4: aliases unfold this to more than a rule can hold\n  x: &x [*x]\n     ^");
	assert_refused(HEAD QUERY "---\n" HEAD,
		"r.yaml:6:1: a second document: a file holds one rule\n  ---\n  ^");
	assert_refused(HEAD "customDetails:\n  A: x\n  A: y\n",
		"r.yaml:5:3: `A` stands twice\n    A: y\n    ^");
	assert_refused(HEAD "x: \"\377\"\n", "r.yaml:3:5: invalid leading UTF-8 octet\n  x: \"\\xff\"\n      ^");
	assert_refused("\377\376i", "r.yaml: UTF-16: a rule is a text in UTF-8");
	buf_fini(&deep);
	buf_fini(&bomb);
}

static void
what_is_no_yaml_is_refused_with_its_place(void **state)
{
	struct rule *rule;
	struct error err;

	(void)state;
	assert_false(rule_load_text(&rule, STR("id: [a\nname: b\n"), "r.yaml", &err));
	assert_non_null(strstr(err.text, "r.yaml:2:"));
}

/* ---- filters ---- */

static bool
filter_holds(const char *predicate, struct judged *j, const struct rule *rule)
{
	struct rule_filter *filter;
	struct error err;
	bool holds;

	assert_ok(rule_filter_compile(&filter, rule, str_from(predicate), &err), &err);
	holds = rule_filter_match(filter, j->run, &j->event);
	rule_filter_free(filter);
	return holds;
}

static void
filters_see_the_tables_columns_and_the_results(void **state)
{
	struct rule *rule = rule_builtin();
	struct judged *j = judge(rule,
		"{\"eventName\":\"%s\",\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"Root\","
		"\"principalId\":\"A:x@y\"}}",
		"CreateAccessKey");

	(void)state;
	assert_true(filter_holds("UserIdentityType == \"Root\" and isempty(ErrorCode)", j, rule));
	assert_true(filter_holds("EventVersion == '1.09'", j, rule)); /* projected away by the rule */
	assert_true(filter_holds("Name == 'x' and UpnSuffix matches regex '^y$'", j, rule));
	assert_false(filter_holds("SessionMfaAuthenticated", j, rule)); /* null is not true */
	judged_fini(j);
	rule_free(rule);
}

static void
on_a_clash_the_results_column_is_meant(void **state)
{
	struct rule *rule = loaded(HEAD "query: |\n  AWSCloudTrail\n  | extend UserAgent = 'ours', Used = 'ours'\n");
	struct judged *j = judge(rule, "{\"eventName\":\"x\",\"userAgent\":\"%s\"}", "theirs");

	(void)state;
	assert_true(filter_holds("UserAgent == 'ours' and Used == 'ours'", j, rule));
	judged_fini(j);
	rule_free(rule);
}

static void
what_history_answers_is_a_column_of_filters_alone(void **state)
{
	static const char text[] = HEAD "query: |\n  AWSCloudTrail\n  | where Used\n";
	struct rule *rule;
	struct error err;

	(void)state;
	assert_false(rule_load_text(&rule, STR(text), "r.yaml", &err));
	assert_non_null(strstr(err.text, "unknown column `Used`: a filter has it, and no rule"));
}

static void
a_wrong_filter_is_refused_with_its_column(void **state)
{
	struct rule *rule = rule_builtin();
	struct rule_filter *filter;
	struct error err;

	(void)state;
	assert_false(rule_filter_compile(&filter, rule, STR("Nam == 'x'"), &err));
	assert_string_equal(err.text, "1:1: unknown column `Nam`: did you mean `Name`?\n  Nam == 'x'\n  ^");
	assert_false(rule_filter_compile(&filter, rule, STR("strlen(Name)"), &err));
	assert_string_equal(err.text, "1:1: a filter is a bool, not a long\n  strlen(Name)\n  ^");
	rule_free(rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_exact_event_name_matches),
		cmocka_unit_test(principal_ids_give_the_account_as_sentinel_does),
		cmocka_unit_test(the_row_has_the_fifty_columns_of_the_result_in_order_and_typed),
		cmocka_unit_test(the_built_in_rule_has_its_published_fields),
		cmocka_unit_test(a_rule_rests_on_the_columns_up_to_its_last_where),
		cmocka_unit_test(every_field_is_read_and_shown),
		cmocka_unit_test(a_hunting_query_needs_no_schedule),
		cmocka_unit_test(what_would_alert_differently_in_sentinel_is_said),
		cmocka_unit_test(fields_are_refused_with_their_place),
		cmocka_unit_test(every_field_of_a_scheduled_rule_is_validated),
		cmocka_unit_test(a_mapped_column_must_be_in_the_result),
		cmocka_unit_test(the_query_is_refused_at_its_place_in_the_file),
		cmocka_unit_test(the_place_is_found_in_every_way_to_write_a_text),
		cmocka_unit_test(the_caret_stands_under_the_word_behind_wide_and_hidden_characters),
		cmocka_unit_test(yaml_that_costs_or_means_more_than_it_shows_is_refused),
		cmocka_unit_test(what_is_no_yaml_is_refused_with_its_place),
		cmocka_unit_test(filters_see_the_tables_columns_and_the_results),
		cmocka_unit_test(on_a_clash_the_results_column_is_meant),
		cmocka_unit_test(what_history_answers_is_a_column_of_filters_alone),
		cmocka_unit_test(a_wrong_filter_is_refused_with_its_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
