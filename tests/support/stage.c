#include "tests/support/stage.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"

static const char *const environment[] = {
	"KEYWATCH_NOW=" STAGE_NOW, "KEYWATCH_CLOCK_RATE=0", NULL};

int
stage_setup(void **state)
{
	struct stage *stage = MEM_NEW(struct stage);
	char path[PATH_MAX];

	stage->home = test_folder();
	snprintf(path, sizeof(path), "%s/keywatch.db", stage->home);
	stage->store = mem_strdup(path);
	*state = stage;
	return 0;
}

int
stage_teardown(void **state)
{
	struct stage *stage = *state;

	test_rmtree(stage->home);
	free(stage->store);
	free(stage);
	return 0;
}

struct pty *
stage_screen_words(const struct stage *stage, int rows, int cols, const char *const *words)
{
	const char *arguments[32] = {"--store", stage->store};
	size_t count = 2;

	for (; *words && count < 31; words++)
		arguments[count++] = *words;
	return pty_open(&(struct pty_options){.rows = rows, .cols = cols,
		.child = {.arguments = arguments, .environment = environment,
			.home = stage->home}});
}

struct pty *
stage_sample(const struct stage *stage, int rows, int cols)
{
	struct pty *pty = stage_screen(stage, rows, cols, SAMPLE);

	pty_wait_text(pty, "1 of 42");
	pty_wait_text(pty, "42 alerts");
	return pty;
}

void
stage_quit(struct pty *pty)
{
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_assert_clean(pty);
	pty_close(pty);
}

void
stage_run_words(const struct stage *stage, struct run *run, const char *const *words)
{
	run->child.arguments = words;
	run->child.home = stage->home;
	if (!run->child.environment)
		run->child.environment = environment;
	run_program(run);
}

static bool
is_updating(void)
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
stage_expect(const char *name, struct str actual)
{
	char below[PATH_MAX];
	const char *path;
	struct str expected;
	char *text;

	snprintf(below, sizeof(below), "tests/data/%s", name);
	path = child_source(below);
	if (is_updating()) {
		write_expected(path, actual);
		return;
	}
	text = test_read(path, &expected.len);
	expected.data = text;
	if (!str_equal(expected, actual))
		print_difference(path, expected, actual);
	assert_true(str_equal(expected, actual));
	free(text);
}

static bool
screen_is(struct pty *pty, const char *expected)
{
	char *screen = pty_screen(pty);
	bool same = strcmp(screen, expected) == 0;

	free(screen);
	return same;
}

static void
update_golden(struct pty *pty, const char *path)
{
	char *screen;

	while (!pty_quiet(pty, 700))
		continue;
	screen = pty_screen(pty);
	write_expected(path, str_from(screen));
	free(screen);
}

void
stage_golden(struct pty *pty, const char *name)
{
	char below[PATH_MAX];
	const char *path;
	char *expected, *screen;
	int64_t deadline = 0;

	snprintf(below, sizeof(below), "tests/data/golden/%s.txt", name);
	path = child_source(below);
	if (is_updating()) {
		update_golden(pty, path);
		return;
	}
	expected = test_read(path, NULL);
	while (!screen_is(pty, expected) && pty_step(pty, &deadline))
		continue;
	screen = pty_screen(pty);
	if (strcmp(screen, expected) != 0) {
		print_difference(path, str_from(expected), str_from(screen));
		fputs(screen, stderr);
	}
	assert_true(strcmp(screen, expected) == 0);
	free(screen);
	free(expected);
}

size_t
stage_count(struct str in, const char *text)
{
	size_t count = 0, at = 0;

	while ((at = str_find(in, str_from(text), at)) != (size_t)-1) {
		at += strlen(text);
		count++;
	}
	return count;
}
