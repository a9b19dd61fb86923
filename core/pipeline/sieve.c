/* What a worker judges itself: with rules that must see every record, the detector would be alone
 * with all of them. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/event/glimpse.h"
#include "core/pipeline/private.h"

struct sieve {
	const struct pipeline *pipeline; /* borrows */
	struct glimpse *glimpse;
	struct rule_run *runs[]; /* one a rule; owns */
};

struct sieve *
sieve_new(const struct pipeline *p)
{
	size_t count = p->options.rule_count;
	struct sieve *sieve;
	uint64_t read = 0;

	if (p->literal_count)
		return NULL;
	sieve = mem_zalloc(sizeof(*sieve) + count * sizeof(struct rule_run *));
	sieve->pipeline = p;
	for (size_t i = 0; i < count; i++) {
		sieve->runs[i] = rule_run_new(p->options.rules[i], p->options.now);
		read |= rule_columns(p->options.rules[i]);
	}
	sieve->glimpse = glimpse_new(read, scan_record_names, scan_holder_names);
	return sieve;
}

void
sieve_free(struct sieve *sieve)
{
	if (!sieve)
		return;
	for (size_t i = 0; i < sieve->pipeline->options.rule_count; i++)
		rule_run_free(sieve->runs[i]);
	glimpse_free(sieve->glimpse);
	free(sieve);
}

/* What a rule could not tell is the detector's to name. */
static bool
is_left(struct rule_run *run, const struct event *event)
{
	size_t before = rule_run_gave_up(run);

	return !rule_match(run, event) && rule_run_gave_up(run) == before;
}

bool
sieve_passes(void *context, struct str raw)
{
	struct sieve *sieve = context;
	const struct event *event;

	if (pipeline_stopped(sieve->pipeline))
		return false; /* which the sink says to the scan */
	event = glimpse_take(sieve->glimpse, raw);
	for (size_t i = 0; event && i < sieve->pipeline->options.rule_count; i++)
		if (!is_left(sieve->runs[i], event))
			return false;
	return event != NULL;
}
