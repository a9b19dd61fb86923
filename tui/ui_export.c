/* `:export`: the alerts that are shown, in their order, to a file. It is made beside its place and
 * moved there once it is whole, so that there is never half of one. In slices: no key waits. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/ui.h"

enum { FLUSH_BYTES = 64 << 10 };

static const char replace_word[] = "replace";

/* ---- which file ---- */

static const struct export_format *
format_of(struct str path)
{
	size_t dot = path.len;

	while (dot && path.data[dot - 1] != '.' && path.data[dot - 1] != '/')
		dot--;
	if (!dot || path.data[dot - 1] == '/')
		return NULL;
	path = str_slice(path, dot, path.len);
	return export_format_find(str_is(path, "txt") ? STR("text") : path);
}

static void
put_path(struct buf *out, struct str path)
{
	const char *home = getenv("HOME");

	if (home && str_starts_with(path, STR("~/"))) {
		buf_puts(out, home);
		path = str_slice(path, 1, path.len);
	}
	buf_str(out, path);
}

/* Beside its place: another file system could not take it by a rename. */
static bool
make_temporary(struct ui_export *x, struct error *err)
{
	buf_clear(&x->temporary);
	buf_printf(&x->temporary, "%s.XXXXXX", buf_cstr(&x->path));
	x->fd = mkostemp(x->temporary.data, O_CLOEXEC);
	return x->fd >= 0 ||
	       error_set(err, ERROR_SYSTEM, "%s: %s", buf_cstr(&x->path), strerror(errno));
}

/* ---- the beginning ---- */

static bool
begin(struct ui *ui, bool replace, struct error *err)
{
	const struct export_options options = {
		.decisions = true, .policy = ui->o.judge ? ui->o.judge->policy : NULL};
	struct ui_export *x = &ui->export;

	if (!make_temporary(x, err))
		return false;
	x->active = true;
	x->replace = replace;
	x->at = 0;
	x->count = ui->list.shown;
	x->rowids = mem_array(NULL, x->count + 1, sizeof(*x->rowids));
	for (size_t i = 0; i < x->count; i++)
		x->rowids[i] = ui->list.rows[ui->list.order[i]].rowid;
	buf_clear(&x->out);
	export_begin(&x->export, format_of(buf_view(&x->path)), &options, &x->out);
	return true;
}

static void
ask_to_replace(struct ui *ui)
{
	ui_prompt(ui, PROMPT_REPLACE, "type replace: ", "Enter replaces it; Esc leaves it");
	buf_puts(&ui->prompt.context, buf_cstr(&ui->export.path));
	buf_puts(&ui->prompt.context, " is there already");
}

void
ui_ask_export(struct ui *ui)
{
	ui_ask_command(ui);
	line_edit_set(&ui->prompt.edit, STR("export "));
	buf_clear(&ui->prompt.help);
	buf_puts(&ui->prompt.help, "a file that ends with .csv .json .jsonl .md or .txt");
}

bool
ui_export(struct ui *ui, struct str path, struct error *err)
{
	struct ui_export *x = &ui->export;

	if (x->active)
		return error_set(err, ERROR_USAGE, "%s is still written", buf_cstr(&x->path));
	if (ui_is_filtering(ui))
		return error_set(err, ERROR_USAGE, "the filter still looks at alerts; wait for it");
	if (!format_of(path))
		return error_set(
			err, ERROR_USAGE, "the file's ending says how: .csv .json .jsonl .md .txt");
	buf_clear(&x->path);
	put_path(&x->path, path);
	if (access(buf_cstr(&x->path), F_OK) == 0) {
		ask_to_replace(ui);
		return true;
	}
	return begin(ui, false, err);
}

void
ui_export_sent(struct ui *ui)
{
	struct error err;

	if (!str_is(str_trim(prompt_text(&ui->prompt)), replace_word)) {
		prompt_set_error(&ui->prompt, "that is not the word", 0);
		return;
	}
	prompt_close(&ui->prompt);
	if (!begin(ui, true, &err))
		ui_say(ui, ROLE_ERROR, "%s", err.text);
}

/* ---- the writing ---- */

bool
ui_is_exporting(const struct ui *ui)
{
	return ui->export.active;
}

static void
end(struct ui_export *x)
{
	if (!x->active)
		return;
	if (x->fd >= 0)
		close(x->fd);
	unlink(buf_cstr(&x->temporary));
	free(x->rowids);
	x->rowids = NULL;
	x->active = false;
}

void
ui_export_stop(struct ui *ui)
{
	if (ui->export.active)
		ui_say(ui, ROLE_TEXT, "stopped: nothing was written to %s",
			buf_cstr(&ui->export.path));
	end(&ui->export);
}

void
ui_export_fini(struct ui_export *x)
{
	end(x);
	buf_fini(&x->path);
	buf_fini(&x->temporary);
	buf_fini(&x->out);
}

static bool
flush(struct ui_export *x)
{
	const char *bytes = x->out.data;
	size_t left = x->out.len;

	while (left) {
		ssize_t n = write(x->fd, bytes, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		left -= (size_t)n;
	}
	buf_clear(&x->out);
	return true;
}

static bool
export_one(struct ui *ui, int64_t rowid, struct error *err)
{
	struct alert alert = {0};

	if (!store_load_row(ui->o.store, rowid, &alert, err))
		return false;
	if (ui->o.judge)
		judge_alert(ui->o.judge, &alert, true);
	export_alert(&ui->export.export, &alert);
	alert_fini(&alert);
	return true;
}

/* Another program may have made it meanwhile: that is not replaced either. */
static bool
put_in_place(struct ui_export *x)
{
	const char *from = buf_cstr(&x->temporary), *to = buf_cstr(&x->path);

	if (x->replace)
		return rename(from, to) == 0;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	return errno == EINVAL && link(from, to) == 0; /* a file system that cannot say so */
}

static void
finish(struct ui *ui)
{
	struct ui_export *x = &ui->export;
	int fd = x->fd;
	bool ok;

	export_end(&x->export);
	ok = flush(x) && fsync(fd) == 0;
	x->fd = -1;
	ok = close(fd) == 0 && ok && put_in_place(x);
	if (ok)
		ui_say(ui, ROLE_DONE, "wrote %zu alert%s to %s", x->export.count,
			x->export.count == 1 ? "" : "s", buf_cstr(&x->path));
	else
		ui_say(ui, ROLE_ERROR, "%s: %s", buf_cstr(&x->path), strerror(errno));
	end(x);
}

void
ui_export_slice(struct ui *ui, int64_t deadline_ms)
{
	struct ui_export *x = &ui->export;
	struct error err;

	if (!x->active)
		return;
	while (x->at < x->count) {
		bool ok = export_one(ui, x->rowids[x->at++], &err);

		if (ok && x->out.len >= FLUSH_BYTES && !flush(x))
			ok = error_set(
				&err, ERROR_SYSTEM, "%s: %s", buf_cstr(&x->path), strerror(errno));
		if (!ok) {
			end(x);
			ui_say(ui, ROLE_ERROR, "nothing was written: %s", err.text);
			return;
		}
		if (time_monotonic_ms() >= deadline_ms)
			break;
	}
	if (x->at == x->count)
		finish(ui);
	else
		ui_say(ui, ROLE_TEXT, "writing %zu of %zu to %s; Esc stops", x->at, x->count,
			buf_cstr(&x->path));
}
