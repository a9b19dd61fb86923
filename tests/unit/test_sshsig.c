#include "tests/support/test.h"

#include <stdio.h>
#include "core/validation/sshsig.h"
#include "tests/support/child.h"

/* What ssh-keygen and a FIDO key made. Returns owned. */
static char *
sample(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "tests/fuzz/corpus/fuzz_sshsig/%s", name);
	return test_read(child_source(path), NULL);
}

static const struct {
	const char *file, *type, *hash, *namespace, *fingerprint;
	bool certificate, hardware, touched, verified_user;
	uint32_t counter;
} samples[] = {
	{"ed25519", "ssh-ed25519", "sha512", "validation@keywatch",
		"SHA256:1zHrD+Ip/MeBxh/97ESCW6+8xCdrr3I/5Q3pAu46mMA", false, false, false, false,
		0},
	{"rsa", "ssh-rsa", "sha512", "validation@keywatch",
		"SHA256:Z4zn6idq+LLCT2wrOhRS45s2f1ZtmKMqqqPlo/60pxQ", false, false, false, false,
		0},
	{"ecdsa-sha256", "ecdsa-sha2-nistp256", "sha256", "file",
		"SHA256:p8ZECnZjlgoPImyVSxMkX/4CkDUoh75l0DuhXQlUwOc", false, false, false, false,
		0},
	/* Of a certificate it is the one of the key, as ssh-keygen says it. */
	{"certificate", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "sha512", "validation@keywatch",
		"SHA256:p8ZECnZjlgoPImyVSxMkX/4CkDUoh75l0DuhXQlUwOc", true, false, false, false, 0},
	{"sk", "sk-ssh-ed25519@openssh.com", "sha512", "validation@keywatch",
		"SHA256:1f4r9Ajv8KUsEWYi+VlOjd28vNqtQMkbQwiwz8TxfkI", false, true, true, true, 7},
	{"sk-crlf", "sk-ssh-ed25519@openssh.com", "sha512", "validation@keywatch",
		"SHA256:Fii/6d7lGaIrh+lsUfJJqKUrDtR3brbPNdcQcfBVj28", false, true, false, false, 8},
};

static void
every_kind_of_signature_says_by_which_key_it_was_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char *armour = sample(samples[i].file);
		struct arena arena = {0};
		struct sshsig sig;
		struct error err;

		assert_ok(sshsig_parse(&sig, str_from(armour), &arena, &err), &err);
		assert_str(sig.key_type, samples[i].type);
		assert_str(sig.hash, samples[i].hash);
		assert_str(sig.namespace, samples[i].namespace);
		assert_string_equal(sig.fingerprint, samples[i].fingerprint);
		assert_int_equal(sig.certificate, samples[i].certificate);
		assert_int_equal(sig.hardware, samples[i].hardware);
		assert_int_equal(sig.touched, samples[i].touched);
		assert_int_equal(sig.verified_user, samples[i].verified_user);
		assert_int_equal(sig.counter, samples[i].counter);
		arena_fini(&arena);
		free(armour);
	}
}

static void
the_armour_is_written_as_ssh_keygen_does(void **state)
{
	char *armour = sample("rsa"), *dos;
	struct arena arena = {0};
	struct buf out = {0}, spaced = {0};
	struct sshsig sig;
	struct error err;

	(void)state;
	for (dos = armour; *dos; dos++)
		buf_puts(&spaced, *dos == '\n' ? "\r\n" : (char[]){*dos, '\0'});
	assert_ok(sshsig_parse(&sig, str_from(armour), &arena, &err), &err);
	sshsig_write(&sig, &out);
	assert_string_equal(buf_cstr(&out), armour);
	buf_clear(&out);
	buf_puts(&out, "\n \t\r\n");
	buf_str(&out, buf_view(&spaced));
	assert_ok(sshsig_parse(&sig, buf_view(&out), &arena, &err), &err);
	buf_clear(&out);
	sshsig_write(&sig, &out);
	assert_string_equal(buf_cstr(&out), armour);
	buf_fini(&out);
	buf_fini(&spaced);
	arena_fini(&arena);
	free(armour);
}

static void
expect_refused(struct str armour, const char *why)
{
	struct arena arena = {0};
	struct error err = {0};
	struct sshsig sig;

	assert_false(sshsig_parse(&sig, armour, &arena, &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, why))
		print_error("`%s`, not `%s`\n", err.text, why);
	assert_non_null(strstr(err.text, why));
	arena_fini(&arena);
}

#define FIRST "-----BEGIN SSH SIGNATURE-----"
#define LAST "-----END SSH SIGNATURE-----"

static void
only_one_block_and_nothing_beside_it_is_accepted(void **state)
{
	static const struct {
		const char *before, *after;
		const char *why;
	} around[] = {
		{"Signing file x\n", "", "does not begin with -----BEGIN SSH"},
		{"\xef\xbb\xbf", "", "does not begin with -----BEGIN SSH"},
		{"", "x", "stands behind -----END"},
		{"", "\n" FIRST "\nU1NI\n" LAST "\n", "stands behind -----END"},
	};
	static const struct {
		struct str armour;
		const char *why;
	} texts[] = {
		{{"", 0}, "does not begin with -----BEGIN SSH"},
		{{FIRST, sizeof(FIRST) - 1}, "is missing"},
		{{FIRST LAST, sizeof(FIRST LAST) - 1}, "is missing"},
		{{FIRST "\n" LAST, sizeof(FIRST "\n" LAST) - 1}, "stands behind -----BEGIN"},
		{{FIRST "\n\n" LAST, sizeof(FIRST "\n\n" LAST) - 1}, "does not begin with SSHSIG"},
		{{FIRST "U1NI\n" LAST, sizeof(FIRST "U1NI\n" LAST) - 1},
			"stands behind -----BEGIN"},
		{{FIRST "\nU1N\n" LAST, sizeof(FIRST "\nU1N\n" LAST) - 1}, "no whole base64"},
		{{FIRST "\nU1N\0\n" LAST, sizeof(FIRST "\nU1N\0\n" LAST) - 1}, "no whole base64"},
		{{FIRST "\nU1N-\n" LAST, sizeof(FIRST "\nU1N-\n" LAST) - 1}, "no whole base64"},
		{{FIRST "\nU1NI\n" FIRST "\n" LAST, sizeof(FIRST "\nU1NI\n" FIRST "\n" LAST) - 1},
			"no whole base64"},
		{{FIRST "\nVVVVVVVV\n" LAST, sizeof(FIRST "\nVVVVVVVV\n" LAST) - 1},
			"does not begin with SSHSIG"},
	};
	char *armour = sample("ed25519");

	(void)state;
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		struct buf text = {0};

		buf_printf(&text, "%s%s%s", around[i].before, armour, around[i].after);
		expect_refused(buf_view(&text), around[i].why);
		buf_fini(&text);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect_refused(texts[i].armour, texts[i].why);
	free(armour);
}

static void
five_megabytes_are_refused_unread(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_puts(&text, FIRST "\n");
	while (text.len < 5 << 20)
		buf_puts(&text, "U1NIU0lHU1NIU0lHU1NIU0lH\n");
	buf_puts(&text, LAST "\n");
	expect_refused(buf_view(&text), "at most 65536 are read");
	buf_fini(&text);
}

/* ---- the structure ---- */

/* Puts the edited blob into an armour that is otherwise as it should be. */
static void
expect_blob_refused(struct str blob, const char *why)
{
	struct sshsig edited = {.blob = blob};
	struct buf armour = {0};

	sshsig_write(&edited, &armour);
	expect_refused(buf_view(&armour), why);
	buf_fini(&armour);
}

static size_t
offset_of(const struct sshsig *sig, struct str part)
{
	return (size_t)(part.data - sig->blob.data);
}

static void
a_structure_with_anything_amiss_is_refused(void **state)
{
	char *armour = sample("sk");
	struct arena arena = {0};
	struct sshsig sig;
	struct error err;
	size_t namespace, hash, key;
	char *b;

	(void)state;
	assert_ok(sshsig_parse(&sig, str_from(armour), &arena, &err), &err);
	namespace = offset_of(&sig, sig.namespace);
	hash = offset_of(&sig, sig.hash);
	key = offset_of(&sig, sig.key_type);
	b = (char *)(uintptr_t)sig.blob.data;
	for (size_t cut = 0; cut < sig.blob.len; cut++)
		expect_blob_refused(str_slice(sig.blob, 0, cut), "not an SSH signature: ");
#define EXPECT_BYTE(at, value, why)                                                                \
	do {                                                                                       \
		char before = b[at];                                                               \
		b[at] = (char)(value);                                                             \
		expect_blob_refused(sig.blob, why);                                                \
		b[at] = before;                                                                    \
	} while (0)
	EXPECT_BYTE(0, 's', "does not begin with SSHSIG");
	EXPECT_BYTE(9, 2, "version 2; 1 is known");
	EXPECT_BYTE(10, 0xff, "cut short"); /* a key of 4 GB */
	EXPECT_BYTE(key, 'x', "of no kind that is known");
	EXPECT_BYTE(key - 4, 0x80, "of no kind that is known");
	EXPECT_BYTE(namespace, 0, "holds a NUL");
	EXPECT_BYTE(namespace - 4, 0xff, "cut short");
	EXPECT_BYTE(hash + 3, '1', "neither sha256 nor sha512");
	EXPECT_BYTE(hash + sig.hash.len + 3, b[hash + sig.hash.len + 3] - 1, "follows its end");
	EXPECT_BYTE(hash + sig.hash.len + 7, b[hash + sig.hash.len + 7] + 1, "");
#undef EXPECT_BYTE
	arena_fini(&arena);
	free(armour);
}

static void
a_byte_behind_the_structure_is_refused(void **state)
{
	char *armour = sample("ed25519");
	struct arena arena = {0};
	struct buf blob = {0};
	struct sshsig sig;
	struct error err;

	(void)state;
	assert_ok(sshsig_parse(&sig, str_from(armour), &arena, &err), &err);
	buf_str(&blob, sig.blob);
	buf_putc(&blob, '\0');
	expect_blob_refused(buf_view(&blob), "something follows its end");
	buf_fini(&blob);
	arena_fini(&arena);
	free(armour);
}

/* ---- keys ---- */

static void
a_public_key_is_called_as_ssh_keygen_calls_it(void **state)
{
	size_t length;
	char *lines = test_read(child_source("tests/data/signature/allowed_signers"), &length);
	char *blob = strstr(lines, "sk-ssh-ed25519@openssh.com ");
	char fingerprint[SSH_FINGERPRINT];
	struct arena arena = {0};
	struct str type, base64;

	(void)state;
	blob = strchr(blob, ' ') + 1;
	base64 = (struct str){blob, strcspn(blob, " \n")};
	assert_true(ssh_key_identify_base64(base64, &arena, &type, fingerprint));
	assert_str(type, "sk-ssh-ed25519@openssh.com");
	assert_string_equal(fingerprint, "SHA256:1f4r9Ajv8KUsEWYi+VlOjd28vNqtQMkbQwiwz8TxfkI");
	base64.len -= 4;
	assert_false(ssh_key_identify_base64(base64, &arena, &type, fingerprint));
	assert_false(ssh_key_identify_base64(STR("AAAA"), &arena, &type, fingerprint));
	assert_false(ssh_key_identify_base64(STR(""), &arena, &type, fingerprint));
	arena_fini(&arena);
	free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_signature_says_by_which_key_it_was_made),
		cmocka_unit_test(the_armour_is_written_as_ssh_keygen_does),
		cmocka_unit_test(only_one_block_and_nothing_beside_it_is_accepted),
		cmocka_unit_test(five_megabytes_are_refused_unread),
		cmocka_unit_test(a_structure_with_anything_amiss_is_refused),
		cmocka_unit_test(a_byte_behind_the_structure_is_refused),
		cmocka_unit_test(a_public_key_is_called_as_ssh_keygen_calls_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
