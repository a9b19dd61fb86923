#include "tests/bench/support/trail.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PICK(list, random) ((list)[(random) % COUNT(list)])

/* Of so many ordinary records one is a look-alike, one tiny, one laid out as Python does, one an
 * error. */
enum { DECOY = 400, TINY = 120, SPACED = 90, FAILED = 25 };

#define SESSION_OF(kind, issuer, attributes)                                                       \
	"{\"type\":\"" kind "\",\"principalId\":\"AROA$q:$s\",\"arn\":\"arn:aws:sts::$a:"          \
	"assumed-role/$r/$s\",\"accountId\":\"$a\",\"accessKeyId\":\"$K\",\"sessionContext\":{"    \
	"\"sessionIssuer\":{\"type\":\"Role\",\"principalId\":\"AROA$q\",\"arn\":"                 \
	"\"arn:aws:iam::$a:role/" issuer "\",\"accountId\":\"$a\",\"userName\":\"" issuer "\"},"   \
	"\"webIdFederationData\":{},\"attributes\":{\"creationDate\":\"$E\","                      \
	"\"mfaAuthenticated\":\"false\"" attributes "}}}"

/* What is usual stands in them more often. */
static const char *const identities[] = {SESSION_OF("AssumedRole", "$r", ""),
	SESSION_OF("AssumedRole", "$r", ""),
	SESSION_OF("AssumedRole", "$r",
		"},\"ec2RoleDelivery\":\"2.0\",\"inScopeOf\":{"
		"\"issuerType\":\"AWS::EC2::Instance\""),
	SESSION_OF("AssumedRole", "$r", ""),
	"{\"type\":\"IAMUser\",\"principalId\":\"AIDA$q\",\"arn\":\"arn:aws:iam::$a:user/$u\","
	"\"accountId\":\"$a\",\"accessKeyId\":\"$k\",\"userName\":\"$v\"}",
	"{\"type\":\"AWSService\",\"invokedBy\":\"$w.amazonaws.com\"}",
	"{\"type\":\"AWSService\",\"invokedBy\":\"autoscaling.amazonaws.com\"}",
	"{\"type\":\"AWSAccount\",\"principalId\":\"AROA$q:$s\",\"accountId\":\"$a\"}",
	"{\"type\":\"Root\",\"principalId\":\"$a\",\"arn\":\"arn:aws:iam::$a:root\",\"accountId\":"
	"\"$a\",\"accessKeyId\":\"$K\",\"sessionContext\":{\"attributes\":{\"creationDate\":\"$E\","
	"\"mfaAuthenticated\":\"true\"}}}",
	"{\"type\":\"FederatedUser\",\"principalId\":\"$a:$u\",\"arn\":\"arn:aws:sts::$a:"
	"federated-user/$v\",\"accountId\":\"$a\",\"accessKeyId\":\"$K\"}",
	"{\"type\":\"WebIdentityUser\",\"principalId\":\"arn:aws:iam::$a:oidc-provider/"
	"token.actions.githubusercontent.com:sts.amazonaws.com:repo:corp/$w:ref:refs/heads/main\","
	"\"userName\":\"repo:corp/$w:ref:refs/heads/main\",\"identityProvider\":\"arn:aws:iam::$a:"
	"oidc-provider/token.actions.githubusercontent.com\"}"};

static const char *const agents[] = {
	"aws-sdk-go/1.44.298 (go1.20.5; linux; amd64) amazon-ssm-agent/3.2.2303.0",
	"Boto3/1.28.57 Python/3.10.12 Linux/5.15.0-1045-aws Botocore/1.31.57",
	"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 exe/x86_64.amzn.2023 prompt/off "
	"command/$w.describe",
	"APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) "
	"terraform-provider-aws/5.17.0 (+https://registry.terraform.io/providers/hashicorp/aws)",
	"$w.amazonaws.com", "AWS Internal", "console.amazonaws.com",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0",
	"[aws-sdk-java/2.20.43 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.9 vendor/Amazon.com_Inc.]"};

static const char *const addresses[] = {"$p"};

static const char *const tails[] = {
	",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\",\"cipherSuite\":\"TLS_AES_128_GCM_SHA256\","
	"\"clientProvidedHostHeader\":\"$w.$g.amazonaws.com\"}",
	",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.2\",\"cipherSuite\":\"ECDHE-RSA-AES128-GCM-"
	"SHA256\",\"clientProvidedHostHeader\":\"$w.$g.amazonaws.com\"}",
	"", ",\"sessionCredentialFromConsole\":\"true\""};

static const struct trail_event new_key = {1, "iam", "CreateAccessKey", "{\"userName\":\"$u\"}",
	"{\"accessKey\":{\"userName\":\"$v\",\"accessKeyId\":\"AKIA$q\",\"status\":\"Active\","
	"\"createDate\":\"$t\"}}",
	"", false};

uint64_t
trail_mix(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

uint64_t
trail_next(struct trail *trail)
{
	return trail_mix(trail->random += UINT64_C(0x9e3779b97f4a7c15));
}

void
trail_begin(struct trail *trail, uint64_t seed, uint64_t place, int64_t second)
{
	static const char *const regions[] = {
		"us-east-1", "eu-central-1", "us-west-2", "ap-southeast-2"};

	*trail = (struct trail){.random = trail_mix(seed) ^ trail_mix(place * 7919 + 1),
		.habit = seed,
		.region = PICK(regions, place),
		.second = second};
	buf_clear(&trail->raw);
	for (int i = 0; i < 12; i++)
		trail->account[i] =
			(char)('0' + trail_mix(place / COUNT(regions) * 12 + (uint64_t)i) % 10);
}

void
trail_fini(struct trail *trail)
{
	buf_fini(&trail->raw);
}

/* Callers call the same several times. */
static const struct trail_event *
choose(struct trail *trail)
{
	unsigned total = 0, at;

	for (size_t i = 0; i < trail_event_count; i++)
		total += trail_events[i].weight;
	if (trail_next(trail) % 5 < 2)
		trail->habit = trail_next(trail);
	at = (unsigned)(trail_mix(trail->habit) % total);
	for (size_t i = 0;; i++) {
		if (at < trail_events[i].weight)
			return &trail_events[i];
		at -= trail_events[i].weight;
	}
}

static bool
only_reads(const char *name)
{
	static const char *const verbs[] = {
		"Get", "List", "Describe", "Lookup", "Batch", "Decrypt"};

	for (size_t i = 0; i < COUNT(verbs); i++)
		if (!strncmp(name, verbs[i], strlen(verbs[i])))
			return true;
	return false;
}

/* ---- the members ---- */

static void
put_name(struct trail *trail, struct buf *out, const struct trail_event *event,
	const struct trail_form *form)
{
	buf_putc(out, '"');
	trail_escape(trail, out, form->key ? form->key : "eventName", form->key_escape);
	buf_puts(out, "\":\"");
	trail_escape(trail, out, form->name ? form->name : event->name, form->name_escape);
	buf_puts(out, "\",");
}

/* Also into trail->event. */
static void
put_event_id(struct trail *trail, struct buf *out, enum trail_escape how)
{
	size_t from = out->len;

	trail_fill(trail, out, "$U");
	memcpy(trail->event, out->data + from, out->len - from);
	out->len = from;
	buf_putc(out, '"');
	trail_escape(trail, out, "eventID", how);
	buf_puts(out, "\":\"");
	trail_escape(trail, out, trail->event, how);
	buf_putc(out, '"');
}

/* 20 KB and more. */
static void
put_large(struct trail *trail, struct buf *out)
{
	size_t from = out->len;

	buf_puts(out, "\"serviceEventDetails\":[\"\"");
	while (out->len < from + 20000)
		trail_fill(trail, out, ",\"$P\",{\"$w\":[$(\"i-0$i\"$)],\"{\":\"}\"}");
	buf_puts(out, "],");
}

/* A template, or one of several: the same as long as the habit is. */
static void
put_habit(struct trail *trail, struct buf *out, const char *const *list, size_t count)
{
	uint64_t random = trail->random;

	trail->random = trail->habit;
	trail_fill(trail, out, list[trail_next(trail) % count]);
	trail->random = random;
}

static void
put_outcome(struct trail *trail, struct buf *out, const struct trail_event *event,
	const struct trail_form *form)
{
	const char *error = form->error;

	if (!error && trail_next(trail) % FAILED == 0)
		error = "AccessDenied\",\"errorMessage\":\"User: arn:aws:iam::$a:user/$u is not "
			"authorized to perform this because no policy allows it";
	if (error) {
		buf_puts(out, "\"errorCode\":\"");
		trail_fill(trail, out, error);
		buf_puts(out, "\",");
	}
	buf_puts(out, "\"requestParameters\":");
	if (form->request || trail_next(trail) & 1)
		trail_fill(trail, out, form->request ? form->request : event->request);
	else
		put_habit(trail, out, &event->request, 1);
	buf_puts(out, ",\"responseElements\":");
	trail_fill(trail, out, error ? "null" : event->response);
}

static void
put_end(struct trail *trail, struct buf *out, const struct trail_event *event,
	const struct trail_form *form)
{
	trail_fill(trail, out, event->more);
	trail_fill(trail, out, ",\"requestID\":\"$U\",");
	put_event_id(trail, out, form->id_escape);
	buf_puts(out, only_reads(event->name) ? ",\"readOnly\":true" : ",\"readOnly\":false");
	buf_puts(out, ",\"eventType\":\"AwsApiCall\",\"managementEvent\":");
	buf_puts(out, event->data ? "false" : "true");
	trail_fill(trail, out, ",\"recipientAccountId\":\"$a\",\"eventCategory\":\"");
	buf_puts(out, event->data ? "Data\"" : "Management\"");
	put_habit(trail, out, tails, COUNT(tails));
	if (form->more)
		trail_fill(trail, out, form->more);
	buf_putc(out, '}');
}

static void
put_tiny(struct trail *trail, struct buf *out, const struct trail_event *event,
	const struct trail_form *form)
{
	buf_puts(out, "{\"eventVersion\":\"1.08\",");
	put_name(trail, out, event, form);
	trail_fill(trail, out, "\"eventTime\":\"$t\",\"eventSource\":\"");
	buf_puts(out, event->source);
	buf_puts(out, ".amazonaws.com\",");
	put_event_id(trail, out, form->id_escape);
	buf_putc(out, '}');
}

static void
put_record(struct trail *trail, struct buf *out, const struct trail_event *event,
	const struct trail_form *form)
{
	buf_putc(out, '{');
	if (form->first)
		put_name(trail, out, event, form);
	buf_puts(out, "\"eventVersion\":\"1.09\",\"userIdentity\":");
	put_habit(trail, out, identities, COUNT(identities));
	trail_fill(trail, out, ",\"eventTime\":\"$t\",\"eventSource\":\"");
	buf_puts(out, event->source);
	buf_puts(out, ".amazonaws.com\",");
	if (form->size == SIZE_LARGE)
		put_large(trail, out);
	if (form->before)
		trail_fill(trail, out, form->before);
	if (!form->first)
		put_name(trail, out, event, form);
	trail_fill(trail, out, "\"awsRegion\":\"$g\",\"sourceIPAddress\":\"");
	put_habit(trail, out, addresses, COUNT(addresses));
	buf_puts(out, "\",\"userAgent\":\"");
	if (form->agent)
		trail_fill(trail, out, form->agent);
	else
		put_habit(trail, out, agents, COUNT(agents));
	buf_puts(out, "\",");
	put_outcome(trail, out, event, form);
	put_end(trail, out, event, form);
}

/* ---- records ---- */

static void
put_form(struct trail *trail, struct buf *out, const struct trail_event *event,
	const struct trail_form *form)
{
	struct buf *raw = form->space == SPACE_NONE ? out : &trail->raw;
	enum trail_space space = form->space;

	if (space == SPACE_LINES && trail->lines)
		space = SPACE_BEHIND;
	buf_clear(&trail->raw);
	(form->size == SIZE_TINY ? put_tiny : put_record)(trail, raw, event, form);
	if (raw != out)
		trail_space(out, buf_view(raw), space);
}

void
trail_put(struct trail *trail, struct buf *out)
{
	static const struct trail_form usual = {0}, tiny = {.size = SIZE_TINY},
				       spaced = {.space = SPACE_BEHIND};
	uint64_t random = trail_next(trail);
	const struct trail_form *form = &usual;

	if (random % DECOY == 0)
		form = &trail_decoys[random / DECOY % trail_decoy_count];
	if (form->twice && !trail->lines)
		form = &usual;
	if (random % TINY == 1)
		form = &tiny;
	else if (random % SPACED == 2)
		form = &spaced;
	put_form(trail, out, choose(trail), form);
}

void
trail_put_hit(struct trail *trail, struct buf *out, unsigned n)
{
	static const struct trail_form usual = {0};
	const struct trail_form *form = &trail_hits[n / 2 % trail_hit_count];

	if (n % 2 || (form->twice && !trail->lines))
		form = &usual;
	put_form(trail, out, &new_key, form);
}
