/*
 * INI files: configuration, themes and AWS's own files, as AWS's tools read them: '#' and ';'
 * begin comment lines, a value goes to the end of its line, names keep their case, a line that is
 * indented deeper than the key above is a nested setting of it (given as "key.nested"): a file may
 * be indented as a whole.
 *
 * Our own reader: libini_config folds the case of sections and keys and glues nested settings
 * together, inih as packaged cuts lines at 200 bytes; both misread AWS's files.
 */
#ifndef KEYWATCH_BASE_INI_H
#define KEYWATCH_BASE_INI_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/str.h"

/* One key; the strings borrow from the text but for a nested key; line counts from 1. Keys before
 * any section come with an empty section. Returning false stops (err filled). */
typedef bool ini_handler(void *context, struct str section, struct str key, struct str value,
	int line, struct error *err);
/* A section begins, also one without a key. */
typedef bool ini_section_handler(void *context, struct str section, int line, struct error *err);

/* The first line that is none of these is refused as FILE:LINE: reason. */
bool ini_parse(
	struct str text, const char *file, ini_handler *handler, void *context, struct error *err);
/* The same for who must know of every section. */
bool ini_parse_sections(struct str text, const char *file, ini_section_handler *section,
	ini_handler *handler, void *context, struct error *err);

#endif
