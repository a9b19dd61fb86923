/* `keywatch validation request | import`: signed elsewhere, brought back. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/base/user.h"
#include "core/command/judging.h"
#include "core/validation/request.h"
#include "core/validation/statement.h"

#define STATEMENT_SUFFIX ".statement"
#define SIGNATURE_SUFFIX ".sig"
enum { SIGNATURE_MAX = 64 << 10 };

struct work {
	const struct command_line *line;
	struct store *store;
	struct judging judging;
	int status;
};

/* The first failure's status counts. */
static void
fail(struct work *w, const char *what, struct error *err)
{
	int status;

	error_prefix(err, "%s", what);
	status = command_fail(err);
	if (!w->status)
		w->status = status;
}

/* ---- request ---- */

static bool
make(struct work *w, const char *spelled, struct buf *text, char id[ALERT_ID_SIZE],
	struct error *err)
{
	struct alert alert = {0};
	bool ok = store_find(w->store, str_from(spelled), id, err) &&
		  store_load(w->store, id, &alert, err);

	if (ok) {
		judge_alert(&w->judging.judge, &alert, true);
		ok = request_make(&w->judging.judge, &alert, str_from(w->line->principal),
			str_from(w->line->reason), time_now(), text, err);
		alert_fini(&alert);
	}
	return ok;
}

/* A file that is there is somebody's: never replaced. */
static bool
write_new(const char *path, struct str text, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	ok = write(fd, text.data, text.len) == (ssize_t)text.len && fsync(fd) == 0;
	if (!ok)
		error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	if (close(fd) != 0 && ok)
		ok = error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	if (!ok)
		unlink(path);
	return ok;
}

static void
request_one(struct work *w, const char *spelled)
{
	struct buf text = {0}, path = {0};
	char id[ALERT_ID_SIZE];
	struct error err;
	bool ok = make(w, spelled, &text, id, &err);

	if (ok && w->line->output) {
		buf_printf(&path, "%s/%s" STATEMENT_SUFFIX, w->line->output, id);
		ok = write_new(buf_cstr(&path), buf_view(&text), &err);
		if (ok)
			printf("%s\n", buf_cstr(&path));
	} else if (ok) {
		text_print(stdout, buf_view(&text));
	}
	if (!ok)
		fail(w, spelled, &err);
	buf_fini(&path);
	buf_fini(&text);
}

static void
request(struct work *w)
{
	for (size_t i = 1; i < w->line->word_count; i++)
		request_one(w, w->line->words[i]);
	if (!w->status && w->line->output)
		command_say("the admin reads them, and signs all with one command: ssh-keygen -Y "
			    "sign -n " POLICY_NAMESPACE " -f KEY *" STATEMENT_SUFFIX);
}

static bool
check_request(const struct command_line *line, struct error *err)
{
	struct stat st;

	if (line->word_count < 2)
		return error_set(err, ERROR_USAGE, "validation request needs the ID of an alert");
	if (!line->principal || !line->reason)
		return error_set(err, ERROR_USAGE,
			"validation request needs --principal NAME, the admin who will sign, and "
			"--reason TEXT");
	if (line->word_count > 2 && !line->output)
		return error_set(
			err, ERROR_USAGE, "several statements need a folder: --output FOLDER");
	if (line->output && (stat(line->output, &st) != 0 || !S_ISDIR(st.st_mode)) &&
		mkdir(line->output, 0700) != 0)
		return error_set(err, ERROR_SYSTEM, "%s: %s", line->output, strerror(errno));
	return true;
}

/* ---- import ---- */

static void
import_pair(struct work *w, const char *name, struct str statement, struct str signature)
{
	struct imported imported;
	struct error err;
	char actor[256];

	user_name(actor, sizeof(actor));
	if (!import_signed(&w->judging.judge,
		    &(struct import){.statement = statement,
			    .signature = signature,
			    .actor = str_from(actor),
			    .now = time_now()},
		    &imported, &err)) {
		fail(w, name, &err);
		return;
	}
	printf("%s validate seq %lld: signed by ", imported.id, (long long)imported.seq);
	text_print(stdout, str_from(imported.principal));
	if (imported.needed > 1)
		printf(", %u of %u", imported.approvals, imported.needed);
	putchar('\n');
}

/* Whatever stands in a folder under such a name: a pipe would be waited for. */
static bool
read_regular(const char *path, size_t max, struct buf *text, struct error *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return error_set(err, ERROR_USAGE, "%s: is no regular file", path);
	return file_read(path, max, text, err);
}

/* F.sig beside F. */
static void
import_file(struct work *w, const char *path)
{
	size_t len = strlen(path), suffix = sizeof(SIGNATURE_SUFFIX) - 1;
	struct buf statement = {0}, signature = {0}, base = {0};
	struct error err;

	if (len <= suffix || strcmp(path + len - suffix, SIGNATURE_SUFFIX) != 0) {
		error_set(&err, ERROR_USAGE,
			"is no FILE" SIGNATURE_SUFFIX ": name the signature, the statement is read "
			"from beside it");
		fail(w, path, &err);
		return;
	}
	buf_append(&base, path, len - suffix);
	if (read_regular(path, SIGNATURE_MAX, &signature, &err) &&
		read_regular(buf_cstr(&base), STATEMENT_MAX, &statement, &err))
		import_pair(w, path, buf_view(&statement), buf_view(&signature));
	else
		fail(w, path, &err);
	buf_fini(&base);
	buf_fini(&statement);
	buf_fini(&signature);
}

/* A statement and behind it its signature. */
static void
import_input(struct work *w)
{
	struct buf both = {0};
	struct str statement, signature;
	struct error err;

	if (!file_read("/dev/stdin", STATEMENT_MAX + SIGNATURE_MAX, &both, &err)) {
		fail(w, "standard input", &err);
		buf_fini(&both);
		return;
	}
	if (import_split(buf_view(&both), &statement, &signature)) {
		import_pair(w, "standard input", statement, signature);
	} else {
		error_set(&err, ERROR_USAGE, "holds no statement with a signature behind it");
		fail(w, "standard input", &err);
	}
	buf_fini(&both);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every signature in it, by name. */
static void
import_folder(struct work *w, const char *path)
{
	size_t suffix = sizeof(SIGNATURE_SUFFIX) - 1, count = 0, capacity = 0;
	DIR *folder = opendir(path);
	char **names = NULL;
	struct error err;

	if (!folder) {
		error_set(&err, ERROR_SYSTEM, "%s", strerror(errno));
		fail(w, path, &err);
		return;
	}
	for (const struct dirent *e; (e = readdir(folder));) {
		size_t len = strlen(e->d_name);
		struct buf name = {0};

		if (len <= suffix || strcmp(e->d_name + len - suffix, SIGNATURE_SUFFIX) != 0)
			continue;
		buf_printf(&name, "%s/%s", path, e->d_name);
		MEM_GROW(names, count, capacity);
		names[count++] = buf_take(&name);
	}
	closedir(folder);
	if (!count) {
		error_set(&err, ERROR_USAGE, "holds no FILE" SIGNATURE_SUFFIX);
		fail(w, path, &err);
	} else {
		qsort(names, count, sizeof(*names), by_name);
	}
	for (size_t i = 0; i < count; i++) {
		import_file(w, names[i]);
		free(names[i]);
	}
	free(names);
}

static void
import(struct work *w)
{
	for (size_t i = 1; i < w->line->word_count; i++) {
		const char *word = w->line->words[i];
		struct stat st;

		if (strcmp(word, "-") == 0)
			import_input(w);
		else if (stat(word, &st) == 0 && S_ISDIR(st.st_mode))
			import_folder(w, word);
		else
			import_file(w, word);
	}
}

static bool
check_import(const struct command_line *line, struct error *err)
{
	return line->word_count > 1 || error_set(err, ERROR_USAGE,
					       "validation import needs a FILE" SIGNATURE_SUFFIX
					       ", a folder of them, or -");
}

/* ---- both ---- */

static const struct {
	const char *word;
	bool (*check)(const struct command_line *line, struct error *err);
	void (*run)(struct work *w);
} verbs[] = {
	{"request", check_request, request},
	{"import", check_import, import},
};

static int
run(size_t verb, const struct command_line *line)
{
	struct work w = {.line = line};
	struct error err;

	if (!verbs[verb].check(line, &err) || !command_find_store(line, &w.store, &err))
		return command_fail(&err);
	if (judging_open(&w.judging, line, w.store, &err)) {
		verbs[verb].run(&w);
		judging_close(&w.judging);
	} else {
		w.status = command_fail(&err);
	}
	store_close(w.store);
	return w.status;
}

int
command_validation(const struct command_line *line)
{
	struct error err;

	if (line->word_count && strcmp(line->words[0], "export") == 0)
		return command_validation_export(line); /* judges nothing */
	for (size_t i = 0; line->word_count && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(line->words[0], verbs[i].word) == 0)
			return run(i, line);
	error_set(&err, ERROR_USAGE, "say: keywatch validation request | import | export");
	return command_fail(&err);
}
