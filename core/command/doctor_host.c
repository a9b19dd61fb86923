/* What doctor looks at on this machine: the store, the log, the terminal, the libraries. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/regex.h"
#include "core/base/text.h"
#include "core/command/doctor.h"
#include "core/scan/inflate.h"
#include "core/source/http.h"
#include "core/source/xml.h"
#include "core/store/live.h"

/* ---- files ---- */

/* The nearest folder above that is there; "." for a name alone. Returns owned. */
static char *
folder_above(const char *path)
{
	char *folder = mem_strdup(path), *slash;

	do {
		slash = strrchr(folder, '/');
		if (!slash) {
			free(folder);
			return mem_strdup(".");
		}
		slash[slash == folder] = '\0';
	} while (slash != folder && access(folder, F_OK) != 0 && errno == ENOENT);
	return folder;
}

static void
check_can_be_made(const char *path, struct doctor_check *check)
{
	char *folder = folder_above(path);

	check->ok = access(folder, W_OK | X_OK) == 0;
	if (check->ok) {
		buf_printf(&check->says, "%s is not there yet; it is made when it is needed", path);
	} else {
		buf_printf(&check->says, "%s is not there and cannot be made: %s: %s", path, folder,
			strerror(errno));
		buf_puts(&check->advice, "make that folder yours, or name another place");
	}
	free(folder);
}

/* What `forbidden` names of others' rights is too much. */
static void
check_mode(const char *path, const struct stat *st, mode_t forbidden, struct doctor_check *check)
{
	buf_printf(&check->says, "%s (%04o)", path, (unsigned)(st->st_mode & 07777));
	if (access(path, W_OK) != 0) {
		check->ok = false;
		buf_printf(&check->says, ": you may not write it: %s", strerror(errno));
		buf_puts(&check->advice, "give yourself the right, or name another file");
	} else if (st->st_mode & forbidden) {
		check->ok = false;
		buf_puts(&check->says, ": others may use it, and it names users and keys");
		buf_printf(&check->advice, "chmod %s %s", forbidden & 070 ? "go=" : "o=", path);
	}
}

/* ---- the store ---- */

static void
put_holder(struct buf *out, const struct store_lease *lease)
{
	if (lease->pid)
		buf_printf(out, "\nfetched by pid %lld (%s)", (long long)lease->pid, lease->user);
	else
		buf_puts(out, "\nnobody fetches for it now");
}

static void
check_store_file(const struct command_line *line, const char *path, const struct stat *st,
	struct doctor_check *check)
{
	struct store *store;
	struct store_lease lease;
	struct error err;

	if (!command_open_store(line, &store, &err)) {
		check->ok = false;
		buf_puts(&check->says, err.text);
		return;
	}
	check_mode(path, st, 07, check); /* a group may share it on purpose */
	if (store_lease_holder(store, &lease, &err)) {
		put_holder(&check->says, &lease);
	} else {
		check->ok = false;
		buf_printf(&check->says, "\n%s", err.text);
	}
	store_close(store);
}

void
doctor_check_store(const struct command_line *line, struct doctor_check *check)
{
	struct buf path = {0};
	struct stat st;
	struct error err;

	*check = (struct doctor_check){.name = "store", .ok = true};
	if (!command_store_path(line, &path, &err)) {
		check->ok = false;
		buf_puts(&check->says, err.text);
	} else if (lstat(buf_cstr(&path), &st) != 0 && errno == ENOENT) {
		check_can_be_made(buf_cstr(&path), check);
	} else {
		check_store_file(line, buf_cstr(&path), &st, check);
	}
	buf_fini(&path);
}

/* ---- the log ---- */

void
doctor_check_log(struct doctor_check *check)
{
	struct buf path = {0};
	struct stat st;
	struct error err;

	*check = (struct doctor_check){.name = "log", .ok = true};
	if (!log_path(&path, &err)) {
		check->ok = false;
		buf_puts(&check->says, err.text);
	} else if (lstat(buf_cstr(&path), &st) != 0) {
		check_can_be_made(buf_cstr(&path), check);
	} else if (!S_ISREG(st.st_mode)) {
		check->ok = false;
		buf_printf(&check->says, "%s is no file", buf_cstr(&path));
		buf_puts(&check->advice, "move it away");
	} else {
		check_mode(buf_cstr(&path), &st, 077, check);
	}
	buf_fini(&path);
}

/* ---- the terminal ---- */

void
doctor_check_terminal(const struct command_line *line, struct doctor_check *check)
{
	const char *name = getenv("TERM");

	*check = (struct doctor_check){.name = "terminal", .ok = true};
	if (!name || !name[0]) {
		buf_puts(&check->says, "TERM is not set: alerts are printed, there is no screen");
		return;
	}
	buf_puts(&check->says, name);
	if (line->screen && line->screen->knows_terminal(name))
		return;
	check->ok = false;
	buf_puts(&check->says, " is unknown here: alerts are printed, there is no screen");
	buf_puts(&check->advice,
		"install its description (ncurses-term), or set TERM=xterm-256color");
}

/* ---- the libraries ---- */

static void (*const libraries[])(struct buf *out) = {http_library, hash_library, store_library,
	json_library, xml_library, rule_library, regex_library, inflate_library, text_library};

void
doctor_check_libraries(const struct command_line *line, struct doctor_check *check)
{
	*check = (struct doctor_check){.name = "libraries", .ok = true};
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (i)
			buf_puts(&check->says, "\n");
		libraries[i](&check->says);
	}
	if (line->screen) {
		buf_puts(&check->says, "\n");
		line->screen->library(&check->says);
	}
}
