/*
 * A store with alerts, admins with keys, a policy and a judge over it all. The alerts are what
 * fixture.h makes: AdminRole/alice@corp.example made a key for svc-backup. Admins are called
 * NAME@x for a key NAME of the keyring.
 */
#ifndef KEYWATCH_TESTS_COURT_H
#define KEYWATCH_TESTS_COURT_H

#include "core/validation/judge.h"
#include "core/validation/statement.h"
#include "tests/support/keyring.h"
#include "tests/support/scene.h"

enum { COURT_ALERTS = 3 };

struct court {
	const struct keyring *keys;
	struct scene scene;
	char id[COURT_ALERTS][ALERT_ID_SIZE]; /* of rows 1, 2, 3 */
	struct policy policy;
	struct memory *memory;
	struct judge judge;
};

/* Each key is its admin's, and nothing else is asked for. */
void court_open(struct court *court, const struct keyring *keys, const char *const *names);
void court_close(struct court *court);
/* By another policy from here on: `ini` stands behind allowed_signers in [admins]; in a line of
 * `signers`, {NAME} is that key. What was remembered is forgotten. */
void court_policy(struct court *court, const char *ini, const char *signers);

/* Closes the store for whoever forges, and opens what they made of it. */
const char *court_leave(struct court *court);
void court_return(struct court *court);

/* What `principal` signs for that alert now, as it is asked for; buf_fini. */
void court_request(struct court *court, int alert, const char *principal, struct buf *text);
/* By the key, imported; returns the decision's seq. */
int64_t court_validate(struct court *court, int alert, const char *principal, const char *key);
/* An unsigned decision by that OS user. */
void court_decide(struct court *court, int alert, enum decision_action action, const char *actor);
/* The armour by the key over the text; owned. */
char *court_sign(const struct court *court, const char *key, const struct buf *text);
/* Signs what it says and plants it (forger.h), without asking anybody. */
void court_plant(struct court *court, int alert, const struct statement *s, const char *key,
	const char *namespace, int64_t at);
/* A statement as it would be requested now, to be changed; strings in the arena. */
void court_statement(struct court *court, int alert, const char *principal, struct arena *arena,
	struct statement *s);

/* The alert as the judge leaves it; alert_fini. */
void court_judge(struct court *court, int alert, struct alert *judged);
/* Reads `expected`: the validation's state, and a part of the last signed decision's reason, such
 * as "forged: another admin" or "signed". */
void court_reads(struct court *court, int alert, const char *expected);

#endif
