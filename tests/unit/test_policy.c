/* policy.ini, whom it names, and the policy in words. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/validation/policy_private.h"
#include "tests/support/policy.h"

static int
setup(void **state)
{
	*state = test_folder();
	return 0;
}

static int
teardown(void **state)
{
	test_rmtree(*state);
	return 0;
}

/* ---- policy.ini ---- */

/* The whole text of policy.ini; %s is the folder, in which `signers` is. */
static bool
load_text(struct policy *policy, const char *folder, struct str text, struct error *err)
{
	const struct policy_place place = {.owner = geteuid(), .top = folder};
	char *path = test_file(folder, "policy.ini", text.data, text.len);
	bool ok;

	free(test_file(folder, "signers", "alice " KEY_A "\n", strlen("alice " KEY_A "\n")));
	ok = policy_load_at(policy, path, "/nonexistent", &place, err);
	free(path);
	return ok;
}

#define TEXT(literal)                                                                              \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define SIGNERS "[admins]\nallowed_signers = /nonexistent\n"

static const struct {
	struct str text;
	const char *expected; /* behind the path of policy.ini */
} refusals[] = {
	{TEXT(""), ": says not who may validate: [admins] needs allowed_signers = FILE"},
	{TEXT("x = 1\n"), ":1: `x` stands outside of any section"},
	{TEXT("[admin]\n"), ":1: there is no section [admin]: did you mean [admins]?"},
	{TEXT("\n[source x]\n"), ":2: there is no section [source x]; there are [admins] and"},
	{TEXT("[admins]\nallowed_signer = /x\n"),
		":2: there is no `allowed_signer` in [admins]: did you mean allowed_signers?"},
	{TEXT("[admins]\ncolour = red\n"), ":2: there is no `colour` in [admins]; there are"},
	{TEXT("[admins]\nallowed_signers = x/y\n"),
		":2: allowed_signers: a relative path: it begins with /"},
	{TEXT("[admins]\nallowed_signers = ~/y\n"), ":2: allowed_signers: a relative path"},
	{TEXT("[admins]\nallowed_signers =\n"), ":2: allowed_signers: needs a path"},
	{TEXT("[admins]\nrevocation_list = ../y\n"), ":2: revocation_list: a relative path"},
	{TEXT("[admins]\nrequire_touch = true\n"), ":2: require_touch: expected yes or no"},
	{TEXT("[admins]\nrequire_touch = Yes\n"), ":2: require_touch: expected yes or no"},
	{TEXT("[admins]\nrequire_touch = yes\nrequire_touch = no\n"),
		":3: require_touch: stands twice"},
	{TEXT("[admins]\nmin_approvals = 2\n[admins]\nmin_approvals = 1\n"),
		":4: min_approvals: stands twice"},
	{TEXT("[principals]\nalice =\n"), ":2: alice: an identity is missing"},
	{TEXT("[principals]\nalice = iam:a,,b\n"), ":2: alice: an identity is missing"},
	{TEXT("[principals]\nalice = iam:a,\n"), ":2: alice: an identity is missing"},
	{TEXT("[principals]\nalice = iam:\n"), ":2: alice: `iam:`: expected iam:ACCOUNT/USER"},
	{TEXT("[principals]\nalice = aws:x\n"), ":2: alice: `aws:x`: expected iam:ACCOUNT/USER"},
	{TEXT("[principals]\nalice = IAM:x\n"), ":2: alice: `IAM:x`: expected iam:ACCOUNT/USER"},
	{TEXT("[principals]\nalice = a/b\n"), ":2: alice: `a/b`: expected iam:ACCOUNT/USER"},
	{TEXT("[principals]\nalice = os:a/b\n"), ":2: alice: `os:a/b`: expected iam:ACCOUNT/"},
	{TEXT("[principals]\nalice = iam:/b\n"), ":2: alice: `iam:/b`: expected iam:ACCOUNT/"},
	{TEXT("[principals]\nalice = session:b\n"), ":2: alice: `session:b`: expected iam:ACC"},
	{TEXT("[principals]\nalice = session:a/b/c\n"), ":2: alice: `session:a/b/c`: expected"},
	{TEXT("[principals]\nalice = iam:12345/b\n"),
		":2: alice: `iam:12345/b`: an account has 12 digits"},
	{TEXT("[principals]\nalice = iam:prod/b\n"), ":2: alice: `iam:prod/b`: an account has"},
	{TEXT("[principals]\nalice = a\nbob = b\nalice = c\n"),
		":4: alice stands twice, first in line 2"},
	{TEXT("[principals]\nalice = a\n  bob = b\n"),
		":3: is indented deeper than the line above; here nothing is nested"},
	{TEXT("[admins]\nallowed_signers = /x\0y\n"), ":2: holds a hidden character, \\u0000"},
	{TEXT("[admins]\nrequire_touch = no\rmin_approvals = 1\n"),
		":2: holds a hidden character, "},
	{TEXT("[admins]\n# \x1b[2K\n"), ":2: holds a hidden character, \\u001b"},
	{TEXT("[principals]\n\xff = a\n"), ":2: holds a hidden character, \\xff: write it anew"},
	{TEXT("[admins]\nx\n"), ":2: expected `key = value`"},
};

static void
what_is_wrong_in_policy_ini_is_refused_with_its_line(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const char *words;
		struct policy policy;
		struct error err;

		assert_false(load_text(&policy, *state, refusals[i].text, &err));
		assert_int_equal(policy.state, POLICY_REFUSED);
		assert_string_equal(policy.refusal.text, err.text);
		assert_int_equal(err.kind, ERROR_USAGE);
		words = strstr(err.text, "/policy.ini");
		assert_non_null(words);
		words += strlen("/policy.ini");
		if (strncmp(words, refusals[i].expected, strlen(refusals[i].expected)) != 0)
			assert_string_equal(words, refusals[i].expected);
		policy_fini(&policy);
	}
}

static void
only_one_to_nine_approvals_can_be_asked_for(void **state)
{
	static const char *const wrong[] = {
		"0", "-1", "10", "99999999999", "1.5", "+1", "01", "two", "", "2 ; two", "0x1"};
	char text[128];
	struct policy policy;
	struct error err;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "[admins]\nmin_approvals = %s\n", wrong[i]);
		assert_false(load_text(&policy, *state, str_from(text), &err));
		assert_non_null(strstr(err.text, ":2: min_approvals: expected a number from 1 to"));
		policy_fini(&policy);
	}
	for (int i = 1; i <= 9; i++) {
		snprintf(text, sizeof(text), "min_approvals = %d\n", i);
		assert_ok(policy_of(&policy, *state, text, "alice " KEY_A "\n", &err), &err);
		assert_int_equal(policy.min_approvals, i);
		policy_fini(&policy);
	}
}

static void
a_bom_crlf_and_comments_are_read(void **state)
{
	struct buf text = {0};
	struct policy policy;
	struct error err;

	buf_printf(&text,
		"\xef\xbb\xbf# a\r\n[admins]\r\nallowed_signers = %s/signers\r\n; b\r\n"
		"require_touch = yes\r\n[principals]\r\nalice = iam:alice\r\n",
		(const char *)*state);
	assert_ok(load_text(&policy, *state, buf_view(&text), &err), &err);
	assert_int_equal(policy.state, POLICY_GOOD);
	assert_true(policy.require_touch);
	assert_int_equal(policy.min_approvals, 1);
	assert_int_equal(policy_principal_find(&policy, STR("alice"))->line, 7);
	policy_fini(&policy);
	buf_fini(&text);
}

/* ---- loading ---- */

static void
without_a_policy_it_is_solo_and_nobody_is_an_admin(void **state)
{
	const struct policy_place place = {.owner = geteuid(), .top = *state};
	struct policy policy;
	struct error err;
	char path[256];

	snprintf(path, sizeof(path), "%s/none/policy.ini", (const char *)*state);
	assert_ok(policy_load_at(&policy, NULL, path, &place, &err), &err);
	assert_int_equal(policy.state, POLICY_NONE);
	assert_false(policy_is_admin(&policy, STR("alice")));
	policy_fini(&policy);
	assert_false(policy_load_at(&policy, path, "/nonexistent", &place, &err));
	assert_int_equal(policy.state, POLICY_REFUSED);
	assert_non_null(strstr(err.text, "/none/policy.ini: there is no such file"));
	policy_fini(&policy);
}

/* A link that leads nowhere was put there by somebody. */
static void
a_policy_that_is_a_dangling_link_is_no_solo_mode(void **state)
{
	const struct policy_place place = {.owner = geteuid(), .top = *state};
	struct policy policy;
	struct error err;
	char path[256];

	snprintf(path, sizeof(path), "%s/policy.ini", (const char *)*state);
	assert_int_equal(symlink("nowhere", path), 0);
	assert_false(policy_load_at(&policy, NULL, path, &place, &err));
	assert_int_equal(policy.state, POLICY_REFUSED);
	policy_fini(&policy);
}

static void
a_file_that_is_named_and_missing_or_unsafe_refuses_the_whole(void **state)
{
	const char *folder = *state;
	struct policy policy;
	struct error err;
	char text[256];

	assert_false(load_text(&policy, folder, STR(SIGNERS), &err));
	assert_string_equal(err.text, "allowed_signers: /nonexistent: there is no such file");
	policy_fini(&policy);
	snprintf(text, sizeof(text), "revocation_list = %s/none\n", folder);
	assert_false(policy_of(&policy, folder, text, "alice " KEY_A "\n", &err));
	assert_non_null(strstr(err.text, "revocation_list: "));
	policy_fini(&policy);
	snprintf(text, sizeof(text), "revocation_list = %s/krl\n", folder);
	free(test_file(folder, "krl", "", 0));
	assert_ok(policy_of(&policy, folder, text, "alice " KEY_A "\n", &err), &err);
	assert_true(policy_is_admin(&policy, STR("alice")));
	policy_fini(&policy);
	snprintf(text, sizeof(text), "%s/krl", folder);
	assert_int_equal(chmod(text, 0666), 0);
	snprintf(text, sizeof(text), "revocation_list = %s/krl\n", folder);
	assert_false(policy_of(&policy, folder, text, "alice " KEY_A "\n", &err));
	assert_non_null(strstr(err.text, "revocation_list: "));
	assert_non_null(
		strstr(err.text, "krl: may be written by everybody (mode 0666): chmod go-w"));
	assert_false(policy_is_admin(&policy, STR("alice")));
	policy_fini(&policy);
}

static void
every_byte_of_every_file_counts_in_the_digest(void **state)
{
	const char *folder = *state;
	static const char *const inis[] = {"", "min_approvals = 2\n", "# x\n", "", "", ""};
	static const char *const signers[] = {"alice " KEY_A "\n", "alice " KEY_A "\n",
		"alice " KEY_A "\n", "alice " KEY_A " \n", "alice " KEY_A, "alice " KEY_B "\n"};
	enum { COUNT = sizeof(inis) / sizeof(inis[0]) };
	char hash[COUNT + 1][HASH_HEX], text[256];
	struct policy policy;
	struct error err;

	for (size_t i = 0; i <= COUNT; i++) {
		snprintf(text, sizeof(text), "revocation_list = %s/krl\n", folder);
		free(test_file(folder, "krl", "", 0));
		assert_ok(policy_of(&policy, folder, i < COUNT ? inis[i] : text,
				  signers[i < COUNT ? i : 0], &err),
			&err);
		memcpy(hash[i], policy.hash, HASH_HEX);
		policy_fini(&policy);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(hash[i], hash[k]);
	}
}

/* ---- who may ---- */

static void
expect_admin(const struct policy *policy, const char *name, bool expected)
{
	if (policy_is_admin(policy, str_from(name)) != expected)
		print_error("%s\n", name);
	assert_int_equal(policy_is_admin(policy, str_from(name)), expected);
}

/* Whoever has a plain key of a pattern could choose his name. */
static void
a_pattern_with_a_plain_key_makes_admins_of_none_but_those_who_are_named(void **state)
{
	struct policy policy;
	struct error err;

	assert_ok(policy_of(&policy, *state,
			  "[principals]\nzoe@corp.example = zoe\nyan@corp.example = yan\n",
			  "*@corp.example,!yan@corp.example" OURS KEY_A "\n"
			  "*@certs.example cert-authority,namespaces=\"validation@keywatch\" " KEY_B
			  "\nalice namespaces=\"git\" " KEY_B "\n",
			  &err),
		&err);
	expect_admin(&policy, "zoe@corp.example", true);
	expect_admin(&policy, "yan@corp.example", false);
	expect_admin(&policy, "xavier@corp.example", false);
	expect_admin(&policy, "anybody@certs.example", true);
	expect_admin(&policy, "alice", false);
	expect_admin(&policy, "*@corp.example", false);
	expect_admin(&policy, "", false);
	policy_fini(&policy);
}

static void
a_key_names_its_admins_by_type_and_bytes(void **state)
{
	struct str type = STR("ssh-ed25519"), key = str_from(strchr(KEY_A, ' ') + 1);
	struct policy_match matches[4];
	struct policy policy;
	struct error err;

	assert_ok(policy_of(&policy, *state, "[principals]\nzoe@x = zoe\n",
			  "bob,alice" OURS KEY_A "\nalice" OURS KEY_B "\n*@x" OURS KEY_A "\n"
			  "carol namespaces=\"git\" " KEY_A "\nca cert-authority " KEY_A "\n",
			  &err),
		&err);
	assert_int_equal(policy_principals_of_key(&policy, type, key, matches, 4), 3);
	assert_str(matches[0].principal, "alice");
	assert_str(matches[1].principal, "bob");
	assert_str(matches[2].principal, "zoe@x");
	assert_int_equal(matches[2].signer->line, 3);
	assert_int_equal(policy_principals_of_key(&policy, type, key, matches, 0), 3);
	assert_int_equal(policy_principals_of_key(&policy, STR("ssh-rsa"), key, matches, 4), 0);
	assert_int_equal(policy_principals_of_key(&policy, type, STR("AAAA"), matches, 4), 0);
	assert_int_equal(policy_principals_of_fingerprint(&policy, STR(""), matches, 4), 0);
	policy_fini(&policy);
}

static void
who_shares_a_key_is_one_person_however_far_it_goes(void **state)
{
	struct policy policy;
	struct error err;

	assert_ok(policy_of(&policy, *state, "",
			  "alice,al" OURS KEY_A "\nbob" OURS KEY_HARDWARE "\nal,albert" OURS KEY_B
			  "\nalbertine" OURS KEY_B "\nbob,alice namespaces=\"git\" " KEY_A
			  "\nbob,alice cert-authority " KEY_A "\n",
			  &err),
		&err);
	assert_true(policy_share_key(&policy, STR("alice"), STR("al")));
	assert_true(policy_share_key(&policy, STR("alice"), STR("albertine")));
	assert_true(policy_share_key(&policy, STR("x"), STR("x")));
	assert_false(policy_share_key(&policy, STR("alice"), STR("bob")));
	assert_false(policy_share_key(&policy, STR("alice"), STR("x")));
	policy_fini(&policy);
}

static void
an_os_user_is_who_is_mapped_to_it(void **state)
{
	struct str names[4];
	struct policy policy;
	struct error err;

	assert_ok(policy_of(&policy, *state,
			  "[principals]\na@x = os:alice\nb@x = alice\nc@x = iam:alice\n"
			  "nokey = os:alice\n",
			  "a@x,b@x,c@x,alice@y,alice,bob" OURS KEY_A "\n", &err),
		&err);
	assert_int_equal(policy_principals_of_user(&policy, STR("alice"), names, 4), 4);
	assert_str(names[0], "a@x");
	assert_str(names[1], "alice");
	assert_str(names[2], "alice@y");
	assert_str(names[3], "b@x");
	assert_int_equal(policy_principals_of_user(&policy, STR("root"), names, 4), 0);
	policy_fini(&policy);
}

/* ---- in words ---- */

#define RECORD                                                                                     \
	"{\"eventName\":\"CreateAccessKey\",\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":" \
	"\"111122223333\",\"userName\":\"eve\"},\"requestParameters\":{\"userName\":\"victim\"}}"

static void
expect_explained(const struct policy *policy, const char *name, const struct alert *alert, bool may,
	const char *words)
{
	const int64_t now = INT64_C(1768600000) * TICKS_PER_SECOND; /* 2026-01-16 */
	struct buf out = {0};

	assert_int_equal(policy_explain_principal(policy, str_from(name), alert, now, &out), may);
	if (!strstr(buf_cstr(&out), words))
		assert_string_equal(buf_cstr(&out), words);
	buf_fini(&out);
}

static void
why_somebody_may_not_is_said(void **state)
{
	struct policy policy;
	struct alert alert;
	struct error err;

	policy_alert(&alert, STR(RECORD));
	assert_ok(policy_of(&policy, *state, "[principals]\neve@x = iam:eve\n",
			  "good" OURS KEY_A "\ngit namespaces=\"git\" " KEY_B
			  "\nold namespaces=\"*\",valid-before=\"20260101Z\" " KEY_B
			  "\nnew namespaces=\"*\",valid-after=\"20270101Z\" " KEY_B
			  "\n*@x" OURS KEY_HARDWARE "\n",
			  &err),
		&err);
	expect_explained(&policy, "good", NULL, true, "good may validate\n");
	expect_explained(&policy, "good", &alert, true, "good may validate this alert\n");
	expect_explained(&policy, "good", NULL, true,
		"SHA256:RXm/ruZ0eTzRXKwi1AQEDynB0VgHQ2ac9KPSFdf/YnA, a file, no touch (line 1)");
	expect_explained(
		&policy, "no\x1b[2Kbody", NULL, false, "no\\u001b[2Kbody may not validate\n");
	expect_explained(&policy, "nobody", NULL, false, "not: no line of allowed_signers is for");
	expect_explained(&policy, "git", NULL, false, "are not for validation@keywatch");
	expect_explained(&policy, "old", NULL, false, "not: none of its keys can sign now");
	expect_explained(&policy, "old", NULL, false, "cannot sign now it has expired");
	expect_explained(&policy, "new", NULL, false, "it is not valid yet");
	expect_explained(&policy, "zoe@x", NULL, false, "only a pattern with a plain key fits it");
	expect_explained(&policy, "eve@x", NULL, true, "in hardware: can ask for a touch");
	expect_explained(&policy, "eve@x", &alert, false, "not: eve@x is the actor of this alert");
	policy.require_touch = true;
	expect_explained(&policy, "good", NULL, false, "it is in no hardware, and require_touch");
	expect_explained(&policy, "eve@x", NULL, true, "eve@x may validate");
	policy_fini(&policy);
	alert_fini(&alert);
}

static void
what_can_never_be_validated_is_warned_of(void **state)
{
	struct buf out = {0};
	struct policy policy;
	struct error err;

	assert_ok(policy_of(&policy, *state,
			  "min_approvals = 3\nrequire_touch = yes\n[principals]\nnobody = x\n",
			  "alice,bob" OURS KEY_A "\n*@x" OURS KEY_B "\n", &err),
		&err);
	policy_explain(&policy, 0, &out);
	assert_non_null(strstr(buf_cstr(&out),
		"min_approvals = 3 is more than there are persons with keys of their own (1)"));
	assert_non_null(strstr(buf_cstr(&out), "require_touch = yes, and no key is in hardware"));
	assert_non_null(strstr(buf_cstr(&out), ":6: nobody may not validate: no line of"));
	assert_non_null(strstr(buf_cstr(&out), "signers:2: a pattern with a plain key"));
	buf_fini(&out);
	policy_fini(&policy);
}

/* A bastion asks at every start. */
static void
thousands_of_lines_are_read(void **state)
{
	struct buf signers = {0}, ini = {0};
	struct policy policy;
	struct error err;

	buf_puts(&ini, "[principals]\n");
	for (int i = 0; i < 5000; i++) {
		buf_printf(&signers, "user%d@example.com" OURS KEY_A "\n", i);
		buf_printf(&ini, "user%d@example.com = iam:user%d, os:user%d\n", i, i, i);
	}
	assert_ok(policy_of(&policy, *state, buf_cstr(&ini), buf_cstr(&signers), &err), &err);
	assert_int_equal(policy.principal_count, 5000);
	expect_admin(&policy, "user4999@example.com", true);
	expect_admin(&policy, "user5000@example.com", false);
	policy_fini(&policy);
	buf_fini(&signers);
	buf_fini(&ini);
}

#define folder_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(what_is_wrong_in_policy_ini_is_refused_with_its_line),
		folder_test(only_one_to_nine_approvals_can_be_asked_for),
		folder_test(a_bom_crlf_and_comments_are_read),
		folder_test(without_a_policy_it_is_solo_and_nobody_is_an_admin),
		folder_test(a_policy_that_is_a_dangling_link_is_no_solo_mode),
		folder_test(a_file_that_is_named_and_missing_or_unsafe_refuses_the_whole),
		folder_test(every_byte_of_every_file_counts_in_the_digest),
		folder_test(
			a_pattern_with_a_plain_key_makes_admins_of_none_but_those_who_are_named),
		folder_test(a_key_names_its_admins_by_type_and_bytes),
		folder_test(who_shares_a_key_is_one_person_however_far_it_goes),
		folder_test(an_os_user_is_who_is_mapped_to_it),
		folder_test(why_somebody_may_not_is_said),
		folder_test(what_can_never_be_validated_is_warned_of),
		folder_test(thousands_of_lines_are_read),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
