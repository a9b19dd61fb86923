/* What was verified, as it is remembered in the reader's own file. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "core/validation/memory.h"
#include "tests/support/court.h"

#define FIRST_LINE "keywatch verified 1\n"

static void
key_of(const char *text, char key[HASH_HEX])
{
	hash_hex(str_from(text), key);
}

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

static char *
path_in(const char *folder)
{
	struct buf path = {0};

	buf_printf(&path, "%s/verified", folder);
	return buf_take(&path);
}

static enum verdict
find(const struct memory *m, const char *text)
{
	char key[HASH_HEX];
	struct str why;

	key_of(text, key);
	return memory_find(m, key, &why);
}

static void
add(struct memory *m, const char *text, enum verdict verdict, const char *why)
{
	char key[HASH_HEX];

	key_of(text, key);
	memory_add(m, key, verdict, str_from(why));
}

static struct memory *
reopen(struct memory *m, const char *path)
{
	struct error err;

	memory_close(m);
	assert_ok(memory_open(&m, path, &err), &err);
	return m;
}

static void
good_ones_are_kept_and_bad_ones_are_not(void **state)
{
	char *path = path_in(*state), key[HASH_HEX];
	struct memory *m = reopen(NULL, path);
	struct stat st;
	struct str why;

	assert_int_equal(find(m, "a"), VERDICT_CHECKING);
	add(m, "a", VERDICT_HOLDS, NULL);
	add(m, "b", VERDICT_FORGED, "because");
	assert_int_equal(find(m, "a"), VERDICT_HOLDS);
	key_of("b", key);
	assert_int_equal(memory_find(m, key, &why), VERDICT_FORGED);
	assert_str(why, "because");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	m = reopen(m, path);
	assert_int_equal(find(m, "a"), VERDICT_HOLDS);
	assert_int_equal(find(m, "b"), VERDICT_CHECKING);
	/* Said once more it changes nothing. */
	add(m, "a", VERDICT_FORGED, "no");
	assert_int_equal(find(m, "a"), VERDICT_HOLDS);
	memory_close(m);
	free(path);
}

static void
ten_thousand_are_found_again(void **state)
{
	char *path = path_in(*state), text[16];
	struct memory *m = reopen(NULL, path);

	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		add(m, text, VERDICT_HOLDS, NULL);
	}
	m = reopen(m, path);
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(find(m, text), VERDICT_HOLDS);
	}
	assert_int_equal(find(m, "10000"), VERDICT_CHECKING);
	memory_close(m);
	free(path);
}

/* A line that a full disk cut, and another program's after it. */
static void
a_line_that_is_none_is_stepped_over(void **state)
{
	char *path = path_in(*state), good[HASH_HEX], cut[HASH_HEX], upper[HASH_HEX];
	struct buf text = {0};
	struct memory *m;

	key_of("good", good);
	key_of("cut", cut);
	key_of("upper", upper);
	for (char *p = upper; *p; p++)
		*p = (char)(*p >= 'a' ? *p - 'a' + 'A' : *p);
	buf_printf(&text, FIRST_LINE "%.40s\n%s\n\n%s\nnonsense\n%s0\n%.63s", cut, good, upper, cut,
		cut);
	free(test_file(*state, "verified", text.data, text.len));
	assert_int_equal(chmod(path, 0600), 0);
	m = reopen(NULL, path);
	assert_int_equal(find(m, "good"), VERDICT_HOLDS);
	assert_int_equal(find(m, "cut"), VERDICT_CHECKING);
	assert_int_equal(find(m, "upper"), VERDICT_CHECKING);
	/* What is added behind a line without its end is whole. */
	add(m, "more", VERDICT_HOLDS, NULL);
	m = reopen(m, path);
	assert_int_equal(find(m, "more"), VERDICT_HOLDS);
	assert_int_equal(find(m, "cut"), VERDICT_CHECKING);
	memory_close(m);
	buf_fini(&text);
	free(path);
}

/* Left as it is; what is found is remembered while the program runs. */
static void
refused(const char *path, const char *words)
{
	struct memory *m;
	struct error err;

	assert_false(memory_open(&m, path, &err));
	if (!strstr(err.text, words))
		assert_string_equal(err.text, words);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(find(m, "good"), VERDICT_CHECKING);
	add(m, "good", VERDICT_HOLDS, NULL);
	assert_int_equal(find(m, "good"), VERDICT_HOLDS);
	memory_close(m);
}

static void
a_file_that_others_could_have_written_is_not_believed(void **state)
{
	char *path = path_in(*state), key[HASH_HEX];
	struct buf text = {0};

	key_of("good", key);
	buf_printf(&text, FIRST_LINE "%s\n", key);
	free(test_file(*state, "verified", text.data, text.len));
	for (int i = 0; i < 3; i++) {
		static const mode_t modes[] = {0620, 0602, 0640};

		assert_int_equal(chmod(path, modes[i]), 0);
		refused(path, "others may read or write it");
	}
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 1, (gid_t)-1), 0);
		refused(path, "others may read or write it");
		assert_int_equal(chown(path, 0, (gid_t)-1), 0);
	}
	buf_fini(&text);
	free(path);
}

static void
what_is_no_such_file_is_left_alone(void **state)
{
	char *path = path_in(*state), *other = test_file(*state, "other", FIRST_LINE, 20), *text;
	size_t len;

	assert_int_equal(chmod(other, 0600), 0);
	assert_int_equal(symlink(other, path), 0);
	refused(path, "symbolic link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "is no file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	refused(path, "irectory");
	assert_int_equal(rmdir(path), 0);
	free(test_file(*state, "verified", "something else\n", 15));
	assert_int_equal(chmod(path, 0600), 0);
	refused(path, "is no such file");
	text = test_read(path, &len);
	assert_string_equal(text, "something else\n");
	free(text);
	text = test_read(other, &len);
	assert_string_equal(text, FIRST_LINE);
	free(text);
	free(other);
	free(path);
}

/* One policy's good signature is verified anew by another. */
static void
another_policy_believes_nothing_of_it(void **state)
{
	static const char *const admins[] = {"ada", NULL};
	char *path = path_in(*state);
	struct keyring keys;
	struct court c;

	keyring_open(&keys);
	keyring_make(&keys, "ada", "ed25519");
	court_open(&c, &keys, admins);
	c.memory = reopen(c.memory, path);
	c.judge.memory = c.memory;
	court_validate(&c, 0, "ada@x", "ada");
	court_reads(&c, 0, "signed");
	for (int changed = 0; changed < 2; changed++) {
		court_policy(&c, changed ? "min_approvals = 1\n" : "",
			"ada@x namespaces=\"validation@keywatch\" {ada}\n");
		c.memory = reopen(c.memory, path);
		c.judge.memory = c.memory;
		court_reads(&c, 0, "signed");
		assert_int_equal(c.judge.verified, changed);
		assert_int_equal(c.judge.remembered, !changed);
	}
	court_close(&c);
	keyring_close(&keys);
	free(path);
}

#define memory_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		memory_test(good_ones_are_kept_and_bad_ones_are_not),
		memory_test(ten_thousand_are_found_again),
		memory_test(a_line_that_is_none_is_stepped_over),
		memory_test(a_file_that_others_could_have_written_is_not_believed),
		memory_test(what_is_no_such_file_is_left_alone),
		memory_test(another_policy_believes_nothing_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
