/* What the screen costs on a slow line: bytes. */
#include <stdio.h>
#include <time.h>

#include "tests/support/stage.h"

enum { ALERTS = 40, MOVES = 30, MOST_PER_MOVE = 760, VARIED = 240, VARIED_MOVES = 200 };
/* Where each has other answers as well, a move writes twice as many different words. */
enum { MOST_PER_STORY = 1400 };

/* All that a key made it write. */
static size_t
bytes_of(struct pty *pty, const char *key)
{
	pty_raw_mark(pty);
	pty_send(pty, key);
	while (!pty_quiet(pty, 300))
		;
	return pty_raw_since(pty).len;
}

/* Alerts as they come day by day: of one kind, of different users. */
static struct pty *
open_many(const struct stage *stage)
{
	struct buf log = {0};
	struct pty *pty;
	char *path;

	for (int i = 0; i < ALERTS; i++)
		buf_printf(&log,
			"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\","
			"\"arn\":\"arn:aws:iam::111122223333:user/user-%d\",\"accountId\":"
			"\"111122223333\",\"accessKeyId\":\"AKIAEXAMPLE%09d\",\"userName\":"
			"\"user-%d\"},\"eventTime\":\"2026-01-12T08:%02d:00Z\",\"eventSource\":"
			"\"iam.amazonaws.com\",\"eventName\":\"CreateAccessKey\",\"awsRegion\":"
			"\"us-east-1\",\"sourceIPAddress\":\"198.51.100.%d\",\"userAgent\":"
			"\"aws-cli/2.13.5 Python/3.11.4 Linux/6.1 command/iam.create-access-key\","
			"\"requestParameters\":{\"userName\":\"user-%d\"},\"responseElements\":{"
			"\"accessKey\":{\"userName\":\"user-%d\",\"accessKeyId\":"
			"\"AKIAEXAMPLE9%08d\",\"status\":\"Active\"}},\"eventID\":\"e-%d\"}\n",
			i * 37 % 97, i, i * 37 % 97, i, i * 7 % 250, i * 11 % 89, i * 11 % 89, i,
			i);
	path = test_file(stage->home, "many.jsonl", log.data, log.len);
	pty = stage_screen(stage, 40, 120, path);
	pty_wait_text(pty, "1 of 40");
	bytes_of(pty, "g"); /* ends follow */
	free(path);
	buf_fini(&log);
	return pty;
}

static void
a_move_with_the_entity_pane_costs_less_than_760_bytes(void **state)
{
	struct pty *pty = open_many(*state);
	size_t bytes = 0;

	for (int i = 0; i < MOVES; i++)
		bytes += bytes_of(pty, "j");
	if (bytes / MOVES >= MOST_PER_MOVE)
		fail_msg("%zu bytes a move", bytes / MOVES);
	stage_quit(pty);
}

/* ---- alerts of every kind ---- */

/* The same on every machine. */
static unsigned
pick(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245U + 12345U;
	return (*seed >> 16) % below;
}

#define PICK(seed, list) ((list)[pick(seed, sizeof(list) / sizeof((list)[0]))])

static const char *const users[] = {"alice", "bob", "carol.smith", "ci-deploy", "svc-backup",
	"svc-metrics", "jane.doe@corp.example", "break-glass", "kubernetes-autoscaler", "m.garcia"};
static const char *const roles[] = {
	"AdminRole", "TerraformDeploy", "OrganizationAccountAccessRole"};
static const char *const accounts[] = {"111122223333", "444455556666", "777788889999"};
static const char *const agents[] = {
	"aws-cli/2.13.5 Python/3.11.4 Linux/6.1.0 exe/x86_64.debian.12 prompt/off "
	"command/iam.create-access-key",
	"Boto3/1.28.57 Python/3.10.12 Linux/5.15.0-1045-aws Botocore/1.31.57",
	"console.amazonaws.com", "AWS Internal",
	"APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) "
	"terraform-provider-aws/5.17.0"};
static const char *const regions[] = {"us-east-1", "us-east-1", "us-east-1", "eu-central-1"};
static const unsigned gaps[] = {3, 20, 61, 400, 3600, 86400};

static void
put_caller(struct buf *log, unsigned *seed, const char *account, const char *user)
{
	const char *role = PICK(seed, roles);
	unsigned key = pick(seed, 10000);

	if (pick(seed, 3))
		buf_printf(log,
			"{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::%s:user/%s\",\"accountId\":"
			"\"%s\",\"accessKeyId\":\"AKIAEXAMPLE%09u\",\"userName\":\"%s\"}",
			account, user, account, key * 99991, user);
	else
		buf_printf(log,
			"{\"type\":\"AssumedRole\",\"arn\":\"arn:aws:sts::%s:assumed-role/%s/%s\","
			"\"accountId\":\"%s\",\"accessKeyId\":\"ASIAEXAMPLE%09u\","
			"\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\",\"arn\":"
			"\"arn:aws:iam::%s:role/%s\",\"accountId\":\"%s\",\"userName\":\"%s\"},"
			"\"attributes\":{\"creationDate\":\"2026-01-12T0%u:%02u:00Z\","
			"\"mfaAuthenticated\":\"%s\"}}}",
			account, role, user, account, key * 99991, account, role, account, role,
			pick(seed, 10), pick(seed, 60), pick(seed, 2) ? "true" : "false");
}

static void
put_answer(struct buf *log, unsigned *seed, const char *target)
{
	if (pick(seed, 6))
		buf_printf(log,
			"\"responseElements\":{\"accessKey\":{\"userName\":\"%s\",\"accessKeyId\":"
			"\"AKIAEXAMPLE%09u\",\"status\":\"Active\"}}",
			target, pick(seed, 10000) * 99991);
	else
		buf_printf(log,
			"\"errorCode\":\"AccessDenied\",\"errorMessage\":\"User is not authorized "
			"to perform: iam:CreateAccessKey on resource: user %s because no "
			"identity-based policy allows the iam:CreateAccessKey action\"",
			target);
}

static void
put_varied(struct buf *log, unsigned *seed, unsigned n, time_t at)
{
	const char *account = PICK(seed, accounts), *user = PICK(seed, users);
	const char *target = pick(seed, 5) < 2 ? user : PICK(seed, users);
	char time[32];

	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", gmtime(&at));
	buf_puts(log, "{\"eventVersion\":\"1.09\",\"userIdentity\":");
	put_caller(log, seed, account, user);
	buf_printf(log,
		",\"eventTime\":\"%s\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":"
		"\"CreateAccessKey\",\"awsRegion\":\"%s\",\"sourceIPAddress\":\"%s.%u\","
		"\"userAgent\":\"%s\",\"requestParameters\":{\"userName\":\"%s\"},",
		time, PICK(seed, regions), pick(seed, 2) ? "203.0.113" : "10.112.7",
		pick(seed, 250), PICK(seed, agents), target);
	put_answer(log, seed, target);
	buf_printf(log, ",\"eventID\":\"e-%u\",\"recipientAccountId\":\"%s\"}\n", n, account);
}

static struct pty *
open_varied(const struct stage *stage)
{
	unsigned seed = 1;
	struct buf log = {0};
	time_t at = 1768204800;
	struct pty *pty;
	char *path;

	for (unsigned n = 0; n < VARIED; n++)
		put_varied(&log, &seed, n, at += PICK(&seed, gaps));
	path = test_file(stage->home, "varied.jsonl", log.data, log.len);
	pty = stage_screen(stage, 40, 120, path);
	pty_wait_text(pty, "1 of 240");
	bytes_of(pty, "g");
	free(path);
	buf_fini(&log);
	return pty;
}

/* Every move is drawn before the next key is sent. */
static void
a_move_among_alerts_each_with_a_story_of_its_own_costs_less_than_1400_bytes(void **state)
{
	struct pty *pty = open_varied(*state);
	char place[32];
	size_t bytes;

	pty_raw_mark(pty);
	for (int i = 2; i <= VARIED_MOVES + 1; i++) {
		snprintf(place, sizeof(place), "%d of 240", i);
		pty_send(pty, "j");
		pty_wait_text(pty, place);
	}
	while (!pty_quiet(pty, 300))
		;
	bytes = pty_raw_since(pty).len / VARIED_MOVES;
	if (bytes >= MOST_PER_STORY)
		fail_msg("%zu bytes a move", bytes);
	stage_quit(pty);
}

static void
a_key_that_changes_nothing_costs_nothing(void **state)
{
	struct pty *pty = open_many(*state);

	assert_int_equal(bytes_of(pty, "g"), 0);
	assert_int_equal(bytes_of(pty, "k"), 0);
	stage_quit(pty);
}

/* What is left of an erased row is erased, not written over with blanks. */
static void
blanks_are_erased(void **state)
{
	struct pty *pty = open_many(*state);
	struct str raw;

	bytes_of(pty, "j");
	bytes_of(pty, "j");
	raw = pty_raw_since(pty);
	assert_true(str_find(raw, STR("?   "), 0) == (size_t)-1);
	assert_true(str_find(raw, STR("\033[K"), 0) != (size_t)-1);
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_move_with_the_entity_pane_costs_less_than_760_bytes),
		stage_test(
			a_move_among_alerts_each_with_a_story_of_its_own_costs_less_than_1400_bytes),
		stage_test(a_key_that_changes_nothing_costs_nothing),
		stage_test(blanks_are_erased),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
