/* What a signed validation reads by whatever policy there is now. With real signatures. */
#include "tests/support/test.h"

#include <sys/resource.h>

#include "tests/support/court.h"
#include "tests/support/policy.h"

static const char *const admins[] = {"ada", "bob", NULL};
static struct keyring keys;

static int
open_keys(void **state)
{
	(void)state;
	keyring_open_with(&keys, "ada ed25519", "bob ecdsa", "eve ed25519", NULL);
	return 0;
}

static int
close_keys(void **state)
{
	(void)state;
	keyring_close(&keys);
	return 0;
}

#define JUST_ADA "ada@x" OURS "{ada}\n"
#define ADA_AND_BOB JUST_ADA "bob@x" OURS "{bob}\n"

/* Alert 1 is validated by ada, 2 by bob. */
static void
set(struct court *c)
{
	court_open(c, &keys, admins);
	court_validate(c, 0, "ada@x", "ada");
	court_validate(c, 1, "bob@x", "bob");
}

/* ---- another policy ---- */

static const struct {
	const char *ini, *signers, *expected;
} policies[] = {
	{"", ADA_AND_BOB, "signed"},
	{"", "bob@x" OURS "{bob}\n", "no-longer-holds: has no such key"},
	{"", "ada@x" OURS "{eve}\n", "no-longer-holds: has no such key"},
	{"", "bob@x" OURS "{ada}\n", "no-longer-holds: has no such key"},
	{"", "ada@x namespaces=\"file\" {ada}\n", "no-longer-holds: "},
	{"", "ada@x namespaces=\"validation@keywatch\",valid-before=\"20260101Z\" {ada}\n",
		"no-longer-holds: had expired when it signed"},
	{"", "ada@x namespaces=\"validation@keywatch\",valid-after=\"20990101Z\" {ada}\n",
		"no-longer-holds: was not valid yet"},
	{"require_touch = yes\n", JUST_ADA, "no-longer-holds: asks for a key that was touched"},
	{"min_approvals = 2\n", ADA_AND_BOB, "awaiting"},
	{"min_approvals = 2\n", JUST_ADA, "awaiting"},
	{"min_approvals = nonsense\n", JUST_ADA, "no-longer-holds: min_approvals"},
	{"[principals]\nada@x = iam:svc-backup\n", JUST_ADA, "no-longer-holds: is the target"},
	{"[principals]\nada@x = iam:111122223333/svc-*\n", JUST_ADA,
		"no-longer-holds: is the target"},
	{"[principals]\nada@x = iam:999999999999/svc-backup\n", JUST_ADA, "signed"},
	{"[principals]\nada@x = session:AdminRole/alice@corp.example\n", JUST_ADA,
		"no-longer-holds: is the actor"},
	{"[principals]\nada@x = session:*/ALICE@corp.example\n", JUST_ADA,
		"no-longer-holds: is the actor"},
	{"[principals]\nada@x = session:OtherRole/alice@corp.example\n", JUST_ADA, "signed"},
	/* Whoever has the key can call himself by either name. */
	{"[principals]\nboss@x = iam:svc-backup\n", JUST_ADA "boss@x" OURS "{ada}\n",
		"no-longer-holds: shares a key"},
};

static void
by_todays_policy_it_holds_or_the_reason_is_said(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, &keys, admins);
	court_validate(&c, 0, "ada@x", "ada");
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		print_message("%s%s", policies[i].ini, policies[i].signers);
		court_policy(&c, policies[i].ini, policies[i].signers);
		court_reads(&c, 0, policies[i].expected);
	}
	court_close(&c);
}

static void
without_a_policy_it_reads_unsigned(void **state)
{
	struct court c;
	struct alert alert;

	(void)state;
	set(&c);
	policy_fini(&c.policy);
	c.policy = (struct policy){.state = POLICY_NONE};
	court_reads(&c, 0, "unsigned");
	court_judge(&c, 0, &alert);
	assert_int_equal(alert.decisions[0].verdict, VERDICT_UNSIGNED);
	alert_fini(&alert);
	court_close(&c);
}

static void
a_revoked_key_voids_what_it_signed(void **state)
{
	struct court c;
	struct buf ini = {0};

	(void)state;
	set(&c);
	free(keyring_run(&keys, STR(""), "ssh-keygen", "-q", "-k", "-f", "krl", "ada.pub"));
	buf_printf(&ini, "revocation_list = %s/krl\n", keys.folder);
	court_policy(&c, buf_cstr(&ini), ADA_AND_BOB);
	court_reads(&c, 0, "no-longer-holds: the key is revoked");
	court_reads(&c, 1, "signed");
	buf_fini(&ini);
	court_close(&c);
}

static void
put_time(int64_t time, struct buf *out)
{
	struct time_parts p = time_split(time, false);

	buf_printf(out,
		"ada@x namespaces=\"validation@keywatch\",valid-before="
		"\"%04d%02d%02d%02d%02d%02dZ\" {ada}\n",
		p.year, p.month, p.day, p.hour, p.minute, p.second);
}

static void
a_key_that_expired_later_leaves_it_standing(void **state)
{
	const int64_t hour = 3600 * TICKS_PER_SECOND;
	struct arena arena = {0};
	struct buf signers = {0};
	struct statement s;
	struct court c;

	(void)state;
	court_open(&c, &keys, admins);
	court_statement(&c, 0, "ada@x", &arena, &s);
	s.time -= 2 * hour;
	court_plant(&c, 0, &s, "ada", POLICY_NAMESPACE, time_now());
	put_time(s.time + hour, &signers);
	court_policy(&c, "", buf_cstr(&signers));
	court_reads(&c, 0, "signed");
	buf_clear(&signers);
	put_time(s.time - hour, &signers);
	court_policy(&c, "", buf_cstr(&signers));
	court_reads(&c, 0, "no-longer-holds: had expired");
	arena_fini(&arena);
	buf_fini(&signers);
	court_close(&c);
}

static void
the_owner_may_not_validate(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, &keys, admins);
	court_decide(&c, 0, DECIDE_TAKE, "ada");
	court_policy(&c, "[principals]\nada@x = os:nobody-else\n", JUST_ADA);
	court_validate(&c, 0, "ada@x", "ada");
	court_reads(&c, 0, "signed");
	court_policy(&c, "[principals]\nada@x = os:ada\n", JUST_ADA);
	court_reads(&c, 0, "no-longer-holds: is the owner");
	court_close(&c);
}

/* ---- how many ---- */

static void
two_approvals_by_one_principal_are_one(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, &keys, admins);
	court_policy(&c, "min_approvals = 2\n", ADA_AND_BOB);
	court_validate(&c, 0, "ada@x", "ada");
	court_reads(&c, 0, "awaiting");
	court_validate(&c, 0, "ada@x", "ada");
	court_reads(&c, 0, "awaiting");
	court_validate(&c, 0, "bob@x", "bob");
	court_reads(&c, 0, "signed");
	/* Asked for later. */
	court_policy(&c, "min_approvals = 3\n", ADA_AND_BOB "eve@x" OURS "{eve}\n");
	court_reads(&c, 0, "awaiting");
	/* And one of them is none any more. */
	court_policy(&c, "min_approvals = 2\n", JUST_ADA);
	court_reads(&c, 0, "no-longer-holds: has no such key");
	court_close(&c);
}

static void
two_principals_with_one_key_are_one(void **state)
{
	struct court c;
	struct alert alert;

	(void)state;
	court_open(&c, &keys, admins);
	court_policy(&c, "min_approvals = 2\n", ADA_AND_BOB "boss@x" OURS "{eve}\n");
	court_validate(&c, 0, "ada@x", "ada");
	court_validate(&c, 0, "boss@x", "eve");
	court_reads(&c, 0, "signed");
	court_policy(
		&c, "min_approvals = 2\n", ADA_AND_BOB "boss@x" OURS "{eve}\nada@x" OURS "{eve}\n");
	court_judge(&c, 0, &alert);
	assert_int_equal(alert.state.approvals, 1);
	assert_int_not_equal(alert.state.validation, VALIDATION_SIGNED);
	assert_non_null(strstr(alert.decisions[1].why.data, "sign with one key"));
	alert_fini(&alert);
	court_close(&c);
}

/* ---- not verified ---- */

static void
what_is_not_verified_reads_checking(void **state)
{
	struct alert alert;
	struct court c;

	(void)state;
	set(&c);
	court_policy(&c, "", ADA_AND_BOB);
	scene_load(&c.scene, c.id[0], &alert);
	assert_int_equal(alert.state.validation, VALIDATION_CHECKING);
	assert_true(judge_alert(&c.judge, &alert, false));
	assert_int_equal(alert.state.validation, VALIDATION_CHECKING);
	assert_int_equal(c.judge.verified, 0);
	assert_false(judge_alert(&c.judge, &alert, true));
	assert_int_equal(alert.state.validation, VALIDATION_SIGNED);
	assert_false(judge_alert(&c.judge, &alert, false));
	assert_int_equal(c.judge.verified, 1);
	assert_int_equal(c.judge.remembered, 1);
	alert_fini(&alert);
	court_close(&c);
}

/* No descriptor is left to hand it anything. */
static void
where_ssh_keygen_cannot_be_run_it_reads_checking(void **state)
{
	struct rlimit before, none;
	struct alert alert;
	struct court c;
	bool unsure;

	(void)state;
	set(&c);
	court_policy(&c, "", ADA_AND_BOB);
	scene_load(&c.scene, c.id[0], &alert);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){3, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	unsure = judge_alert(&c.judge, &alert, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(unsure);
	assert_int_equal(alert.state.validation, VALIDATION_CHECKING);
	assert_true(alert.decisions[0].why.len > 0);
	assert_false(judge_alert(&c.judge, &alert, true));
	assert_int_equal(alert.state.validation, VALIDATION_SIGNED);
	alert_fini(&alert);
	court_close(&c);
}

/* ---- a table's row ---- */

static void
a_record_that_came_after_its_row_was_signed_is_no_proof(void **state)
{
	static const char row[] =
		"{\"TimeGenerated\":\"2026-01-02T03:04:05Z\",\"EventName\":\"CreateAccessKey\","
		"\"AwsEventId\":\"e-9\",\"UserIdentityType\":\"IAMUser\","
		"\"UserIdentityUserName\":\"dave\",\"UserIdentityAccountId\":\"111122223333\","
		"\"RecipientAccountId\":\"111122223333\","
		"\"RequestParameters\":\"{\\\"userName\\\":\\\"dave\\\"}\"}";
	static const char record[] =
		"{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventName\":\"CreateAccessKey\","
		"\"eventSource\":\"iam.amazonaws.com\",\"eventID\":\"e-9\",\"userIdentity\":"
		"{\"type\":\"IAMUser\",\"userName\":\"dave\",\"accountId\":\"111122223333\"},"
		"\"recipientAccountId\":\"111122223333\","
		"\"requestParameters\":{\"userName\":\"dave\"}}";
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct alert alert = {0};
	struct event event;
	struct error err;
	struct court c;

	(void)state;
	court_open(&c, &keys, admins);
	assert_ok(event_parse_row(&event, str_from(row), &err), &err);
	rule_match(run, &event);
	alert_init(&alert, &event, rule, run);
	scene_put_alert(&c.scene, &alert, c.scene.input, 0);
	memcpy(c.id[0], alert.id, sizeof(c.id[0]));
	alert_fini(&alert);
	event_fini(&event);
	court_validate(&c, 0, "ada@x", "ada");
	court_reads(&c, 0, "signed");
	policy_alert(&alert, str_from(record));
	scene_put_alert(&c.scene, &alert, c.scene.input, 0);
	assert_string_equal(alert.id, c.id[0]);
	alert_fini(&alert);
	court_reads(&c, 0, "no-longer-holds: its record came since");
	rule_run_free(run);
	rule_free(rule);
	court_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_todays_policy_it_holds_or_the_reason_is_said),
		cmocka_unit_test(without_a_policy_it_reads_unsigned),
		cmocka_unit_test(a_revoked_key_voids_what_it_signed),
		cmocka_unit_test(a_key_that_expired_later_leaves_it_standing),
		cmocka_unit_test(the_owner_may_not_validate),
		cmocka_unit_test(two_approvals_by_one_principal_are_one),
		cmocka_unit_test(two_principals_with_one_key_are_one),
		cmocka_unit_test(what_is_not_verified_reads_checking),
		cmocka_unit_test(where_ssh_keygen_cannot_be_run_it_reads_checking),
		cmocka_unit_test(a_record_that_came_after_its_row_was_signed_is_no_proof),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
