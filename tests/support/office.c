#include "tests/support/office.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "tests/support/policy.h"

#define ALERTS "tests/data/cli/alerts.ndjson"

static void
write_file(const struct office *office, const char *name, const struct buf *text)
{
	free(test_file(office->folder, name, text->data ? text->data : "", text->len));
}

void
office_policy(const struct office *office, const char *more)
{
	struct buf text = {0};

	buf_printf(&text,
		"[admins]\nallowed_signers = %s\nrevocation_list = %s\n%s\n[principals]\n" ALICE
		" = session:Admin/alice@*\n" BOB " = iam:bob\n",
		office->signers, office->revoked, more);
	write_file(office, "policy.ini", &text);
	buf_fini(&text);
}

void
office_signers(const struct office *office, bool alice)
{
	char *of_alice = keyring_public(&office->keyring, "alice");
	char *of_bob = keyring_public(&office->keyring, "bob");
	struct buf text = {0};

	if (alice)
		buf_printf(&text, ALICE OURS "%s\n", of_alice);
	buf_printf(&text, BOB OURS "%s\n", of_bob);
	write_file(office, "signers", &text);
	buf_fini(&text);
	free(of_alice);
	free(of_bob);
}

int
office_setup(void **state)
{
	struct office *office = mem_zalloc(sizeof(*office));
	struct run run = {0};

	stage_setup((void **)&office->stage);
	office->folder = policy_safe_folder();
	office->policy = test_file(office->folder, "policy.ini", "", 0);
	office->signers = test_file(office->folder, "signers", "", 0);
	office->revoked = test_file(office->folder, "revoked", "", 0);
	keyring_open(&office->keyring);
	keyring_make(&office->keyring, "alice", "ed25519");
	keyring_make(&office->keyring, "bob", "ed25519");
	office_signers(office, true);
	office_policy(office, "");
	stage_run(office->stage, &run, "scan", "--store", office->stage->store, ALERTS);
	assert_int_equal(run.status, 0);
	run_fini(&run);
	*state = office;
	return 0;
}

int
office_teardown(void **state)
{
	struct office *office = *state;

	keyring_close(&office->keyring);
	stage_teardown((void **)&office->stage);
	test_rmtree(office->folder);
	free(office->policy);
	free(office->signers);
	free(office->revoked);
	free(office);
	return 0;
}

void
office_run_words(const struct office *office, struct run *run, int status, const char *const *words)
{
	const char *all[32] = {NULL};
	size_t n = 0;

	for (; words[n] && n < 27; n++)
		all[n] = words[n];
	all[n++] = "--store";
	all[n++] = office->stage->store;
	all[n++] = "--policy";
	all[n] = office->policy;
	stage_run_words(office->stage, run, all);
	if (run->status != status)
		print_error("%s %s: %s\n", words[0], words[1], buf_cstr(&run->err));
	assert_int_equal(run->status, status);
}

void
office_validate(const struct office *office, const char *name, const char *id, const char *reason)
{
	struct run request = {0}, import = {0};
	char principal[64], *armour;
	struct buf both = {0};

	snprintf(principal, sizeof(principal), "%s@example.com", name);
	office_run(office, &request, 0, "validation", "request", id, "--principal", principal,
		"--reason", reason);
	armour =
		keyring_sign(&office->keyring, name, "validation@keywatch", buf_view(&request.out));
	buf_str(&both, buf_view(&request.out));
	buf_puts(&both, armour);
	import.input = both.data;
	import.input_len = both.len;
	office_run(office, &import, 0, "validation", "import", "-");
	free(armour);
	buf_fini(&both);
	run_fini(&request);
	run_fini(&import);
}

char *
office_exported(const struct office *office, const char *id)
{
	struct run run = {0};
	char *line, *rest, *found = NULL;

	stage_run(office->stage, &run, "export", "--format", "jsonl", "--store",
		office->stage->store, "--policy", office->policy);
	rest = run.out.data;
	while (!found && (line = strsep(&rest, "\n")))
		if (strstr(line, id))
			found = mem_strdup(line);
	assert_non_null(found);
	run_fini(&run);
	return found;
}

void
office_expect(const struct office *office, const char *id, const char *text)
{
	char *line = office_exported(office, id);

	if (!strstr(line, text))
		print_error("%s is not in %s\n", text, line);
	assert_non_null(strstr(line, text));
	free(line);
}
