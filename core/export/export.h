/*
 * Alerts → text, json, jsonl, csv, md: streamed, one alert at a time, the same shape from every
 * command (settled.md 13, 15). A format is one row in export.c and its functions. One thread.
 */
#ifndef KEYWATCH_EXPORT_EXPORT_H
#define KEYWATCH_EXPORT_EXPORT_H

#include <stdbool.h>

#include "core/alert/facts.h"
#include "core/base/buf.h"
#include "core/validation/policy.h"

struct export_format;

struct export_options {
	bool decisions; /* add decisions[], validated, validation; to csv what proves them */
	const struct policy *policy;	  /* names the files to verify by; NULL: no command does */
	const struct fact_ledger *ledger; /* add facts[]; NULL: no facts */
	/* With facts: what other records tell of an alert, everything in the arena. False: nothing
	 * was looked for, or it cannot be loaded (err). NULL: nothing was looked for. */
	bool (*story)(void *context, const struct alert *alert, struct arena *arena,
		struct history *history, struct error *err);
	void *story_context;
};

struct export
{
	const struct export_format *format;
	struct export_options options;
	size_t count;	 /* alerts so far */
	struct buf *out; /* borrows; the caller writes it out and clears it as it likes */
};

/* NULL when there is no such format; export_format_names lists them. */
const struct export_format *export_format_find(struct str name);
const char *export_format_names(void); /* "text, json, jsonl, csv, md" */

void export_begin(struct export *e, const struct export_format *format,
	const struct export_options *options, struct buf *out);
void export_alert(struct export *e, const struct alert *alert);
void export_end(struct export *e);

/* Used by the formats. */
void export_json_object(
	struct buf *out, const struct alert *alert, const struct export_options *options);
void export_csv_header(struct export *e);
void export_csv_row(struct export *e, const struct alert *alert);
void export_text_header(struct export *e);
void export_text_row(struct export *e, const struct alert *alert);
void export_md_header(struct export *e);
void export_md_row(struct export *e, const struct alert *alert);

/* Appends text for Markdown: cleaned, and without meaning to it. */
void export_md_text(struct buf *out, struct str text);

#endif
