/* What commands print of signed validations, and what may be decided beside them: judged by the
 * policy of now, by the real ssh-keygen. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "tests/support/office.h"
#include "tests/support/store_file.h"

static void
expect_words(const struct buf *buf, const char *words)
{
	if (!strstr(buf_cstr(buf), words))
		assert_string_equal(buf_cstr(buf), words);
}

/* ---- export ---- */

static void
a_signed_validation_reads_validated_with_all_that_proves_it(void **state)
{
	const struct office *office = *state;

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_expect(office, OFFICE_DAVE, "Z\",\"status\":\"Closed\"");
	office_expect(office, OFFICE_DAVE,
		"\"classification\":\"BenignPositive\","
		"\"classificationReason\":\"SuspiciousButExpected\"");
	office_expect(office, OFFICE_DAVE, "\"decisions\":[{\"seq\":1,");
	office_expect(office, OFFICE_DAVE,
		"\"action\":\"validate\",\"status\":\"Closed\",\"classification\":"
		"\"BenignPositive\","
		"\"reason\":\"OPS-1742\",\"note\":null,");
	office_expect(office, OFFICE_DAVE,
		"\"signer\":\"" ALICE "\",\"signature\":\"-----BEGIN SSH SIGNATURE-----\\n");
	office_expect(office, OFFICE_DAVE,
		"\"statement\":\"keywatch validation statement 1\\ndecision: validate\\n");
	office_expect(office, OFFICE_DAVE, "\"verdict\":\"holds\",\"verdictReason\":null}]");
	office_expect(office, OFFICE_DAVE,
		"\"validated\":true,\"validation\":{\"state\":\"signed\",\"principal\":[\"" ALICE
		"\"],\"at\":\"20");
	office_expect(office, OFFICE_ROLE,
		"\"decisions\":[],\"validated\":false,\"validation\":{\"state\":\"none\","
		"\"principal\":[],\"at\":null,\"reason\":null}");
}

static void
a_key_that_left_voids_what_it_signed(void **state)
{
	const struct office *office = *state;

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_signers(office, false);
	office_expect(office, OFFICE_DAVE, "Z\",\"status\":\"Active\",\"classification\":null");
	office_expect(office, OFFICE_DAVE,
		"\"validated\":false,\"validation\":{\"state\":\"no-longer-holds\","
		"\"principal\":[],\"at\":\"20");
	office_expect(office, OFFICE_DAVE, "\"signer\":\"" ALICE "\"");
	office_expect(office, OFFICE_DAVE, "\"verdict\":\"no-longer-holds\"");
	office_expect(office, OFFICE_DAVE, "allowed_signers has no such key");
}

static void
two_approvals_are_awaited_and_both_are_named(void **state)
{
	const struct office *office = *state;

	office_policy(office, "min_approvals = 2");
	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_expect(office, OFFICE_DAVE, "Z\",\"status\":\"Active\"");
	office_expect(office, OFFICE_DAVE,
		"\"validated\":false,\"validation\":{\"state\":\"awaiting\",\"principal\":[\"" ALICE
		"\"]");
	office_validate(office, "bob", OFFICE_DAVE, "seen it");
	office_expect(office, OFFICE_DAVE,
		"\"validated\":true,\"validation\":{\"state\":\"signed\",\"principal\":[\"" ALICE
		"\",\"" BOB "\"]");
	office_expect(office, OFFICE_DAVE,
		"\"action\":\"validate\",\"status\":\"Active\",\"classification\":null");
}

static void
what_was_written_into_the_store_reads_forged(void **state)
{
	const struct office *office = *state;

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	store_file_forge(office->stage->store,
		"UPDATE decision SET statement = replace(statement, 'OPS-1742', 'OPS-9999'), "
		"reason = 'OPS-9999'");
	office_expect(office, OFFICE_DAVE,
		"\"validated\":false,\"validation\":{\"state\":\"forged\",\"principal\":[],");
	office_expect(office, OFFICE_DAVE, "Z\",\"status\":\"Active\"");
	office_expect(office, OFFICE_DAVE, "\"verdict\":\"forged\",\"verdictReason\":\"");
}

static void
a_refused_policy_validates_nothing_and_its_reason_is_said(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	assert_int_equal(chmod(office->policy, 0666), 0);
	office_run(office, &run, 2, "export", "--format", "jsonl");
	assert_null(strstr(buf_cstr(&run.out), "\"validated\":true"));
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 5);
	expect_words(&run.out, "\"state\":\"no-longer-holds\"");
	expect_words(&run.err, "policy.ini");
	office_run(office, &run, 2, "decide", OFFICE_ROLE, "--validate", "--reason", "mine");
	expect_words(&run.err, "policy.ini");
	office_run(office, &run, 0, "decide", OFFICE_ROLE, "--take");
	run_fini(&run);
}

static void
without_a_policy_a_signature_proves_nothing(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	if (access("/etc/keywatch/policy.ini", F_OK) == 0)
		skip();
	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	stage_run(office->stage, &run, "export", "--format", "jsonl", "--store",
		office->stage->store);
	assert_int_equal(run.status, 0);
	assert_null(strstr(buf_cstr(&run.out), "\"validated\":true"));
	expect_words(&run.out, "\"validation\":{\"state\":\"unsigned\",\"principal\":[],");
	run_fini(&run);
}

static void
the_decided_fact_names_who_signed(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_run(office, &run, 0, "export", "--format", "jsonl", "--facts");
	expect_words(&run.out, "\"value\":{\"state\":\"signed\",\"principal\":[\"" ALICE "\"]");
	run_fini(&run);
}

/* ---- scan ---- */

static void
a_scan_into_the_store_shows_what_holds_now(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_run(office, &run, 0, "scan", "--format", "jsonl", "tests/data/cli/alerts.ndjson");
	assert_int_equal(stage_count(buf_view(&run.out), "Z\",\"status\":\"Closed\""), 1);
	office_signers(office, false);
	office_run(office, &run, 0, "scan", "--format", "jsonl", "tests/data/cli/alerts.ndjson");
	assert_int_equal(stage_count(buf_view(&run.out), "Z\",\"status\":\"Closed\""), 0);
	assert_int_equal(stage_count(buf_view(&run.out), "Z\",\"status\":\"Active\""), 1);
	run_fini(&run);
}

/* ---- watch ---- */

#define RECORD                                                                                     \
	"{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"eve\"}," \
	"\"eventTime\":\"2026-01-12T10:00:00Z\",\"eventSource\":\"iam.amazonaws.com\","            \
	"\"eventName\":\"CreateAccessKey\",\"eventID\":\"%s\"}\n"

static char *
write_record(const struct office *office, const char *name, const char *id)
{
	struct buf text = {0};
	char *path;

	buf_printf(&text, RECORD, id);
	path = test_file(office->stage->home, name, text.data, text.len);
	buf_fini(&text);
	return path;
}

/* Until most of a line was read; it ends as its reader leaves. */
static void
watch_first(const struct office *office, struct run *run, const char *feed, const char *filter)
{
	char source[512];

	snprintf(source, sizeof(source), "type=follow,name=feed,path=%s", feed);
	run->close_out_after = 600; /* of more than a thousand */
	office_run(office, run, 0, "watch", "--format", "jsonl", "--source", source, "--filter",
		filter);
}

static void
a_watch_prints_what_holds_now(void **state)
{
	const struct office *office = *state;
	char *feed = write_record(office, "feed", "first");
	char *other = write_record(office, "other", "second");
	struct run begin = {0}, scan = {0}, run = {0};

	watch_first(office, &begin, feed, "true");
	office_run(office, &scan, 0, "scan", other);
	office_validate(office, "alice", "second", "OPS-1742");
	office_signers(office, false);
	watch_first(office, &run, feed, "AwsEventId == 'second'");
	expect_words(&run.out, "Z\",\"status\":\"Active\",\"classification\":null");
	run_fini(&begin);
	run_fini(&scan);
	run_fini(&run);
	free(feed);
	free(other);
}

/* ---- decide ---- */

static void
with_a_policy_nobody_validates_by_their_word(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_run(office, &run, 2, "decide", OFFICE_DAVE, "--validate", "--reason", "mine");
	assert_str(buf_view(&run.out), "");
	assert_str(buf_view(&run.err),
		"keywatch: --validate: by the policy an admin signs a validation: press v on the "
		"screen, which signs with a key of the ssh-agent, or sign elsewhere what keywatch "
		"validation request writes and bring it back with keywatch validation import\n");
	office_expect(office, OFFICE_DAVE, "\"decisions\":[]");
	run_fini(&run);
}

static void
an_alert_that_awaits_further_approvals_can_be_decided_on(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_policy(office, "min_approvals = 2");
	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_run(office, &run, 0, "decide", OFFICE_DAVE, "--malicious", "--reason", "stolen");
	office_expect(office, OFFICE_DAVE, "\"classification\":\"TruePositive\"");
	office_expect(
		office, OFFICE_DAVE, "\"validated\":false,\"validation\":{\"state\":\"none\"");
	run_fini(&run);
}

static void
a_validation_that_holds_is_first(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_run(office, &run, 75, "decide", OFFICE_DAVE, "--malicious", "--reason", "stolen");
	expect_words(&run.err, "the alert is Closed");
	run_fini(&run);
}

/* Else whoever can write the store could keep everybody from deciding. */
static void
a_forged_or_void_validation_keeps_nobody_from_deciding(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_signers(office, false);
	office_run(office, &run, 0, "decide", OFFICE_DAVE, "--note", "alice left");
	office_validate(office, "bob", OFFICE_DAVE, "looked at it anew");
	office_expect(office, OFFICE_DAVE,
		"\"validated\":true,\"validation\":{\"state\":\"signed\",\"principal\":[\"" BOB
		"\"]");
	office_validate(office, "bob", OFFICE_ROLE, "OPS-1743");
	store_file_forge(office->stage->store,
		"UPDATE decision SET reason = 'OPS-9999' WHERE reason = 'OPS-1743'");
	office_run(office, &run, 0, "decide", OFFICE_ROLE, "--malicious", "--reason", "stolen");
	office_expect(office, OFFICE_ROLE, "\"classification\":\"TruePositive\"");
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		office_test(a_signed_validation_reads_validated_with_all_that_proves_it),
		office_test(a_key_that_left_voids_what_it_signed),
		office_test(two_approvals_are_awaited_and_both_are_named),
		office_test(what_was_written_into_the_store_reads_forged),
		office_test(a_refused_policy_validates_nothing_and_its_reason_is_said),
		office_test(without_a_policy_a_signature_proves_nothing),
		office_test(the_decided_fact_names_who_signed),
		office_test(a_scan_into_the_store_shows_what_holds_now),
		office_test(a_watch_prints_what_holds_now),
		office_test(with_a_policy_nobody_validates_by_their_word),
		office_test(an_alert_that_awaits_further_approvals_can_be_decided_on),
		office_test(a_validation_that_holds_is_first),
		office_test(a_forged_or_void_validation_keeps_nobody_from_deciding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
