/*
 * Who may validate (keywatch-validation(5), settled.md 40): policy.ini, OpenSSH's allowed_signers
 * and a revocation list. Read once, then immutable; any thread.
 *
 * Here is decided who may; whether a signature holds is ssh-keygen's to say. What is allowed here
 * is at most what ssh-keygen allows: a line that the two might read differently allows nothing.
 */
#ifndef KEYWATCH_VALIDATION_POLICY_H
#define KEYWATCH_VALIDATION_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alert/alert.h"
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/mem.h"

#define POLICY_PATH "/etc/keywatch/policy.ini"
#define POLICY_NAMESPACE "validation@keywatch"
enum { POLICY_FINGERPRINT = 51 }; /* "SHA256:", 43 letters and a NUL */

enum policy_state {
	POLICY_NONE,	/* solo mode: none was named, and POLICY_PATH is not there */
	POLICY_GOOD,	/* */
	POLICY_REFUSED, /* nothing may read validated; `refusal` says why, and what mends it */
};

/* A file as it was judged: these bytes, not whatever stands under its name later. */
struct policy_file {
	char *path;	    /* owns; symbolic links resolved; NULL: there is none */
	struct str content; /* owns */
};

/* A line of allowed_signers that ssh-keygen reads, too. Strings borrow from the content. */
struct policy_signer {
	int line;
	struct str principals;	  /* patterns, with commas between */
	struct str key_type, key; /* as in the file; key: base64 */
	char fingerprint[POLICY_FINGERPRINT];
	bool authority;	    /* signs certificates of who may */
	bool hardware;	    /* the key lives in a token that can ask for a touch */
	bool any_namespace; /* no namespaces="": good for signatures of other uses */
	bool ours;	    /* good for POLICY_NAMESPACE */
	struct str valid_after, valid_before; /* as written; absent: always */
	int64_t after, before;		      /* ticks; TIME_NONE */
};

enum policy_identity_kind {
	POLICY_IAM,	/* group: an account, absent: any */
	POLICY_SESSION, /* group: the role */
	POLICY_OS,
	POLICY_BARE, /* IAM user of any account and OS user */
	POLICY_OWN,  /* the name of a principal without a mapping: also as a session's name */
};
/* Who a principal is elsewhere; `*` in both parts is any run of characters, case does not count. */
struct policy_identity {
	enum policy_identity_kind kind;
	struct str group, name;
	struct str written; /* as in the file */
};
struct policy_principal {
	struct str name;
	struct policy_identity *identities; /* borrows */
	size_t count;
	int line;      /* of policy.ini; 0: it is not mapped there */
	bool admin;    /* policy_is_admin */
	size_t person; /* the same number: a key stands for both */
};

struct policy {
	enum policy_state state;
	char *path; /* owns; as named, or resolved once it was found */
	struct policy_file allowed_signers, revocation_list;
	int min_approvals;
	bool require_touch;
	struct policy_signer *signers; /* owns; in the order of the file */
	size_t signer_count;
	/* Every principal that the files call by its name: ascending by name, each once. */
	struct policy_principal *principals; /* owns */
	size_t principal_count;
	struct str *warnings; /* owns the list; what holds and yet surprises: FILE:LINE: what */
	size_t warning_count;
	char hash[HASH_HEX]; /* over the contents and paths of all files */
	struct error refusal;
	struct str content; /* owns: policy.ini itself */
	struct arena arena;
};

/* path NULL: POLICY_PATH. store_path NULL: there is no store; else the files may belong to its
 * owner (if it is missing, to who asks), and lie neither in its folder nor below. False exactly
 * when the state is POLICY_REFUSED. policy_fini frees in either case. */
bool policy_load(
	struct policy *policy, const char *path, const char *store_path, struct error *err);
void policy_fini(struct policy *policy);

/* Does a line of allowed_signers for our namespace name it? A pattern there names only whom
 * [principals] or another line calls by the name, but for an authority's: whoever signs with a
 * plain key could choose his name. */
bool policy_is_admin(const struct policy *policy, struct str principal);
/* The mapping of a principal that the files name; NULL: they do not. */
const struct policy_principal *policy_principal_find(const struct policy *policy, struct str name);

/* The next line after `after` (NULL: the first) for our namespace that is for this principal. */
const struct policy_signer *policy_signer_next(
	const struct policy *policy, struct str principal, const struct policy_signer *after);

/* A principal and the line by which a key stands for it. */
struct policy_match {
	struct str principal; /* borrows from the policy */
	const struct policy_signer *signer;
};
/* The admins whom this public key stands for, each once. How many there are; at most `max` are
 * written. No certificate stands for anybody here: its authority's line does. */
size_t policy_principals_of_key(const struct policy *policy, struct str key_type, struct str key,
	struct policy_match *matches, size_t max);
/* The same by the fingerprint, as ssh-keygen -l prints it. */
size_t policy_principals_of_fingerprint(const struct policy *policy, struct str fingerprint,
	struct policy_match *matches, size_t max);
/* The admins who are this OS user. */
size_t policy_principals_of_user(
	const struct policy *policy, struct str user, struct str *names, size_t max);
/* One key stands for both, or they are joined so by others: two approvals by them are one. */
bool policy_share_key(const struct policy *policy, struct str one, struct str other);

/* Four eyes: is it, and is everybody who shares a key with it, neither the alert's actor, nor its
 * target, nor `owner` (an OS user; empty: nobody)? ERROR_USAGE says who it is, and by which
 * mapping. */
bool policy_four_eyes(const struct policy *policy, struct str principal, const struct alert *alert,
	struct str owner, struct error *err);

/* For people: the files, each admin with keys and identities, warnings; lines, cleaned. now: which
 * keys are valid. */
void policy_explain(const struct policy *policy, int64_t now, struct buf *out);
/* May it, in general (alert NULL) or on this alert? Says so and, if not, every reason. */
bool policy_explain_principal(const struct policy *policy, struct str principal,
	const struct alert *alert, int64_t now, struct buf *out);

#endif
