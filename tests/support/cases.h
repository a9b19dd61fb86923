/*
 * Data files of cases, where one more case is three lines:
 *
 *	= what it shows, as a sentence
 *	{"the":"input"}
 *	key	expected text to the end of the line
 *
 * A blank line ends a case; '#' begins a comment line. A key is separated from its value by a tab
 * or a space; a value of "-" is absent.
 */
#ifndef KEYWATCH_TESTS_CASES_H
#define KEYWATCH_TESTS_CASES_H

#include "core/base/str.h"

/* One expectation of a case. Strings borrow from the file. */
typedef void case_visit(struct str name, struct str input, struct str key, struct str value);

/* Calls the visitor for each expectation of tests/data/FILE, in order. Returns how many. */
size_t cases_run(const char *file, case_visit *visit);

#endif
