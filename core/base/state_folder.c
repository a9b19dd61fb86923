#include "core/base/state_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A relative one is to be ignored: XDG base directories. */
bool
state_folder_path(struct buf *path, struct error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && state[0] == '/')
		buf_puts(path, state);
	else if (home && home[0] == '/')
		buf_printf(path, "%s/.local/state", home);
	else
		return error_set(err, ERROR_USAGE,
			"HOME is not set: there is no place for the log and what is remembered");
	buf_puts(path, "/keywatch");
	return true;
}

/* With what leads to it. */
bool
state_folder_make(struct buf *path, struct error *err)
{
	if (!state_folder_path(path, err))
		return false;
	for (char *slash = strchr(path->data + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path->data, 0700);
		*slash = '/';
	}
	if (mkdir(path->data, 0700) == 0 || errno == EEXIST)
		return true;
	return error_set(err, ERROR_SYSTEM, "%s: %s", path->data, strerror(errno));
}
