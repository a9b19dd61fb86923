/* Private to core/validation: how a policy is found and read. */
#ifndef KEYWATCH_VALIDATION_POLICY_PRIVATE_H
#define KEYWATCH_VALIDATION_POLICY_PRIVATE_H

#include <sys/types.h>

#include "core/validation/policy.h"

enum { POLICY_FILE_MAX = 1 << 20, POLICY_REVOCATION_MAX = 16 << 20 };

/* ---- policy_file.c: safe files ---- */

/* Who may own the files, and where they may not lie. */
struct policy_place {
	uid_t owner;	 /* besides root */
	bool has_folder; /* the store's: */
	dev_t device;
	ino_t inode;
	const char *top; /* folders above it are not judged; NULL: all are. For tests alone. */
};

/* What the kernel says of a file or folder. */
struct policy_facts {
	const char *path;
	bool way; /* a folder on the way to the file */
	mode_t mode;
	uid_t owner;
	nlink_t links;
	dev_t device;
	ino_t inode;
};

/* Pure. `file` is what was asked for, facts those of itself or of a folder on the way to it. */
bool policy_judge(const struct policy_place *place, const struct policy_facts *facts,
	const char *file, struct error *err);

/* Of the store at that path; false: it is a symbolic link. */
bool policy_place_of(struct policy_place *place, const char *store_path, struct error *err);

enum policy_found {
	POLICY_FOUND,
	POLICY_ABSENT, /* no such file; the way to it was not by a symbolic link */
	POLICY_UNSAFE, /* or unreadable, or larger than max; err filled */
};
/* Goes from / to an absolute path folder by folder, symbolic links included, and judges each on
 * its descriptor; never opens what is no regular file. file: zero; owned on POLICY_FOUND. */
enum policy_found policy_file_read(const struct policy_place *place, const char *path, size_t max,
	struct policy_file *file, struct error *err);
void policy_file_fini(struct policy_file *file);

/* A word of a shell's command line. */
void policy_put_quoted(struct buf *out, const char *word);

/* ---- policy_signers.c: allowed_signers ---- */

/* Fills policy->signers and warnings from policy->allowed_signers. False for what is no text. */
bool policy_signers_parse(struct policy *policy, struct error *err);
/* As ssh does: `*`, `?`, and `!` before a pattern for which it must not be. */
bool policy_patterns_match(struct str patterns, struct str name);
/* The next pattern of the list; false at its end. */
bool policy_pattern_next(struct str *rest, struct str *pattern);
/* "SHA256:…" of a base64 key whose blob is of this type; false when it is none. */
bool policy_fingerprint(struct str key_type, struct str key, char fingerprint[POLICY_FINGERPRINT]);

/* ---- policy_ini.c ---- */

/* What policy.ini says, from policy->content: the paths of the other files stay in the arena. */
struct policy_settings {
	const char *allowed_signers, *revocation_list; /* NULL: not named */
};
bool policy_ini_parse(struct policy *policy, struct policy_settings *settings, const char *file,
	struct error *err);

/* ---- policy_identity.c ---- */

/* Appends what one value of [principals] says. */
bool policy_identities_parse(struct policy_principal *principal, struct str value,
	struct arena *arena, struct error *err);

/* ---- policy_principal.c ---- */

/* Ascending by name, of one name the mapped ones first. For qsort. */
int policy_principal_order(const void *a, const void *b);
/* Once all is parsed: the list of principals, in order; warnings about the whole. */
void policy_settle(struct policy *policy);

/* ---- policy.c ---- */

void policy_warn(struct policy *policy, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* policy_load with the place given. system_path: where POLICY_PATH is. */
bool policy_load_at(struct policy *policy, const char *path, const char *system_path,
	const struct policy_place *place, struct error *err);

#endif
