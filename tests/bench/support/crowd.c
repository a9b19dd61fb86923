#include "tests/bench/support/crowd.h"

#include <stdio.h>

#include "core/base/timefmt.h"
#include "tests/support/fixture.h"

enum { FIRST_SECOND = 1704067200, ACCOUNTS = 40, USERS = 5000, ADDRESSES = 20000, GAP = 40 };

struct person {
	uint64_t random;
	int64_t at;
	bool self, role, mfa;
	char account[16], user[40], target[40], address[24], time[TIME_TEXT], event[40], key[24];
	const char *role_name, *region, *agent, *error, *message;
};

/* What is usual stands in them more often. */
static const char *const regions[] = {"us-east-1", "us-east-1", "eu-central-1", "ap-southeast-2"};
static const char *const roles[] = {"AdminRole", "BreakGlass", "TerraformDeploy",
	"AWSReservedSSO_AdministratorAccess_0123456789abcdef"};
static const char *const kinds[] = {"", "", "svc-", "ci-deploy-", "ext.contractor."};
static const char *const agents[] = {
	"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key",
	"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key",
	"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key",
	"aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-91-generic botocore/1.23.34",
	"console.amazonaws.com", "AWS Internal",
	"Boto3/1.28.57 Python/3.10.12 Linux/5.15.0-1045-aws Botocore/1.31.57",
	"APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) "
	"terraform-provider-aws/5.17.0"};

#define PICK(list, random) ((list)[(random) % (sizeof(list) / sizeof((list)[0]))])

int64_t
crowd_time(uint64_t n)
{
	return ((int64_t)(n * GAP + n * 2654435761U % GAP) + FIRST_SECOND) * TICKS_PER_SECOND;
}

/* Well mixed, and the same on every machine. */
static uint64_t
mix(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

static void
set_name(char name[40], unsigned user)
{
	snprintf(name, 40, "%suser-%u", PICK(kinds, user / 7), user);
}

static void
set_address(struct person *p)
{
	unsigned address = (unsigned)(p->random / 7 % ADDRESSES);
	unsigned a = address / 250, b = address % 250;

	if (p->random % 16 < 12)
		snprintf(p->address, sizeof(p->address), "198.51.%u.%u", a, b);
	else if (p->random % 16 < 15)
		snprintf(p->address, sizeof(p->address), "10.%u.%u.7", a, b);
	else
		snprintf(p->address, sizeof(p->address), "2001:db8::%x", address);
}

static void
set_error(struct person *p)
{
	p->error = p->message = "";
	if (p->random % 10 == 0) {
		p->error = "AccessDenied";
		p->message = "User is not authorized to perform: iam:CreateAccessKey";
	} else if (p->random % 50 == 1) {
		p->error = "LimitExceededException";
		p->message = "Cannot exceed quota for AccessKeysPerUser: 2";
	}
}

static struct person
person(uint64_t n)
{
	uint64_t random = mix(n + 1), more = mix(random);
	unsigned user = (unsigned)(more % USERS);
	unsigned target = more % 3 ? user : (unsigned)(more / USERS % USERS);
	struct person p = {.random = random,
		.at = crowd_time(n),
		.self = user == target && random % 4,
		.role = random % 4 == 0,
		.mfa = random % 8 == 0,
		.role_name = PICK(roles, random / 16),
		.agent = PICK(agents, random / 64),
		.region = PICK(regions, random / 512)};

	snprintf(p.account, sizeof(p.account), "%012u", (unsigned)(random % ACCOUNTS) + 100000);
	set_name(p.user, user);
	set_name(p.target, target);
	set_address(&p);
	set_error(&p);
	snprintf(p.event, sizeof(p.event), "%08x-0000-4000-8000-%012llx", (unsigned)random,
		(unsigned long long)n);
	snprintf(p.key, sizeof(p.key), "AKIAEXAMPLE%09u", (unsigned)(more >> 32) % 1000000000);
	time_format_iso(p.at, p.time);
	return p;
}

static void
put_actor(struct buf *out, const struct person *p)
{
	if (!p->role)
		buf_printf(out,
			"{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLE%s\",\"arn\":"
			"\"arn:aws:iam::%s:user/%s\",\"accountId\":\"%s\",\"accessKeyId\":"
			"\"AKIAEXAMPLE%s\",\"userName\":\"%s\"}",
			p->user, p->account, p->user, p->account, p->user, p->user);
	else
		buf_printf(out,
			"{\"type\":\"AssumedRole\",\"principalId\":\"AROAEXAMPLE00000000:%s\","
			"\"arn\":\"arn:aws:sts::%s:assumed-role/%s/%s\",\"accountId\":\"%s\","
			"\"accessKeyId\":\"ASIAEXAMPLE%s\",\"sessionContext\":{\"sessionIssuer\":{"
			"\"type\":\"Role\",\"principalId\":\"AROAEXAMPLE00000000\",\"arn\":"
			"\"arn:aws:iam::%s:role/%s\",\"accountId\":\"%s\",\"userName\":\"%s\"},"
			"\"attributes\":{\"creationDate\":\"2024-01-01T00:00:00Z\","
			"\"mfaAuthenticated\":\"%s\"}}}",
			p->user, p->account, p->role_name, p->user, p->account, p->user, p->account,
			p->role_name, p->account, p->role_name, p->mfa ? "true" : "false");
}

static void
put_answer(struct buf *out, const struct person *p)
{
	if (p->error[0])
		buf_printf(out,
			"\"errorCode\":\"%s\",\"errorMessage\":\"%s\",\"responseElements\":null",
			p->error, p->message);
	else
		buf_printf(out,
			"\"responseElements\":{\"accessKey\":{\"userName\":\"%s\",\"accessKeyId\":"
			"\"%s\",\"status\":\"Active\",\"createDate\":\"%s\"}}",
			p->target, p->key, p->time);
}

static void
put_record(struct buf *out, const struct person *p)
{
	buf_puts(out, "{\"eventVersion\":\"1.09\",\"userIdentity\":");
	put_actor(out, p);
	buf_printf(out,
		",\"eventTime\":\"%s\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":"
		"\"CreateAccessKey\",\"awsRegion\":\"%s\",\"sourceIPAddress\":\"%s\","
		"\"userAgent\":\"%s\",\"requestParameters\":{\"userName\":\"%s\"},",
		p->time, p->region, p->address, p->agent, p->target);
	put_answer(out, p);
	buf_printf(out,
		",\"requestID\":\"%016llx\",\"eventID\":\"%s\",\"readOnly\":false,\"eventType\":"
		"\"AwsApiCall\",\"managementEvent\":true,\"recipientAccountId\":\"%s\","
		"\"eventCategory\":\"Management\",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\","
		"\"cipherSuite\":\"TLS_AES_128_GCM_SHA256\",\"clientProvidedHostHeader\":"
		"\"iam.amazonaws.com\"}}",
		(unsigned long long)p->random, p->event, p->account);
}

void
crowd_record(struct buf *out, uint64_t n)
{
	const struct person p = person(n);

	put_record(out, &p);
	buf_putc(out, '\n');
}

static void
set_text(struct alert *alert, enum alert_text text, const char *value)
{
	alert->text[text] = arena_str(&alert->arena, str_from(value));
}

static void
set_texts(struct alert *alert, const struct person *p)
{
	set_text(alert, ALERT_RULE_ID, FIXTURE_RULE);
	set_text(alert, ALERT_RULE_NAME, "Creation of Access Key for IAM User");
	set_text(alert, ALERT_SEVERITY, "Medium");
	set_text(alert, ALERT_EVENT_ID, p->event);
	set_text(alert, ALERT_ACTOR_TYPE, p->role ? "AssumedRole" : "IAMUser");
	set_text(alert, p->role ? ALERT_ACTOR_SESSION : ALERT_ACTOR_USER, p->user);
	set_text(alert, ALERT_ACCOUNT_NAME, p->user);
	set_text(alert, ALERT_IP_ADDRESS, p->address);
	set_text(alert, ALERT_ACTOR_ACCOUNT, p->account);
	set_text(alert, ALERT_TARGET_USER, p->target);
	set_text(alert, ALERT_KEY_ID, p->error[0] ? "" : p->key);
	set_text(alert, ALERT_ERROR_CODE, p->error);
	set_text(alert, ALERT_REGION, p->region);
	set_text(alert, ALERT_RECIPIENT, p->account);
	set_text(alert, ALERT_SOURCE_IP, p->address);
	set_text(alert, ALERT_USER_AGENT, p->agent);
	if (p->role)
		alert->text[ALERT_ACTOR_ISSUER] = arena_printf(
			&alert->arena, "arn:aws:iam::%s:role/%s", p->account, p->role_name);
	alert->text[ALERT_ROW] = arena_printf(&alert->arena, "{\"AwsEventId\":\"%s\"}", p->event);
}

static enum outcome
outcome_of(const struct person *p)
{
	if (!p->error[0])
		return OUTCOME_SUCCESS;
	return p->error[0] == 'A' ? OUTCOME_DENIED : OUTCOME_FAILED;
}

void
crowd_alert(struct alert *alert, uint64_t n)
{
	const struct person p = person(n);
	char hex[HASH_HEX];
	struct buf raw = {0};

	put_record(&raw, &p);
	alert->raw = arena_str(&alert->arena, buf_view(&raw));
	buf_fini(&raw);
	alert->time = p.at;
	alert->arrived = TIME_NONE;
	alert->self = p.self;
	alert->outcome = outcome_of(&p);
	set_texts(alert, &p);
	hash_hex(alert->raw, hex);
	set_text(alert, ALERT_RAW_SHA256, hex);
	memcpy(alert->record_hash, hex, sizeof(hex));
	alert_identity(alert->id, alert->text[ALERT_RULE_ID], alert->text[ALERT_EVENT_ID], hex);
	alert->state = decision_fold(NULL, 0, 1);
}

bool
crowd_begin(struct store *store, const char *path, int64_t *input, struct error *err)
{
	const struct store_input in = {
		.name = STR("file"), .path = str_from(path), .identity = str_from(path), .size = 1};
	bool unchanged;
	int64_t run;

	return store_run_begin(store, &run, err) &&
	       store_input_begin(store, run, &in, "key", input, &unchanged, err);
}

bool
crowd_put(struct store *store, int64_t input, uint64_t first, uint64_t end, unsigned batch,
	struct error *err)
{
	for (uint64_t n = first; n < end; n++) {
		struct alert alert = {0};
		bool ok = (n - first) % batch || store_begin(store, err);

		crowd_alert(&alert, n);
		ok = ok && store_put_alert(store, &alert, input, n * 1500, err) != STORE_FAILED;
		alert_fini(&alert);
		if (!ok || (((n - first) % batch == batch - 1 || n + 1 == end) &&
				   !store_commit(store, err)))
			return false;
	}
	return true;
}
