#include "tests/support/expect.h"

#include <stdio.h>

#include "tests/support/child.h"
#include "tests/support/test.h"

bool
expect_is_updating(void)
{
	return getenv("KEYWATCH_TEST_UPDATE") != NULL;
}

static void
write_expected(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

/* The first line that differs says more than two whole texts. */
static void
print_difference(const char *path, struct str expected, struct str actual)
{
	size_t at = 0, line = 1, start = 0;

	while (at < expected.len && at < actual.len && expected.data[at] == actual.data[at]) {
		if (expected.data[at++] == '\n') {
			line++;
			start = at;
		}
	}
	print_error("%s:%zu differs at byte %zu:\n  expected: %.*s\n  actual:   %.*s\n", path, line,
		at - start, (int)strcspn(expected.data + start, "\n"), expected.data + start,
		(int)strcspn(actual.data + start, "\n"), actual.data + start);
}

void
expect_file(const char *below, struct str actual)
{
	const char *path = child_source(below);
	struct str expected;
	char *text;
	bool same;

	if (expect_is_updating()) {
		write_expected(path, actual);
		return;
	}
	text = test_read(path, &expected.len);
	expected.data = text;
	same = str_equal(expected, actual);
	if (!same)
		print_difference(path, expected, actual);
	free(text);
	assert_true(same);
}
