/* Validations by policy on the screen: signed in place, counted, and what is wrong with them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "tests/support/keyring.h"
#include "tests/support/policy.h"
#include "tests/support/stage.h"
#include "tests/support/store_file.h"

struct desk {
	struct stage *stage;
	struct keyring keyring;
	char *folder, *policy;	/* own */
	char agent[256];	/* SSH_AUTH_SOCK=… */
	const char *now, *rate; /* KEYWATCH_NOW=…, KEYWATCH_CLOCK_RATE=…; NULL: the usual */
};

/* Who may validate: a space between the names. */
static void
write_policy(struct desk *desk, const char *names, const char *more)
{
	struct buf text = {0}, signers = {0};
	struct str rest = str_from(names);

	buf_printf(&text, "[admins]\nallowed_signers = %s/signers\n%s[principals]\n", desk->folder,
		more);
	while (rest.len) {
		size_t end = str_find(rest, STR(" "), 0);
		struct buf name = {0};
		char *key;

		buf_str(&name, str_slice(rest, 0, end));
		key = keyring_public(&desk->keyring, buf_cstr(&name));
		buf_printf(&text, "%s = iam:000000000000/%s\n", buf_cstr(&name), buf_cstr(&name));
		buf_printf(&signers, "%s namespaces=\"validation@keywatch\" %s\n", buf_cstr(&name),
			key);
		rest = end == (size_t)-1 ? STR("") : str_slice(rest, end + 1, rest.len);
		free(key);
		buf_fini(&name);
	}
	free(desk->policy);
	desk->policy = test_file(desk->folder, "policy.ini", text.data, text.len);
	free(test_file(desk->folder, "signers", signers.data, signers.len));
	buf_fini(&text);
	buf_fini(&signers);
}

static int
setup(void **state)
{
	struct desk *desk = mem_zalloc(sizeof(*desk));
	struct run run = {0};

	stage_setup((void **)&desk->stage);
	keyring_open(&desk->keyring);
	keyring_make(&desk->keyring, "alice", "ed25519");
	desk->folder = policy_safe_folder();
	snprintf(desk->agent, sizeof(desk->agent), "SSH_AUTH_SOCK=%s", getenv("SSH_AUTH_SOCK"));
	write_policy(desk, "alice", "");
	stage_run(desk->stage, &run, "scan", "--store", desk->stage->store, SAMPLE);
	assert_int_equal(run.status, 0);
	run_fini(&run);
	*state = desk;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *desk = *state;

	keyring_close(&desk->keyring);
	stage_teardown((void **)&desk->stage);
	test_rmtree(desk->folder);
	free(desk->policy);
	free(desk);
	return 0;
}

static struct pty *
screen(const struct desk *desk, int rows, int cols, bool agent)
{
	const char *const words[] = {"--store", desk->stage->store, "--policy", desk->policy, NULL};
	const char *const environment[] = {
		agent ? desk->agent : "SSH_AUTH_SOCK=", desk->now, desk->rate, NULL};
	struct pty *pty = pty_open(&(struct pty_options){.child = {.arguments = words,
								 .environment = environment,
								 .home = desk->stage->home},
		.rows = rows,
		.cols = cols});

	pty_wait_text(pty, "42 alerts");
	return pty;
}

/* The answer of `keywatch verify`. */
static void
assert_verified(const struct desk *desk, int status, const char *says)
{
	struct run run = {0};

	stage_run(desk->stage, &run, "verify", "--store", desk->stage->store, "--policy",
		desk->policy);
	assert_int_equal(run.status, status);
	if (!strstr(buf_cstr(&run.out), says))
		assert_string_equal(buf_cstr(&run.out), says);
	run_fini(&run);
}

static void
sign_the_newest(struct pty *pty, const char *as)
{
	char asks[64];

	snprintf(asks, sizeof(asks), "sign as %s? y", as);
	pty_send(pty, "vticket 4711\r");
	pty_wait_text(pty, asks);
	pty_send(pty, "y");
}

static void
sign_and_quit(struct pty *pty)
{
	sign_the_newest(pty, "alice");
	pty_wait_row(pty, 9, "validated ✓ alice");
	stage_quit(pty);
}

static void
a_validation_is_read_then_signed_then_proven(void **state)
{
	const struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);

	pty_send(pty, "vticket 4711\r");
	pty_wait_row(pty, 1, "to be signed");
	pty_wait_row(pty, 2, " SHA-256 ");
	pty_wait_text(pty, " principal: alice");
	pty_wait_text(pty, " reason: ticket 4711");
	pty_wait_text(pty, " target: heidi");
	pty_wait_row(pty, 20, " time: 2026-");
	pty_wait_row(pty, 21, "key SHA256:");
	pty_wait_text(pty, "sign as alice? y");
	pty_send(pty, "y");
	pty_wait_row(pty, 2, "▎ ✓ 2026-01-16 14:02:29");
	pty_wait_row(pty, 9, "Closed, validated ✓ alice");
	pty_wait_text(pty, "done: validate, heidi → heidi");
	pty_send(pty, "\t\t");
	pty_wait_text(pty, "validate ✓ alice, signed, by ");
	stage_quit(pty);
	assert_verified(desk, 0, "1 signed validations: 1 hold");

	pty = screen(desk, 50, 200, false);
	pty_wait_row(pty, 2, "Closed ✓");
	pty_wait_row(pty, 2, "✓ alice");
	stage_quit(pty);
}

static void
what_is_exported_from_the_screen_proves_it_too(void **state)
{
	const struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);
	struct buf path = {0};
	char *text;

	sign_the_newest(pty, "alice");
	pty_wait_row(pty, 9, "validated ✓ alice");
	pty_send(pty, ":export ~/out.csv\r");
	pty_wait_text(pty, "wrote 42 alerts");
	stage_quit(pty);
	buf_printf(&path, "%s/out.csv", desk->stage->home);
	text = test_read(buf_cstr(&path), NULL);
	assert_int_equal(stage_count(str_from(text), "ssh-keygen -Y verify"), 1);
	assert_int_equal(stage_count(str_from(text), "\"signed\""), 1);
	free(text);
	buf_fini(&path);
}

static void
nothing_is_signed_unless_y_says_so(void **state)
{
	const struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);

	pty_send(pty, "vticket 4711\r");
	pty_wait_text(pty, "sign as alice? y");
	pty_send(pty, "n");
	pty_wait_text(pty, "nothing was decided");
	pty_wait_row(pty, 2, "▎ ● 2026-01-16 14:02:29");
	pty_send(pty, "vticket 4711\r");
	pty_wait_text(pty, "sign as alice? y");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "to be signed");
	pty_wait_text(pty, "nothing was decided");
	stage_quit(pty);
	assert_verified(desk, 0, "0 signed validations");
}

static void
without_a_usable_key_it_says_in_one_sentence_what_to_do(void **state)
{
	struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, false);

	pty_send(pty, "v");
	pty_wait_text(pty, "there is no SSH agent");
	pty_wait_row(pty, 2, "▎ ● 2026-01-16 14:02:29");
	stage_quit(pty);
	keyring_make(&desk->keyring, "bob", "ed25519");
	free(keyring_run(&desk->keyring, STR(""), "ssh-add", "-q", "-d", "alice"));
	pty = screen(desk, 24, 80, true);
	pty_send(pty, "v");
	pty_wait_text(pty, "no key of your ssh-agent is an admin's");
	stage_quit(pty);
}

static void
two_admins_of_two_close_it(void **state)
{
	struct desk *desk = *state;
	struct pty *pty;

	keyring_make(&desk->keyring, "bob", "ed25519");
	write_policy(desk, "alice bob", "min_approvals = 2\n");
	pty = screen(desk, 24, 80, true);
	sign_the_newest(pty, "alice");
	pty_wait_row(pty, 9, "Active, awaiting (1 of 2)");
	pty_wait_row(pty, 2, "▎ ◆ 2026-01-16 14:02:29");
	stage_quit(pty);
	free(keyring_run(&desk->keyring, STR(""), "ssh-add", "-q", "-d", "alice"));
	pty = screen(desk, 24, 80, true);
	sign_the_newest(pty, "bob");
	pty_wait_row(pty, 9, "Closed, validated ✓ alice, bob");
	stage_quit(pty);
	assert_verified(desk, 0, "2 signed validations: 2 hold");
}

static void
marked_alerts_are_signed_together_by_a_typed_word(void **state)
{
	const struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);

	pty_send(pty, "   vquarterly rotation\r");
	pty_wait_text(pty, "type validate to sign 3 as alice:");
	pty_wait_row(pty, 4, " SHA-256 ");
	pty_send(pty, "validate\r");
	pty_wait_text(pty, "validate: 3 done, 0 refused");
	pty_wait_row(pty, 4, "✓ 2026-01-16 09:41:52");
	stage_quit(pty);
	assert_verified(desk, 0, "3 signed validations: 3 hold");
}

/* The newest alert is open again, and the history says why. */
static struct pty *
screen_that_doubts(const struct desk *desk, const char *word)
{
	struct pty *pty = screen(desk, 24, 80, true);
	char text[64];

	pty_wait_row(pty, 2, "▎ ! 2026-01-16 14:02:29");
	snprintf(text, sizeof(text), "Active, %s", word);
	pty_wait_row(pty, 9, text);
	pty_send(pty, "\t\t");
	snprintf(text, sizeof(text), "(%s: ", word);
	pty_wait_text(pty, text);
	return pty;
}

static void
what_no_longer_holds_and_what_is_forged_is_open_again_and_says_why(void **state)
{
	struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);

	sign_and_quit(pty);
	keyring_make(&desk->keyring, "bob", "ed25519");
	write_policy(desk, "bob", "");
	pty = screen_that_doubts(desk, "no longer holds");
	stage_quit(pty);
	write_policy(desk, "alice", "");
	store_file_forge(desk->stage->store,
		"UPDATE decision SET reason = 'ticket 4712',"
		" statement = replace(statement, 'ticket 4711', 'ticket 4712')");
	pty = screen_that_doubts(desk, "forged");
	pty_send(pty, "xit was not alice\r"); /* it keeps nobody from deciding */
	pty_wait_text(pty, "confirm malicious: close as TruePositive? y");
	pty_send(pty, "y");
	pty_wait_row(pty, 9, "Closed, TruePositive, forged");
	stage_quit(pty);
	assert_verified(desk, 1, "forged");
}

static void
a_refused_policy_is_said_and_nothing_reads_validated(void **state)
{
	struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 100, true);

	sign_and_quit(pty);
	assert_int_equal(chmod(desk->policy, 0666), 0);
	pty = screen(desk, 24, 100, true);
	pty_wait_row(pty, 9, "no longer holds");
	pty_send(pty, "jv");
	pty_wait_text(pty, "chmod");
	assert_false(pty_has(pty, "validated ✓"));
	stage_quit(pty);
	assert_verified(desk, 2, "refused");
}

/* The minute in which it is looked at again lasts a tenth of a second here. */
static void
a_policy_that_changes_counts_on_open_screens_too(void **state)
{
	struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);

	sign_and_quit(pty);
	keyring_make(&desk->keyring, "bob", "ed25519");
	desk->now = "KEYWATCH_NOW=" STAGE_NOW; /* only a clock that is set goes faster */
	desk->rate = "KEYWATCH_CLOCK_RATE=600";
	pty = screen(desk, 24, 80, true);
	pty_wait_row(pty, 9, "validated ✓ alice");
	write_policy(desk, "bob", "");
	pty_wait_row(pty, 9, "Active, no longer holds");
	write_policy(desk, "alice bob", "min_approvals = 2\n");
	pty_wait_row(pty, 9, "Active, awaiting (1 of 2)");
	write_policy(desk, "alice bob", "");
	pty_wait_row(pty, 9, "validated ✓ alice");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
}

static void
the_review_goes_through_what_awaits_oldest_first(void **state)
{
	const struct desk *desk = *state;
	struct pty *pty = screen(desk, 24, 80, true);

	pty_send(pty, "V");
	pty_wait_text(pty, "nothing awaits an admin");
	pty_send(pty, "\033");
	pty_wait_gone(pty, "nothing awaits");
	pty_send(pty, "rplease\r");
	pty_wait_text(pty, "1 awaiting");
	pty_send(pty, "jjjrknown?\r");
	pty_wait_text(pty, "2 awaiting");
	pty_send(pty, "V");
	pty_wait_row(pty, 2, "2 await an admin, oldest first");
	pty_wait_row(pty, 4, "▎2026-01-16 09:40:17  pat → pat");
	pty_wait_text(pty, "asked by ");
	pty_wait_text(pty, ": known?");
	pty_send(pty, "\r");
	pty_wait_row(pty, 5, "▎ ◆ 2026-01-16 09:40:17");
	sign_the_newest(pty, "alice");
	pty_wait_text(pty, "done: validate, pat → pat; 1 left to review");
	pty_wait_row(pty, 2, "▎ ◆ 2026-01-16 14:02:29");
	sign_the_newest(pty, "alice");
	pty_wait_text(pty, "nothing awaits an admin any more");
	stage_quit(pty);
	assert_verified(desk, 0, "2 signed validations: 2 hold");
}

#define desk_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(a_validation_is_read_then_signed_then_proven),
		desk_test(what_is_exported_from_the_screen_proves_it_too),
		desk_test(nothing_is_signed_unless_y_says_so),
		desk_test(without_a_usable_key_it_says_in_one_sentence_what_to_do),
		desk_test(two_admins_of_two_close_it),
		desk_test(marked_alerts_are_signed_together_by_a_typed_word),
		desk_test(what_no_longer_holds_and_what_is_forged_is_open_again_and_says_why),
		desk_test(a_refused_policy_is_said_and_nothing_reads_validated),
		desk_test(a_policy_that_changes_counts_on_open_screens_too),
		desk_test(the_review_goes_through_what_awaits_oldest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
