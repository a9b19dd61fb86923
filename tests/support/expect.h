/* Results that stand in files of the source tree. With KEYWATCH_TEST_UPDATE set they are written
 * anew instead of compared. Paths begin at the top of the tree. */
#ifndef KEYWATCH_TESTS_EXPECT_H
#define KEYWATCH_TESTS_EXPECT_H

#include <stdbool.h>

#include "core/base/str.h"

bool expect_is_updating(void);
/* The file holds exactly this; else its first line that differs is shown. */
void expect_file(const char *path, struct str actual);

#endif
