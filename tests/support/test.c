#include "tests/support/test.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"

void
test_assert_str(struct str actual, const char *expected, const char *file, int line)
{
	char *copy;

	if (!expected) {
		if (actual.data)
			print_error("%.*s is not absent\n", STR_ARG(actual));
		_assert_true(actual.data == NULL, "absent", file, line);
		return;
	}
	if (!actual.data)
		print_error("absent is not \"%s\"\n", expected);
	_assert_true(actual.data != NULL, "present", file, line);
	copy = mem_alloc(actual.len + 1);
	memcpy(copy, actual.data, actual.len);
	copy[actual.len] = '\0';
	_assert_string_equal(copy, expected, file, line);
	free(copy);
	_assert_int_equal(actual.len, strlen(expected), file, line);
}

void
test_assert_ok(bool ok, const struct error *err, const char *call, const char *file, int line)
{
	if (!ok)
		print_error("%s: %s\n", call, err->text);
	_assert_true(ok, call, file, line);
}

char *
test_folder(void)
{
	char template[] = "/tmp/keywatch-test.XXXXXX";

	assert_non_null(mkdtemp(template));
	return mem_strdup(template);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
test_rmtree(char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(folder);
}

char *
test_file(const char *folder, const char *name, const void *bytes, size_t len)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = mem_alloc(size);
	FILE *f;

	snprintf(path, size, "%s/%s", folder, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return path;
}

char *
test_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *bytes = mem_alloc(1 << 24);
	size_t n;

	assert_non_null(f);
	n = fread(bytes, 1, (1 << 24) - 1, f);
	assert_int_equal(fclose(f), 0);
	bytes[n] = '\0';
	if (len)
		*len = n;
	return bytes;
}

/* nohup, and a shell's background, ignore these for whoever comes after. */
__attribute__((constructor)) static void
heed_signals(void)
{
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
}

/* KEYWATCH_TEST=PATTERN runs only the tests whose name fits. */
__attribute__((constructor)) static void
choose_tests(void)
{
	const char *pattern = getenv("KEYWATCH_TEST");

	if (pattern)
		cmocka_set_test_filter(pattern);
}
