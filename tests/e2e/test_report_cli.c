/* Reports for people who were not there, and that what they print verifies with /bin/sh, ssh-keygen
 * and sha256sum alone. */
#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/user.h"
#include "tests/support/office.h"
#include "tests/support/store_file.h"

enum { PATH_SIZE = 512 };
#define GOOD "Good \"validation@keywatch\" signature for "

static void
expect_words(const struct buf *buf, const char *words)
{
	if (!strstr(buf_cstr(buf), words))
		assert_string_equal(buf_cstr(buf), words);
}

static void
expect_none(const struct buf *buf, const char *words)
{
	if (strstr(buf_cstr(buf), words))
		print_error("%s is in %s\n", words, buf_cstr(buf));
	assert_null(strstr(buf_cstr(buf), words));
}

/* ---- the files ---- */

static char *
write_evidence(const struct office *office)
{
	char *folder = mem_alloc(PATH_SIZE);
	struct run run = {0};

	snprintf(folder, PATH_SIZE, "%s/evidence", office->stage->home);
	office_run(office, &run, 0, "validation", "export", "--output", folder);
	run_fini(&run);
	return folder;
}

/* What the words of a shell print in that folder; they must succeed. */
static char *
shell(const struct office *office, const char *folder, const char *words)
{
	struct buf line = {0};
	char *output;

	buf_printf(&line, "cd '%s' || exit; %s", folder, words);
	output = keyring_run(&office->keyring, STR(""), "/bin/sh", "-e", "-c", buf_cstr(&line));
	buf_fini(&line);
	return output;
}

/* The lines between ```sh and ``` from the nth block on that begins with ssh-keygen; owned. */
static char *
commands(const struct buf *report, size_t n)
{
	const char *at = buf_cstr(report), *end;
	char *text;

	for (size_t i = 0; i <= n; i++) {
		at = strstr(at, "\n```sh\nssh-keygen ");
		assert_non_null(at);
		at += 7;
	}
	end = strstr(at, "\n```\n");
	assert_non_null(end);
	text = mem_zalloc((size_t)(end - at) + 1);
	memcpy(text, at, (size_t)(end - at));
	return text;
}

/* ---- exact ---- */

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* How many bytes here are another time each run, and what stands for them. */
static size_t
varying(const char *at, const char *folder, const char *home, const char **word)
{
	size_t n = 0, digits = 0;
	char user[256];

	user_name(user, sizeof(user));
	if (strncmp(at, user, strlen(user)) == 0 && at[-1] == ' ' &&
		strchr(" \n", at[strlen(user)]))
		return *word = "USER", strlen(user);
	if (strncmp(at, folder, strlen(folder)) == 0)
		return *word = "POLICY", strlen(folder);
	if (strncmp(at, home, strlen(home)) == 0)
		return *word = "HOME", strlen(home);
	if (strncmp(at, "SHA256:", 7) == 0)
		return *word = "KEY", 7 + 43;
	while (is_hex(at[n]))
		n++;
	if (n == 32 || n == 64)
		return *word = n == 32 ? "ID" : "DIGEST", n;
	while (isdigit((unsigned char)at[digits]))
		digits++;
	if (digits == 14)
		return *word = "TIME", 14;
	if (digits == 4 && strncmp(at, "2026-01-12", 10) != 0 && at[4] == '-' && at[10] == 'T')
		return *word = "TIME", strcspn(at, "Z") + 1;
	return 0;
}

static void
expect_report(const struct office *office, const struct buf *report, const char *name)
{
	struct buf plain = {0};
	char file[64], *expected;

	for (const char *at = buf_cstr(report); *at;) {
		const char *word;
		size_t n = varying(at, office->folder, office->stage->home, &word);

		if (n)
			buf_puts(&plain, word);
		else
			buf_putc(&plain, *at);
		at += n ? n : 1;
	}
	if (getenv("KEYWATCH_TEST_UPDATE"))
		free(test_file("tests/data/cli", name, plain.data, plain.len));
	snprintf(file, sizeof(file), "tests/data/cli/%s", name);
	expected = test_read(file, NULL);
	assert_string_equal(buf_cstr(&plain), expected);
	free(expected);
	buf_fini(&plain);
}

static void
a_report_tells_all_to_who_was_not_there(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "rotation | OPS-1742");
	office_run(office, &run, 0, "decide", OFFICE_ROLE, "--take");
	office_run(office, &run, 0, "export", "--format", "md", "--now", "2026-02-03T04:05:06Z");
	expect_report(office, &run.out, "report.md");
	run_fini(&run);
}

/* ---- verified by anybody ---- */

static void
the_printed_commands_verify_each_validation(void **state)
{
	const struct office *office = *state;
	char *folder, *lines, *said, *rest, *line;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_validate(office, "bob", OFFICE_ROLE, "it's \"$(touch x)\" `y`");
	office_run(office, &run, 0, "export", "--format", "md");
	folder = write_evidence(office);
	for (size_t i = 0; i < 2; i++) {
		lines = commands(&run.out, i);
		said = shell(office, folder, lines);
		assert_ptr_equal(strstr(said, GOOD), said);
		assert_non_null(strstr(said, i ? BOB : ALICE));
		/* and the digests are those of the report */
		rest = strchr(said, '\n') + 1;
		while ((line = strsep(&rest, "\n")) && *line) {
			line[64] = '\0';
			expect_words(&run.out, line);
		}
		free(said);
		free(lines);
	}
	free(folder);
	run_fini(&run);
}

static void
the_printed_command_fails_once_the_statement_was_changed(void **state)
{
	const struct office *office = *state;
	char *folder, *lines, *said;
	struct buf changed = {0};
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_run(office, &run, 0, "export", "--format", "md");
	folder = write_evidence(office);
	lines = commands(&run.out, 0);
	*strchr(lines, '\n') = '\0';
	buf_printf(&changed, "sed -i s/OPS-1742/OPS-9999/ *.statement; %s || echo no", lines);
	said = shell(office, folder, buf_cstr(&changed));
	assert_null(strstr(said, "Good"));
	assert_non_null(strstr(said, "no\n"));
	free(said);
	free(lines);
	free(folder);
	buf_fini(&changed);
	run_fini(&run);
}

/* The cell of the last column of the line with that id; owned, its quotes undone. */
static char *
last_cell(const struct buf *csv, const char *id)
{
	const char *line = strstr(buf_cstr(csv), id), *end, *at;
	char *cell;

	assert_non_null(line);
	end = strstr(line, "\"\r\n");
	for (at = end; at[-1] != '"' || at[-2] != ','; at--)
		;
	cell = mem_zalloc((size_t)(end - at) + 1);
	memcpy(cell, at, (size_t)(end - at));
	return cell;
}

static void
a_row_of_csv_holds_what_verifies_it(void **state)
{
	const struct office *office = *state;
	char *folder, *command, *said;
	struct run run = {0};

	office_policy(office, "min_approvals = 2");
	office_validate(office, "alice", OFFICE_DAVE, "=1+1");
	office_run(office, &run, 0, "export", "--format", "csv");
	expect_words(&run.out, "\"" ALICE "\",\"1 of 2\",\"20");
	office_validate(office, "bob", OFFICE_DAVE, "=2+2");
	office_run(office, &run, 0, "export", "--format", "csv");
	expect_words(&run.out,
		",rawSha256,validatedBy,approvals,validationAt,validationReason,statementSha256,"
		"signerKey,verifyCommand\r\n");
	expect_words(&run.out, "\"" ALICE ", " BOB "\",\"2 of 2\",\"20");
	expect_words(&run.out, "Z\",\"'=2+2\",\"");
	assert_int_equal(stage_count(buf_view(&run.out), "\r\n"), 6);
	folder = write_evidence(office);
	command = last_cell(&run.out, OFFICE_DAVE);
	said = shell(office, folder, command);
	assert_non_null(strstr(said, GOOD ALICE));
	assert_non_null(strstr(said, GOOD BOB));
	free(said);
	free(command);
	free(folder);
	run_fini(&run);
}

/* ---- what does not hold ---- */

static void
a_forged_validation_names_nobody_and_has_no_command(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	store_file_forge(office->stage->store, "UPDATE decision SET reason = 'OPS-9999'");
	office_run(office, &run, 0, "export", "--format", "md");
	expect_words(&run.out, ": forged\n\n- why: the statement gives another reason\n");
	expect_words(&run.out, "| forged | 1 |\n");
	expect_words(&run.out, "- **faults in the chain: 1**, `keywatch verify` names them\n");
	expect_none(&run.out, ALICE);
	expect_none(&run.out, "ssh-keygen -Y");
	office_run(office, &run, 0, "export", "--format", "csv");
	expect_none(&run.out, ALICE);
	expect_none(&run.out, "ssh-keygen");
	expect_words(&run.out, "\"the statement gives another reason\"");
	run_fini(&run);
}

/* What stands in a store may be written by others: nothing of it reaches a terminal or a reader of
 * Markdown as anything but text, nor a shell as a word. */
static void
what_others_wrote_into_the_store_is_text(void **state)
{
	const struct office *office = *state;
	struct run run = {0};
	char *folder;

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	store_file_forge(office->stage->store,
		"UPDATE decision SET actor = char(27) || '[31m<b>', statement = '```' || char(10),"
		" signer = '# ' || char(27) || 'x', reason = '`' || char(10) || '# h';"
		"UPDATE alert SET id = '../../' || char(27) || substr(id, 8) WHERE rowid = 1");
	office_run(office, &run, 0, "export", "--format", "md");
	expect_none(&run.out, "\033");
	expect_none(&run.out, "\n# h");
	expect_none(&run.out, "<b>");
	expect_none(&run.out, "ssh-keygen -Y");
	expect_words(&run.out, ": forged\n");
	office_run(office, &run, 0, "export", "--format", "csv");
	expect_none(&run.out, "\033");
	office_run(office, &run, 0, "export");
	expect_none(&run.out, "\033");
	folder = mem_strdup(office->stage->home);
	office_run(office, &run, 65, "validation", "export", "--output", folder);
	expect_words(&run.err, "an alert's id is none");
	free(folder);
	run_fini(&run);
}

static void
a_validation_that_no_longer_holds_says_why(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_signers(office, false);
	office_run(office, &run, 0, "export", "--format", "md");
	expect_words(&run.out, ": no-longer-holds\n\n- why: ");
	expect_words(&run.out, "| no-longer-holds | 1 |\n");
	expect_none(&run.out, "ssh-keygen -Y");
	assert_int_equal(chmod(office->policy, 0666), 0);
	office_run(office, &run, 2, "export", "--format", "md");
	expect_words(&run.out, "- policy: refused, nothing reads validated: ");
	run_fini(&run);
}

static void
a_word_that_nobody_signed_is_reported_as_that(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	if (access("/etc/keywatch/policy.ini", F_OK) == 0)
		skip();
	stage_run(office->stage, &run, "decide", OFFICE_DAVE, "--validate", "--reason", "mine",
		"--store", office->stage->store);
	assert_int_equal(run.status, 0);
	stage_run(office->stage, &run, "export", "--format", "md", "--store", office->stage->store,
		"--filter", "UserIdentityType == 'IAMUser'");
	expect_words(&run.out, "- policy: none (solo mode): nothing can read validated\n");
	expect_words(&run.out, "- only where: UserIdentityType == 'IAMUser'\n- alerts: 4, from ");
	expect_words(&run.out, "| unsigned | 1 |\n");
	expect_words(&run.out, ": unsigned\n\n- reason: mine\n");
	expect_none(&run.out, "ssh-keygen -Y");
	run_fini(&run);
}

static void
what_was_taken_back_is_reported_as_that(void **state)
{
	const struct office *office = *state;
	struct run run = {0};

	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	office_run(office, &run, 0, "decide", OFFICE_DAVE, "--undo", "--reason", "too soon");
	office_run(office, &run, 0, "export", "--format", "md");
	expect_words(&run.out, ": signed by " ALICE ", taken back by decision 2\n");
	expect_words(&run.out, "| signed | 0 |\n");
	run_fini(&run);
}

/* ---- validation export ---- */

static void
files_are_written_once_and_never_replaced(void **state)
{
	const struct office *office = *state;
	char *folder, *said;
	struct run run = {0};

	office_run(office, &run, 2, "validation", "export");
	expect_words(&run.err, "--output FOLDER");
	office_validate(office, "alice", OFFICE_DAVE, "OPS-1742");
	folder = write_evidence(office);
	said = shell(office, folder,
		"ls | sed s/^................................/ID/; ls -l | cut -c1-10");
	assert_string_equal(said, "ID-1.statement\nID-1.statement.sig\nID.record\n"
				  "total 12\n-rw-------\n-rw-------\n-rw-------\n");
	free(said);
	office_run(office, &run, 0, "validation", "export", OFFICE_DAVE, "--output", folder);
	assert_int_equal(stage_count(buf_view(&run.out), "\n"), 3);
	free(shell(office, folder, "for f in *.record; do echo more >>$f; done"));
	office_run(office, &run, 71, "validation", "export", OFFICE_DAVE, "--output", folder);
	expect_words(&run.err, ".record: File exists");
	office_run(office, &run, 66, "validation", "export", OFFICE_ROLE, "--output", folder);
	expect_words(&run.err, OFFICE_ROLE ": nobody signed a validation\n");
	free(folder);
	run_fini(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		office_test(a_report_tells_all_to_who_was_not_there),
		office_test(the_printed_commands_verify_each_validation),
		office_test(the_printed_command_fails_once_the_statement_was_changed),
		office_test(a_row_of_csv_holds_what_verifies_it),
		office_test(a_forged_validation_names_nobody_and_has_no_command),
		office_test(what_others_wrote_into_the_store_is_text),
		office_test(a_validation_that_no_longer_holds_says_why),
		office_test(a_word_that_nobody_signed_is_reported_as_that),
		office_test(what_was_taken_back_is_reported_as_that),
		office_test(files_are_written_once_and_never_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
