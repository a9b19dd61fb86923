/* Four eyes: who is actor, target or owner of an alert. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "tests/support/cases.h"
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

/* Reads "actor", "target" or "owner" out of the refusal. */
static const char *
part_of(const struct policy *policy, const char *principal, const struct alert *alert,
	const char *owner)
{
	static const char *const parts[] = {"actor", "target", "owner"};
	struct error err = {0};
	char words[64];

	if (policy_four_eyes(policy, str_from(principal), alert, str_from(owner), &err))
		return "no";
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(words, sizeof(words), " is the %s of this alert, ", parts[i]);
		if (strstr(err.text, words))
			return parts[i];
	}
	return err.text[0] ? "another reason" : "no reason";
}

static void
check(struct str name, struct str input, struct str key, struct str value)
{
	char *folder = test_folder();
	bool mapped = key.data[0] != '~';
	struct buf ini = {0}, principal = {0};
	struct policy policy;
	struct alert alert;
	struct error err;
	const char *part;

	buf_str(&principal, mapped ? STR("p") : str_slice(key, 1, key.len));
	if (mapped)
		buf_printf(&ini, "[principals]\np = %.*s\n", STR_ARG(key));
	policy_alert(&alert, input);
	assert_ok(policy_of(&policy, folder, buf_cstr(&ini), "p" OURS KEY_A "\n", &err), &err);
	part = part_of(&policy, buf_cstr(&principal), &alert, "");
	if (!str_is(value, part))
		print_error("%.*s: %.*s\n", STR_ARG(name), STR_ARG(key));
	policy_fini(&policy);
	alert_fini(&alert);
	buf_fini(&ini);
	buf_fini(&principal);
	test_rmtree(folder);
	assert_str(value, part);
}

static void
actor_and_target_are_told_as_the_case_says(void **state)
{
	(void)state;
	assert_true(cases_run("eyes.cases", check) > 50);
}

#define RECORD                                                                                     \
	"{\"eventName\":\"CreateAccessKey\",\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":" \
	"\"111122223333\",\"userName\":\"eve\"},\"requestParameters\":{\"userName\":\"victim\"}}"

static void
the_owner_is_an_os_user(void **state)
{
	struct policy policy;
	struct alert alert;
	struct error err;

	policy_alert(&alert, STR(RECORD));
	assert_ok(policy_of(&policy, *state, "[principals]\na = os:alice\n", "a" OURS KEY_A, &err),
		&err);
	assert_string_equal(part_of(&policy, "a", &alert, "alice"), "owner");
	assert_string_equal(part_of(&policy, "a", &alert, "bob"), "no");
	assert_string_equal(part_of(&policy, "a", &alert, ""), "no");
	assert_string_equal(part_of(&policy, "alice@x", &alert, "alice"), "owner");
	assert_string_equal(part_of(&policy, "uid@x", &alert, "uid 1000"), "no");
	policy_fini(&policy);
	assert_ok(policy_of(&policy, *state, "[principals]\na = iam:alice\n", "a" OURS KEY_A, &err),
		&err);
	assert_string_equal(part_of(&policy, "a", &alert, "alice"), "no");
	policy_fini(&policy);
	alert_fini(&alert);
}

static void
the_refusal_says_who_it_is_and_by_which_line(void **state)
{
	struct policy policy;
	struct alert alert;
	struct error err;
	char expected[512];

	policy_alert(&alert, STR(RECORD));
	assert_ok(policy_of(&policy, *state, "[principals]\na = iam:bob, iam:1111*/e*\n",
			  "a" OURS KEY_A "\n", &err),
		&err);
	assert_false(policy_four_eyes(&policy, STR("a"), &alert, STR(""), &err));
	snprintf(expected, sizeof(expected),
		"a is the actor of this alert, eve: `iam:1111*/e*` in %s/policy.ini:4",
		(const char *)*state);
	assert_string_equal(err.text, expected);
	assert_int_equal(err.kind, ERROR_USAGE);
	policy_fini(&policy);
	alert_fini(&alert);
}

/* Eve would sign as somebody else. */
static void
a_key_that_stands_for_a_party_under_another_name_is_refused_too(void **state)
{
	struct policy policy;
	struct alert alert;
	struct error err;

	policy_alert(&alert, STR(RECORD));
	assert_ok(policy_of(&policy, *state, "[principals]\neve@x = iam:eve\nother@x = iam:other\n",
			  "eve@x,other@x" OURS KEY_A "\nthird" OURS KEY_B "\n", &err),
		&err);
	assert_false(policy_four_eyes(&policy, STR("other@x"), &alert, STR(""), &err));
	assert_non_null(strstr(err.text, "other@x shares a key with eve@x: eve@x is the actor"));
	assert_true(policy_four_eyes(&policy, STR("third"), &alert, STR(""), &err));
	policy_fini(&policy);
	alert_fini(&alert);
}

static void
names_of_iam_users_may_hold_commas(void **state)
{
	struct policy policy;
	struct alert alert;
	struct error err;

	policy_alert(&alert,
		STR("{\"eventName\":\"CreateAccessKey\",\"userIdentity\":{\"type\":\"IAMUser\","
		    "\"userName\":\"a,b\"},\"requestParameters\":{\"userName\":\"victim\"}}"));
	assert_ok(policy_of(&policy, *state, "[principals]\np = iam:a\\,b\n", "p" OURS KEY_A, &err),
		&err);
	assert_string_equal(part_of(&policy, "p", &alert, ""), "actor");
	policy_fini(&policy);
	alert_fini(&alert);
}

/* A record that cannot be read tells nobody. */
static void
a_record_that_cannot_be_read_or_says_too_much_is_refused(void **state)
{
	struct buf many = {0};
	struct policy policy;
	struct alert alert;
	struct error err;

	policy_alert(&alert, STR(RECORD));
	assert_ok(policy_of(&policy, *state, "", "p" OURS KEY_A, &err), &err);
	alert.raw = STR("{\"eventName\":");
	assert_false(policy_four_eyes(&policy, STR("p"), &alert, STR(""), &err));
	assert_non_null(strstr(err.text, "whom the record names cannot be told"));
	buf_puts(&many, "{\"eventName\":\"CreateAccessKey\"");
	for (int i = 0; i < 1100; i++)
		buf_printf(&many, ",\"requestParameters\":{\"userName\":\"u%d\"}", i);
	buf_putc(&many, '}');
	alert.raw = buf_view(&many);
	assert_false(policy_four_eyes(&policy, STR("p"), &alert, STR(""), &err));
	assert_non_null(strstr(err.text, "whom the record names cannot be told"));
	policy_fini(&policy);
	alert_fini(&alert);
	buf_fini(&many);
}

#define folder_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(actor_and_target_are_told_as_the_case_says),
		folder_test(the_owner_is_an_os_user),
		folder_test(the_refusal_says_who_it_is_and_by_which_line),
		folder_test(a_key_that_stands_for_a_party_under_another_name_is_refused_too),
		folder_test(names_of_iam_users_may_hold_commas),
		folder_test(a_record_that_cannot_be_read_or_says_too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
