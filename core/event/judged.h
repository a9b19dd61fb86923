/*
 * The keys a decision may rest on: where a second copy, or one in another case, is hostile
 * (security.md). One row an object; every column's path is covered (a test checks it).
 */
#ifndef KEYWATCH_EVENT_JUDGED_H
#define KEYWATCH_EVENT_JUDGED_H

#include <stddef.h>

struct judged_object {
	const char *path; /* "" the record itself */
	const char *const *names; /* NULL-terminated */
};

extern const struct judged_object judged_objects[];
extern const size_t judged_object_count;

#endif
