#include "tests/support/fixture.h"

#include <stdio.h>

static const struct {
	enum alert_text text;
	const char *value;
} texts[] = {
	{ALERT_RULE_ID, FIXTURE_RULE},
	{ALERT_RULE_NAME, "Creation of Access Key for IAM User"},
	{ALERT_RULE_VERSION, "1.0.1"},
	{ALERT_SEVERITY, "Medium"},
	{ALERT_TACTICS, "[\"Persistence\"]"},
	{ALERT_TECHNIQUES, "[\"T1098\"]"},
	{ALERT_ACCOUNT_NAME, "alice"},
	{ALERT_ACCOUNT_UPN, "corp.example"},
	{ALERT_IP_ADDRESS, "203.0.113.9"},
	{ALERT_ACTOR_TYPE, "AssumedRole"},
	{ALERT_ACTOR_ARN, "arn:aws:sts::111122223333:assumed-role/AdminRole/alice@corp.example"},
	{ALERT_ACTOR_PRINCIPAL, "AROAEXAMPLEEXAMPLE7Q2:alice@corp.example"},
	{ALERT_ACTOR_ACCOUNT, "111122223333"},
	{ALERT_ACTOR_KEY, "ASIAEXAMPLEEXAMPLE00"},
	{ALERT_ACTOR_SESSION, "alice@corp.example"},
	{ALERT_ACTOR_ISSUER, "arn:aws:iam::111122223333:role/AdminRole"},
	{ALERT_TARGET_USER, "svc-backup"},
	{ALERT_KEY_ID, "AKIAEXAMPLEEXAMPLE7Q"},
	{ALERT_KEY_STATUS, "Active"},
	{ALERT_KEY_DATE, "Jan 2, 2026 3:04:05 AM"},
	{ALERT_REGION, "us-east-1"},
	{ALERT_RECIPIENT, "111122223333"},
	{ALERT_SOURCE_IP, "203.0.113.9"},
	{ALERT_USER_AGENT, "aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key"},
};

/* A record that says the same. */
#define RECORD                                                                                     \
	"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"AssumedRole\",\"principalId\":"   \
	"\"AROAEXAMPLEEXAMPLE7Q2:alice@corp.example\",\"arn\":"                                    \
	"\"arn:aws:sts::111122223333:assumed-role/AdminRole/alice@corp.example\",\"accountId\":"   \
	"\"111122223333\",\"accessKeyId\":\"ASIAEXAMPLEEXAMPLE00\",\"sessionContext\":"            \
	"{\"sessionIssuer\":{\"arn\":\"arn:aws:iam::111122223333:role/AdminRole\"}}},"             \
	"\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventName\":\"CreateAccessKey\",\"awsRegion\":"  \
	"\"us-east-1\",\"sourceIPAddress\":\"203.0.113.9\",\"userAgent\":"                         \
	"\"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key\","                \
	"\"requestParameters\":{\"userName\":\"svc-backup\"},\"responseElements\":{\"accessKey\":" \
	"{\"accessKeyId\":\"AKIAEXAMPLEEXAMPLE7Q\",\"status\":\"Active\",\"userName\":"            \
	"\"svc-backup\",\"createDate\":\"Jan 2, 2026 3:04:05 AM\"}},\"recipientAccountId\":"       \
	"\"111122223333\""

static void
fill_raw(struct alert *alert, const char *event_id, const char *extra, size_t bytes)
{
	struct buf raw = {0};

	buf_puts(&raw, RECORD);
	if (event_id[0])
		buf_printf(&raw, ",\"eventID\":\"%s\"", event_id);
	buf_printf(&raw, ",\"extra\":\"%s\",\"fill\":\"", extra);
	while (raw.len + 2 < bytes)
		buf_puts(&raw, "x");
	buf_puts(&raw, "\"}");
	alert->raw = arena_str(&alert->arena, buf_view(&raw));
	buf_fini(&raw);
}

void
fixture_alert(struct alert *alert, const char *event_id, const char *extra, size_t bytes)
{
	struct str hash = arena_printf(&alert->arena, "%s/%s", event_id, extra);
	char hex[HASH_HEX];

	alert->time = FIXTURE_TIME;
	alert->arrived = TIME_NONE;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		alert->text[texts[i].text] = str_from(texts[i].value);
	alert->text[ALERT_EVENT_ID] =
		event_id[0] ? arena_str(&alert->arena, str_from(event_id)) : STR_ABSENT;
	fill_raw(alert, event_id, extra, bytes);
	alert->text[ALERT_ROW] =
		arena_printf(&alert->arena, "{\"AwsEventId\":\"%s\",\"Fill\":\"%.*s\"}", event_id,
			(int)alert->raw.len, alert->raw.data);
	hash_hex(alert->raw, hex);
	alert->text[ALERT_RAW_SHA256] = arena_str(&alert->arena, str_from(hex));
	hash_hex(hash, alert->record_hash);
	alert_identity(alert->id, alert->text[ALERT_RULE_ID], alert->text[ALERT_EVENT_ID],
		alert->record_hash);
	alert->state = decision_fold(NULL, 0, 1);
}
