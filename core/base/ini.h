/*
 * INI files: configuration and AWS's own files. '#' and ';' comment lines, values to the end of
 * the line, white-space-indented lines belong to the key above as nested settings.
 */
#ifndef KEYWATCH_BASE_INI_H
#define KEYWATCH_BASE_INI_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/str.h"

/* One key; line counts from 1. Returning false stops (err filled). */
typedef bool ini_handler(
	void *context, struct str section, struct str key, struct str value, int line,
	struct error *err);

/* err names FILE:LINE. */
bool ini_parse(struct str text, const char *file, ini_handler *handler, void *context,
	struct error *err);

#endif
