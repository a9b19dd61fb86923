/* Lines of allowed_signers, and what ssh makes of patterns. */
#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/validation/policy_private.h"
#include "tests/support/cases.h"
#include "tests/support/policy.h"

static void
read_lines(struct policy *policy, struct str lines)
{
	struct error err;

	*policy = (struct policy){0};
	policy->allowed_signers.path = mem_strdup("f");
	policy->allowed_signers.content = lines;
	assert_ok(policy_signers_parse(policy, &err), &err);
}

/* The content was borrowed. */
static void
forget(struct policy *policy)
{
	policy->allowed_signers.content = STR_ABSENT;
	policy_fini(policy);
}

static void
put_answer(struct buf *got, const struct policy *policy, struct str key, struct str expected)
{
	const struct policy_signer *s = policy->signers;
	char text[TIME_TEXT];

	if (key.data[0] == '+') {
		s = policy_signer_next(policy, str_slice(key, 1, key.len), NULL);
		buf_puts(got, !s ? "no" : s->authority ? "authority" : "yes");
	} else if (str_is(key, "wrong") || str_is(key, "warning")) {
		assert_int_equal(policy->signer_count, str_is(key, "warning"));
		assert_int_equal(policy->warning_count, 1);
		if (str_find(policy->warnings[0], expected, 0) != (size_t)-1)
			buf_str(got, expected);
		else
			buf_str(got, policy->warnings[0]);
	} else if (str_is(key, "key")) {
		buf_puts(got, s->fingerprint);
	} else {
		time_format_iso(str_is(key, "from") ? s->after : s->before, text);
		buf_puts(got, text);
	}
}

static void
check(struct str name, struct str input, struct str key, struct str value)
{
	struct policy policy;
	struct buf got = {0};
	bool same;

	read_lines(&policy, input);
	put_answer(&got, &policy, key, value);
	same = str_equal(buf_view(&got), value);
	if (!same)
		print_error("%.*s: %.*s is\n%s\n", STR_ARG(name), STR_ARG(key), buf_cstr(&got));
	buf_fini(&got);
	forget(&policy);
	assert_true(same);
}

static void
every_line_allows_what_the_case_says(void **state)
{
	(void)state;
	assert_true(cases_run("signers.cases", check) > 50);
}

static void
crlf_comments_blank_lines_and_a_last_line_without_an_end_are_read(void **state)
{
	struct policy policy;

	(void)state;
	read_lines(&policy, STR("# a\r\n\r\n  # b\nalice" OURS KEY_A "\r\n\nbob" OURS KEY_B));
	assert_int_equal(policy.signer_count, 2);
	assert_int_equal(policy.warning_count, 0);
	assert_int_equal(policy.signers[0].line, 4);
	assert_int_equal(policy.signers[1].line, 6);
	assert_non_null(policy_signer_next(&policy, STR("bob"), NULL));
	forget(&policy);
}

/* ssh-keygen takes one for a blank, others for a part of the name. */
static void
control_characters_within_a_line_allow_nothing(void **state)
{
	struct policy policy;

	(void)state;
	read_lines(&policy, STR("alice\r" KEY_A "\nbob\v" KEY_B "\n\fcarol " KEY_B "\n"));
	assert_int_equal(policy.signer_count, 0);
	assert_int_equal(policy.warning_count, 3);
	assert_str(policy.warnings[2],
		"f:3: allows nothing: hidden characters or bytes that are no UTF-8 stand in it");
	forget(&policy);
}

static void
nul_bytes_refuse_the_whole(void **state)
{
	char name[] = "f";
	struct policy policy = {.allowed_signers = {.path = name, .content = STR("a\0b")}};
	struct error err;

	(void)state;
	assert_false(policy_signers_parse(&policy, &err));
	assert_non_null(strstr(err.text, "f: holds NUL bytes"));
	assert_int_equal(err.kind, ERROR_USAGE);
}

static void
a_pattern_longer_than_ssh_takes_matches_nothing(void **state)
{
	char pattern[1025];

	(void)state;
	memset(pattern, '*', sizeof(pattern));
	assert_true(policy_patterns_match((struct str){pattern, 1023}, STR("alice")));
	assert_false(policy_patterns_match((struct str){pattern, 1024}, STR("alice")));
}

/* Many stars must not cost time without end. */
static void
patterns_cost_little(void **state)
{
	struct buf pattern = {0}, name = {0};

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_puts(&pattern, "*a");
	buf_puts(&pattern, "b");
	for (int i = 0; i < 20000; i++)
		buf_putc(&name, 'a');
	assert_false(policy_patterns_match(buf_view(&pattern), buf_view(&name)));
	buf_putc(&name, 'b');
	assert_true(policy_patterns_match(buf_view(&pattern), buf_view(&name)));
	buf_fini(&pattern);
	buf_fini(&name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_allows_what_the_case_says),
		cmocka_unit_test(crlf_comments_blank_lines_and_a_last_line_without_an_end_are_read),
		cmocka_unit_test(control_characters_within_a_line_allow_nothing),
		cmocka_unit_test(nul_bytes_refuse_the_whole),
		cmocka_unit_test(a_pattern_longer_than_ssh_takes_matches_nothing),
		cmocka_unit_test(patterns_cost_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
