/*
 * What went wrong, said once: what, where, why and what to do about it.
 *
 * A fallible function returns bool and takes `struct error *err` last; err is filled exactly
 * when it returns false. A caller that does not care passes NULL. Any thread.
 */
#ifndef KEYWATCH_BASE_ERROR_H
#define KEYWATCH_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,	/* the words or the configuration are wrong: exit 2 */
	ERROR_INPUT,	/* bytes from outside could not be read: exit 3 */
	ERROR_NOT_FOUND, /* what was named is not there */
	ERROR_CONFLICT, /* somebody else was first: exit 75 */
	ERROR_STORE,	/* the store is damaged, foreign, newer or full */
	ERROR_SYSTEM,	/* the operating system refused */
};

struct error {
	enum error_kind kind;
	char text[2048]; /* not cleaned: the one who prints it cleans it */
};

/* Fills err (when there is one) and returns false, so that a caller can return it at once. */
bool error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "what: " before the text that is there; returns false. */
bool error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit status (product.md, sysexits) for a failure of this kind. */
int error_exit_status(enum error_kind kind);

#endif
