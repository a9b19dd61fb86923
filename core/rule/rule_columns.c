/* The fields of a rule that name columns of its query's result. */
#include "core/rule/rule_private.h"

static struct rule_mapping *
add_column(const struct rule_reader *r, const struct rule_node *node, struct str column)
{
	struct rule *rule = r->rule;

	MEM_GROW(rule->mappings, rule->mapping_count, rule->mapping_capacity);
	rule->mappings[rule->mapping_count] = (struct rule_mapping){
		.column = arena_str(&rule->arena, column), .line = node->line, .col = node->col};
	return &rule->mappings[rule->mapping_count++];
}

/* ---- entities ---- */

static const char *const entities[] = {"Account", "AzureResource", "CloudApplication", "DNS",
	"File", "FileHash", "Host", "IoTDevice", "IP", "Mailbox", "MailCluster", "MailMessage",
	"Malware", "Process", "RegistryKey", "RegistryValue", "SecurityGroup", "SubmissionMail",
	"URL", NULL};

static const char *const account_names[] = {"Name", "FullName", "NTDomain", "DnsDomain",
	"UPNSuffix", "Sid", "AadTenantId", "AadUserId", "PUID", "IsDomainJoined", "DisplayName",
	"ObjectGuid", "CloudAppAccountId", "IsAnonymized", NULL};

static const char *const ip_names[] = {"Address", "AddressScope", NULL};

static bool
check_identifier(const struct rule_reader *r, const struct rule_node *node, struct str entity)
{
	if (str_is(entity, "Account"))
		return rule_one_of(r, node, "identifier", account_names,
			"an Account's: Name, UPNSuffix, FullName, Sid, AadUserId and others");
	if (str_is(entity, "IP"))
		return rule_one_of(
			r, node, "identifier", ip_names, "an IP's: Address, AddressScope");
	return true;
}

static bool
take_field_mapping(const struct rule_reader *r, const struct rule_node *node, struct str entity)
{
	const struct rule_node *identifier = rule_node_member(node, "identifier");
	const struct rule_node *column = rule_node_member(node, "columnName");
	struct rule_mapping *mapping;

	if (!rule_node_text(identifier).len || !rule_node_text(column).len)
		return rule_refuse_node(
			r, node, "a field mapping has an identifier and a columnName");
	if (!check_identifier(r, identifier, entity))
		return false;
	mapping = add_column(r, column, rule_node_text(column));
	mapping->entity = entity;
	mapping->identifier = arena_str(&r->rule->arena, rule_node_text(identifier));
	return true;
}

static bool
take_mapping(const struct rule_reader *r, const struct rule_node *node)
{
	const struct rule_node *type = rule_node_member(node, "entityType");
	const struct rule_node *fields = rule_node_member(node, "fieldMappings");
	struct str entity;

	if (!rule_node_text(type).len || !fields || fields->kind != NODE_LIST)
		return rule_refuse_node(
			r, node, "an entity mapping has an entityType and fieldMappings");
	if (!rule_one_of(
		    r, type, "entityType", entities, "Sentinel's: Account, IP, Host and others"))
		return false;
	if (fields->count > 3)
		return rule_refuse_node(r, fields, "an entity has at most 3 identifiers");
	entity = arena_str(&r->rule->arena, rule_node_text(type));
	for (size_t i = 0; i < fields->count; i++)
		if (!take_field_mapping(r, fields->items[i], entity))
			return false;
	return true;
}

bool
rule_take_mappings(const struct rule_reader *r, const struct rule_node *node)
{
	if (node->kind != NODE_LIST)
		return rule_refuse_node(r, node, "entityMappings must be a list");
	if (node->count > 10)
		return rule_refuse_node(r, node, "a rule has at most 10 entity mappings");
	for (size_t i = 0; i < node->count; i++)
		if (!take_mapping(r, node->items[i]))
			return false;
	return true;
}

bool
rule_take_sentinel_mappings(const struct rule_reader *r, const struct rule_node *node)
{
	if (node->kind != NODE_LIST)
		return rule_refuse_node(r, node, "sentinelEntitiesMappings must be a list");
	for (size_t i = 0; i < node->count; i++) {
		const struct rule_node *column = rule_node_member(node->items[i], "columnName");

		if (!rule_node_text(column).len)
			return rule_refuse_node(r, node->items[i], "a mapping has a columnName");
		add_column(r, column, rule_node_text(column));
	}
	return true;
}

/* ---- what an alert shows ---- */

bool
rule_take_details(const struct rule_reader *r, const struct rule_node *node)
{
	if (node->kind != NODE_MAP)
		return rule_refuse_node(
			r, node, "customDetails must be a mapping of names to columns");
	if (node->count > 20)
		return rule_refuse_node(r, node, "a rule has at most 20 custom details");
	for (size_t i = 0; i < node->count; i++) {
		if (!rule_node_text(node->items[i]).len)
			return rule_refuse_node(
				r, node->items[i], "a custom detail names a column");
		add_column(r, node->items[i], rule_node_text(node->items[i]));
	}
	return true;
}

/* alertDisplayNameFormat: key by {{UserName}} */
static bool
take_format(const struct rule_reader *r, const struct rule_node *node)
{
	struct str text = rule_node_text(node);
	size_t open, close;

	while ((open = str_find(text, STR("{{"), 0)) != (size_t)-1) {
		close = str_find(text, STR("}}"), open);
		if (close == (size_t)-1)
			return rule_refuse_node(r, node, "the {{ is never closed");
		add_column(r, node, str_trim(str_slice(text, open + 2, close - open - 2)));
		text = str_slice(text, close + 2, text.len);
	}
	return true;
}

bool
rule_take_override(const struct rule_reader *r, const struct rule_node *node)
{
	static const char *const columns_of[] = {
		"alertTacticsColumnName", "alertSeverityColumnName"};
	const struct rule_node *properties = rule_node_member(node, "alertDynamicProperties");

	if (node->kind != NODE_MAP)
		return rule_refuse_node(r, node, "alertDetailsOverride must be a mapping");
	for (size_t i = 0; i < sizeof(columns_of) / sizeof(columns_of[0]); i++) {
		const struct rule_node *column = rule_node_member(node, columns_of[i]);

		if (rule_node_text(column).len)
			add_column(r, column, rule_node_text(column));
	}
	for (size_t i = 0; properties && i < properties->count; i++) {
		const struct rule_node *value = rule_node_member(properties->items[i], "value");

		if (!rule_node_text(value).len)
			return rule_refuse_node(r, properties->items[i], "a property has a value");
		add_column(r, value, rule_node_text(value));
	}
	return take_format(r, rule_node_member(node, "alertDisplayNameFormat")) &&
	       take_format(r, rule_node_member(node, "alertDescriptionFormat"));
}
