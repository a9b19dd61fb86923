/*
 * An admin with keys: a folder of them, made by ssh-keygen, and an ssh-agent that holds them and is
 * the one of SSH_AUTH_SOCK while the keyring is open.
 */
#ifndef KEYWATCH_TESTS_KEYRING_H
#define KEYWATCH_TESTS_KEYRING_H

#include "core/base/buf.h"
#include "tests/support/child.h"

struct keyring {
	char *folder;	     /* owns */
	struct child holder; /* the program that the agent lives for */
	int hold;	     /* its input */
	pid_t agent_pid;
};

void keyring_open(struct keyring *keyring);
/* The same with keys, "NAME TYPE" each up to a NULL. */
void keyring_open_with(struct keyring *keyring, ...) __attribute__((sentinel));
void keyring_close(struct keyring *keyring);

/* folder/NAME; valid until the fourth call from here. */
const char *keyring_path(const struct keyring *keyring, const char *name);
/* Makes the key NAME of that type (ed25519, ecdsa, rsa) and NAME.pub; the agent gets it. */
void keyring_make(const struct keyring *keyring, const char *name, const char *type);
/* The line of NAME.pub without its end; owned. */
char *keyring_public(const struct keyring *keyring, const char *name);
/* Runs one of OpenSSH's tools in the folder; it must succeed. Returns what it printed, owned. */
#define keyring_run(keyring, input, ...)                                                           \
	keyring_run_words((keyring), (input), (const char *const[]){__VA_ARGS__, NULL})
char *keyring_run_words(const struct keyring *keyring, struct str input, const char *const *words);
/* The armour over the text by the key in the file NAME, whatever the namespace; owned. */
char *keyring_sign(
	const struct keyring *keyring, const char *name, const char *namespace, struct str text);

#endif
