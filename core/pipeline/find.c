/* The walk over the paths: what it finds is told while it goes on, first a little, then more at a
 * time, so that reading begins at once and what is told together can be ordered. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { FIRST = 256, MOST = 8192 };

struct finder {
	struct pipeline *pipeline;
	const struct walk_file *files[MOST]; /* not told yet */
	size_t count, enough;
};

/* False: stopping. */
static bool
push(struct finder *f, struct item *item, size_t bytes)
{
	struct pipeline *p = f->pipeline;

	if (queue_push(p->queue, item, bytes) == QUEUE_OK)
		return !pipeline_stopped(p);
	item_free(item);
	return false;
}

static bool
tell(struct finder *f, bool last)
{
	size_t size = f->count * sizeof(struct walk_file *);
	struct item *item = mem_alloc(sizeof(*item) + size);

	*item = (struct item){.kind = ITEM_FILES, .file_count = f->count, .last = last};
	item->files = (const struct walk_file **)(item + 1);
	memcpy(item->files, f->files, size);
	f->count = 0;
	if (f->enough < MOST)
		f->enough *= 2;
	return push(f, item, sizeof(*item) + size);
}

static bool
take_file(void *context, const struct walk_file *file)
{
	struct finder *f = context;

	f->files[f->count++] = file;
	return f->count < f->enough ? !pipeline_stopped(f->pipeline) : tell(f, false);
}

static void
take_problem(void *context, const struct problem *problem)
{
	struct item *item = item_new(ITEM_PROBLEM, problem->path, problem->reason, STR_ABSENT);

	item->severity = problem->severity;
	item->offset = problem->offset;
	push(context, item, sizeof(*item) + problem->path.len + problem->reason.len);
}

static void *
find(void *argument)
{
	struct pipeline *p = argument;
	struct finder *f = MEM_NEW(struct finder);

	f->pipeline = p;
	f->enough = FIRST;
	p->walk.file = take_file;
	p->walk.file_context = f;
	for (size_t i = 0; i < p->options.path_count && !pipeline_stopped(p); i++)
		if (!str_starts_with(str_from(p->options.paths[i]), STR("s3://")))
			walk_add(&p->walk, p->options.paths[i], take_problem, f);
	tell(f, true);
	free(f);
	pipeline_end_producer(p);
	return NULL;
}

bool
finder_start(struct pipeline *p)
{
	p->finds = pipeline_start_producer(p, &p->finder, find, p);
	return p->finds;
}

void
finder_join(struct pipeline *p)
{
	if (p->finds)
		pthread_join(p->finder, NULL);
	p->finds = false;
}
