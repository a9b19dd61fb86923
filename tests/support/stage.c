#include "tests/support/stage.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/expect.h"

/* Nothing tells when a new golden is whole. */
enum { UPDATE_QUIET_MS = 700 };

static const char *const environment[] = {"KEYWATCH_NOW=" STAGE_NOW, "KEYWATCH_CLOCK_RATE=0", NULL};

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
	return pty_open(&(struct pty_options){.rows = rows,
		.cols = cols,
		.child = {
			.arguments = arguments, .environment = environment, .home = stage->home}});
}

struct pty *
stage_sample(const struct stage *stage, int rows, int cols)
{
	struct pty *pty = stage_screen(stage, rows, cols, SAMPLE);

	pty_wait_text(pty, "1 of 42");
	pty_wait_text(pty, "42 alerts");
	pty_wait_text(pty, "not used so far"); /* until then facts change their places */
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

/* What the golden of that name would hold now: its look is its last word. Returns owned. */
static char *
picture_now(struct pty *pty, const char *name)
{
	struct picture picture;
	struct buf out = {0};

	pty_picture(pty, &picture, strrchr(name, '-') + 1);
	picture_write(&picture, &out);
	picture_fini(&picture);
	return buf_take(&out);
}

/* Waits until it is the expected one, or nothing more comes. */
static char *
await_picture(struct pty *pty, const char *name, const char *expected)
{
	char *actual = picture_now(pty, name);
	int64_t deadline = 0;

	while (strcmp(actual, expected) != 0 && pty_step(pty, &deadline)) {
		free(actual);
		actual = picture_now(pty, name);
	}
	return actual;
}

void
stage_golden(struct pty *pty, const char *name)
{
	char file[128], *expected, *actual;

	snprintf(file, sizeof(file), "tests/data/golden/%s.txt", name);
	if (expect_is_updating()) {
		while (!pty_quiet(pty, UPDATE_QUIET_MS))
			continue;
		actual = picture_now(pty, name);
	} else {
		expected = test_read(child_source(file), NULL);
		actual = await_picture(pty, name, expected);
		if (strcmp(actual, expected) != 0)
			fputs(actual, stderr); /* print_error cuts at 1024 bytes */
		free(expected);
	}
	expect_file(file, str_from(actual));
	free(actual);
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
