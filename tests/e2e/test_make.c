/* The commands of the README: the demo with and without a terminal, what it says about packages
 * that are missing; what is built anew; that uninstall takes what install put, and nothing else. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/stage.h"

/* What the tree was built with, given on: other words would build it anew. */
enum { WORDS = 8 };
struct environment {
	char *entry[WORDS + 1]; /* owns */
};

static void
environment_init(struct environment *environment, const struct stage *stage)
{
	static const char *const names[] = {"CC", "CFLAGS", "LDFLAGS", "PREFIX", "VERSION", "CI"};
	size_t count = 0;
	char entry[PATH_MAX];

	/* Commands of the stage's home stand before the real ones. */
	snprintf(entry, sizeof(entry), "PATH=%s:/usr/local/bin:/usr/bin:/bin", stage->home);
	environment->entry[count++] = mem_strdup(entry);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (!value)
			continue;
		snprintf(entry, sizeof(entry), "%s=%s", names[i], value);
		environment->entry[count++] = mem_strdup(entry);
	}
	environment->entry[count] = NULL;
}

static void
environment_fini(struct environment *environment)
{
	for (size_t i = 0; environment->entry[i]; i++)
		free(environment->entry[i]);
}

#define run_make(stage, run, ...)                                                                  \
	run_make_words((stage), (run), (const char *const[]){__VA_ARGS__, NULL})
static void
run_make_words(const struct stage *stage, struct run *run, const char *const *words)
{
	struct environment environment;

	environment_init(&environment, stage);
	run->child.program = "/usr/bin/make";
	run->child.environment = (const char *const *)environment.entry;
	stage_run_words(stage, run, words);
	environment_fini(&environment);
}

static void
script(const struct stage *stage, const char *name, const char *text)
{
	char *path = test_file(stage->home, name, text, strlen(text));

	assert_int_equal(chmod(path, 0755), 0);
	free(path);
}

static void
without_a_terminal_it_prints_the_list(void **state)
{
	struct run run = {0};

	run_make(*state, &run, "-s", "demo");
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "2026-01-1"), SAMPLE_ALERTS);
	run_fini(&run);
}

static void
on_a_terminal_it_opens_the_screen(void **state)
{
	static const char *const words[] = {"-s", "demo", NULL};
	const struct stage *stage = *state;
	struct environment environment;
	struct pty *pty;

	environment_init(&environment, stage);
	pty = pty_open(
		&(struct pty_options){.child = {.program = "/usr/bin/make",
					      .arguments = words,
					      .environment = (const char *const *)environment.entry,
					      .home = stage->home}});
	pty_wait_text(pty, "42 alerts");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
	environment_fini(&environment);
}

static void
who_may_not_install_is_told_the_exact_line(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	script(stage, "dpkg-query", "#!/bin/sh\nexit 1\n");
	script(stage, "id", "#!/bin/sh\necho 1000\n");
	script(stage, "sudo", "#!/bin/sh\nexit 1\n");
	run_make(stage, &run, "-s", "demo");
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.out),
		"as root: apt-get install -y --no-install-recommends pkg-config libncurses-dev "));
	run_fini(&run);
}

static void
root_installs_what_is_missing_and_only_that(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};
	char *log, path[PATH_MAX];

	script(stage, "dpkg-query",
		"#!/bin/sh\nfor last; do :; done\n[ \"$last\" = libyaml-dev ] && exit 1\n"
		"echo install ok installed\n");
	script(stage, "id", "#!/bin/sh\necho 0\n");
	script(stage, "apt-get", "#!/bin/sh\necho \"$@\" >>\"$HOME/apt.log\"\n");
	run_make(stage, &run, "-s", "demo");
	assert_int_equal(run.status, 0);
	snprintf(path, sizeof(path), "%s/apt.log", stage->home);
	log = test_read(path, NULL);
	assert_string_equal(log, "update -qq\ninstall -y --no-install-recommends libyaml-dev\n");
	assert_int_equal(stage_count(buf_view(&run.out), "2026-01-1"), SAMPLE_ALERTS);
	free(log);
	run_fini(&run);
}

/* The object is built once more by `make WORDS…`. */
#define assert_builds(stage, expected, ...)                                                        \
	assert_builds_words((stage), (expected), (const char *const[]){__VA_ARGS__, NULL})
static void
assert_builds_words(const struct stage *stage, bool expected, const char *const *words)
{
	struct run run = {0};

	run_make_words(stage, &run, words);
	assert_int_equal(run.status, 0);
	assert_int_equal(strstr(buf_cstr(&run.out), "  CC ") != NULL, expected);
	run_fini(&run);
}

static void
other_flags_another_version_and_another_header_build_anew(void **state)
{
	const struct stage *stage = *state;
	char folder[PATH_MAX], object[PATH_MAX];

	snprintf(folder, sizeof(folder), "B=%s/b", stage->home);
	snprintf(object, sizeof(object), "%s/b/obj/core/base/str.o", stage->home);
	assert_builds(stage, true, folder, object);
	assert_builds(stage, false, folder, object);
	assert_builds(stage, true, folder, object, "VERSION=9.9");
	assert_builds(stage, false, folder, object, "VERSION=9.9");
	assert_builds(stage, true, folder, object, "VERSION=9.9", "CFLAGS=-g -O1 -DIT='\"s\"'");
	assert_builds(stage, false, folder, object, "VERSION=9.9", "CFLAGS=-g -O1 -DIT='\"s\"'");
	assert_builds(stage, true, folder, object, "VERSION=9.9", "CFLAGS=-g -O1 -DIT='\"s\"'",
		"-W", "core/base/str.h");
}

static void
where_libraries_are_missing_it_says_how_to_get_them(void **state)
{
	const struct stage *stage = *state;
	char folder[PATH_MAX];
	struct run run = {0};

	snprintf(folder, sizeof(folder), "B=%s/b", stage->home);
	script(stage, "pkg-config", "#!/bin/sh\necho 'no libcjson' >&2\nexit 1\n");
	run_make(stage, &run, folder);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(buf_cstr(&run.out), "\"make deps\" installs them"));
	run_fini(&run);
}

/* Is it there, below the prefix of what was installed? */
static bool
stands(const struct stage *stage, const char *name)
{
	const char *prefix = getenv("PREFIX");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/to here%s/%s", stage->home, prefix ? prefix : "/usr/local",
		name);
	return access(path, F_OK) == 0;
}

static void
make_here(const struct stage *stage, const char *target)
{
	char destination[PATH_MAX];
	struct run run = {0};

	snprintf(destination, sizeof(destination), "DESTDIR=%s/to here", stage->home);
	run_make(stage, &run, "-s", target, destination);
	assert_int_equal(run.status, 0);
	assert_str(buf_view(&run.err), "");
	run_fini(&run);
}

static void
uninstall_takes_what_install_put_and_nothing_else(void **state)
{
	static const char *const files[] = {"bin/keywatch", "share/man/man1/keywatch.1",
		"share/man/man5/keywatch-validation.5", "share/man/man7/keywatch-kql.7",
		"share/keywatch/themes/dark.ini", "share/keywatch/themes/light.ini",
		"share/keywatch/themes/high-contrast.ini", "share/keywatch/themes/colour-blind.ini",
		"share/keywatch/themes/monochrome.ini"};
	const struct stage *stage = *state;
	const char *prefix = getenv("PREFIX");
	char foreign[PATH_MAX];

	make_here(stage, "install");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_true(stands(stage, files[i]));
	snprintf(foreign, sizeof(foreign), "to here%s/share/keywatch/themes/theirs.ini",
		prefix ? prefix : "/usr/local");
	script(stage, foreign, "[roles]\n");
	make_here(stage, "uninstall");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_false(stands(stage, files[i]));
	assert_true(stands(stage, "share/keywatch/themes/theirs.ini"));

	snprintf(foreign, sizeof(foreign), "%s/to here%s/share/keywatch/themes/theirs.ini",
		stage->home, prefix ? prefix : "/usr/local");
	assert_int_equal(unlink(foreign), 0);
	make_here(stage, "install");
	make_here(stage, "uninstall");
	assert_false(stands(stage, "share/keywatch"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(without_a_terminal_it_prints_the_list),
		stage_test(on_a_terminal_it_opens_the_screen),
		stage_test(who_may_not_install_is_told_the_exact_line),
		stage_test(root_installs_what_is_missing_and_only_that),
		stage_test(other_flags_another_version_and_another_header_build_anew),
		stage_test(where_libraries_are_missing_it_says_how_to_get_them),
		stage_test(uninstall_takes_what_install_put_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
