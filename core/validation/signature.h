/*
 * Signatures by OpenSSH's own tools, ssh-keygen and ssh-add, from fixed system folders, never from
 * PATH: an argument vector, an environment of our making, a time limit. What they read is handed
 * to them as sealed memory (/proc/self/fd/3 …), so that no file stands anywhere that somebody else
 * could guess, change or find after a crash.
 *
 * Waits for the tool: never on the UI thread, but for signing with the terminal lent.
 */
#ifndef KEYWATCH_VALIDATION_SIGNATURE_H
#define KEYWATCH_VALIDATION_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/validation/sshsig.h"

#define SIGNATURE_NAMESPACE "validation@keywatch"

/* How the tools are found and ended. */
struct signature_tools {
	const char *const *folders; /* searched in this order; ends with NULL */
	int verify_ms, agent_ms;    /* time limits: of one check, of listing the agent's keys */
	int sign_ms;		    /* of one signature, a touch and a PIN included */
	int interrupt_fd;	    /* gives up when it becomes readable; 0: none */
};
extern const struct signature_tools signature_system_tools;

/* ---- verifying; any thread ---- */

enum signature_answer {
	SIGNATURE_GOOD,
	SIGNATURE_BAD,	   /* err says why */
	SIGNATURE_UNKNOWN, /* could not be judged: err says what is missing */
};

/* Contents, as the policy judged and hashed them. */
struct signature_files {
	struct str allowed_signers;
	struct str revocation_list; /* a KRL or public keys; absent: there is none */
};

/*
 * Did the principal sign this statement for SIGNATURE_NAMESPACE with a key that `files` allow him,
 * that is not revoked and was valid at `time` (ticks; in whole seconds)? Good means that ssh-keygen
 * said so of the very key that sshsig_parse finds in the armour.
 */
enum signature_answer signature_verify(const struct signature_files *files, struct str principal,
	struct str statement, struct str armour, int64_t time, struct error *err);
enum signature_answer signature_verify_by(const struct signature_tools *tools,
	const struct signature_files *files, struct str principal, struct str statement,
	struct str armour, int64_t time, struct error *err);

/* Is it a signature over this statement for SIGNATURE_NAMESPACE, whoever made it? */
enum signature_answer signature_is_whole(
	struct str statement, struct str armour, struct error *err);

/* The command that says the same to anybody, for a POSIX shell; the files by their paths. */
struct signature_paths {
	struct str allowed_signers, revocation_list; /* absent: there is none */
	struct str statement, signature;
};
void signature_command(
	struct buf *out, const struct signature_paths *paths, struct str principal, int64_t time);

/* ---- signing; main thread ---- */

/* A key of the agent; strings live in the list's arena. */
struct signature_key {
	struct str line; /* type and base64, as signature_sign wants it */
	struct str type, base64, comment;
	char fingerprint[SSH_FINGERPRINT];
};
struct signature_keys {
	struct signature_key *list; /* in the agent's order; of kinds that sshsig_parse knows */
	size_t count;
	struct arena arena; /* owns all of it */
};

/* False when no agent answers: err says what to do about it. An agent without keys is true. */
bool signature_agent_keys(struct signature_keys *keys, struct error *err);
bool signature_agent_keys_by(
	const struct signature_tools *tools, struct signature_keys *keys, struct error *err);
void signature_keys_fini(struct signature_keys *keys);

/*
 * Signs each statement with that key of the agent and appends its armour to armours[i] (count of
 * them; the caller's). False: err says why, and what was signed until then is in the armours.
 * With `terminal` the caller has lent it (a PIN may be asked for there, and a Ctrl-C ends it), and
 * has told to touch the key where its type is one that is touched (sk-…): ssh-keygen does not.
 */
bool signature_sign(struct str public_key_line, const struct str *statements, size_t count,
	bool terminal, struct buf *armours, struct error *err);
bool signature_sign_by(const struct signature_tools *tools, struct str public_key_line,
	const struct str *statements, size_t count, bool terminal, struct buf *armours,
	struct error *err);

#endif
