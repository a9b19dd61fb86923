/*
 * A story told into a store, and the screen over it: no terminal, no pipeline; keys go in and a
 * grid comes out. One user made a key for another, and what came of it; or rotated his own.
 */
#ifndef KEYWATCH_TESTS_CHRONICLE_H
#define KEYWATCH_TESTS_CHRONICLE_H

#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tui/key.h"
#include "tui/ui.h"

#define CHRONICLE_OLD "AKIAEXAMPLEOLDOLDOLD"
#define CHRONICLE_NEW "AKIAEXAMPLENEWNEWNEW"
#define CHRONICLE_ROLE "AdminRole/alice@corp.example"

/* A caller with a '/' is a session of a role, one without an IAM user. */
struct told {
	const char *time, *caller, *key, *call, *request, *response, *ip, *error;
};

/* Each ends with one without a time. The newest alert of the backdoor is the one three made below
 * it; the backdoor itself stands third. */
extern const struct told chronicle_backdoor[], chronicle_rotation[];

struct chronicle {
	struct scene scene;
	struct store *reader;
	struct rule *rule;
	struct clock clock;
	struct config config;
	struct ui ui;
	bool shown;
	int rows, cols;
};

int chronicle_setup(void **state);
int chronicle_teardown(void **state);
#define chronicle_test(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, chronicle_setup, chronicle_teardown)

/* An alert of every CreateAccessKey, in a transaction of its own; nothing was looked through. */
void chronicle_put_alerts(struct chronicle *c, const struct told *told);
/* These, and what else happened. */
void chronicle_tell(struct chronicle *c, const struct told *told);

void chronicle_open(struct chronicle *c, bool ascii); /* once more: as at its start */
void chronicle_look(struct chronicle *c);	      /* a frame, also in other rows and cols */
void chronicle_type(struct chronicle *c, const char *keys);

/* In how many places it stands. */
int chronicle_count(const struct chronicle *c, const char *text);
/* Fails, and shows the screen, where it does not stand. */
void chronicle_shows(const struct chronicle *c, const char *text);

#endif
