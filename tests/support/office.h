/*
 * An office with admins: a policy in a safe folder, keys of alice and bob, a store with the alerts
 * of tests/data/cli, and ways to have one validated, by the program and the real ssh-keygen.
 */
#ifndef KEYWATCH_TESTS_OFFICE_H
#define KEYWATCH_TESTS_OFFICE_H

#include "tests/support/keyring.h"
#include "tests/support/stage.h"

#define ALICE "alice@example.com"
#define BOB "bob@example.com"
/* eventIDs: dave for himself; alice's role session for svc-backup. */
#define OFFICE_DAVE "00000000-0000-4000-8000-000000000001"
#define OFFICE_ROLE "00000000-0000-4000-8000-000000000002"

struct office {
	struct stage *stage;
	struct keyring keyring;
	char *folder;			  /* owns; of the policy */
	char *policy, *signers, *revoked; /* own; its files */
};

/* cmocka's setup and teardown of one test. */
int office_setup(void **state);
int office_teardown(void **state);
#define office_test(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, office_setup, office_teardown)

/* Writes the policy anew; `more` stands in [admins]. */
void office_policy(const struct office *office, const char *more);
/* As allowed_signers: of both admins, or of bob alone. */
void office_signers(const struct office *office, bool alice);
/* `keywatch WORDS… --store STORE --policy POLICY`; must end with the status. */
#define office_run(office, run, status, ...)                                                       \
	office_run_words((office), (run), (status), (const char *const[]){__VA_ARGS__, NULL})
void office_run_words(
	const struct office *office, struct run *run, int status, const char *const *words);
/* Requested, signed with the key of `name` (alice, bob) and imported. */
void office_validate(
	const struct office *office, const char *name, const char *id, const char *reason);
/* The line of `export --format jsonl` with that eventID; owned. */
char *office_exported(const struct office *office, const char *id);
/* That line has this text. */
void office_expect(const struct office *office, const char *id, const char *text);

#endif
