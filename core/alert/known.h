/*
 * `[known]` of the configuration: who is automation, and which users are special (questions 11 and
 * 12). They label, they never close. Pure.
 */
#ifndef KEYWATCH_ALERT_KNOWN_H
#define KEYWATCH_ALERT_KNOWN_H

#include <stdbool.h>

#include "core/base/str.h"

/* Globs (* and ?), as they were written; matched against the actor's ARN, its issuer's, and of a
 * user against `arn:aws:iam::ACCOUNT:user/NAME` and the bare name. Borrows. */
struct known {
	const struct str *automation, *special;
	size_t automation_count, special_count;
};

bool known_glob(struct str glob, struct str text);

#endif
