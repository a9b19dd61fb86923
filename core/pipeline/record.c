/* One record that a live source told, fetched from it once more, for who wants to see it: the
 * store keeps what it tells and its hash, not its bytes. Ahead of all history, one at a time. */
#include <stdio.h>

#include "core/pipeline/private.h"

/* ---- who wants it ---- */

static struct fetcher *
find_asker(struct pipeline *p, struct str source)
{
	for (size_t i = 0; i < p->fetcher_count; i++) {
		struct fetcher *f = &p->fetchers[i];

		if (!f->once && str_is(source, f->config->name))
			return f->config->ops->asks & 1U << SOURCE_ASK_EVENT ? f : NULL;
	}
	return NULL;
}

static bool
fill(struct record_wish *wish, const struct trace *t)
{
	struct str id = t->text[TRACE_EVENT_ID];

	if (!id.len || id.len >= sizeof(wish->event_id) || t->path.len >= sizeof(wish->path) ||
		t->sha256.len != HASH_HEX - 1)
		return false;
	snprintf(wish->event_id, sizeof(wish->event_id), "%.*s", STR_ARG(id));
	snprintf(wish->path, sizeof(wish->path), "%.*s", STR_ARG(t->path));
	snprintf(wish->sha256, sizeof(wish->sha256), "%.*s", STR_ARG(t->sha256));
	wish->time = t->time;
	return true;
}

bool
pipeline_want_record(struct pipeline *p, const struct trace *trace, struct error *err)
{
	struct fetcher *f = find_asker(p, trace->source);
	struct record_wish wish = {.state = WISH_WANTED, .fetcher = f};
	struct pipeline_live live = {0};
	bool ours;

	if (!f)
		return error_set(err, ERROR_NOT_FOUND,
			"the source %.*s is not watched any more, or cannot be asked for a record",
			STR_ARG(trace->source));
	if (!fill(&wish, trace))
		return error_set(err, ERROR_NOT_FOUND, "it has no eventID to ask for");
	pthread_mutex_lock(&p->lock);
	live = p->live;
	ours = live.ours;
	if (ours) {
		wish.serial = p->wish.serial + 1;
		buf_fini(&p->wish.raw);
		p->wish = wish;
	}
	pthread_mutex_unlock(&p->lock);
	if (!ours)
		return error_set(err, ERROR_NOT_FOUND,
			"%s is fetched by pid %lld (%s): open it there", f->config->name,
			(long long)live.pid, live.user);
	wake_raise(&f->ask_wake);
	return true;
}

enum evidence_step
pipeline_take_record(struct pipeline *p, struct buf *raw, struct error *err)
{
	enum evidence_step step = EVIDENCE_READING;

	pthread_mutex_lock(&p->lock);
	if (p->wish.state == WISH_DONE) {
		step = p->wish.step;
		buf_str(raw, buf_view(&p->wish.raw));
		*err = p->wish.error;
	}
	pthread_mutex_unlock(&p->lock);
	return step;
}

void
pipeline_forget_record(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->wish.state = WISH_NONE;
	pthread_mutex_unlock(&p->lock);
}

/* ---- the asker's side ---- */

bool
record_is_wanted(struct fetcher *f)
{
	struct pipeline *p = f->pipeline;
	bool wanted;

	pthread_mutex_lock(&p->lock);
	wanted = p->wish.state == WISH_WANTED && p->wish.fetcher == f;
	pthread_mutex_unlock(&p->lock);
	return wanted;
}

bool
record_take_wish(struct fetcher *f, struct record_wish *wish)
{
	struct pipeline *p = f->pipeline;
	bool taken;

	pthread_mutex_lock(&p->lock);
	taken = p->wish.state == WISH_WANTED && p->wish.fetcher == f;
	if (taken) {
		p->wish.state = WISH_TAKEN;
		*wish = p->wish;
		wish->raw = (struct buf){0};
	}
	pthread_mutex_unlock(&p->lock);
	return taken;
}

bool
record_take(struct record_wish *wish, struct str raw)
{
	char hash[HASH_HEX];

	hash_hex(raw, hash);
	wish->other |= strcmp(hash, wish->sha256) != 0;
	if (strcmp(hash, wish->sha256) != 0 || wish->raw.len)
		return true;
	buf_str(&wish->raw, raw);
	return true;
}

static void
judge(struct record_wish *wish, enum source_result result, const struct source_failure *failure,
	const struct error *err)
{
	const char *advice = source_advice(failure);

	wish->step = wish->raw.len ? EVIDENCE_FOUND : EVIDENCE_GONE;
	if (wish->raw.len)
		return;
	if (result != SOURCE_OK)
		error_set(&wish->error, ERROR_NOT_FOUND, "%s is not given: %s: %s%s%s",
			wish->event_id, source_cause_word(failure->cause), err->text,
			advice[0] ? "; " : "", advice);
	else if (wish->other)
		error_set(&wish->error, ERROR_NOT_FOUND,
			"another record than was read has the id %s", wish->event_id);
	else
		error_set(&wish->error, ERROR_NOT_FOUND, "%s has no record %s any more", wish->path,
			wish->event_id);
}

void
record_end(struct fetcher *f, struct record_wish *wish, enum source_result result,
	const struct source_failure *failure, const struct error *err)
{
	struct pipeline *p = f->pipeline;

	judge(wish, result, failure, err);
	pthread_mutex_lock(&p->lock);
	if (p->wish.state == WISH_TAKEN && p->wish.serial == wish->serial) {
		p->wish = *wish;
		p->wish.state = WISH_DONE;
		wish->raw = (struct buf){0};
	}
	pthread_mutex_unlock(&p->lock);
	buf_fini(&wish->raw);
	pipeline_wake(p);
}
