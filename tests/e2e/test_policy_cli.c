/* `keywatch policy check`: with and without a policy, refused, and for one principal. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/user.h"
#include "tests/support/policy.h"
#include "tests/support/stage.h"

#define ALERTS "tests/data/cli/alerts.ndjson"
#define ALERT "00000000-0000-4000-8000-000000000001"

/* policy.ini and allowed_signers in a safe folder. */
struct desk {
	struct stage *stage;
	char *folder, *policy; /* own */
};

static int
setup(void **state)
{
	struct desk *desk = mem_zalloc(sizeof(*desk));
	struct buf text = {0};

	stage_setup((void **)&desk->stage);
	desk->folder = policy_safe_folder();
	buf_printf(&text,
		"[admins]\nallowed_signers = %s/signers\n[principals]\n"
		"dave@example.com = iam:111122223333/dave\n",
		desk->folder);
	desk->policy = test_file(desk->folder, "policy.ini", text.data, text.len);
	buf_clear(&text);
	buf_puts(&text, "alice@example.com" OURS KEY_A "\ndave@example.com" OURS KEY_B "\n");
	free(test_file(desk->folder, "signers", text.data, text.len));
	buf_fini(&text);
	*state = desk;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *desk = *state;

	stage_teardown((void **)&desk->stage);
	test_rmtree(desk->folder);
	free(desk->policy);
	free(desk);
	return 0;
}

#define check(desk, run, ...)                                                                      \
	stage_run((desk)->stage, (run), "policy", "check", "--store", (desk)->stage->store,        \
		__VA_ARGS__)

static void
expect_words(const struct buf *buf, const char *words)
{
	if (!strstr(buf_cstr(buf), words))
		assert_string_equal(buf_cstr(buf), words);
}

static void
without_a_policy_solo_mode_is_said(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};

	check(desk, &run, "alice");
	if (access(POLICY_PATH, F_OK) != 0) {
		assert_int_equal(run.status, 0);
		expect_words(&run.out, "solo mode: there is no policy: /etc/keywatch/policy.ini");
	}
	assert_int_not_equal(access(desk->stage->store, F_OK), 0);
	run_fini(&run);
}

static void
a_policy_is_explained(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};

	check(desk, &run, "--policy", desk->policy);
	assert_int_equal(run.status, 0);
	assert_str(buf_view(&run.err), "");
	expect_words(&run.out, "\nalice@example.com\n  key             ssh-ed25519 SHA256:RXm/");
	expect_words(&run.out, "\n  is              iam:111122223333/dave (line 4)\n");
	assert_int_not_equal(access(desk->stage->store, F_OK), 0);
	run_fini(&run);
}

static void
a_policy_of_the_working_folder_may_be_named_shortly(void **state)
{
	struct desk *desk = *state;
	struct run run = {.child = {.folder = desk->folder}};

	check(desk, &run, "--policy", "policy.ini");
	assert_int_equal(run.status, 0);
	expect_words(&run.out, desk->policy);
	run_fini(&run);
}

static void
a_refused_policy_ends_with_2_and_the_command_that_mends_it(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};
	char words[1024];

	assert_int_equal(chmod(desk->policy, 0664), 0);
	check(desk, &run, "--policy", desk->policy);
	assert_int_equal(run.status, 2);
	assert_str(buf_view(&run.out), "");
	snprintf(words, sizeof(words),
		"keywatch: %s: may be written by its group (mode 0664): chmod go-w %s\n",
		desk->policy, desk->policy);
	assert_str(buf_view(&run.err), words);
	check(desk, &run, "--policy", desk->policy, "alice@example.com");
	assert_int_equal(run.status, 2);
	check(desk, &run, "--policy", "/nonexistent/policy.ini");
	assert_int_equal(run.status, 2);
	assert_str(
		buf_view(&run.err), "keywatch: /nonexistent/policy.ini: there is no such file\n");
	run_fini(&run);
}

/* The store's own folder, whoever owns it. */
static void
a_policy_beside_the_store_is_refused(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};
	char store[512];

	snprintf(store, sizeof(store), "%s/keywatch.db", desk->folder);
	stage_run(desk->stage, &run, "policy", "check", "--store", store, "--policy", desk->policy);
	assert_int_equal(run.status, 2);
	expect_words(&run.err, " is the store's: install -D -m 644 ");
	run_fini(&run);
}

static void
why_somebody_may_not_decide_on_an_alert_is_said(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};

	check(desk, &run, "--policy", desk->policy, "alice@example.com", ALERT);
	assert_int_equal(run.status, 66);
	expect_words(&run.err, "there is no store");
	assert_int_not_equal(access(desk->stage->store, F_OK), 0);
	stage_run(desk->stage, &run, "scan", "--store", desk->stage->store, ALERTS);
	assert_int_equal(run.status, 0);
	check(desk, &run, "--policy", desk->policy, "alice@example.com", ALERT);
	assert_int_equal(run.status, 0);
	expect_words(&run.out, "alice@example.com may validate this alert\n");
	check(desk, &run, "--policy", desk->policy, "dave@example.com", ALERT);
	assert_int_equal(run.status, 1);
	expect_words(&run.out,
		"dave@example.com may not validate this alert\n  not: dave@example.com is the "
		"actor of this alert, dave: `iam:111122223333/dave` in ");
	check(desk, &run, "--policy", desk->policy, "mallory");
	assert_int_equal(run.status, 1);
	check(desk, &run, "--policy", desk->policy, "alice@example.com", "none");
	assert_int_equal(run.status, 66);
	run_fini(&run);
}

static void
whoever_took_the_alert_may_not_validate_it(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};
	char ini[512], user[64];

	user_name(user, sizeof(user));
	snprintf(ini, sizeof(ini),
		"[admins]\nallowed_signers = %s/signers\n[principals]\n"
		"alice@example.com = os:%s\n",
		desk->folder, user);
	free(test_file(desk->folder, "policy.ini", ini, strlen(ini)));
	stage_run(desk->stage, &run, "scan", "--store", desk->stage->store, ALERTS);
	check(desk, &run, "--policy", desk->policy, "alice@example.com", ALERT);
	assert_int_equal(run.status, 0);
	stage_run(desk->stage, &run, "decide", "--store", desk->stage->store, "--take", ALERT);
	assert_int_equal(run.status, 0);
	check(desk, &run, "--policy", desk->policy, "alice@example.com", ALERT);
	assert_int_equal(run.status, 1);
	expect_words(&run.out, "alice@example.com is the owner of this alert, ");
	run_fini(&run);
}

static void
other_words_are_refused(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};

	stage_run(desk->stage, &run, "policy");
	assert_int_equal(run.status, 2);
	expect_words(&run.err, "expected: keywatch policy check [PRINCIPAL [ID]]");
	stage_run(desk->stage, &run, "policy", "show");
	assert_int_equal(run.status, 2);
	check(desk, &run, "a", "b", "c");
	assert_int_equal(run.status, 2);
	stage_run(desk->stage, &run, "doctor", "--policy", desk->policy);
	assert_int_equal(run.status, 2);
	expect_words(&run.err, "--policy does not belong to doctor");
	run_fini(&run);
}

#define desk_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(without_a_policy_solo_mode_is_said),
		desk_test(a_policy_is_explained),
		desk_test(a_policy_of_the_working_folder_may_be_named_shortly),
		desk_test(a_refused_policy_ends_with_2_and_the_command_that_mends_it),
		desk_test(a_policy_beside_the_store_is_refused),
		desk_test(why_somebody_may_not_decide_on_an_alert_is_said),
		desk_test(whoever_took_the_alert_may_not_validate_it),
		desk_test(other_words_are_refused),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
