#include "core/base/wake.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool
wake_open(struct wake *wake, struct error *err)
{
	wake->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (wake->fd < 0)
		return error_set(err, ERROR_SYSTEM, "eventfd: %s", strerror(errno));
	return true;
}

void
wake_raise(const struct wake *wake)
{
	int saved = errno;
	uint64_t one = 1;
	ssize_t n = write(wake->fd, &one, sizeof(one));

	(void)n; /* full means it is raised already */
	errno = saved;
}

void
wake_clear(const struct wake *wake)
{
	uint64_t count;
	ssize_t n = read(wake->fd, &count, sizeof(count));

	(void)n; /* empty means it was clear */
}

void
wake_close(struct wake *wake)
{
	if (wake->fd >= 0)
		close(wake->fd);
	wake->fd = -1;
}
