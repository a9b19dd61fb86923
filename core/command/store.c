/* `keywatch store share GROUP`: a store that a team works in. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/command/command.h"

enum { FOLDER_MODE = 02770, FILE_MODE = 0660 };

struct sharing {
	const char *group;
	gid_t gid;
	char file[PATH_MAX], folder[PATH_MAX]; /* absolute, without symbolic links */
};

/* ---- may it be shared ---- */

static bool
find_group(struct sharing *s, struct error *err)
{
	const struct group *group = getgrnam(s->group);

	if (!group)
		return error_set(err, ERROR_USAGE,
			"there is no group %s on this machine: groupadd makes one", s->group);
	s->gid = group->gr_gid;
	return true;
}

static bool
find_file(struct sharing *s, const struct command_line *line, struct error *err)
{
	struct store *store;
	bool ok = command_find_store(line, &store, err); /* is it one of ours, and sound? */

	if (!ok)
		return false;
	if (!realpath(store_path(store), s->file))
		ok = error_set(err, ERROR_SYSTEM, "%s: %s", store_path(store), strerror(errno));
	store_close(store);
	if (ok) {
		snprintf(s->folder, sizeof(s->folder), "%s", s->file);
		*strrchr(s->folder, '/') = '\0';
	}
	return ok;
}

/* The store itself, or what SQLite keeps beside it. */
static bool
is_of_store(const struct sharing *s, const char *name)
{
	const char *base = strrchr(s->file, '/') + 1;
	size_t len = strlen(base);

	return strncmp(name, base, len) == 0 &&
	       (!name[len] || strcmp(name + len, "-wal") == 0 || strcmp(name + len, "-shm") == 0 ||
		       strcmp(name + len, "-journal") == 0);
}

/* Whoever may write a folder may replace everything in it. */
static bool
check_alone(const struct sharing *s, struct error *err)
{
	DIR *folder = opendir(s->folder);
	bool ok = true;

	if (!folder)
		return error_set(err, ERROR_SYSTEM, "%s: %s", s->folder, strerror(errno));
	for (const struct dirent *e; ok && (e = readdir(folder));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
			!is_of_store(s, e->d_name))
			ok = error_set(err, ERROR_USAGE,
				"%s holds other things than the store (%s), which the group could "
				"then change: move the store into a folder of its own, such as "
				"/var/lib/keywatch",
				s->folder, e->d_name);
	closedir(folder);
	return ok;
}

/* Every folder on the way must let the group through. */
static bool
check_way(const struct sharing *s, struct error *err)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s", s->folder);
	for (char *slash; (slash = strrchr(path, '/')) && slash != path;) {
		*slash = '\0';
		if (stat(path, &st) == 0 && !(st.st_mode & S_IXOTH) &&
			!(st.st_gid == s->gid && (st.st_mode & S_IXGRP)))
			return error_set(err, ERROR_USAGE,
				"the group could not reach the store: %s lets nobody else "
				"through: move the store, such as to /var/lib/keywatch",
				path);
	}
	return true;
}

/* ---- sharing it ---- */

/* The group before the mode: no other group gets what the mode gives. */
static bool
hand_over(const struct sharing *s, const char *path, mode_t mode, struct error *err)
{
	struct buf line = {0};

	if (chown(path, (uid_t)-1, s->gid) != 0)
		return error_set(err, ERROR_SYSTEM, "%s cannot be given to group %s: %s", path,
			s->group, strerror(errno));
	if (chmod(path, mode) != 0)
		return error_set(err, ERROR_SYSTEM, "%s cannot be opened to group %s: %s", path,
			s->group, strerror(errno));
	buf_printf(&line, "%s: group %s, mode %04o\n", path, s->group, (unsigned)mode);
	text_print(stdout, buf_view(&line));
	buf_fini(&line);
	return true;
}

/* The folder last: until then the group reaches nothing. */
static bool
share(const struct sharing *s, struct error *err)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct buf path = {0};
		bool ok;

		buf_printf(&path, "%s%s", s->file, suffixes[i]);
		ok = access(buf_cstr(&path), F_OK) != 0 ||
		     hand_over(s, buf_cstr(&path), FILE_MODE, err);
		buf_fini(&path);
		if (!ok)
			return false;
	}
	return hand_over(s, s->folder, FOLDER_MODE, err);
}

static void
say_what_it_means(const struct sharing *s)
{
	struct buf text = {0};

	buf_printf(&text,
		"Whoever is in group %s may now read this store, decide in it, and change it "
		"with other programs too: what is proven in it is what an admin signed "
		"(keywatch-validation(5)).\nThey use it with --store %s\n",
		s->group, s->file);
	text_print(stdout, buf_view(&text));
	buf_fini(&text);
}

int
command_store(const struct command_line *line)
{
	struct sharing s = {0};
	struct error err;

	if (line->word_count != 2 || strcmp(line->words[0], "share") != 0) {
		error_set(&err, ERROR_USAGE, "say: keywatch store share GROUP");
		return command_fail(&err);
	}
	s.group = line->words[1];
	if (!find_group(&s, &err) || !find_file(&s, line, &err) || !check_alone(&s, &err) ||
		!check_way(&s, &err) || !share(&s, &err))
		return command_fail(&err);
	say_what_it_means(&s);
	return 0;
}
