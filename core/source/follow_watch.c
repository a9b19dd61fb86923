/* Which files change: inotify(7). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/follow_private.h"

/* As large as one event can be, and some more (inotify(7)). */
enum { EVENT_BUFFER = 64 << 10 };

void
follow_watch_open(struct follow_watch *watch)
{
	*watch = (struct follow_watch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	if (watch->fd < 0)
		watch->lack = errno;
}

void
follow_watch_close(struct follow_watch *watch)
{
	for (size_t i = 0; i < watch->capacity; i++)
		free(watch->paths[i]);
	free(watch->paths);
	if (watch->fd >= 0)
		close(watch->fd);
	*watch = (struct follow_watch){.fd = -1};
}

/* A folder that was renamed keeps its descriptor and gets its new path. */
static void
add(struct follow_watch *watch, const char *path, uint32_t mask)
{
	size_t before = watch->capacity, wd;
	int result;

	if (watch->fd < 0)
		return;
	result = inotify_add_watch(watch->fd, path, mask);
	if (result < 0) {
		if (errno == ENOSPC || errno == ENOMEM)
			watch->lack = errno;
		return;
	}
	wd = (size_t)result;
	if (wd >= before) {
		watch->capacity = wd * 2 + 8;
		watch->paths = mem_array(watch->paths, watch->capacity, sizeof(char *));
		for (size_t i = before; i < watch->capacity; i++)
			watch->paths[i] = NULL;
	}
	free(watch->paths[wd]);
	watch->paths[wd] = mem_strdup(path);
}

void
follow_watch_folder(struct follow_watch *watch, const char *path)
{
	add(watch, path,
		IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
			IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

void
follow_watch_names(struct follow_watch *watch, const char *path)
{
	add(watch, path, IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
}

void
follow_watch_file(struct follow_watch *watch, const char *path)
{
	add(watch, path, IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
}

static void
forget(struct follow_watch *watch, size_t wd)
{
	free(watch->paths[wd]);
	watch->paths[wd] = NULL;
}

struct taking {
	struct follow_watch *watch;
	void (*changed)(void *context, const char *path, bool closed);
	void *context;
	bool *all;
};

static void
take_event(struct taking *t, const struct inotify_event *event)
{
	struct follow_watch *watch = t->watch;
	size_t wd = (size_t)event->wd;
	struct buf path = {0};

	if (event->mask & IN_Q_OVERFLOW)
		*t->all = true;
	if (event->wd < 0 || wd >= watch->capacity || !watch->paths[wd])
		return;
	if (event->mask & IN_IGNORED) {
		forget(watch, wd);
		*t->all = true;
		return;
	}
	buf_puts(&path, watch->paths[wd]);
	if (event->len)
		buf_printf(&path, "%s%s", str_ends_with(buf_view(&path), STR("/")) ? "" : "/",
			event->name);
	t->changed(t->context, buf_cstr(&path), event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO));
	buf_fini(&path);
}

size_t
follow_watch_take(struct follow_watch *watch,
	void (*changed)(void *context, const char *path, bool closed), void *context, bool *all)
{
	_Alignas(struct inotify_event) char events[EVENT_BUFFER];
	struct taking t = {watch, changed, context, all};
	size_t count = 0;
	ssize_t n;

	while (watch->fd >= 0 && (n = read(watch->fd, events, sizeof(events))) > 0)
		for (const char *at = events; at < events + n; count++) {
			const struct inotify_event *event = (const void *)at;

			take_event(&t, event);
			at += sizeof(*event) + event->len;
		}
	return count;
}

const char *
follow_watch_lack(const struct follow_watch *watch)
{
	switch (watch->lack) {
	case 0:
		return NULL;
	case EMFILE:
		return "cannot be watched: the limit on inotify instances or open files is reached "
		       "(sysctl fs.inotify.max_user_instances); it is looked at every "
		       "poll_interval";
	case ENOSPC:
		return "cannot be watched as a whole: the limit on inotify watches is reached "
		       "(sysctl fs.inotify.max_user_watches); it is looked at every poll_interval";
	default:
		return "cannot be watched: inotify is not available; it is looked at every "
		       "poll_interval";
	}
}
