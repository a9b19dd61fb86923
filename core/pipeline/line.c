/* What the sources have to say, a line each, for who watches and for the log. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/pipeline/private.h"

enum { LINES_KEPT = 1000 };

/* One line, whatever it quotes: what comes from a service must not add lines of its own. */
void
line_say(struct pipeline *p, const char *line)
{
	struct buf clean = {0};
	char *oldest = NULL;

	text_clean(&clean, str_from(line));
	log_line(p->options.log, str_from(line));
	pthread_mutex_lock(&p->lock);
	if (p->line_count == LINES_KEPT) {
		oldest = p->lines[0];
		memmove(p->lines, p->lines + 1, --p->line_count * sizeof(*p->lines));
	}
	MEM_GROW(p->lines, p->line_count, p->line_capacity);
	p->lines[p->line_count++] = buf_take(&clean);
	pthread_mutex_unlock(&p->lock);
	free(oldest);
	pipeline_wake(p);
}

void
line_say_problem(struct pipeline *p, const struct item *item, const struct problem *problem)
{
	struct buf line = {0};

	if (!item->fetcher || item->fetcher->once)
		return;
	buf_printf(&line, "%.*s: %s%.*s: ", STR_ARG(problem->source),
		problem->severity == PROBLEM_NOTE ? "note: " : "", STR_ARG(problem->path));
	if (problem->offset != PROBLEM_NO_OFFSET)
		buf_printf(&line, "byte %llu: ", (unsigned long long)problem->offset);
	buf_str(&line, problem->reason);
	line_say(p, buf_cstr(&line));
	buf_fini(&line);
}

bool
pipeline_take_line(struct pipeline *p, char **line)
{
	bool there;

	pthread_mutex_lock(&p->lock);
	there = p->line_count > 0;
	if (there) {
		*line = p->lines[0];
		memmove(p->lines, p->lines + 1, --p->line_count * sizeof(*p->lines));
	}
	pthread_mutex_unlock(&p->lock);
	return there;
}
