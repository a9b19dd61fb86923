#include "core/alert/alert.h"

#include <stdio.h>

#include "core/alert/outcome.h"
#include "core/base/text.h"

const struct alert_text_def alert_texts[ALERT_TEXT_COUNT] = {
#define X(name, json, column) [ALERT_##name] = {json, #column},
	ALERT_TEXTS(X)
#undef X
};

/* Texts that stand in the record as they are. */
static const struct {
	enum alert_text text;
	const char *path;
} record_texts[] = {
	{ALERT_ACTOR_TYPE, "userIdentity.type"},
	{ALERT_ACTOR_ARN, "userIdentity.arn"},
	{ALERT_ACTOR_USER, "userIdentity.userName"},
	{ALERT_ACTOR_PRINCIPAL, "userIdentity.principalId"},
	{ALERT_ACTOR_ACCOUNT, "userIdentity.accountId"},
	{ALERT_ACTOR_KEY, "userIdentity.accessKeyId"},
	{ALERT_ACTOR_INVOKED_BY, "userIdentity.invokedBy"},
	{ALERT_KEY_ID, "responseElements.accessKey.accessKeyId"},
	{ALERT_KEY_STATUS, "responseElements.accessKey.status"},
	{ALERT_KEY_DATE, "responseElements.accessKey.createDate"},
	{ALERT_ERROR_CODE, "errorCode"},
	{ALERT_ERROR_MESSAGE, "errorMessage"},
	{ALERT_REGION, "awsRegion"},
	{ALERT_RECIPIENT, "recipientAccountId"},
	{ALERT_SOURCE_IP, "sourceIPAddress"},
	{ALERT_USER_AGENT, "userAgent"},
};

/* Names for which Sentinel drops the whole Account entity (sources.md 5.5), any case. */
static const char *const dropped_names[] = {
	"ADMIN",
	"ADMINISTRATOR",
	"SYSTEM",
	"ROOT",
	"ANONYMOUS",
	"AUTHENTICATED USER",
	"NETWORK",
	"NULL",
	"LOCAL SYSTEM",
	"LOCALSYSTEM",
	"NETWORK SERVICE",
};

const char *
alert_self_word(const struct alert *alert)
{
	return alert->self ? "self" : "other";
}

/* ---- identity ---- */

/* Every part with its length, so that no two different lists of parts give the same bytes. */
static void
identity_hash(char id[ALERT_ID_SIZE], const char *kind, struct str a, struct str b, struct str c)
{
	struct str parts[] = {str_from(kind), a, b, c};
	struct buf text = {0};
	char hex[HASH_HEX];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_printf(&text, "%zu:", parts[i].len);
		buf_str(&text, parts[i]);
	}
	hash_hex(buf_view(&text), hex);
	buf_fini(&text);
	memcpy(id, hex, ALERT_ID_SIZE - 1);
	id[ALERT_ID_SIZE - 1] = '\0';
}

void
alert_identity(
	char id[ALERT_ID_SIZE], struct str rule_id, struct str event_id, const char *record_hash)
{
	if (event_id.len)
		identity_hash(id, "event", rule_id, event_id, STR(""));
	else
		identity_hash(id, "record", rule_id, str_from(record_hash), STR(""));
}

void
alert_identity_conflict(
	char id[ALERT_ID_SIZE], struct str rule_id, struct str event_id, const char *record_hash)
{
	identity_hash(id, "conflict", rule_id, event_id, str_from(record_hash));
}

/* ---- to and from the event ---- */

bool
alert_parse_event(struct event *event, const struct alert *alert, struct error *err)
{
	if (alert->flags & 1U << FLAG_FROM_TABLE)
		return event_parse_row(event, alert->raw, err);
	return event_parse(event, alert->raw, err);
}

static void
put_text(struct alert *alert, enum alert_text text, struct str value)
{
	alert->text[text] = arena_str(&alert->arena, value);
}

static void
put_json_array(struct alert *alert, enum alert_text text, const struct rule *rule, size_t count,
	struct str (*item)(const struct rule *rule, size_t i))
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	json_begin_array(&w);
	for (size_t i = 0; i < count; i++)
		json_put_string(&w, item(rule, i));
	json_end_array(&w);
	put_text(alert, text, buf_view(&out));
	buf_fini(&out);
}

static void
put_rule(struct alert *alert, const struct rule *rule)
{
	put_text(alert, ALERT_RULE_ID, rule_id(rule));
	put_text(alert, ALERT_RULE_NAME, rule_name(rule));
	put_text(alert, ALERT_RULE_VERSION, rule_version(rule));
	put_text(alert, ALERT_SEVERITY, rule_severity(rule));
	put_json_array(alert, ALERT_TACTICS, rule, rule_tactic_count(rule), rule_tactic);
	put_json_array(alert, ALERT_TECHNIQUES, rule, rule_technique_count(rule), rule_technique);
}

static bool
is_dropped_name(struct str name)
{
	for (size_t i = 0; i < sizeof(dropped_names) / sizeof(dropped_names[0]); i++)
		if (str_equal_ascii_nocase(name, str_from(dropped_names[i])))
			return true;
	return false;
}

static void
put_entities(struct alert *alert, const struct rule_run *run)
{
	struct str name = rule_entity(run, "Account", "Name");

	if (!name.data)
		name = rule_entity(run, "Account", "FullName");
	put_text(alert, ALERT_ACCOUNT_NAME, name);
	put_text(alert, ALERT_ACCOUNT_UPN, rule_entity(run, "Account", "UPNSuffix"));
	put_text(alert, ALERT_IP_ADDRESS, rule_entity(run, "IP", "Address"));
	if (is_dropped_name(name))
		alert->flags |= 1U << FLAG_DROPPED_BY_SENTINEL;
}

/* What stands behind the first ':' of a principal id, or behind the second '/' of an ARN. Only
 * these two types have a session that the caller named. */
static struct str
session_name(const struct alert *alert)
{
	struct str type = alert->text[ALERT_ACTOR_TYPE];
	struct str principal = alert->text[ALERT_ACTOR_PRINCIPAL];
	struct str arn = alert->text[ALERT_ACTOR_ARN];
	size_t at;

	if (!str_is(type, "AssumedRole") && !str_is(type, "FederatedUser"))
		return STR_ABSENT;
	at = str_find(principal, STR(":"), 0);
	if (at != (size_t)-1 && at + 1 < principal.len)
		return str_slice(principal, at + 1, principal.len);
	at = str_find(arn, STR("/"), 0);
	if (at != (size_t)-1 && str_is(type, "AssumedRole"))
		at = str_find(arn, STR("/"), at + 1);
	if (at != (size_t)-1 && at + 1 < arn.len)
		return str_slice(arn, at + 1, arn.len);
	return STR_ABSENT;
}

static struct str
session_issuer(const struct event *event)
{
	struct str arn = event_text(event, "userIdentity.sessionContext.sessionIssuer.arn");

	if (arn.len)
		return arn;
	return event_text(event, "userIdentity.sessionContext.sessionIssuer.userName");
}

static void
put_record_texts(struct alert *alert, const struct event *event)
{
	for (size_t i = 0; i < sizeof(record_texts) / sizeof(record_texts[0]); i++)
		put_text(alert, record_texts[i].text, event_text(event, record_texts[i].path));
	put_text(alert, ALERT_EVENT_ID, event->event_id);
	put_text(alert, ALERT_ACTOR_SESSION, session_name(alert));
	put_text(alert, ALERT_ACTOR_ISSUER, session_issuer(event));
}

/* settled.md 1 and 2. Root's own name is the account's alias, which the response may repeat. */
static void
put_target(struct alert *alert, const struct event *event)
{
	struct str type = alert->text[ALERT_ACTOR_TYPE];
	struct str actor = alert->text[ALERT_ACTOR_USER];
	struct str account = alert->text[ALERT_ACTOR_ACCOUNT];
	struct str request = event_text(event, "requestParameters.userName");
	struct str response = event_text(event, "responseElements.accessKey.userName");
	struct str target = request.len ? request : response;

	if (request.len && response.len && !str_equal(request, response))
		alert->flags |= 1U << FLAG_TARGET_MISMATCH;
	if (!target.len && !event_tells(event, "requestParameters"))
		return; /* a row that was cut down: nobody named is not known to be nobody */
	if (str_is(type, "Root") && !request.len && (!response.len || str_equal(response, actor))) {
		put_text(alert, ALERT_TARGET_USER, STR("root"));
		alert->self = true;
		return;
	}
	if (str_is(type, "IAMUser")) {
		if (!target.len)
			target = actor;
		alert->self = target.len && str_equal(actor, target) && account.len &&
			      str_equal(account, alert->text[ALERT_RECIPIENT]);
	}
	put_text(alert, ALERT_TARGET_USER, target.len ? target : STR_ABSENT);
}

void
alert_init(struct alert *alert, const struct event *event, const struct rule *rule,
	const struct rule_run *run)
{
	struct buf row = {0};
	char hex[HASH_HEX];

	alert->time = event->time;
	alert->arrived = TIME_NONE;
	alert->flags = event->flags;
	put_rule(alert, rule);
	put_entities(alert, run);
	put_record_texts(alert, event);
	put_target(alert, event);
	alert->outcome = outcome_of_event(event);
	rule_row_json(run, &row);
	put_text(alert, ALERT_ROW, buf_view(&row));
	buf_fini(&row);
	alert->raw = event->raw;
	hash_hex(event->raw, hex);
	put_text(alert, ALERT_RAW_SHA256, str_from(hex));
	event_canonical_hash(event, alert->record_hash);
	alert_identity(alert->id, alert->text[ALERT_RULE_ID], alert->text[ALERT_EVENT_ID],
		alert->record_hash);
	alert->state = decision_fold(NULL, 0, 1);
}

void
alert_fini(struct alert *alert)
{
	arena_fini(&alert->arena);
	*alert = (struct alert){0};
}

/* ---- is it what its bytes say? ---- */

static const char *
first_difference(const struct alert *a, const struct alert *b)
{
	static const enum alert_text more[] = {
		ALERT_EVENT_ID, ALERT_ACTOR_SESSION, ALERT_ACTOR_ISSUER, ALERT_TARGET_USER};

	for (size_t i = 0; i < sizeof(record_texts) / sizeof(record_texts[0]); i++)
		if (!str_equal(a->text[record_texts[i].text], b->text[record_texts[i].text]))
			return record_texts[i].path;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (!str_equal(a->text[more[i]], b->text[more[i]]))
			return alert_texts[more[i]].json;
	if (a->time != b->time)
		return "its time";
	if (a->self != b->self)
		return "self";
	return a->outcome == b->outcome ? NULL : "the outcome";
}

static const char *
variant_difference(const struct alert *alert, const struct event *event)
{
	struct alert told = {.time = event->time, .outcome = outcome_of_event(event)};
	const char *what;

	put_record_texts(&told, event);
	put_target(&told, event);
	what = first_difference(alert, &told);
	alert_fini(&told);
	return what;
}

/* Read as a row it would tell nothing, and nobody would be its actor. */
static bool
is_record_called_row(const struct alert *alert)
{
	struct event event;
	bool is;

	if (!(alert->flags & 1U << FLAG_FROM_TABLE) || !event_parse(&event, alert->raw, NULL))
		return false;
	is = event_node(&event, "userIdentity") && event_text(&event, "eventName").len;
	event_fini(&event);
	return is;
}

bool
alert_is_of_record(const struct alert *alert, struct error *err)
{
	const char *what = NULL;
	struct event event;

	if (is_record_called_row(alert))
		return error_set(err, ERROR_CONFLICT, "it is kept as a row, and is a record");
	if (!alert_parse_event(&event, alert, err))
		return false;
	for (size_t i = 0; i < event.variants; i++) {
		const char *differs;

		event_select(&event, i);
		differs = variant_difference(alert, &event);
		what = i ? what : differs;
		if (!differs) {
			event_fini(&event);
			return true;
		}
	}
	event_fini(&event);
	return error_set(err, ERROR_CONFLICT, "its record says otherwise: %s", what);
}

/* ---- the actor in a list ---- */

static struct str
first_of(const struct alert *alert, const enum alert_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (alert->text[texts[i]].len)
			return alert->text[texts[i]];
	return STR("?");
}

/* The role's name: the issuer's last path segment, else the one before the session in the ARN. */
struct str
alert_role_name(const struct alert *alert)
{
	struct str s = alert->text[ALERT_ACTOR_ISSUER];
	const char *slash;
	size_t from, to;

	if (s.len) {
		slash = memrchr(s.data, '/', s.len);
		return slash ? str_slice(s, (size_t)(slash - s.data) + 1, s.len) : s;
	}
	s = alert->text[ALERT_ACTOR_ARN];
	from = str_find(s, STR(":assumed-role/"), 0);
	if (from == (size_t)-1)
		return STR_ABSENT;
	from += sizeof(":assumed-role/") - 1;
	to = str_find(s, STR("/"), from);
	return str_slice(s, from, to == (size_t)-1 ? s.len : to - from);
}

/* A permission set's name out of AWSReservedSSO_NAME_0123456789abcdef. Only under the path that
 * IAM keeps for Identity Center: any role may be called so. */
static struct str
label_role(const struct alert *alert)
{
	struct str role = alert_role_name(alert), prefix = STR("AWSReservedSSO_");

	if (str_find(alert->text[ALERT_ACTOR_ISSUER], STR(":role/aws-reserved/sso.amazonaws.com/"),
		    0) == (size_t)-1 ||
		!str_starts_with(role, prefix) || role.len < prefix.len + 18 ||
		role.data[role.len - 17] != '_')
		return role;
	return str_slice(role, prefix.len, role.len - prefix.len - 17);
}

struct str
alert_actor_label(struct arena *arena, const struct alert *alert)
{
	static const enum alert_text user_first[] = {ALERT_ACTOR_USER, ALERT_ACTOR_SESSION,
		ALERT_ACTOR_INVOKED_BY, ALERT_ACTOR_ARN, ALERT_ACTOR_PRINCIPAL, ALERT_ACTOR_ACCOUNT,
		ALERT_ACTOR_TYPE};
	struct str type = alert->text[ALERT_ACTOR_TYPE];
	struct str session = alert->text[ALERT_ACTOR_SESSION];
	struct str role;

	if (str_is(type, "Root"))
		return STR("root");
	if (str_is(type, "AssumedRole")) {
		role = label_role(alert);
		if (role.len && session.len)
			return arena_printf(arena, "%.*s/%.*s", STR_ARG(role), STR_ARG(session));
		if (role.len)
			return arena_str(arena, role);
	}
	return arena_str(
		arena, first_of(alert, user_first, sizeof(user_first) / sizeof(user_first[0])));
}
