/* `keywatch sources`: how the sources are, as the process that fetches last wrote it. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/command/live.h"
#include "core/source/source.h"
#include "core/store/live.h"

static const char *const state_words[] = {
	[HEALTH_STARTING] = "starting",
	[HEALTH_OK] = "ok",
	[HEALTH_RETRYING] = "retrying",
	[HEALTH_ENDED] = "ended",
};

enum { PROBLEMS_TOLD = 5 };

struct listing {
	struct store *store; /* owns */
	struct store_lease lease;
	struct health *list; /* owns */
	size_t count;
	int64_t now;
};

/* ---- text ---- */

static void
put_ago(struct buf *out, int64_t now, int64_t at)
{
	char age[TIME_TEXT];

	if (at == TIME_NONE) {
		buf_puts(out, "never");
		return;
	}
	time_format_age(now > at ? now - at : 0, age);
	buf_puts(out, age);
}

static void
put_cell(struct buf *out, struct str text, int width)
{
	int shown = text_columns(text);

	text_clean(out, text);
	buf_printf(out, "%*s", width > shown ? width - shown + 2 : 2, "");
}

static void
put_moment(struct buf *out, int64_t at)
{
	char text[TIME_TEXT];

	if (at == TIME_NONE) {
		buf_puts(out, "-");
		return;
	}
	time_format_iso(at - at % TICKS_PER_SECOND, text);
	buf_puts(out, text);
}

static void
put_line(struct buf *out, const char *text)
{
	if (!text[0])
		return;
	buf_puts(out, "    ");
	text_clean(out, str_from(text));
	buf_putc(out, '\n');
}

/* How far it was looked through, and what keeps that from being whole. */
static void
put_history(struct buf *out, const struct health *h)
{
	struct buf line = {0};

	if (h->history_until) {
		buf_puts(&line, "history: looked until ");
		put_moment(&line, h->history_until);
	}
	if (h->history_left)
		buf_printf(&line, "%s%llu question%s left",
			line.len ? ", " : "history: ", (unsigned long long)h->history_left,
			h->history_left == 1 ? "" : "s");
	put_line(out, buf_cstr(&line));
	buf_clear(&line);
	if (h->history_error[0])
		buf_printf(&line, "history: %s", h->history_error);
	put_line(out, buf_cstr(&line));
	put_line(out, h->history_advice);
	buf_fini(&line);
}

/* What is wrong, what to do about it, when it is tried again; what it is doing. */
static void
put_words(struct buf *out, const struct health *h, int64_t now)
{
	struct buf line = {0};

	if (h->error[0])
		buf_printf(&line, "%s: %s", h->cause, h->error);
	if (h->state == HEALTH_RETRYING && h->retry_at > now)
		buf_printf(&line, "; next try in %lld s",
			(long long)((h->retry_at - now + TICKS_PER_SECOND - 1) / TICKS_PER_SECOND));
	put_line(out, buf_cstr(&line));
	put_line(out, h->advice);
	put_line(out, h->note);
	put_history(out, h);
	buf_clear(&line);
	if (h->skew_ms)
		source_put_skew(&line, h->skew_ms);
	put_line(out, buf_cstr(&line));
	buf_fini(&line);
}

static bool
put_problem(void *context, const struct problem *problem)
{
	struct buf *out = context;

	buf_puts(out, "    problem: ");
	text_clean(out, problem->path);
	if (problem->offset != PROBLEM_NO_OFFSET)
		buf_printf(out, " at byte %llu", (unsigned long long)problem->offset);
	buf_puts(out, ": ");
	text_clean(out, problem->reason);
	buf_putc(out, '\n');
	return true;
}

static void
put_row(struct buf *out, const struct health *h, int64_t now)
{
	struct buf cell = {0};

	put_cell(out, str_from(h->name), 16);
	put_cell(out, str_from(h->type), 12);
	put_cell(out, str_from(state_words[h->state]), 9);
	put_ago(&cell, now, h->success_at);
	put_cell(out, buf_view(&cell), 8);
	buf_clear(&cell);
	put_moment(&cell, h->position);
	put_cell(out, buf_view(&cell), 20);
	buf_clear(&cell);
	put_ago(&cell, now, h->position);
	put_cell(out, h->position == TIME_NONE ? STR("-") : buf_view(&cell), 8);
	buf_fini(&cell);
	buf_printf(out, "%8llu  %8llu  %7llu  %8llu\n", (unsigned long long)h->requests,
		(unsigned long long)h->records, (unsigned long long)h->alerts,
		(unsigned long long)h->problems);
	put_words(out, h, now);
}

static bool
put_text(struct buf *out, const struct listing *l, struct error *err)
{
	if (l->lease.pid) {
		buf_printf(out, "fetched by pid %lld (", (long long)l->lease.pid);
		text_clean(out, str_from(l->lease.user));
		buf_puts(out, ")\n");
	} else {
		buf_puts(out, "nobody fetches now\n");
	}
	if (l->count)
		buf_printf(out, "%-16s  %-12s  %-9s  %-8s  %-20s  %-8s  %8s  %8s  %7s  %8s\n",
			"NAME", "TYPE", "STATE", "SUCCESS", "POSITION", "LAG", "REQUESTS",
			"RECORDS", "ALERTS", "PROBLEMS");
	for (size_t i = 0; i < l->count; i++) {
		put_row(out, &l->list[i], l->now);
		if (!store_recent_problems(l->store, str_from(l->list[i].name), PROBLEMS_TOLD,
			    put_problem, out, err))
			return false;
	}
	return true;
}

/* ---- json ---- */

static void
put_time(struct json_writer *w, const char *key, int64_t at)
{
	char text[TIME_TEXT];

	if (at != TIME_NONE)
		time_format_iso(at, text);
	json_member_string(w, key, at != TIME_NONE ? str_from(text) : STR_ABSENT);
}

static void
put_number(struct json_writer *w, const char *key, uint64_t number)
{
	json_put_key(w, key);
	json_put_long(w, (int64_t)number);
}

static struct str
or_null(const char *text)
{
	return text[0] ? str_from(text) : STR_ABSENT;
}

static bool
write_problem(void *context, const struct problem *problem)
{
	struct json_writer *w = context;

	json_begin_object(w);
	json_member_string(
		w, "severity", problem->severity == PROBLEM_ERROR ? STR("error") : STR("note"));
	json_member_string(w, "path", problem->path);
	json_put_key(w, "offset");
	if (problem->offset != PROBLEM_NO_OFFSET)
		json_put_long(w, (int64_t)problem->offset);
	else
		json_put_null(w);
	json_member_string(w, "reason", problem->reason);
	json_end_object(w);
	return true;
}

static bool
write_problems(struct json_writer *w, const struct listing *l, const char *name, struct error *err)
{
	bool ok;

	json_put_key(w, "recentProblems");
	json_begin_array(w);
	ok = store_recent_problems(l->store, str_from(name), PROBLEMS_TOLD, write_problem, w, err);
	json_end_array(w);
	return ok;
}

static bool
put_object(
	struct json_writer *w, const struct listing *l, const struct health *h, struct error *err)
{
	bool ok;

	json_begin_object(w);
	json_member_string(w, "name", str_from(h->name));
	json_member_string(w, "type", str_from(h->type));
	json_member_string(w, "state", str_from(state_words[h->state]));
	put_time(w, "lastSuccess", h->success_at);
	put_time(w, "position", h->position);
	put_time(w, "nextTry", h->retry_at);
	json_member_string(w, "cause", or_null(h->cause));
	json_member_string(w, "error", or_null(h->error));
	json_member_string(w, "advice", or_null(h->advice));
	json_member_string(w, "note", or_null(h->note));
	put_time(w, "historyUntil", h->history_until ? h->history_until : TIME_NONE);
	put_number(w, "historyLeft", h->history_left);
	json_member_string(w, "historyError", or_null(h->history_error));
	json_member_string(w, "historyAdvice", or_null(h->history_advice));
	put_number(w, "requests", h->requests);
	put_number(w, "bytes", h->bytes);
	put_number(w, "records", h->records);
	put_number(w, "alerts", h->alerts);
	put_number(w, "problems", h->problems);
	put_number(w, "failures", h->failures);
	json_put_key(w, "clockSkewMs");
	json_put_long(w, h->skew_ms);
	ok = write_problems(w, l, h->name, err);
	json_end_object(w);
	return ok;
}

static bool
put_json(struct buf *out, const struct listing *l, struct error *err)
{
	struct json_writer w = {.out = out};
	bool ok = true;

	json_begin_object(&w);
	json_put_key(&w, "fetcher");
	if (l->lease.pid) {
		json_begin_object(&w);
		put_number(&w, "pid", (uint64_t)l->lease.pid);
		json_member_string(&w, "user", str_from(l->lease.user));
		json_end_object(&w);
	} else {
		json_put_null(&w);
	}
	json_put_key(&w, "sources");
	json_begin_array(&w);
	for (size_t i = 0; ok && i < l->count; i++)
		ok = put_object(&w, l, &l->list[i], err);
	json_end_array(&w);
	json_end_object(&w);
	buf_putc(out, '\n');
	return ok;
}

/* ---- the command ---- */

/* What is configured and was never fetched stands there, too. */
static bool
add_configured(struct listing *l, const struct source_configs *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct source_config *config = &sources->list[i];
		bool known = false;

		for (size_t n = 0; n < l->count; n++)
			known |= strcmp(l->list[n].name, config->name) == 0;
		if (known)
			continue;
		l->list = mem_array(l->list, l->count + 1, sizeof(*l->list));
		l->list[l->count] = (struct health){
			.success_at = TIME_NONE, .retry_at = TIME_NONE, .position = TIME_NONE};
		snprintf(l->list[l->count].name, sizeof(l->list->name), "%s", config->name);
		snprintf(l->list[l->count].type, sizeof(l->list->type), "%s", config->ops->type);
		l->count++;
	}
	return true;
}

static bool
list_sources(struct listing *l, const struct command_line *line, struct error *err)
{
	struct source_configs sources = {0};
	bool ok = live_sources(&sources, line, NULL, err) &&
		  command_open_store(line, &l->store, err) &&
		  store_lease_holder(l->store, &l->lease, err) &&
		  store_health_get(l->store, &l->list, &l->count, err) &&
		  add_configured(l, &sources);

	source_configs_fini(&sources);
	return ok;
}

int
command_sources(const struct command_line *line)
{
	struct listing listing = {0};
	struct buf out = {0};
	struct clock clock;
	struct error err;
	int status = 0;
	bool json;

	if (line->word_count) {
		error_set(&err, ERROR_USAGE, "sources takes no PATH; it tells of sources");
		status = command_fail(&err);
	} else if (!live_format(line, &json, &err) || !live_clock(&clock, &err) ||
		   !list_sources(&listing, line, &err)) {
		status = command_fail(&err);
	} else {
		listing.now = clock_now(&clock);
		if ((json ? put_json : put_text)(&out, &listing, &err))
			fputs(buf_cstr(&out), stdout);
		else
			status = command_fail(&err);
	}
	store_close(listing.store);
	buf_fini(&out);
	free(listing.list);
	return status;
}
