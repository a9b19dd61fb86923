/* The tools and the agent: missing, false, silent, and what they are given. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "core/base/wake.h"
#include "core/validation/signature.h"
#include "tests/support/keyring.h"

#define THEN (INT64_C(1767323045) * TICKS_PER_SECOND) /* 2026-01-02T03:04:05Z */

static const struct str text = {"a statement\n", 12};

struct place {
	struct keyring keys;
	const char *folders[2];
	struct signature_tools tools; /* whatever stands in the keyring's folder */
	char *line, *armour;	      /* own: alice's public key, and what she signed */
	struct buf allowed;
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	keyring_open(&place->keys);
	keyring_make(&place->keys, "alice", "ed25519");
	place->folders[0] = place->keys.folder;
	place->tools = (struct signature_tools){
		.folders = place->folders, .verify_ms = 20000, .agent_ms = 20000, .sign_ms = 20000};
	place->line = keyring_public(&place->keys, "alice");
	place->armour = keyring_sign(&place->keys, "alice", SIGNATURE_NAMESPACE, text);
	buf_printf(&place->allowed, "alice %s\n", place->line);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	keyring_close(&place->keys);
	buf_fini(&place->allowed);
	free(place->line);
	free(place->armour);
	free(place);
	return 0;
}

/* A tool of that name that is this shell script. */
static void
fake(struct place *place, const char *name, const char *script)
{
	struct buf file = {0};
	char *path;

	buf_printf(&file, "#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", script);
	path = test_file(place->keys.folder, name, file.data, file.len);
	assert_int_equal(chmod(path, 0755), 0);
	free(path);
	buf_fini(&file);
}

static enum signature_answer
verify_by(struct place *place, const struct signature_tools *tools, struct str statement,
	struct error *err)
{
	const struct signature_files files = {buf_view(&place->allowed), STR_ABSENT};

	*err = (struct error){0};
	return signature_verify_by(
		tools, &files, STR("alice"), statement, str_from(place->armour), THEN, err);
}

static void
expect_unknown(struct place *place, const char *why)
{
	struct error err;

	assert_int_equal(verify_by(place, &place->tools, text, &err), SIGNATURE_UNKNOWN);
	if (!strstr(err.text, why))
		print_error("`%s`, not `%s`\n", err.text, why);
	assert_non_null(strstr(err.text, why));
}

/* ---- ssh-keygen ---- */

static void
without_ssh_keygen_nothing_is_good_or_bad(void **state)
{
	struct place *place = *state;

	expect_unknown(place, "there is no ssh-keygen in ");
	expect_unknown(place, "apt-get install openssh-client");
}

static void
what_stands_in_path_is_never_asked(void **state)
{
	struct place *place = *state;
	char *before = strdup(getenv("PATH"));
	struct error err;

	fake(place, "ssh-keygen", "echo 'Good \"validation@keywatch\" signature for alice with'");
	setenv("PATH", place->keys.folder, 1);
	assert_int_equal(
		verify_by(place, &signature_system_tools, STR("forged\n"), &err), SIGNATURE_BAD);
	setenv("PATH", before, 1);
	free(before);
}

static void
only_the_whole_sentence_about_this_key_is_good(void **state)
{
	static const char *const scripts[] = {
		"exit 0",
		"echo Good; exit 0",
		"echo 'Good \"validation@keywatch\" signature for alice with ED25519 key '; exit 0",
		"echo 'Good \"validation@keywatch\" signature for alice with ED25519 key "
		"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'; exit 0",
		"kill -SEGV $$",
		"echo oops >&2; exit 1",
		"exit 255",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		fake(place, "ssh-keygen", scripts[i]);
		expect_unknown(place, "and no verdict");
	}
}

static void
a_true_sentence_is_good_only_alone(void **state)
{
	struct place *place = *state;
	char script[512], *real = keyring_run(
				  &place->keys, STR(""), "/usr/bin/ssh-keygen", "-lf", "alice.pub");
	char *fingerprint = strstr(real, "SHA256:");
	struct buf failing = {0};

	fingerprint[strcspn(fingerprint, " ")] = '\0';
	snprintf(script, sizeof(script),
		"echo 'Good \"validation@keywatch\" signature for alice with ED25519 key %s'; ",
		fingerprint);
	fake(place, "ssh-keygen", script);
	assert_int_equal(verify_by(place, &place->tools, text, &(struct error){0}), SIGNATURE_GOOD);
	buf_printf(&failing, "%s %s", script, script);
	fake(place, "ssh-keygen", buf_cstr(&failing));
	expect_unknown(place, "ended with 0 and no verdict");
	buf_clear(&failing);
	buf_printf(&failing, "%s exit 255", script);
	fake(place, "ssh-keygen", buf_cstr(&failing));
	expect_unknown(place, "ended with 255 and no verdict");
	buf_fini(&failing);
	free(real);
}

static void
an_ssh_keygen_that_hangs_or_floods_is_ended(void **state)
{
	struct place *place = *state;

	place->tools.verify_ms = 300;
	fake(place, "ssh-keygen", "exec tail -f /dev/null");
	expect_unknown(place, "did not end within");
	place->tools.verify_ms = 20000;
	fake(place, "ssh-keygen", "while :; do echo 0123456789; done");
	expect_unknown(place, "wrote more than 262144 bytes");
}

static void
who_quits_does_not_wait_for_it(void **state)
{
	struct place *place = *state;
	struct wake wake;
	struct error err;

	fake(place, "ssh-keygen", "exec tail -f /dev/null");
	place->tools.verify_ms = 600000;
	assert_ok(wake_open(&wake, &err), &err);
	place->tools.interrupt_fd = wake.fd;
	wake_raise(&wake);
	expect_unknown(place, "was stopped");
	wake_close(&wake);
}

/* It leaves what it was given in files beside it. */
static void
it_gets_its_files_and_nothing_of_ours(void **state)
{
	static const char script[] =
		"cd \"${0%/*}\"; cat /proc/$$/environ | tr '\\0' '\\n' "
		">environ;"
		"echo \"$*\" >arguments; ls -l /proc/$$/fd >fds; wc -l <fds >count;"
		"cat /proc/self/fd/3 >allowed; cat /proc/self/fd/4 >armour; cat >input;"
		"(echo forged >>/proc/self/fd/3) 2>refused || echo sealed >sealed";
	struct place *place = *state;
	int leak = open("/dev/null", O_RDONLY), ends[2];
	char *said, expected[4200];

	assert_int_equal(pipe(ends), 0);
	setenv("LD_PRELOAD_NOT", "x", 1);
	setenv("TMPDIR", "/nonexistent", 1);
	fake(place, "ssh-keygen", script);
	expect_unknown(place, "no verdict");
	unsetenv("TMPDIR");
	said = test_read(keyring_path(&place->keys, "environ"), NULL);
	snprintf(expected, sizeof(expected), "PATH=%s\nLC_ALL=C\n", place->keys.folder);
	assert_string_equal(said, expected);
	free(said);
	said = test_read(keyring_path(&place->keys, "arguments"), NULL);
	assert_string_equal(said,
		"-Y verify -n validation@keywatch -I alice -O "
		"verify-time=20260102030405Z -f /proc/self/fd/3 -s /proc/self/fd/4\n");
	free(said);
	/* Its streams, two files, the script itself, and the output kept for after ls, which begins
	 * with one more line. A pipe to wc would be there, or not any more. */
	said = test_read(keyring_path(&place->keys, "fds"), NULL);
	assert_null(strstr(said, "/dev/null"));
	free(said);
	said = test_read(keyring_path(&place->keys, "count"), NULL);
	assert_string_equal(said, "8\n");
	free(said);
	said = test_read(keyring_path(&place->keys, "allowed"), NULL);
	assert_string_equal(said, buf_cstr(&place->allowed));
	free(said);
	said = test_read(keyring_path(&place->keys, "armour"), NULL);
	assert_string_equal(said, place->armour);
	free(said);
	said = test_read(keyring_path(&place->keys, "input"), NULL);
	assert_string_equal(said, text.data);
	free(said);
	said = test_read(keyring_path(&place->keys, "sealed"), NULL);
	assert_string_equal(said, "sealed\n");
	free(said);
	close(leak);
	close(ends[0]);
	close(ends[1]);
}

/* ---- the agent ---- */

static void
the_agents_keys_are_listed(void **state)
{
	struct place *place = *state;
	struct signature_keys keys;
	struct error err;

	keyring_make(&place->keys, "bob", "rsa");
	assert_ok(signature_agent_keys(&keys, &err), &err);
	assert_int_equal(keys.count, 2);
	assert_str(keys.list[0].type, "ssh-ed25519");
	assert_str(keys.list[0].comment, "alice");
	assert_int_equal(strncmp(place->line, keys.list[0].line.data, keys.list[0].line.len), 0);
	assert_str(keys.list[1].type, "ssh-rsa");
	assert_int_equal(strncmp(keys.list[1].fingerprint, "SHA256:", 7), 0);
	signature_keys_fini(&keys);
	free(keyring_run(&place->keys, STR(""), "ssh-add", "-q", "-D"));
	assert_ok(signature_agent_keys(&keys, &err), &err);
	assert_int_equal(keys.count, 0);
	signature_keys_fini(&keys);
}

static void
what_is_no_key_is_not_listed(void **state)
{
	struct place *place = *state;
	struct signature_keys keys;
	struct error err;
	char script[1024];

	snprintf(script, sizeof(script),
		"echo 'ssh-dss AAAA x'; echo; echo ssh-rsa; echo 'ssh-rsa %s'; echo '%s'; printf x",
		strchr(place->line, ' ') + 1, place->line);
	fake(place, "ssh-add", script);
	assert_ok(signature_agent_keys_by(&place->tools, &keys, &err), &err);
	assert_int_equal(keys.count, 1);
	signature_keys_fini(&keys);
}

static void
expect_no_agent(const struct signature_tools *tools, const char *why)
{
	struct signature_keys keys;
	struct error err = {0};

	assert_false(signature_agent_keys_by(tools, &keys, &err));
	if (!strstr(err.text, why))
		print_error("`%s`, not `%s`\n", err.text, why);
	assert_non_null(strstr(err.text, why));
	signature_keys_fini(&keys);
}

static void
without_an_agent_it_says_what_to_do(void **state)
{
	struct place *place = *state;

	setenv("SSH_AUTH_SOCK", keyring_path(&place->keys, "alice.pub"), 1);
	expect_no_agent(&signature_system_tools, "does not answer");
	setenv("SSH_AUTH_SOCK", "", 1);
	expect_no_agent(&signature_system_tools, "SSH_AUTH_SOCK is not set");
	unsetenv("SSH_AUTH_SOCK");
	expect_no_agent(&signature_system_tools,
		"there is no SSH agent (SSH_AUTH_SOCK is not set): come with ssh -A, or sign on "
		"your own machine: keywatch validation request");
	setenv("SSH_AUTH_SOCK", "x", 1);
	expect_no_agent(&place->tools, "there is no ssh-add in ");
}

/* It listens and never says a word. */
static void
an_agent_that_hangs_is_given_up(void **state)
{
	struct place *place = *state;
	struct signature_tools hurried = signature_system_tools;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct buf armour = {0};
	struct error err = {0};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/mute", place->keys.folder);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	setenv("SSH_AUTH_SOCK", address.sun_path, 1);
	hurried.agent_ms = hurried.sign_ms = 300;
	expect_no_agent(&hurried, "the keys of the SSH agent: /usr/bin/ssh-add did not end within");
	assert_false(
		signature_sign_by(&hurried, str_from(place->line), &text, 1, true, &armour, &err));
	assert_non_null(strstr(err.text, "did not end within"));
	assert_int_equal(armour.len, 0);
	close(listener);
}

/* ---- signing ---- */

static void
many_statements_are_signed_each_by_itself(void **state)
{
	enum { MANY = 20 };
	struct place *place = *state;
	struct str statements[MANY];
	struct buf armours[MANY] = {0};
	struct arena arena = {0};
	struct error err;

	for (int i = 0; i < MANY; i++)
		statements[i] = arena_printf(&arena, "statement %d\n", i);
	assert_ok(
		signature_sign(str_from(place->line), statements, MANY, true, armours, &err), &err);
	for (int i = 0; i < MANY; i++) {
		const struct signature_files files = {buf_view(&place->allowed), STR_ABSENT};

		assert_ok(signature_verify(&files, STR("alice"), statements[i],
				  buf_view(&armours[i]), THEN, &err) == SIGNATURE_GOOD,
			&err);
		buf_fini(&armours[i]);
	}
	arena_fini(&arena);
}

static void
expect_unsigned(const struct signature_tools *tools, const char *line, const char *why)
{
	struct buf armour = {0};
	struct error err = {0};

	assert_false(signature_sign_by(tools, str_from(line), &text, 1, false, &armour, &err));
	if (!strstr(err.text, why))
		print_error("`%s`, not `%s`\n", err.text, why);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(armour.len, 0);
}

static void
what_cannot_be_signed_says_why(void **state)
{
	struct place *place = *state;

	expect_unsigned(&signature_system_tools, "", "not a public key that signs");
	expect_unsigned(&signature_system_tools, "ssh-ed25519 AAAA", "not a public key that signs");
	free(keyring_run(&place->keys, STR(""), "ssh-add", "-q", "-D"));
	expect_unsigned(&signature_system_tools, place->line, "the SSH agent does not hold it");
	setenv("SSH_AUTH_SOCK", "/nonexistent", 1);
	expect_unsigned(&signature_system_tools, place->line, "the SSH agent does not answer");
	unsetenv("SSH_AUTH_SOCK");
	expect_unsigned(&signature_system_tools, place->line, "SSH_AUTH_SOCK is not set");
}

static void
an_agent_that_needs_a_word_that_nobody_gives_refuses(void **state)
{
	struct place *place = *state;

	free(keyring_run(&place->keys, STR(""), "ssh-add", "-q", "-D"));
	free(keyring_run(&place->keys, STR(""), "ssh-add", "-q", "-c", "alice"));
	expect_unsigned(
		&signature_system_tools, place->line, "the SSH agent refused: not confirmed");
}

static void
a_signature_by_another_key_is_not_taken(void **state)
{
	struct place *place = *state;
	char *other, *script;
	struct buf command = {0};

	keyring_make(&place->keys, "bob", "ed25519");
	other = keyring_sign(&place->keys, "bob", SIGNATURE_NAMESPACE, text);
	script = test_file(place->keys.folder, "other", other, strlen(other));
	buf_printf(&command, "/bin/cat %s", script);
	fake(place, "ssh-keygen", buf_cstr(&command));
	expect_unsigned(&place->tools, place->line, "the SSH agent signed with another key");
	free(other);
	free(script);
	buf_fini(&command);
}

#define placed(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		placed(without_ssh_keygen_nothing_is_good_or_bad),
		placed(what_stands_in_path_is_never_asked),
		placed(only_the_whole_sentence_about_this_key_is_good),
		placed(a_true_sentence_is_good_only_alone),
		placed(an_ssh_keygen_that_hangs_or_floods_is_ended),
		placed(who_quits_does_not_wait_for_it),
		placed(it_gets_its_files_and_nothing_of_ours),
		placed(the_agents_keys_are_listed),
		placed(what_is_no_key_is_not_listed),
		placed(without_an_agent_it_says_what_to_do),
		placed(an_agent_that_hangs_is_given_up),
		placed(many_statements_are_signed_each_by_itself),
		placed(what_cannot_be_signed_says_why),
		placed(an_agent_that_needs_a_word_that_nobody_gives_refuses),
		placed(a_signature_by_another_key_is_not_taken),
	};

	signal(SIGPIPE, SIG_IGN); /* as the program does: a tool need not read its input */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
