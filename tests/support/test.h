/* cmocka with the headers it needs first, and what tests say often. */
#ifndef KEYWATCH_TESTS_TEST_H
#define KEYWATCH_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <stdbool.h>
#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/str.h"

/* Both as text, so that a failure shows them. */
#define assert_str(actual, expected) test_assert_str((actual), (expected), __FILE__, __LINE__)
/* A call that must succeed: prints err's text when it does not. */
#define assert_ok(call, err) test_assert_ok((call), (err), #call, __FILE__, __LINE__)

void test_assert_str(struct str actual, const char *expected, const char *file, int line);
void test_assert_ok(bool ok, const struct error *err, const char *call, const char *file, int line);

/* A new private folder below the build folder; removed by test_rmtree. Returns owned. */
char *test_folder(void);
void test_rmtree(char *folder); /* takes */
/* folder/name with these bytes; returns the path, owned. */
char *test_file(const char *folder, const char *name, const void *bytes, size_t len);
/* The whole file; owned, NUL-terminated. */
char *test_read(const char *path, size_t *len);

#endif
