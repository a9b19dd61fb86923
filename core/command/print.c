#include "core/command/print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/alert/filter.h"
#include "core/base/mem.h"
#include "core/export/told.h"

enum { FLUSH_BYTES = 64 << 10 };

struct visiting {
	const struct print_options *options;
	struct alert_filter *filter; /* NULL: all */
	int64_t *rowids; /* owns: a conflict that arrives meanwhile gives an alert another id */
	size_t row_count, row_capacity;
	size_t unjudged; /* alerts of rules that are not loaded: the filter cannot tell */
	print_visit *visit;
	void *context;
};

static bool
note_row(void *context, const struct store_row *row)
{
	struct visiting *v = context;

	MEM_GROW(v->rowids, v->row_count, v->row_capacity);
	v->rowids[v->row_count++] = row->rowid;
	return true;
}

static bool
visit_one(struct visiting *v, int64_t rowid, struct error *err)
{
	struct alert alert = {0};
	bool ok = true;

	if (!store_load_row(v->options->store, rowid, &alert, err))
		return false;
	if (v->options->judge)
		judge_alert(v->options->judge, &alert, true);
	if (v->filter && !alert_filter_knows(v->filter, alert.text[ALERT_RULE_ID]))
		v->unjudged++;
	else if (!v->filter || alert_filter_match(v->filter, &alert))
		ok = v->visit(v->context, rowid, &alert, err);
	alert_fini(&alert);
	return ok;
}

static bool
visit_all(struct visiting *v, struct error *err)
{
	for (size_t i = 0; i < v->row_count; i++)
		if (!visit_one(v, v->rowids[i], err))
			return false;
	return true;
}

/* What the filter could not tell. */
static void
say_unjudged(const struct visiting *v)
{
	size_t gave_up = v->filter ? alert_filter_gave_up(v->filter) : 0;

	if (v->unjudged)
		fprintf(stderr,
			"keywatch: note: --filter leaves out %zu alerts of other rules: name them "
			"with --rule\n",
			v->unjudged);
	if (gave_up)
		fprintf(stderr,
			"keywatch: --filter: a regular expression takes too long: it was given up "
			"%zu times, and those alerts are left out%s\n",
			gave_up, gave_up < ALERT_FILTER_GIVE_UPS ? "" : ", as all behind them");
}

bool
print_each(const struct command_line *line, const struct print_options *options, print_visit *visit,
	void *context, struct error *err)
{
	struct visiting v = {.options = options, .visit = visit, .context = context};
	bool ok;

	if (line->filter &&
		!alert_filter_new(&v.filter, options->rules->rule, options->rules->count,
			str_from(line->filter), command_now(line), err))
		return error_prefix(err, "--filter");
	ok = store_rows(options->store, &options->query, note_row, &v, err) && visit_all(&v, err);
	say_unjudged(&v);
	alert_filter_free(v.filter);
	free(v.rowids);
	return ok;
}

/* ---- a format ---- */

bool
print_flush(struct print_out *out, bool all, struct error *err)
{
	size_t written;
	bool failed;

	if (!all && out->text.len < FLUSH_BYTES)
		return true;
	written = fwrite(buf_cstr(&out->text), 1, out->text.len, stdout);
	failed = written < out->text.len || fflush(stdout) != 0;
	buf_clear(&out->text);
	if (!failed)
		return true;
	out->reader_gone = errno == EPIPE;
	if (out->reader_gone)
		return false;
	return error_set(err, ERROR_SYSTEM, "standard output: %s", strerror(errno));
}

struct printing {
	struct export export;
	struct print_out out;
	bool stories;	 /* behind all alerts */
	int64_t *rowids; /* owns; of those that were printed, where there are stories */
	size_t row_count, row_capacity;
};

static bool
print_one(void *context, int64_t rowid, const struct alert *alert, struct error *err)
{
	struct printing *p = context;

	if (p->stories) {
		MEM_GROW(p->rowids, p->row_count, p->row_capacity);
		p->rowids[p->row_count++] = rowid;
	}
	export_alert(&p->export, alert);
	return print_flush(&p->out, false, err);
}

static bool
print_story(void *context, int64_t rowid, const struct alert *alert, struct error *err)
{
	struct printing *p = context;
	struct told told;

	(void)rowid;
	told_open(&told, alert, &p->export.options);
	told_put_md(&p->out.text, &told);
	told_close(&told);
	return print_flush(&p->out, false, err);
}

/* What the filter let through is not asked again. */
static bool
print_stories(struct printing *p, const struct print_options *options, struct error *err)
{
	struct visiting v = {.options = options, .visit = print_story, .context = p};

	for (size_t i = 0; i < p->row_count; i++)
		if (!visit_one(&v, p->rowids[i], err))
			return false;
	return true;
}

bool
print_alerts(const struct command_line *line, const struct print_options *options, size_t *count,
	struct error *err)
{
	const char *format = line->format ? line->format : "text";
	/* Markdown has them behind the table of all alerts. */
	struct printing p = {
		.stories = strcmp(format, "md") == 0 && options->export_options.ledger};
	bool ok;

	export_begin(&p.export, export_format_find(str_from(format)), &options->export_options,
		&p.out.text);
	ok = print_each(line, options, print_one, &p, err);
	if (ok) {
		export_end(&p.export);
		ok = print_stories(&p, options, err);
	}
	ok = ok && print_flush(&p.out, true, err);
	*count = p.export.count;
	buf_fini(&p.out.text);
	free(p.rowids);
	return ok || p.out.reader_gone;
}
