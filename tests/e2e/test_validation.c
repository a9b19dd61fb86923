/* `keywatch validation request | import` and `keywatch verify`: signed elsewhere, brought back,
 * verified by anybody. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/forger.h"
#include "tests/support/keyring.h"
#include "tests/support/policy.h"
#include "tests/support/stage.h"
#include "tests/support/store_file.h"

#define ALERTS "tests/data/cli/alerts.ndjson"
#define FIRST "00000000-0000-4000-8000-000000000001"
#define SECOND "00000000-0000-4000-8000-000000000002"
#define THIRD "00000000-0000-4000-8000-000000000003"
#define HEAD_OF_NOTHING "0000000000000000000000000000000000000000000000000000000000000000"
enum { HUGE_BYTES = 5 << 20 };

/* A store with six alerts; ada and bob are admins, eve has a key. */
struct desk {
	struct stage *stage;
	char *folder, *policy; /* own */
};
static struct keyring keys;

static int
open_keys(void **state)
{
	(void)state;
	keyring_open_with(&keys, "ada ed25519", "bob ed25519", "eve ed25519", NULL);
	return 0;
}

static int
close_keys(void **state)
{
	(void)state;
	keyring_close(&keys);
	return 0;
}

static void
write_policy(struct desk *desk, const char *ini, const char *const *names)
{
	struct buf text = {0};

	buf_printf(&text, "[admins]\nallowed_signers = %s/signers\n%s", desk->folder, ini);
	free(desk->policy);
	desk->policy = test_file(desk->folder, "policy.ini", text.data, text.len);
	buf_clear(&text);
	for (; *names; names++) {
		char *key = keyring_public(&keys, *names);

		buf_printf(&text, "%s@x" OURS "%s\n", *names, key);
		free(key);
	}
	free(test_file(desk->folder, "signers", text.data, text.len));
	buf_fini(&text);
}

#define policy_by(desk, ini, ...)                                                                  \
	write_policy((desk), (ini), (const char *const[]){__VA_ARGS__, NULL})

static int
setup(void **state)
{
	struct desk *desk = mem_zalloc(sizeof(*desk));
	struct run run = {0};

	stage_setup((void **)&desk->stage);
	desk->folder = policy_safe_folder();
	policy_by(desk, "", "ada", "bob");
	stage_run(desk->stage, &run, "scan", ALERTS, "--store", desk->stage->store);
	assert_int_equal(run.status, 0);
	run_fini(&run);
	*state = desk;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *desk = *state;

	stage_teardown((void **)&desk->stage);
	test_rmtree(desk->folder);
	free(desk->policy);
	free(desk);
	return 0;
}

#define desk_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* ---- short ways ---- */

#define kw(desk, run, ...)                                                                         \
	stage_run((desk)->stage, (run), __VA_ARGS__, "--store", (desk)->stage->store, "--policy",  \
		(desk)->policy)

static void
holds(const struct buf *text, const char *words)
{
	if (!strstr(buf_cstr(text), words))
		assert_string_equal(buf_cstr(text), words);
}

/* It ends so, and says that: on standard error where it failed, but for verify. */
#define ends(desk, status_, words, ...)                                                            \
	do {                                                                                       \
		struct run run_ = {0};                                                             \
                                                                                                   \
		kw((desk), &run_, __VA_ARGS__);                                                    \
		buf_str(&run_.out, buf_view(&run_.err));                                           \
		holds(&run_.out, (words));                                                         \
		assert_int_equal(run_.status, (status_));                                          \
		run_fini(&run_);                                                                   \
	} while (0)

/* What is asked for, to be signed; owned. */
static char *
request(struct desk *desk, const char *id, const char *principal, const char *reason)
{
	struct run run = {0};
	char *text;

	kw(desk, &run, "validation", "request", id, "--principal", principal, "--reason", reason);
	assert_str(buf_view(&run.err), "");
	assert_int_equal(run.status, 0);
	text = mem_strdup(buf_cstr(&run.out));
	run_fini(&run);
	return text;
}

static char *
sign(const char *key, const char *text)
{
	return keyring_sign(&keys, key, POLICY_NAMESPACE, str_from(text));
}

static const char *
in_home(const struct desk *desk, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", desk->stage->home, name);
	return path;
}

static void
put(struct desk *desk, const char *name, const void *bytes, size_t len)
{
	free(test_file(desk->stage->home, name, bytes, len));
}

/* F and F.sig in the home folder; returns the path of the latter. */
static const char *
put_pair(struct desk *desk, const char *text, const char *armour)
{
	put(desk, "F", text, strlen(text));
	put(desk, "F.sig", armour, strlen(armour));
	return in_home(desk, "F.sig");
}

static void
validate(struct desk *desk, const char *id, const char *principal, const char *key)
{
	char *text = request(desk, id, principal, "planned"), *armour = sign(key, text);

	ends(desk, 0, " validate seq ", "validation", "import", put_pair(desk, text, armour));
	free(text);
	free(armour);
}

/* ---- there and back ---- */

static void
a_folder_is_requested_signed_by_one_command_and_imported(void **state)
{
	struct desk *desk = *state;
	const char *folder = in_home(desk, "to-sign");
	struct buf command = {0};
	struct run run = {0};

	kw(desk, &run, "validation", "request", FIRST, SECOND, THIRD, "--principal", "ada@x",
		"--reason", "the yearly rotation", "--output", folder);
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), ".statement\n"), 3);
	holds(&run.err, "ssh-keygen -Y sign -n validation@keywatch -f KEY *.statement");
	run_fini(&run);
	buf_printf(&command,
		"exec ssh-keygen -q -Y sign -n validation@keywatch -f ada %s/*.statement", folder);
	free(keyring_run(&keys, STR(""), "sh", "-c", buf_cstr(&command)));
	buf_fini(&command);

	kw(desk, &run, "validation", "import", folder);
	assert_str(buf_view(&run.err), "");
	assert_int_equal(run.status, 0);
	assert_int_equal(stage_count(buf_view(&run.out), ": signed by ada@x\n"), 3);
	run_fini(&run);
	ends(desk, 75, "this statement was imported before, as decision 1", "validation", "import",
		folder);
	ends(desk, 0, "3 signed validations: 3 hold, 0 no longer, 0 forged, 0 unverified",
		"verify");
	ends(desk, 75, "the alert is Closed", "validation", "request", FIRST, "--principal",
		"bob@x", "--reason", "mine");
	/* What is there is never overwritten. */
	ends(desk, 71, "File exists", "validation", "request", "--output", folder, "--principal",
		"ada@x", "--reason", "again", "00000000-0000-4000-8000-000000000004",
		"00000000-0000-4000-8000-000000000004");
}

static void
both_come_by_standard_input(void **state)
{
	struct desk *desk = *state;
	char *text = request(desk, FIRST, "ada@x", "-----BEGIN SSH SIGNATURE----- is no signature");
	char *armour = sign("ada", text);
	struct buf both = {0};
	struct run run = {0};

	buf_printf(&both, "%s%s", text, armour);
	run.input = buf_cstr(&both);
	run.input_len = both.len;
	kw(desk, &run, "validation", "import", "-");
	assert_str(buf_view(&run.err), "");
	holds(&run.out, " validate seq 1: signed by ada@x\n");
	run_fini(&run);
	run.input_len = strlen(text);
	kw(desk, &run, "validation", "import", "-");
	assert_int_equal(run.status, 2);
	holds(&run.err, "standard input: holds no statement with a signature behind it");
	run_fini(&run);
	buf_fini(&both);
	free(text);
	free(armour);
}

static void
several_admins_are_counted(void **state)
{
	struct desk *desk = *state;
	char *text, *armour;

	policy_by(desk, "min_approvals = 2\n", "ada", "bob");
	text = request(desk, FIRST, "ada@x", "planned");
	armour = sign("ada", text);
	ends(desk, 0, "signed by ada@x, 1 of 2\n", "validation", "import",
		put_pair(desk, text, armour));
	ends(desk, 0, "1 alerts await further approvals", "verify");
	free(text);
	free(armour);
	text = request(desk, FIRST, "bob@x", "planned");
	armour = sign("bob", text);
	ends(desk, 0, "signed by bob@x, 2 of 2\n", "validation", "import",
		put_pair(desk, text, armour));
	ends(desk, 0, "2 hold", "verify");
	free(text);
	free(armour);
}

/* ---- refused ---- */

static void
who_was_first_is_said(void **state)
{
	struct desk *desk = *state;
	char *text = request(desk, FIRST, "ada@x", "planned"), *armour = sign("ada", text);

	ends(desk, 0, "", "decide", FIRST, "--malicious", "--reason", "it was not planned");
	ends(desk, 75, "decided confirm malicious", "validation", "import",
		put_pair(desk, text, armour));
	ends(desk, 0, "0 signed validations", "verify");
	free(text);
	free(armour);
}

static void
what_does_not_hold_is_refused_and_nothing_is_written(void **state)
{
	struct desk *desk = *state;
	char *text = request(desk, FIRST, "ada@x", "planned"), *armour = sign("ada", text);
	char *other = sign("eve", text), *huge = mem_zalloc(HUGE_BYTES);
	const char *sig = put_pair(desk, text, armour);
	char *statement = mem_strdup(in_home(desk, "F")), *edited = mem_strdup(text);
	char *foreign = keyring_sign(&keys, "ada", "file", str_from(text));

	memset(huge, 'x', HUGE_BYTES);
	memcpy(strstr(edited, "planned"), "secretX", 7);
	ends(desk, 2, "allowed_signers has no such key", "validation", "import",
		put_pair(desk, text, other));
	ends(desk, 2, "was made for \"file\"", "validation", "import",
		put_pair(desk, text, foreign));
	ends(desk, 2, "is not one over this statement", "validation", "import",
		put_pair(desk, edited, armour));
	ends(desk, 2, "line 1 of the statement", "validation", "import",
		put_pair(desk, "", armour));
	ends(desk, 2, "line 1 of the statement", "validation", "import",
		put_pair(desk, "\x1b[2J\x01\xff\n", armour));
	ends(desk, 2, "F.sig: ", "validation", "import", put_pair(desk, text, ""));
	ends(desk, 2, "F.sig: ", "validation", "import", put_pair(desk, text, "\xff\xfe\x01"));
	put(desk, "F.sig", huge, HUGE_BYTES);
	ends(desk, 2, "F.sig: larger than 65536 bytes", "validation", "import", sig);
	put_pair(desk, text, armour);
	put(desk, "F", huge, HUGE_BYTES);
	ends(desk, 2, "F: larger than 16384 bytes", "validation", "import", sig);
	assert_int_equal(unlink(statement), 0);
	ends(desk, 66, "No such file", "validation", "import", sig);
	assert_int_equal(mkfifo(statement, 0600), 0);
	ends(desk, 2, "F: is no regular file", "validation", "import", sig);
	ends(desk, 2, "is no FILE.sig", "validation", "import", statement);
	ends(desk, 2, "validation import needs", "validation", "import");
	ends(desk, 0, "0 decisions, 0 of them chained", "verify");
	free(text);
	free(armour);
	free(other);
	free(huge);
	free(statement);
	free(edited);
	free(foreign);
}

static void
a_statement_of_another_store_is_refused(void **state)
{
	struct desk *desk = *state;
	char *text = request(desk, FIRST, "ada@x", "planned"), *armour = sign("ada", text);

	store_file_sql(desk->stage->store,
		"UPDATE setting SET value = '00000000000000000000000000000000'"
		" WHERE name = 'store-id'");
	ends(desk, 2, "is about another store", "validation", "import",
		put_pair(desk, text, armour));
	free(text);
	free(armour);
}

static void
nobody_is_asked_who_may_not_sign(void **state)
{
	struct desk *desk = *state;

	ends(desk, 2, "eve@x is no admin", "validation", "request", FIRST, "--principal", "eve@x",
		"--reason", "x");
	ends(desk, 2, "--principal NAME", "validation", "request", FIRST);
	ends(desk, 2, "several statements need a folder", "validation", "request", FIRST, SECOND,
		"--principal", "ada@x", "--reason", "x");
	policy_by(desk, "[principals]\nada@x = iam:dave\n", "ada");
	ends(desk, 2, "ada@x is the actor", "validation", "request", FIRST, "--principal", "ada@x",
		"--reason", "x");
}

/* By who is an admin now, though the list still shows it closed. */
static void
what_no_longer_holds_can_be_validated_again(void **state)
{
	struct desk *desk = *state;

	validate(desk, FIRST, "ada@x", "ada");
	policy_by(desk, "", "bob");
	ends(desk, 1, "0 hold, 1 no longer", "verify");
	validate(desk, FIRST, "bob@x", "bob");
	ends(desk, 1, "1 hold, 1 no longer", "verify");
}

/* ---- verify ---- */

static void
copy_head(struct desk *desk, char head[65])
{
	struct run run = {0};

	kw(desk, &run, "verify");
	memcpy(head, strstr(buf_cstr(&run.out), "\nhead ") + 6, 64);
	head[64] = '\0';
	run_fini(&run);
}

static void
an_anchored_head_shows_a_cut_tail(void **state)
{
	struct desk *desk = *state;
	char before[65], head[65];

	ends(desk, 0, "", "decide", SECOND, "--note", "seen");
	copy_head(desk, before);
	validate(desk, FIRST, "ada@x", "ada");
	copy_head(desk, head);
	ends(desk, 0, "anchor: it is part of this chain", "verify", "--since", before);
	ends(desk, 0, "anchor: it is part of this chain", "verify", "--since", head);
	store_file_forge(desk->stage->store, "DELETE FROM decision WHERE seq = 2;"
					     "UPDATE alert SET status = 0, classification = 0,"
					     " validation = 0, reason = 0, last_seq = 0 WHERE"
					     " last_seq = 2");
	ends(desk, 0, "anchor: none was given", "verify");
	ends(desk, 1, "anchor: it is no part of this chain", "verify", "--since", head);
	ends(desk, 0, "anchor: it is part of this chain", "verify", "--since", before);
	ends(desk, 1, "no part of this chain", "verify", "--since", HEAD_OF_NOTHING);
	ends(desk, 2, "expected a head", "verify", "--since", "abc");
}

static void
what_the_store_can_show_is_named(void **state)
{
	static const struct {
		const char *sql, *says;
	} cases[] = {
		{"UPDATE decision SET reason = 'x' WHERE seq = 1", "forged: the statement gives"},
		{"UPDATE decision SET reason = 'x' WHERE seq = 1", ": altered: it is not what"},
		{"UPDATE decision SET actor = 'x' WHERE seq = 1", "decision 1 on alert "},
		{"DELETE FROM decision WHERE seq = 1", "decision 2 on alert "},
		{"UPDATE detail SET user_agent = 'x'", ": record: its record says otherwise: user"},
		{"UPDATE alert SET actor = 'x'", ": record: lists show another of it: the actor"},
		{"UPDATE alert SET owner = 'x' WHERE last_seq = 1", ": list: what lists show"},
		{"UPDATE alert SET status = 2 WHERE last_seq = 0", ": list: what lists show"},
		{"DELETE FROM detail", "event: its alert is not there"},
		{"UPDATE detail SET raw = x'7b7d'", ": record: "},
	};
	struct desk *desk = *state;
	char *pristine;
	size_t len;

	validate(desk, FIRST, "ada@x", "ada");
	validate(desk, SECOND, "bob@x", "bob");
	pristine = test_read(desk->stage->store, &len);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(desk, "keywatch.db", pristine, len);
		store_file_forge(desk->stage->store, cases[i].sql);
		ends(desk, 1, cases[i].says, "verify");
	}
	put(desk, "keywatch.db", pristine, len);
	ends(desk, 0, "2 hold", "verify");
	free(pristine);
}

static void
verify_says_it_to_programs_too(void **state)
{
	struct desk *desk = *state;

	validate(desk, FIRST, "ada@x", "ada");
	ends(desk, 0, "{\"findings\":[],\"decisions\":1,\"chained\":1,\"signed\":1,\"hold\":1,",
		"verify", "--format", "json");
	ends(desk, 0, "\"policy\":\"good\",\"anchored\":null,\"head\":\"", "verify", "--format",
		"json");
	ends(desk, 1, "\"anchored\":false", "verify", "--format", "json", "--since",
		HEAD_OF_NOTHING);
	policy_by(desk, "", "bob");
	ends(desk, 1, "{\"findings\":[{\"seq\":1,\"alertId\":\"", "verify", "--format", "json");
	ends(desk, 1, "\"kind\":\"no-longer-holds\",\"reason\":\"", "verify", "--format", "json");
}

static void
without_a_policy_nothing_is_proven(void **state)
{
	struct desk *desk = *state;
	struct run run = {0};

	stage_run(desk->stage, &run, "verify", "--store", desk->stage->store);
	if (access(POLICY_PATH, F_OK) != 0)
		assert_int_equal(run.status, 0);
	run_fini(&run);
	validate(desk, FIRST, "ada@x", "ada");
	stage_run(desk->stage, &run, "verify", "--store", desk->stage->store);
	if (access(POLICY_PATH, F_OK) != 0) {
		assert_int_equal(run.status, 2);
		holds(&run.err, "there is no policy to verify the signed validations by");
	}
	run_fini(&run);
	assert_int_equal(chmod(desk->policy, 0666), 0);
	ends(desk, 2, "policy: refused: ", "verify");
	assert_int_equal(unlink(desk->policy), 0);
	ends(desk, 2, "policy: refused: ", "verify");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(a_folder_is_requested_signed_by_one_command_and_imported),
		desk_test(both_come_by_standard_input),
		desk_test(several_admins_are_counted),
		desk_test(who_was_first_is_said),
		desk_test(what_does_not_hold_is_refused_and_nothing_is_written),
		desk_test(a_statement_of_another_store_is_refused),
		desk_test(nobody_is_asked_who_may_not_sign),
		desk_test(what_no_longer_holds_can_be_validated_again),
		desk_test(an_anchored_head_shows_a_cut_tail),
		desk_test(what_the_store_can_show_is_named),
		desk_test(verify_says_it_to_programs_too),
		desk_test(without_a_policy_nothing_is_proven),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
