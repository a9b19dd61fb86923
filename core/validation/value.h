/*
 * A value in one line of visible characters, there and back (keywatch-validation(5)).
 *
 * Written as they are: ASCII, and what was visible in Unicode 3.2 or is an emoji of 2015. Which
 * characters text.h hides depends on the library's version of Unicode; signed bytes may not, so
 * this list never changes. All else is escaped: \\, \n, \u{XXXX}, \xNN for what is no UTF-8, also
 * blanks at either end, which people and programs lose. Pure; any thread.
 */
#ifndef KEYWATCH_VALIDATION_VALUE_H
#define KEYWATCH_VALIDATION_VALUE_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/str.h"

bool value_is_visible(uint32_t cp); /* stands for itself, if not at an end */
void value_write(struct buf *out, struct str value);
/* Appends the value that the text stands for. NULL, or what is wrong with it: text that value_write
 * does not give for any value is refused. */
const char *value_read(struct buf *out, struct str text);

#endif
