/* One record that a live source told, fetched from it once more (reread.c), for who wants to see
 * it: the store keeps what it tells and its hash, not its bytes. */
#include <stdio.h>

#include "core/pipeline/private.h"

static struct fetcher *
find_fetcher(const struct pipeline *p, struct str source)
{
	for (size_t i = 0; i < p->fetcher_count; i++)
		if (!p->fetchers[i].once && str_is(source, p->fetchers[i].config->name))
			return &p->fetchers[i];
	return NULL;
}

static bool
may_be_asked(const struct fetcher *f, struct str source, struct error *err)
{
	if (!f)
		return error_set(err, ERROR_NOT_FOUND,
			"the source %.*s is not watched any more: nobody can be asked for it",
			STR_ARG(source));
	if (f->config->ops->asks & 1U << SOURCE_ASK_EVENT)
		return true;
	return error_set(err, ERROR_NOT_FOUND,
		"%s is of the type %s, which is not asked for a record once more", f->config->name,
		f->config->ops->type);
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
	struct fetcher *f = find_fetcher(p, trace->source);
	struct record_wish wish = {.state = WISH_WANTED, .fetcher = f};

	if (!may_be_asked(f, trace->source, err))
		return false;
	if (!fill(&wish, trace))
		return error_set(err, ERROR_NOT_FOUND, "it has no eventID to ask for");
	pthread_mutex_lock(&p->lock);
	wish.serial = p->reread.wish.serial + 1;
	buf_fini(&p->reread.wish.raw);
	p->reread.wish = wish;
	wake_raise(&p->reread.wake);
	pthread_mutex_unlock(&p->lock);
	if (!p->reread.started)
		pipeline_start_thread(&p->reread.thread, pipeline_reread, p);
	p->reread.started = true;
	return true;
}

enum evidence_step
pipeline_take_record(struct pipeline *p, struct buf *raw, struct error *err)
{
	enum evidence_step step = EVIDENCE_READING;

	pthread_mutex_lock(&p->lock);
	if (p->reread.wish.state == WISH_DONE) {
		step = p->reread.wish.step;
		buf_str(raw, buf_view(&p->reread.wish.raw));
		*err = p->reread.wish.error;
	}
	pthread_mutex_unlock(&p->lock);
	return step;
}

void
pipeline_forget_record(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->reread.wish.state = WISH_NONE;
	if (p->reread.started)
		wake_raise(&p->reread.wake);
	pthread_mutex_unlock(&p->lock);
}

bool
record_is_wanted(struct pipeline *p)
{
	bool wanted;

	pthread_mutex_lock(&p->lock);
	wanted = p->reread.wish.state == WISH_WANTED || p->reread.wish.state == WISH_TAKEN;
	pthread_mutex_unlock(&p->lock);
	return wanted;
}

bool
record_init(struct pipeline *p, struct error *err)
{
	return wake_open(&p->reread.wake, err) && wake_open(&p->reread.round_wake, err);
}

void
record_fini(struct pipeline *p)
{
	if (p->reread.started)
		pthread_join(p->reread.thread, NULL);
	buf_fini(&p->reread.wish.raw);
	wake_close(&p->reread.wake);
	wake_close(&p->reread.round_wake);
}
