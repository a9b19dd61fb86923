/* `keywatch completion SHELL`: scripts that the shells read. */
#include <stdio.h>

#include "core/base/buf.h"
#include "tests/support/stage.h"

static void
completion(const struct stage *stage, const char *shell, struct run *run)
{
	stage_run(stage, run, "completion", shell);
	assert_int_equal(run->status, 0);
	assert_str(buf_view(&run->err), "");
}

/* What bash offers for the last of these words, a line each, in the stage's home. */
static void
assert_bash_offers(const struct stage *stage, const char *words, int word, const char *expected)
{
	struct run script = {0};
	struct run bash = {.child = {.program = "/bin/bash", .folder = stage->home}};
	char text[256];

	snprintf(text, sizeof(text),
		"source /dev/stdin && COMP_WORDS=(%s) COMP_CWORD=%d && _keywatch && "
		"for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done",
		words, word);
	completion(stage, "bash", &script);
	bash.input = buf_cstr(&script.out);
	bash.input_len = script.out.len;
	stage_run(stage, &bash, "-c", text);
	assert_str(buf_view(&bash.err), "");
	assert_str(buf_view(&bash.out), expected);
	run_fini(&script);
	run_fini(&bash);
}

static void
bash_is_offered_options_commands_formats_and_files(void **state)
{
	const struct stage *stage = *state;

	free(test_file(stage->home, "scan of march.json", "", 0));
	assert_bash_offers(stage, "keywatch --fail", 1, "--fail-on-alert\n");
	assert_bash_offers(stage, "keywatch sc", 1, "scan\nscan of march.json\n");
	assert_bash_offers(stage, "keywatch scan sc", 2, "scan of march.json\n");
	assert_bash_offers(stage, "keywatch scan --format js", 3, "json\njsonl\n");
	assert_bash_offers(stage, "keywatch scan --format m", 3, "md\n");
	assert_bash_offers(stage, "keywatch scan --format = m", 4, "md\n");
	assert_bash_offers(stage, "keywatch decide --false-positive =", 3, "logic\ndata\n");
	assert_bash_offers(stage, "keywatch decide --false-positive sc", 3, "scan of march.json\n");
	assert_bash_offers(stage, "keywatch rule ch", 2, "check\n");
	assert_bash_offers(stage, "keywatch export --store sc", 3, "scan of march.json\n");
}

/* An apostrophe in a help text must not end the string it stands in. */
static void
zsh_is_given_what_a_shell_reads(void **state)
{
	const struct stage *stage = *state;
	struct run script = {0}, shell = {.child = {.program = "/bin/sh"}};

	completion(stage, "zsh", &script);
	assert_non_null(strstr(buf_cstr(&script.out), "--fail-on-alert["));
	assert_non_null(strstr(buf_cstr(&script.out), ":FORMAT:(text json jsonl csv md)"));
	shell.input = buf_cstr(&script.out);
	shell.input_len = script.out.len;
	stage_run(stage, &shell, "-n");
	assert_int_equal(shell.status, 0);
	assert_str(buf_view(&shell.err), "");
	run_fini(&script);
	run_fini(&shell);
}

static void
fish_is_given_lines_whose_quotes_close(void **state)
{
	struct run script = {0};
	bool quoted = false;

	completion(*state, "fish", &script);
	for (const char *c = buf_cstr(&script.out); *c; c++) {
		if (*c == '\\' && c[1])
			c++;
		else if (*c == '\'')
			quoted = !quoted;
		else if (*c == '\n')
			assert_false(quoted);
	}
	assert_non_null(strstr(buf_cstr(&script.out), "-d 'print the store\\'s alerts"));
	assert_non_null(strstr(buf_cstr(&script.out), "-a 'text json jsonl csv md'"));
	run_fini(&script);
}

static void
another_shell_is_refused(void **state)
{
	struct run run = {0};

	stage_run((struct stage *)*state, &run, "completion", "tcsh");
	assert_int_equal(run.status, 2);
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(bash_is_offered_options_commands_formats_and_files),
		stage_test(zsh_is_given_what_a_shell_reads),
		stage_test(fish_is_given_lines_whose_quotes_close),
		stage_test(another_shell_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
