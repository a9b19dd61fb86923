/* `keywatch validation export`: what was signed, its signature and the record as files, for whoever
 * verifies them without keywatch (report_validation.c prints the commands). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/command/command.h"
#include "core/export/proof.h"
#include "core/store/store.h"

struct exporting {
	const struct command_line *line;
	struct store *store;
	int64_t *rows; /* owns */
	size_t row_count, row_capacity;
	size_t written; /* signatures */
};

static bool
write_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.data, text.len);

		if (n < 0 && errno != EINTR)
			return false;
		text = str_slice(text, n > 0 ? (size_t)n : 0, text.len);
	}
	return true;
}

/* A file that is there is somebody's, unless it has these very bytes. */
static bool
is_there(const char *path, struct str text)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *bytes = mem_alloc(text.len + 2);
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && len <= text.len) {
		n = read(fd, bytes + len, text.len + 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	n = n < 0 || len != text.len || (len && memcmp(bytes, text.data, len) != 0);
	free(bytes);
	return n == 0;
}

static bool
write_new(const char *path, struct str text, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0 && errno == EEXIST && is_there(path, text))
		return true;
	if (fd < 0)
		return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	ok = write_all(fd, text) || error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	if (close(fd) != 0 && ok)
		ok = error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	if (!ok)
		unlink(path);
	return ok;
}

/* d NULL: what belongs to the alert. */
static bool
write_file(const struct exporting *e, const struct alert *alert, const struct decision *d,
	const char *suffix, struct str text, struct error *err)
{
	struct buf path = {0};
	bool ok;

	buf_printf(&path, "%s/", e->line->output);
	proof_file(&path, alert, d, suffix);
	ok = write_new(buf_cstr(&path), text, err);
	buf_putc(&path, '\n');
	if (ok)
		text_print(stdout, buf_view(&path));
	buf_fini(&path);
	return ok;
}

/* The name of a file comes out of the store, which others may write. */
static bool
check_id(const struct alert *alert, struct error *err)
{
	return strspn(alert->id, "0123456789abcdef") == ALERT_ID_SIZE - 1 ||
	       error_set(err, ERROR_STORE, "the store is damaged: an alert's id is none");
}

static bool
write_signed(
	struct exporting *e, const struct alert *alert, const struct decision *d, struct error *err)
{
	e->written++;
	return write_file(e, alert, d, PROOF_STATEMENT, d->statement, err) &&
	       write_file(e, alert, d, PROOF_SIGNATURE, d->signature, err);
}

static bool
write_alert(struct exporting *e, const struct alert *alert, struct error *err)
{
	size_t before = e->written;
	bool ok = true;

	for (size_t i = 0; ok && i < alert->decision_count; i++)
		if (decision_is_signed(&alert->decisions[i]))
			ok = check_id(alert, err) &&
			     write_signed(e, alert, &alert->decisions[i], err);
	return ok &&
	       (e->written == before || write_file(e, alert, NULL, PROOF_RECORD, alert->raw, err));
}

/* ---- which ---- */

static bool
export_named(struct exporting *e, const char *spelled, struct error *err)
{
	struct alert alert = {0};
	char id[ALERT_ID_SIZE];
	size_t before = e->written;
	bool ok;

	if (!store_find(e->store, str_from(spelled), id, err) ||
		!store_load(e->store, id, &alert, err))
		return error_prefix(err, "%s", spelled);
	ok = write_alert(e, &alert, err);
	alert_fini(&alert);
	if (ok && e->written == before)
		return error_set(err, ERROR_NOT_FOUND, "%s: nobody signed a validation", spelled);
	return ok;
}

static bool
note_row(void *context, const struct store_row *row)
{
	struct exporting *e = context;

	if (!row->last_seq)
		return true;
	MEM_GROW(e->rows, e->row_count, e->row_capacity);
	e->rows[e->row_count++] = row->rowid;
	return true;
}

static bool
export_all(struct exporting *e, struct error *err)
{
	const struct store_query all = {.order = STORE_BY_TIME};
	bool ok = store_rows(e->store, &all, note_row, e, err);

	for (size_t i = 0; ok && i < e->row_count; i++) {
		struct alert alert = {0};

		ok = store_load_row(e->store, e->rows[i], &alert, err) &&
		     write_alert(e, &alert, err);
		alert_fini(&alert);
	}
	if (ok && !e->written)
		command_say("note: nobody signed a validation: no file was written");
	free(e->rows);
	return ok;
}

static bool
check_line(const struct command_line *line, struct error *err)
{
	struct stat st;

	if (!line->output)
		return error_set(err, ERROR_USAGE,
			"validation export needs a folder for its files: --output FOLDER");
	if ((stat(line->output, &st) != 0 || !S_ISDIR(st.st_mode)) &&
		mkdir(line->output, 0700) != 0)
		return error_set(err, ERROR_SYSTEM, "%s: %s", line->output, strerror(errno));
	return true;
}

int
command_validation_export(const struct command_line *line)
{
	struct exporting e = {.line = line};
	struct error err;
	int status = 0;

	if (!command_find_store(line, &e.store, &err))
		return command_fail(&err);
	if (!check_line(line, &err) || (line->word_count < 2 && !export_all(&e, &err)))
		status = command_fail(&err);
	for (size_t i = 1; !status && i < line->word_count; i++)
		if (!export_named(&e, line->words[i], &err))
			status = command_fail(&err);
	store_close(e.store);
	return status;
}
