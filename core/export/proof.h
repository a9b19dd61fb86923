/*
 * A signed validation taken apart for people who verify it without keywatch: digests, key, the
 * files that it is written to and the command that verifies them with ssh-keygen alone. Decides
 * nothing. One thread.
 */
#ifndef KEYWATCH_EXPORT_PROOF_H
#define KEYWATCH_EXPORT_PROOF_H

#include "core/alert/alert.h"
#include "core/base/hash.h"
#include "core/validation/policy.h"
#include "core/validation/sshsig.h"
#include "core/validation/statement.h"

#define PROOF_STATEMENT ".statement"
#define PROOF_SIGNATURE ".statement.sig" /* as ssh-keygen names it */
#define PROOF_RECORD ".record"

struct proof {
	const struct alert *alert;	 /* borrows, as the decision */
	const struct decision *decision; /* a signed one */
	struct statement statement;
	bool is_statement; /* else the text is none */
	bool is_signature; /* else there is no key, no touch */
	struct sshsig signature;
	char statement_hash[HASH_HEX];
	char fingerprint[SSH_FINGERPRINT]; /* empty: the signature is none */
	struct arena arena;
};

void proof_init(struct proof *proof, const struct alert *alert, const struct decision *decision);
void proof_fini(struct proof *proof);

/* Appends ID-SEQ and the suffix; of the record ID and the suffix. */
void proof_file(struct buf *out, const struct alert *alert, const struct decision *decision,
	const char *suffix);
/* Appends the command for a shell in the folder of these files. Nothing where the text is no
 * statement or no policy names keys. */
void proof_command(struct buf *out, const struct proof *proof, const struct policy *policy);

#endif
