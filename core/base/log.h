/*
 * The log: a file of its own ($XDG_STATE_HOME/keywatch/keywatch.log, 0600, in a folder 0700), a
 * line an entry, with its time, cleaned (settled.md 13). Any thread may write: an entry is one
 * append. Grown past its limit it is renamed to keywatch.log.1 when it is next opened.
 */
#ifndef KEYWATCH_BASE_LOG_H
#define KEYWATCH_BASE_LOG_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

struct log {
	int fd; /* owns; -1: nothing is written */
};

/* Appends where the environment says it is. */
bool log_path(struct buf *path, struct error *err);
/* There; false leaves a log that writes nothing. */
bool log_open(struct log *log, struct error *err);
void log_close(struct log *log);
/* NULL writes nothing. A log that cannot be written does not stop anybody. */
void log_line(const struct log *log, struct str text);

#endif
