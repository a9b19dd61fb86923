#include "core/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/state_folder.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"

enum { LOG_MAX = 4 << 20 };

static void
turn_over(const char *path)
{
	struct buf old = {0};
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > LOG_MAX) {
		buf_printf(&old, "%s.1", path);
		rename(path, buf_cstr(&old));
		buf_fini(&old);
	}
}

bool
log_path(struct buf *path, struct error *err)
{
	if (!state_folder_path(path, err))
		return false;
	buf_puts(path, "/keywatch.log");
	return true;
}

bool
log_open(struct log *log, struct error *err)
{
	struct buf path = {0};
	bool ok;

	log->fd = -1;
	ok = state_folder_make(&path, err);
	if (ok) {
		buf_puts(&path, "/keywatch.log");
		turn_over(buf_cstr(&path));
		log->fd = open(buf_cstr(&path),
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		ok = log->fd >= 0 ||
		     error_set(err, ERROR_SYSTEM, "%s: %s", buf_cstr(&path), strerror(errno));
	}
	buf_fini(&path);
	return ok;
}

void
log_close(struct log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

void
log_line(const struct log *log, struct str text)
{
	struct buf line = {0};
	char now[TIME_TEXT];
	int64_t ticks = time_now();

	if (!log || log->fd < 0)
		return;
	time_format_iso(ticks - ticks % TICKS_PER_SECOND, now);
	buf_printf(&line, "%s [%d] ", now, (int)getpid());
	text_clean(&line, text);
	buf_putc(&line, '\n');
	if (write(log->fd, line.data, line.len) < 0)
		errno = 0; /* a full disk must not stop the watch */
	buf_fini(&line);
}
