#include "core/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool
file_read(const char *path, size_t max, struct buf *text, struct error *err)
{
	FILE *file = fopen(path, "re");
	size_t before = text->len, n;
	char chunk[4096];
	bool ok = true;

	if (!file)
		return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_USAGE, "%s: %s",
			path, strerror(errno));
	while (text->len - before <= max && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(text, chunk, n);
	if (ferror(file))
		ok = error_set(err, ERROR_USAGE, "%s: cannot be read: %s", path, strerror(errno));
	else if (text->len - before > max)
		ok = error_set(err, ERROR_USAGE, "%s: larger than %zu bytes", path, max);
	fclose(file);
	return ok;
}
