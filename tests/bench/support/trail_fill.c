/* Templates: what stands for $ and a letter. Written by hand where printf would take longer than
 * the disk. */
#include <time.h>

#include "tests/bench/support/trail.h"

/* How many of each an account has: what repeats is what a compressor finds. */
enum { PEOPLE = 40, ROLES = 25, SESSIONS = 60, ADDRESSES = 90, KEYS = 25, INSTANCES = 60 };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PICK(list, random) ((list)[(random) % COUNT(list)])

static const char *const words[] = {"billing", "checkout", "search", "ingest", "payments", "audit",
	"frontend", "orders", "metrics", "reports", "warehouse", "identity", "mailer", "crawler",
	"thumbnails", "sessions", "inventory", "pricing", "notebook", "gateway", "scheduler",
	"exporter", "backfill", "geo", "catalog", "loyalty", "k8s-node", "edge-cache"};
static const char *const user_kinds[] = {"", "", "svc-", "ci-", "ext."};
static const char *const role_kinds[] = {"AdminRole", "ecsTaskExecutionRole", "lambda-basic",
	"AWSReservedSSO_ReadOnly_0123456789abcdef", "eks-node-group", "TerraformDeploy"};
static const char *const actions[] = {"s3:GetObject", "s3:PutObject", "logs:CreateLogStream",
	"logs:PutLogEvents", "kms:Decrypt", "ec2:Describe*", "sqs:ReceiveMessage", "iam:PassRole",
	"dynamodb:GetItem", "iam:ListAccessKeys", "sts:AssumeRole", "*"};

/* ---- from a random number ---- */

/* Of 60 bits at most. */
static void
put_digits(struct buf *out, uint64_t random, const char *digits, unsigned bits, unsigned count)
{
	buf_reserve(out, count);
	for (unsigned i = 0; i < count; i++)
		out->data[out->len++] = digits[random >> i * bits & ((1U << bits) - 1)];
	out->data[out->len] = '\0';
}

static void
put_hex(struct buf *out, uint64_t random, unsigned count)
{
	put_digits(out, random, "0123456789abcdef", 4, count);
}

static void
put_key(struct buf *out, const char *prefix, uint64_t random)
{
	buf_puts(out, prefix);
	put_digits(out, random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 12);
	buf_append(out, "EXMP", 4);
}

static void
put_base64(struct trail *trail, struct buf *out, unsigned tens)
{
	while (tens-- > 0)
		put_digits(out, trail_next(trail),
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 10);
}

static void
put_number(struct buf *out, uint64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	buf_append(out, digits + at, sizeof(digits) - at);
}

static void
put_uuid(struct buf *out, uint64_t a, uint64_t b)
{
	put_hex(out, a, 8);
	buf_putc(out, '-');
	put_hex(out, a >> 32, 4);
	buf_append(out, "-4", 2);
	put_hex(out, a >> 48, 3);
	buf_append(out, "-a", 2);
	put_hex(out, b >> 48, 3);
	buf_putc(out, '-');
	put_hex(out, b, 12);
}

static void
put_second(struct buf *out, int64_t second)
{
	static const size_t places[] = {0, 2, 5, 8, 11, 14, 17};
	char text[] = "0000-00-00T00:00:00Z";
	time_t clock = (time_t)second;
	struct tm t;

	gmtime_r(&clock, &t);
	const int pairs[] = {(t.tm_year + 1900) / 100, t.tm_year % 100, t.tm_mon + 1, t.tm_mday,
		t.tm_hour, t.tm_min, t.tm_sec};

	for (size_t i = 0; i < COUNT(places); i++) {
		text[places[i]] = (char)('0' + pairs[i] / 10);
		text[places[i] + 1] = (char)('0' + pairs[i] % 10);
	}
	buf_append(out, text, sizeof(text) - 1);
}

/* The n-th thing of its kind that this account has. */
static uint64_t
own(const struct trail *trail, uint64_t n, char kind)
{
	const char *end = trail->account + 10;

	return trail_mix((uint64_t)(unsigned char)end[0] << 40 |
			 (uint64_t)(unsigned char)end[1] << 32 | (uint64_t)kind << 24 | n);
}

/* ---- what the letters stand for ---- */

static void
put_account(struct trail *trail, struct buf *out)
{
	buf_append(out, trail->account, 12);
}

static void
put_region(struct trail *trail, struct buf *out)
{
	buf_puts(out, trail->region);
}

static void
put_user(struct trail *trail, struct buf *out)
{
	uint64_t n = trail_next(trail) % PEOPLE, random = own(trail, n, 'u');

	size_t from = out->len;

	buf_puts(out, PICK(user_kinds, random / 64));
	buf_puts(out, PICK(words, random));
	buf_putc(out, '-');
	put_number(out, n);
	memcpy(trail->user, out->data + from, out->len - from + 1);
}

static void
put_same_user(struct trail *trail, struct buf *out)
{
	buf_puts(out, trail->user);
}

static void
put_role(struct trail *trail, struct buf *out)
{
	uint64_t n = trail_next(trail) % ROLES;

	buf_puts(out, PICK(role_kinds, own(trail, n, 'r')));
	buf_putc(out, '-');
	put_number(out, n);
}

static void
put_session(struct trail *trail, struct buf *out)
{
	uint64_t n = trail_next(trail) % SESSIONS, random = own(trail, n, 's');

	if (n % 3 == 0) {
		buf_puts(out, "i-0");
		put_hex(out, random, 15);
	} else if (n % 3 == 1) {
		buf_puts(out, PICK(words, random));
		buf_puts(out, "@corp.example");
	} else {
		buf_puts(out, "botocore-session-17");
		put_number(out, random % 100000000);
	}
}

static void
put_address(struct trail *trail, struct buf *out)
{
	uint64_t n = trail_next(trail) % ADDRESSES, random = own(trail, n, 'p');

	if (n % 8 == 0) {
		buf_puts(out, "2001:db8::1");
		put_hex(out, random, 3);
		return;
	}
	buf_puts(out, n % 2 ? "10.0." : "198.51.");
	put_number(out, random % 250);
	buf_putc(out, '.');
	put_number(out, random / 256 % 250);
}

static void
put_bucket(struct trail *trail, struct buf *out)
{
	buf_puts(out, words[trail_next(trail) % 5]);
	buf_puts(out, "-data-");
	buf_append(out, trail->account, 12);
}

static void
put_object(struct trail *trail, struct buf *out)
{
	uint64_t random = trail_next(trail);

	buf_puts(out, PICK(words, random));
	buf_puts(out, "/dt=2024-03-");
	put_number(out, 10 + random / 32 % 18);
	buf_puts(out, "/part-");
	put_hex(out, random >> 16, 8);
	buf_puts(out, random % 64 ? ".parquet" : " [1] {copy}.csv");
}

static void
put_statement(struct trail *trail, struct buf *out, bool condition)
{
	buf_puts(out, "{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":[\\\"");
	buf_puts(out, PICK(actions, trail_next(trail)));
	buf_puts(out, "\\\",\\\"");
	buf_puts(out, PICK(actions, trail_next(trail)));
	buf_puts(out, "\\\"],\\\"Resource\\\":\\\"arn:aws:s3:::");
	buf_puts(out, PICK(words, trail_next(trail)));
	buf_puts(out, condition ? "/*\\\",\\n  \\\"Condition\\\":{}}" : "/*\\\"}");
}

/* As it stands in a string. */
static void
put_policy(struct trail *trail, struct buf *out)
{
	uint64_t random = trail_next(trail);
	unsigned statements = random % 32 ? 1 + (unsigned)(random / 32 % 5) : 60;

	buf_puts(out, "{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[");
	for (unsigned i = 0; i < statements; i++) {
		if (i)
			buf_putc(out, ',');
		put_statement(trail, out, (random & 1024) != 0);
	}
	buf_puts(out, "]}");
}

static void
put_instance(struct trail *trail, struct buf *out)
{
	put_hex(out, own(trail, trail_next(trail) % INSTANCES, 'i'), 15);
	buf_putc(out, 'e');
}

static void
put_user_key(struct trail *trail, struct buf *out)
{
	put_key(out, "AKIA", own(trail, trail_next(trail) % KEYS, 'k'));
}

static void
put_session_key(struct trail *trail, struct buf *out)
{
	put_key(out, "ASIA", own(trail, trail_next(trail) % SESSIONS, 'K'));
}

static void
put_id(struct trail *trail, struct buf *out)
{
	put_key(out, "", own(trail, trail_next(trail) % PEOPLE, 'q'));
}

static void
put_own_uuid(struct trail *trail, struct buf *out)
{
	uint64_t random = own(trail, trail_next(trail) % 8, 'V');

	put_uuid(out, random, trail_mix(random));
}

static void
put_new_uuid(struct trail *trail, struct buf *out)
{
	uint64_t random = trail_next(trail);

	put_uuid(out, random, trail_next(trail));
}

static void
put_word(struct trail *trail, struct buf *out)
{
	buf_puts(out, PICK(words, trail_next(trail)));
}

static void
put_small(struct trail *trail, struct buf *out)
{
	put_number(out, 1 + trail_next(trail) % 254);
}

static void
put_size(struct trail *trail, struct buf *out)
{
	uint64_t random = trail_next(trail);

	put_number(out, random % 8 ? random / 8 % 5000 : random % 90000000);
}

static void
put_ms(struct trail *trail, struct buf *out)
{
	put_number(out, (uint64_t)trail->second * 1000);
}

static void
put_hex8(struct trail *trail, struct buf *out)
{
	put_hex(out, trail_next(trail), 8);
}

static void
put_hex32(struct trail *trail, struct buf *out)
{
	for (int i = 0; i < 4; i++)
		put_hex8(trail, out);
}

static void
put_digest(struct trail *trail, struct buf *out)
{
	uint64_t random = own(trail, trail_next(trail) % 40, 'x');

	for (int i = 0; i < 8; i++)
		put_hex(out, random = trail_mix(random), 8);
}

static void
put_time(struct trail *trail, struct buf *out)
{
	put_second(out, trail->second);
}

static void
put_earlier(struct trail *trail, struct buf *out)
{
	put_second(out, trail->second - trail->second % 900);
}

static void
put_token(struct trail *trail, struct buf *out)
{
	buf_puts(out, "IQoJb3JpZ2luX2VjE");
	put_base64(trail, out, 36);
	buf_puts(out, "==");
}

static void
put_base64_70(struct trail *trail, struct buf *out)
{
	put_base64(trail, out, 7);
}

static void
put_dollar(struct trail *trail, struct buf *out)
{
	(void)trail;
	buf_putc(out, '$');
}

typedef void fill(struct trail *trail, struct buf *out);
static fill *const fills[128] = {['$'] = put_dollar,
	['a'] = put_account,
	['b'] = put_bucket,
	['B'] = put_token,
	['E'] = put_earlier,
	['g'] = put_region,
	['h'] = put_hex8,
	['H'] = put_hex32,
	['i'] = put_instance,
	['k'] = put_user_key,
	['K'] = put_session_key,
	['m'] = put_size,
	['M'] = put_ms,
	['n'] = put_small,
	['o'] = put_object,
	['p'] = put_address,
	['P'] = put_policy,
	['q'] = put_id,
	['r'] = put_role,
	['s'] = put_session,
	['t'] = put_time,
	['u'] = put_user,
	['U'] = put_new_uuid,
	['v'] = put_same_user,
	['V'] = put_own_uuid,
	['w'] = put_word,
	['x'] = put_digest,
	['X'] = put_base64_70};

/* ---- templates ---- */

static unsigned
how_often(struct trail *trail)
{
	uint64_t random = trail_next(trail);

	return random % 64 ? 1 + (unsigned)(random / 64 % 4) : 8 + (unsigned)(random / 64 % 20);
}

/* $(item$) is one item or more, with commas between them. */
void
trail_fill(struct trail *trail, struct buf *out, const char *text)
{
	const char *item = NULL;
	unsigned left = 0;

	for (;;) {
		const char *end = strchr(text, '$');

		if (!end)
			break;
		buf_append(out, text, (size_t)(end - text));
		text = end + 2;
		if (end[1] == '(') {
			item = text;
			left = how_often(trail);
		} else if (end[1] == ')' && --left > 0) {
			buf_putc(out, ',');
			text = item;
		} else if (end[1] != ')') {
			fills[end[1] & 127](trail, out);
		}
	}
	buf_puts(out, text);
}
