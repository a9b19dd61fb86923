/* With OpenSSH's own tools: what they sign and what they say of it. */
#include "tests/support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "core/validation/signature.h"
#include "tests/support/keyring.h"

/* 2026-01-02T03:04:05Z */
#define THEN (INT64_C(1767323045) * TICKS_PER_SECOND)
#define OURS "namespaces=\"validation@keywatch\""

static const struct str text = {"a statement\n", 12};

static struct keyring keys;

static int
open_keys(void **state)
{
	(void)state;
	keyring_open_with(&keys, "alice ed25519", "bob ecdsa", "carol rsa", NULL);
	return 0;
}

static int
close_keys(void **state)
{
	(void)state;
	keyring_close(&keys);
	return 0;
}

/* `principals options key` as a line of allowed_signers. */
static void
allow(struct buf *allowed, const char *principals, const char *options, const char *name)
{
	char *key = keyring_public(&keys, name);

	buf_printf(allowed, "%s %s %s\n", principals, options, key);
	free(key);
}

static enum signature_answer
verify(const struct buf *allowed, struct str revoked, const char *principal, struct str statement,
	const char *armour, struct error *err)
{
	const struct signature_files files = {buf_view(allowed), revoked};

	*err = (struct error){0};
	return signature_verify(
		&files, str_from(principal), statement, str_from(armour), THEN, err);
}

static void
expect_good(const struct buf *allowed, const char *principal, const char *armour)
{
	struct error err;
	enum signature_answer answer = verify(allowed, STR_ABSENT, principal, text, armour, &err);

	assert_ok(answer == SIGNATURE_GOOD, &err);
}

static void
expect_answer(enum signature_answer answer, enum signature_answer expected, const struct error *err,
	const char *why)
{
	if (answer != expected || !strstr(err->text, why))
		print_error("%d `%s`, not %d `%s`\n", (int)answer, err->text, (int)expected, why);
	assert_int_equal(answer, expected);
	assert_non_null(strstr(err->text, why));
}

static void
expect_bad(const struct buf *allowed, const char *principal, const char *armour, const char *why)
{
	struct error err;

	expect_answer(verify(allowed, STR_ABSENT, principal, text, armour, &err), SIGNATURE_BAD,
		&err, why);
}

/* By the agent. Owned. */
static char *
sign(const char *name)
{
	char *line = keyring_public(&keys, name);
	struct buf armour = {0};
	struct error err;

	assert_ok(signature_sign(str_from(line), &text, 1, false, &armour, &err), &err);
	free(line);
	return buf_take(&armour);
}

/* ---- good ---- */

static void
what_the_agent_signs_holds_for_every_kind_of_key(void **state)
{
	static const char *const names[] = {"alice", "bob", "carol"};
	struct buf allowed = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		allow(&allowed, names[i], OURS, names[i]);
	for (int i = 0; i < 3; i++) {
		char *armour = sign(names[i]);

		expect_good(&allowed, names[i], armour);
		expect_bad(&allowed, names[(i + 1) % 3], armour,
			"allowed_signers has no such key for him");
		free(armour);
	}
	buf_fini(&allowed);
}

static void
a_security_key_holds_and_tells_whether_it_was_touched(void **state)
{
	static const char *const files[] = {"sk-untouched.sig", "sk-touched.sig"};
	char *allowed = test_read(child_source("tests/data/signature/allowed_signers"), NULL);
	char *statement = test_read(child_source("tests/data/signature/statement"), NULL);
	const struct signature_files contents = {str_from(allowed), STR_ABSENT};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct arena arena = {0};
		struct sshsig sig;
		struct error err;
		char path[128], *armour;

		snprintf(path, sizeof(path), "tests/data/signature/%s", files[i]);
		armour = test_read(child_source(path), NULL);
		assert_ok(
			signature_verify(&contents, STR("carol@corp.example"), str_from(statement),
				str_from(armour), THEN, &err) == SIGNATURE_GOOD,
			&err);
		assert_ok(sshsig_parse(&sig, str_from(armour), &arena, &err), &err);
		assert_int_equal(sig.touched, i);
		assert_int_equal(sig.verified_user, i);
		arena_fini(&arena);
		free(armour);
	}
	free(allowed);
	free(statement);
}

static void
a_principal_is_one_word_to_the_tool_whatever_it_holds(void **state)
{
	static const char *const names[] = {"-oops", "--", "alice smith", "a'b`c`$(d)", "al*",
		"!alice", "J\xc3\xbcrgen", "CORP\\alice"};
	char *armour = sign("alice");
	struct buf allowed = {0}, none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char quoted[64];

		/* Its own pattern but for '!', which says who is not meant. */
		snprintf(quoted, sizeof(quoted), names[i][0] == '!' ? "\"*\"" : "\"%s\"", names[i]);
		buf_clear(&allowed);
		allow(&allowed, quoted, OURS, "alice");
		expect_good(&allowed, names[i], armour);
		expect_bad(&none, names[i], armour, "allowed_signers has no such key");
	}
	buf_clear(&allowed);
	allow(&allowed, "alice,bob", OURS, "alice");
	expect_bad(&allowed, "alice,bob", armour, "no such key for him");
	expect_bad(&allowed, "al*", armour, "no such key for him");
	expect_bad(&allowed, "", armour, "the principal is empty");
	expect_bad(&allowed, "alice\nbob", armour, "hidden characters");
	buf_fini(&allowed);
	buf_fini(&none);
	free(armour);
}

/* ---- bad ---- */

static void
another_text_is_not_what_was_signed(void **state)
{
	char *armour = sign("alice");
	struct buf allowed = {0};
	struct error err;

	(void)state;
	allow(&allowed, "alice", OURS, "alice");
	expect_answer(verify(&allowed, STR_ABSENT, "alice", STR("a statement"), armour, &err),
		SIGNATURE_BAD, &err, "the text is not what was signed");
	expect_answer(verify(&allowed, STR_ABSENT, "alice", STR("a statement\r\n"), armour, &err),
		SIGNATURE_BAD, &err, "the text is not what was signed");
	expect_answer(verify(&allowed, STR_ABSENT, "alice", STR(""), armour, &err), SIGNATURE_BAD,
		&err, "the text is not what was signed");
	buf_fini(&allowed);
	free(armour);
}

static void
a_signature_for_another_use_does_not_count(void **state)
{
	char *file = keyring_sign(&keys, "alice", "file", text);
	char *ours = sign("alice");
	struct buf allowed = {0};

	(void)state;
	allow(&allowed, "alice", "", "alice");
	expect_bad(&allowed, "alice", file,
		"the signature was made for \"file\", not for validation@keywatch");
	buf_clear(&allowed);
	allow(&allowed, "alice", "namespaces=\"git,file\"", "alice");
	expect_bad(&allowed, "alice", ours,
		"allowed_signers does not allow the key for validation@keywatch");
	buf_fini(&allowed);
	free(file);
	free(ours);
}

static void
a_key_is_judged_by_the_time_of_signing(void **state)
{
	char *armour = sign("bob");
	struct buf allowed = {0};
	struct error err;

	(void)state;
	allow(&allowed, "bob", "valid-before=\"20260102030404Z\"", "bob");
	expect_bad(&allowed, "bob", armour, "the key had expired when it signed");
	buf_clear(&allowed);
	allow(&allowed, "bob", "valid-after=\"20260102030406Z\"", "bob");
	expect_bad(&allowed, "bob", armour, "the key was not valid yet when it signed");
	buf_clear(&allowed);
	allow(&allowed, "bob", "valid-after=\"20260102030405Z\",valid-before=\"20260102030406Z\"",
		"bob");
	setenv("TZ", "Pacific/Auckland", 1);
	expect_good(&allowed, "bob", armour);
	unsetenv("TZ");
	assert_int_equal(signature_verify(&(struct signature_files){buf_view(&allowed), STR_ABSENT},
				 STR("bob"), text, str_from(armour), TIME_NONE, &err),
		SIGNATURE_BAD);
	assert_string_equal(err.text, "the time of signing is out of range");
	buf_fini(&allowed);
	free(armour);
}

static void
a_revoked_key_is_called_so(void **state)
{
	char *armour = sign("carol"), *line = keyring_public(&keys, "carol"), *krl, *other;
	struct buf allowed = {0}, list = {0};
	struct error err;
	size_t length;

	(void)state;
	allow(&allowed, "carol", OURS, "carol");
	free(keyring_run(&keys, STR(""), "ssh-keygen", "-q", "-k", "-f", "krl", "carol.pub"));
	krl = test_read(keyring_path(&keys, "krl"), &length);
	expect_answer(verify(&allowed, (struct str){krl, length}, "carol", text, armour, &err),
		SIGNATURE_BAD, &err, "for carol does not hold: the key is revoked");
	buf_printf(&list, "# left in March\n\n%s\n", line);
	expect_answer(verify(&allowed, buf_view(&list), "carol", text, armour, &err), SIGNATURE_BAD,
		&err, "the key is revoked");
	other = keyring_public(&keys, "bob");
	assert_ok(verify(&allowed, str_from(other), "carol", text, armour, &err) == SIGNATURE_GOOD,
		&err);
	assert_ok(verify(&allowed, STR(""), "carol", text, armour, &err) == SIGNATURE_GOOD, &err);
	expect_answer(verify(&allowed, str_from(other), "bob", text, armour, &err), SIGNATURE_BAD,
		&err, "allowed_signers has no such key for him");
	buf_fini(&allowed);
	buf_fini(&list);
	free(armour);
	free(line);
	free(krl);
	free(other);
}

static void
a_revocation_list_that_is_none_proves_nothing(void **state)
{
	char *armour = sign("alice");
	struct buf allowed = {0};
	struct error err;

	(void)state;
	allow(&allowed, "alice", OURS, "alice");
	expect_answer(verify(&allowed, STR("garbage\n"), "alice", text, armour, &err),
		SIGNATURE_UNKNOWN, &err, "neither a KRL nor a public key");
	expect_answer(verify(&allowed, STR("sha256:SHA256:abc\n"), "alice", text, armour, &err),
		SIGNATURE_UNKNOWN, &err, "neither a KRL nor a public key");
	assert_int_not_equal(
		verify(&allowed, STR("SSHKRL\n\0"), "alice", text, armour, &err), SIGNATURE_GOOD);
	buf_fini(&allowed);
	free(armour);
}

static void
a_certificate_counts_by_its_authority(void **state)
{
	struct buf allowed = {0};
	char *armour;

	(void)state;
	keyring_make(&keys, "authority", "ed25519");
	free(keyring_run(&keys, STR(""), "ssh-keygen", "-q", "-s", "authority", "-I", "id", "-n",
		"dora,erin", "-V", "20250101Z:20260301Z", "bob.pub"));
	armour = keyring_sign(&keys, "bob-cert.pub", "validation@keywatch", text);
	allow(&allowed, "dora,mallory", "cert-authority," OURS, "authority");
	expect_good(&allowed, "dora", armour);
	expect_bad(&allowed, "mallory", armour, "the certificate");
	expect_bad(&allowed, "erin", armour, "no such key for him");
	buf_clear(&allowed);
	allow(&allowed, "dora", OURS, "authority");
	expect_bad(&allowed, "dora", armour, "no such key for him");
	free(keyring_run(&keys, STR(""), "ssh-keygen", "-q", "-s", "authority", "-I", "id", "-n",
		"dora", "-V", "20250101Z:20260102Z", "bob.pub"));
	free(armour);
	armour = keyring_sign(&keys, "bob-cert.pub", "validation@keywatch", text);
	buf_clear(&allowed);
	allow(&allowed, "dora", "cert-authority," OURS, "authority");
	expect_bad(&allowed, "dora", armour, "the certificate had expired when it signed");
	buf_fini(&allowed);
	free(armour);
}

static void
what_is_no_signature_is_not_even_asked_about(void **state)
{
	static const char *const armours[] = {"", "garbage", "\x01\x02",
		"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"};
	struct buf allowed = {0}, large = {0};

	(void)state;
	allow(&allowed, "alice", OURS, "alice");
	for (size_t i = 0; i < sizeof(armours) / sizeof(armours[0]); i++)
		expect_bad(&allowed, "alice", armours[i], "not an SSH signature");
	while (large.len < 5 << 20)
		buf_puts(&large, "0123456789abcdef");
	expect_bad(&allowed, "alice", buf_cstr(&large), "not an SSH signature");
	buf_fini(&allowed);
	buf_fini(&large);
}

static void
a_policy_that_is_garbage_allows_nobody(void **state)
{
	char *armour = sign("alice");
	struct buf allowed = {0};

	(void)state;
	expect_bad(&allowed, "alice", armour, "no such key for him");
	buf_puts(&allowed, "alice nonsense\n\x01\x02 \xff\n");
	expect_bad(&allowed, "alice", armour, "no such key for him");
	buf_fini(&allowed);
	free(armour);
}

/* ---- by hand ---- */

static void
the_command_that_is_shown_says_the_same(void **state)
{
	char *armour = sign("alice"), *said, *folder;
	struct buf allowed = {0}, command = {0};
	char paths[3][256];

	(void)state;
	free(keyring_run(&keys, STR(""), "mkdir", "it's a folder"));
	folder = test_file(keyring_path(&keys, "it's a folder"), "text", text.data, text.len);
	free(folder);
	free(test_file(keyring_path(&keys, "it's a folder"), "text.sig", armour, strlen(armour)));
	allow(&allowed, "\"a b\"", OURS, "alice");
	free(test_file(keys.folder, "allowed", allowed.data, allowed.len));
	snprintf(paths[0], sizeof(paths[0]), "%s", keyring_path(&keys, "allowed"));
	snprintf(paths[1], sizeof(paths[1]), "%s", keyring_path(&keys, "it's a folder/text"));
	snprintf(paths[2], sizeof(paths[2]), "%s", keyring_path(&keys, "it's a folder/text.sig"));
	signature_command(&command,
		&(struct signature_paths){.allowed_signers = str_from(paths[0]),
			.statement = str_from(paths[1]),
			.signature = str_from(paths[2])},
		STR("a b"), THEN);
	said = keyring_run(&keys, STR(""), "sh", "-c", buf_cstr(&command));
	assert_int_equal(
		strncmp(said, "Good \"validation@keywatch\" signature for a b with ", 50), 0);
	buf_clear(&command);
	signature_command(&command,
		&(struct signature_paths){STR("/etc/keywatch/allowed_signers"),
			STR("/etc/keywatch/krl"), STR("F"), STR("F.sig")},
		STR("carol@corp.example"), THEN);
	assert_string_equal(buf_cstr(&command),
		"ssh-keygen -Y verify -n validation@keywatch -I carol@corp.example "
		"-f /etc/keywatch/allowed_signers -s F.sig -r /etc/keywatch/krl "
		"-O verify-time=20260102030405Z < F");
	buf_fini(&allowed);
	buf_fini(&command);
	free(armour);
	free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_agent_signs_holds_for_every_kind_of_key),
		cmocka_unit_test(a_security_key_holds_and_tells_whether_it_was_touched),
		cmocka_unit_test(a_principal_is_one_word_to_the_tool_whatever_it_holds),
		cmocka_unit_test(another_text_is_not_what_was_signed),
		cmocka_unit_test(a_signature_for_another_use_does_not_count),
		cmocka_unit_test(a_key_is_judged_by_the_time_of_signing),
		cmocka_unit_test(a_revoked_key_is_called_so),
		cmocka_unit_test(a_revocation_list_that_is_none_proves_nothing),
		cmocka_unit_test(a_certificate_counts_by_its_authority),
		cmocka_unit_test(what_is_no_signature_is_not_even_asked_about),
		cmocka_unit_test(a_policy_that_is_garbage_allows_nobody),
		cmocka_unit_test(the_command_that_is_shown_says_the_same),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
