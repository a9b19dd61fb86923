/* A small file as a whole: rules, configuration, themes. Logs are streamed by core/source. */
#ifndef KEYWATCH_BASE_FILE_H
#define KEYWATCH_BASE_FILE_H

#include "core/base/buf.h"
#include "core/base/error.h"

/*
 * Appends the bytes of path, which may be a pipe. A missing file is ERROR_NOT_FOUND; what cannot be
 * read, or is larger than max bytes, is ERROR_USAGE. On false text holds what was read until then.
 * Any thread; waits for the file.
 */
bool file_read(const char *path, size_t max, struct buf *text, struct error *err);

#endif
