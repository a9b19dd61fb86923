/*
 * One alert: an event that a rule matched (settled.md 1–8). A value; its strings live in its
 * arena. Pure: no clock, no I/O.
 */
#ifndef KEYWATCH_ALERT_ALERT_H
#define KEYWATCH_ALERT_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alert/answer.h"
#include "core/alert/decision.h"
#include "core/alert/outcome.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/event/event.h"
#include "core/rule/rule.h"

enum { ALERT_ID_SIZE = 33 }; /* 32 hex digits and a NUL */

/*
 * Every text of an alert: name in JSON (settled.md 15), column in the store. A new field is one row
 * here and, because stores outlive programs, one migration that adds its column. Absent is null.
 *
 * actor.sessionName: of an AssumedRole or FederatedUser, what stands behind the ':' of the
 * principal id (else behind the role in the ARN); null for every other type. actor.issuer: the ARN
 * of the session's issuer (a role, also after SSO), its user name when no ARN was logged; null
 * without a session issuer. account.name: the Account entity's Name, or its FullName where the
 * rule maps that (version 1.0.0, hunting queries).
 */
#define ALERT_TEXTS(X)                                       \
	X(RULE_ID, "ruleId", rule_id)                        \
	X(RULE_NAME, "ruleName", rule_name)                  \
	X(RULE_VERSION, "ruleVersion", rule_version)         \
	X(SEVERITY, "severity", severity)                    \
	X(TACTICS, "tactics", tactics) /* JSON */            \
	X(TECHNIQUES, "techniques", techniques) /* JSON */   \
	X(EVENT_ID, "eventId", event_id)                     \
	X(ACCOUNT_NAME, "account.name", account_name)        \
	X(ACCOUNT_UPN, "account.upnSuffix", account_upn)     \
	X(IP_ADDRESS, "ip.address", ip_address)              \
	X(ACTOR_TYPE, "actor.type", actor_type)              \
	X(ACTOR_ARN, "actor.arn", actor_arn)                 \
	X(ACTOR_USER, "actor.userName", actor_user)          \
	X(ACTOR_PRINCIPAL, "actor.principalId", actor_principal) \
	X(ACTOR_ACCOUNT, "actor.accountId", actor_account)   \
	X(ACTOR_KEY, "actor.accessKeyId", actor_key)         \
	X(ACTOR_INVOKED_BY, "actor.invokedBy", actor_invoked_by) \
	X(ACTOR_SESSION, "actor.sessionName", actor_session) \
	X(ACTOR_ISSUER, "actor.issuer", actor_issuer)        \
	X(TARGET_USER, "target.userName", target_user)       \
	X(KEY_ID, "newKey.accessKeyId", key_id)              \
	X(KEY_STATUS, "newKey.status", key_status)           \
	X(KEY_DATE, "newKey.createDate", key_date)           \
	X(ERROR_CODE, "errorCode", error_code)               \
	X(ERROR_MESSAGE, "errorMessage", error_message)      \
	X(REGION, "awsRegion", region)                       \
	X(RECIPIENT, "recipientAccountId", recipient)        \
	X(SOURCE_IP, "", source_ip) /* sourceIPAddress */    \
	X(USER_AGENT, "userAgent", user_agent)               \
	X(ROW, "row", row) /* JSON */                        \
	X(RAW_SHA256, "rawSha256", raw_sha256)

enum alert_text {
#define X(name, json, column) ALERT_##name,
	ALERT_TEXTS(X)
#undef X
	ALERT_TEXT_COUNT
};

struct alert_text_def {
	const char *json;   /* dotted name in the JSON object; "" when it is not in it */
	const char *column; /* in the store */
};
extern const struct alert_text_def alert_texts[ALERT_TEXT_COUNT];

/* Who delivered it. */
struct alert_source {
	struct str name; /* "file", or the configured source's name */
	struct str path;
	uint64_t offset; /* first byte of the record in the uncompressed input */
};

struct alert {
	struct arena arena; /* owns every string below; raw: see alert_init */
	char id[ALERT_ID_SIZE];
	char record_hash[HASH_HEX]; /* event_canonical_hash: which records are equal */
	int64_t time;		    /* TimeGenerated in ticks, TIME_NONE when unreadable */
	int64_t arrived; /* when a live source delivered it; TIME_NONE: from a saved log */
	bool watched;	 /* and it was watched without a gap then */
	struct str text[ALERT_TEXT_COUNT];
	bool self;
	enum outcome outcome;
	uint32_t flags; /* 1 << enum flag */
	struct str raw; /* the record's exact bytes; FLAG_FROM_TABLE: the row */
	struct alert_source *sources; /* first delivered first; filled by the store when loading */
	size_t source_count;
	struct decision *decisions; /* ascending seq; filled by the store when loading */
	size_t decision_count;
	struct alert_state state; /* folded from them */
	bool answered;		  /* what the store keeps of its story is in answer */
	struct answer answer;
};

/* From a matched event. Copies everything into alert->arena (zero it first) but the raw bytes,
 * which it borrows from where the event has them. `run` holds the matched row of `event`. */
void alert_init(struct alert *alert, const struct event *event, const struct rule *rule,
	const struct rule_run *run);
void alert_fini(struct alert *alert);
/* The event again, out of the bytes that the alert keeps; borrows them. */
bool alert_parse_event(struct event *event, const struct alert *alert, struct error *err);
/* Does it say what its bytes say, in one of the copies of keys that stand there twice: id and time
 * of the event, who, for whom, with what outcome? What the rule made of it is not looked at. err
 * (ERROR_CONFLICT) names what differs. For who has it from a file that others may write. */
bool alert_is_of_record(const struct alert *alert, struct error *err);

/* 32 hex digits: rule id + eventID (or record hash when there is none). The second form names a
 * record that is unequal to another of the same eventID (store.h says which gets it). */
void alert_identity(char id[ALERT_ID_SIZE], struct str rule_id, struct str event_id,
	const char *record_hash);
void alert_identity_conflict(char id[ALERT_ID_SIZE], struct str rule_id, struct str event_id,
	const char *record_hash);

/* Short name of the actor for a list: user name, `Role/session`, `root`, the service … */
struct str alert_actor_label(struct arena *arena, const struct alert *alert);
/* Of an AssumedRole: the role's own name, without path and account. Borrows; may be absent. */
struct str alert_role_name(const struct alert *alert);
/* "self" or "other" */
const char *alert_self_word(const struct alert *alert);

#endif
