#include "core/command/print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/alert/filter.h"
#include "core/base/mem.h"

enum { FLUSH_BYTES = 64 << 10 };

struct printing {
	const struct print_options *options;
	struct alert_filter *filter; /* NULL: all */
	struct export export;
	struct buf out;
	int64_t *rowids; /* owns: a conflict that arrives meanwhile gives an alert another id */
	size_t row_count, row_capacity;
	size_t unjudged; /* alerts of rules that are not loaded: the filter cannot tell */
	bool reader_gone;
};

static bool
note_row(void *context, const struct store_row *row)
{
	struct printing *p = context;

	MEM_GROW(p->rowids, p->row_count, p->row_capacity);
	p->rowids[p->row_count++] = row->rowid;
	return true;
}

static bool
flush(struct printing *p, struct error *err)
{
	size_t written = fwrite(buf_cstr(&p->out), 1, p->out.len, stdout);
	bool failed = written < p->out.len || fflush(stdout) != 0;

	buf_clear(&p->out);
	if (!failed)
		return true;
	p->reader_gone = errno == EPIPE;
	if (p->reader_gone)
		return false;
	return error_set(err, ERROR_SYSTEM, "standard output: %s", strerror(errno));
}

static bool
print_one(struct printing *p, int64_t rowid, struct error *err)
{
	struct alert alert = {0};

	if (!store_load_row(p->options->store, rowid, &alert, err))
		return false;
	if (p->options->judge)
		judge_alert(p->options->judge, &alert, true);
	if (p->filter && !alert_filter_knows(p->filter, alert.text[ALERT_RULE_ID]))
		p->unjudged++;
	else if (!p->filter || alert_filter_match(p->filter, &alert))
		export_alert(&p->export, &alert);
	alert_fini(&alert);
	return p->out.len < FLUSH_BYTES || flush(p, err);
}

static bool
print_all(struct printing *p, struct error *err)
{
	for (size_t i = 0; i < p->row_count; i++)
		if (!print_one(p, p->rowids[i], err))
			return false;
	export_end(&p->export);
	return flush(p, err);
}

/* What the filter could not tell. */
static void
say_unjudged(const struct printing *p)
{
	size_t gave_up = p->filter ? alert_filter_gave_up(p->filter) : 0;

	if (p->unjudged)
		fprintf(stderr,
			"keywatch: note: --filter leaves out %zu alerts of other rules: name them "
			"with --rule\n",
			p->unjudged);
	if (gave_up)
		fprintf(stderr,
			"keywatch: --filter: a regular expression takes too long: it was given up "
			"%zu times, and those alerts are left out%s\n",
			gave_up, gave_up < ALERT_FILTER_GIVE_UPS ? "" : ", as all behind them");
}

bool
print_alerts(const struct command_line *line, const struct print_options *options, size_t *count,
	struct error *err)
{
	struct printing p = {.options = options};
	const char *format = line->format ? line->format : "text";
	bool ok = true;

	if (line->filter &&
		!alert_filter_new(&p.filter, options->rules->rule, options->rules->count,
			str_from(line->filter), command_now(line), err))
		return error_prefix(err, "--filter");
	export_begin(
		&p.export, export_format_find(str_from(format)), &options->export_options, &p.out);
	ok = store_rows(options->store, &options->query, note_row, &p, err) && print_all(&p, err);
	*count = p.export.count;
	say_unjudged(&p);
	alert_filter_free(p.filter);
	buf_fini(&p.out);
	free(p.rowids);
	return ok || p.reader_gone;
}
