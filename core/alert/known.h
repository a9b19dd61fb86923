/*
 * `[known]` of the configuration: who is automation, and which users are special (questions 11 and
 * 12). They label, they never close. Pure.
 */
#ifndef KEYWATCH_ALERT_KNOWN_H
#define KEYWATCH_ALERT_KNOWN_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/base/str.h"

enum known_key { KNOWN_AUTOMATION, KNOWN_SPECIAL, KNOWN_KEYS };
struct known_key_def {
	const char *name, *help;
};
extern const struct known_key_def known_keys[KNOWN_KEYS];

/* Globs, as they were written; matched against ARNs, and of a user also against
 * `arn:aws:iam::ACCOUNT:user/NAME` and the bare name. Zero is a valid start: nothing is known. */
struct known {
	struct arena arena; /* owns the globs */
	struct {
		struct str *globs; /* owns */
		size_t count, capacity;
	} list[KNOWN_KEYS];
};

/* A row of the section: globs separated by commas, beside those of the rows before. Refusals are
 * FILE:LINE: reason. */
bool known_take(struct known *known, const char *file, struct str key, struct str value, int line,
	struct error *err);
void known_fini(struct known *known);

/* `*` stands for any number of characters, `?` for one; case counts. */
bool known_glob(struct str glob, struct str text);
/* The first glob that one of the texts matches; absent: none. */
struct str known_match(
	const struct known *known, enum known_key key, const struct str *texts, size_t count);

#endif
