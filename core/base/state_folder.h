/* Where a program keeps what only it needs from start to start: $XDG_STATE_HOME/keywatch. */
#ifndef KEYWATCH_BASE_STATE_FOLDER_H
#define KEYWATCH_BASE_STATE_FOLDER_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* Appends its path. */
bool state_folder_path(struct buf *path, struct error *err);
/* The same, and makes it, 0700, with what leads to it. */
bool state_folder_make(struct buf *path, struct error *err);

#endif
