/*
 * What `keywatch doctor` finds, and how it is told. Private to core/command; main thread.
 */
#ifndef KEYWATCH_COMMAND_DOCTOR_H
#define KEYWATCH_COMMAND_DOCTOR_H

#include "core/base/json.h"
#include "core/command/live.h"
#include "core/source/source.h"

/* A source, asked. */
struct doctor_source {
	const struct source_config *config; /* borrows */
	struct buf configured;		    /* FILE:LINE, or how else; owns */
	struct source_asked asked;
	bool ok; /* it answered, and the clock is right */
	bool answered;
	const char *cause; /* one word; NULL: it answered */
	struct buf error;  /* owns */
	struct buf advice; /* owns */
	char note[160];	   /* what the source says of itself once it answered, or "" */
	int64_t latency_ms, skew_ms;
};

/* Anything else that was looked at. */
struct doctor_check {
	const char *name; /* store, rule, log … */
	bool ok;
	struct buf says;   /* owns; lines */
	struct buf advice; /* owns; what to do about it */
};

/* Where it is told: as it is found, since a source may take its time. */
struct doctor_report {
	bool json;
	struct buf out;		   /* owns */
	struct json_writer writer; /* of out */
	struct buf failed;	   /* names of what is not well; owns */
	unsigned failures;
	bool in_checks; /* JSON: the array of sources is closed */
};

void doctor_begin(struct doctor_report *report);
/* The source is about to be asked. */
void doctor_tell_asking(struct doctor_report *report, const struct doctor_source *source);
void doctor_tell_source(struct doctor_report *report, const struct doctor_source *source);
/* After the sources. Takes what the check owns. */
void doctor_tell_check(struct doctor_report *report, struct doctor_check *check);
void doctor_end(struct doctor_report *report);

/* How long a source may take: one that hangs does not hide the others. */
enum { DOCTOR_LIMIT_MS = 15000 };

/* What sources are asked with. */
struct doctor_asker {
	const struct clock *clock;
	const struct source_rule *rules;
	size_t rule_count;
	int signals; /* a signalfd; readable: stop */
};
/* Opens the source by itself, sends its one harmless request, closes it. Fills all but configured;
 * false: stopped by a signal. */
bool doctor_ask(const struct doctor_asker *asker, struct doctor_source *source);

/* The checks that need no network, each one function. */
void doctor_check_store(const struct command_line *line, struct doctor_check *check);
void doctor_check_log(struct doctor_check *check);
void doctor_check_terminal(const struct command_line *line, struct doctor_check *check);
void doctor_check_libraries(const struct command_line *line, struct doctor_check *check);

#endif
