/* The command at the top of the README: with and without a terminal, and what it says about
 * packages that are missing. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/support/stage.h"

static void
script(const struct stage *stage, const char *name, const char *text)
{
	char *path = test_file(stage->home, name, text, strlen(text));

	assert_int_equal(chmod(path, 0755), 0);
	free(path);
}

/* `make demo` with commands of the stage's home before the real ones. */
static void
make_demo(const struct stage *stage, struct run *run)
{
	char path[PATH_MAX];
	const char *const environment[] = {path, NULL};

	snprintf(path, sizeof(path), "PATH=%s:/usr/local/bin:/usr/bin:/bin", stage->home);
	run->child.program = "/usr/bin/make";
	run->child.environment = environment;
	stage_run(stage, run, "-s", "demo");
}

static void
without_a_terminal_it_prints_the_list(void **state)
{
	struct run run = {0};

	make_demo(*state, &run);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), "2026-01-1"), SAMPLE_ALERTS);
	run_fini(&run);
}

static void
on_a_terminal_it_opens_the_screen(void **state)
{
	static const char *const words[] = {"-s", "demo", NULL};
	const struct stage *stage = *state;
	struct pty *pty = pty_open(&(struct pty_options){
		.child = {.program = "/usr/bin/make", .arguments = words, .home = stage->home}});

	pty_wait_text(pty, "42 alerts");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
}

static void
who_may_not_install_is_told_the_exact_line(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	script(stage, "dpkg-query", "#!/bin/sh\nexit 1\n");
	script(stage, "id", "#!/bin/sh\necho 1000\n");
	script(stage, "sudo", "#!/bin/sh\nexit 1\n");
	make_demo(stage, &run);
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
	make_demo(stage, &run);
	assert_int_equal(run.status, 0);
	snprintf(path, sizeof(path), "%s/apt.log", stage->home);
	log = test_read(path, NULL);
	assert_string_equal(
		log, "update -qq\ninstall -y --no-install-recommends libyaml-dev\n");
	assert_int_equal(stage_count(buf_view(&run.out), "2026-01-1"), SAMPLE_ALERTS);
	free(log);
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(without_a_terminal_it_prints_the_list),
		stage_test(on_a_terminal_it_opens_the_screen),
		stage_test(who_may_not_install_is_told_the_exact_line),
		stage_test(root_installs_what_is_missing_and_only_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
