/*
 * Validations that are signed in place: by which of the agent's keys, as which admin, what, and
 * what came of it. Nothing here draws. UI thread; it waits for ssh-add and, with the terminal lent,
 * for ssh-keygen.
 */
#ifndef KEYWATCH_TUI_SIGNING_H
#define KEYWATCH_TUI_SIGNING_H

#include "core/validation/judge.h"
#include "core/validation/signature.h"

struct signing {
	char *key, *principal; /* own: the public key's line; who signs */
	char fingerprint[SSH_FINGERPRINT];
	bool hardware; /* it wants to be touched */
	struct signed_text {
		struct buf statement, armour;
		char digest[HASH_HEX]; /* SHA-256 of the statement */
	} * texts;		       /* owns */
	size_t count, capacity;
};

void signing_fini(struct signing *signing); /* and zero again */
/* The agent's key that is an admin's: of several that of the OS user, else the first. err says in
 * one sentence what to do when there is none. */
bool signing_find_admin(
	struct signing *signing, const struct policy *policy, struct str user, struct error *err);
/* Adds the statement for an alert, bound to the decision it was shown with. */
bool signing_add(struct signing *signing, struct judge *judge, const char *id, int64_t seq,
	struct str reason, int64_t now, struct error *err);
/* Prints all statements and digests on the lent terminal, and signs them. */
bool signing_run(struct signing *signing, struct error *err);

#endif
