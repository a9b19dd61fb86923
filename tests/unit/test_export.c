/* What exports say of a validation that was not verified, and which columns stand where. */
#include "core/export/export.h"
#include "tests/support/policy.h"
#include "tests/support/test.h"

#define RECORD                                                                                     \
	"{\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateAccessKey\","                \
	"\"eventID\":\"e\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"dave\"}}"

static struct decision claimed = {.seq = 7,
	.at = INT64_C(1767323045) * TICKS_PER_SECOND,
	.action = DECIDE_VALIDATE,
	.actor = {"bob", 3},
	.reason = {"fine", 4},
	.statement = {"signed", 6},
	.signature = {"armour", 6},
	.principal = {"alice", 5}};

static void
export_as(const char *format, bool decisions, enum verdict verdict, struct buf *out)
{
	const struct export_options options = {.decisions = decisions};
	struct export export;
	struct alert alert;

	policy_alert(&alert, STR(RECORD));
	claimed.verdict = verdict;
	alert.decisions = &claimed;
	alert.decision_count = 1;
	alert.state = decision_fold(&claimed, 1, 1);
	buf_clear(out);
	export_begin(&export, export_format_find(str_from(format)), &options, out);
	export_alert(&export, &alert);
	export_end(&export);
	alert_fini(&alert);
}

static void
expect(const struct buf *out, const char *words)
{
	if (!strstr(buf_cstr(out), words))
		assert_string_equal(buf_cstr(out), words);
}

static void
what_was_not_verified_is_not_claimed(void **state)
{
	struct buf out = {0};

	(void)state;
	export_as("jsonl", true, VERDICT_CHECKING, &out);
	expect(&out, "\"signer\":null,\"signature\":\"armour\",\"statement\":\"signed\","
		     "\"verdict\":\"checking\",\"verdictReason\":null}],"
		     "\"validated\":false,\"validation\":{\"state\":\"checking\",\"principal\":[],"
		     "\"at\":\"2026-01-02T03:04:05Z\",\"reason\":\"fine\"}");
	export_as("csv", true, VERDICT_CHECKING, &out);
	expect(&out, "\"checking\"");
	assert_null(strstr(buf_cstr(&out), "1 of 1"));
	assert_null(strstr(buf_cstr(&out), "alice"));
	export_as("text", true, VERDICT_CHECKING, &out);
	assert_null(strstr(buf_cstr(&out), "alice"));
	buf_fini(&out);
}

static void
who_signed_stands_only_beside_decisions(void **state)
{
	static const char *const formats[] = {"text", "csv", "md"};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		export_as(formats[i], true, VERDICT_HOLDS, &out);
		expect(&out, "validatedBy");
		expect(&out, "alice");
		export_as(formats[i], false, VERDICT_HOLDS, &out);
		assert_null(strstr(buf_cstr(&out), "validatedBy"));
		assert_null(strstr(buf_cstr(&out), "alice"));
	}
	export_as("jsonl", false, VERDICT_HOLDS, &out);
	assert_null(strstr(buf_cstr(&out), "validat"));
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_verified_is_not_claimed),
		cmocka_unit_test(who_signed_stands_only_beside_decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
