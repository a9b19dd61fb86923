/* The regions in use: where a key may be called with. Configured, else those that are enabled for
 * the account, else those that are watched. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/source/aws_regions.h"
#include "core/source/cloudtrail_private.h"

enum {
	LIST_AGAIN_MS = 24 * 3600 * 1000,
	FAILED_AGAIN_MS = 3600 * 1000,
	SILENT_DENIED_MS = 24 * 3600 * 1000, /* by a policy: it will be so tomorrow */
	SILENT_MS = 5 * 60 * 1000,
};

struct scope_region {
	char *name; /* owns */
	const char *silent;
	int64_t silent_until;
};

struct trail_scope {
	struct scope_region *list; /* owns; those that are watched first */
	size_t count, capacity, watched;
	int64_t list_again_ms; /* 0: not listed yet */
	char unknown[256];
};

static struct scope_region *
find(const struct trail_scope *s, struct str name)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_is(name, s->list[i].name))
			return &s->list[i];
	return NULL;
}

static void
add(void *context, struct str name)
{
	struct trail_scope *s = context;
	struct scope_region *region;

	if (find(s, name))
		return;
	MEM_GROW(s->list, s->count, s->capacity);
	region = &s->list[s->count++];
	*region = (struct scope_region){.name = mem_zalloc(name.len + 1)};
	memcpy(region->name, name.data, name.len);
}

struct trail_scope *
trail_scope_new(struct cloudtrail *c)
{
	struct trail_scope *s = MEM_NEW(struct trail_scope);

	for (size_t i = 0; i < c->region_count; i++)
		add(s, str_from(c->regions[i].name));
	s->watched = s->count;
	return s;
}

void
trail_scope_free(struct trail_scope *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i].name);
	free(s->list);
	free(s);
}

static void
take_configured(struct trail_scope *s, const char *text)
{
	struct str list = str_from(text), word;

	while (source_list_next(&list, &word))
		add(s, word);
	s->list_again_ms = INT64_MAX;
}

/* What was listed before may go on being asked. */
static void
take_refusal(struct trail_scope *s, const struct source_failure *failure, const struct error *err)
{
	if (s->count > s->watched)
		;
	else if (failure->cause == CAUSE_DENIED)
		snprintf(s->unknown, sizeof(s->unknown),
			"other regions (ec2:DescribeRegions is denied: allow it, or set "
			"`regions`)");
	else
		snprintf(s->unknown, sizeof(s->unknown),
			"other regions (ec2:DescribeRegions: %.120s; or set `regions`)", err->text);
	s->list_again_ms = time_monotonic_ms() + FAILED_AGAIN_MS;
}

bool
trail_scope_update(struct trail_scope *s, struct cloudtrail *c)
{
	const char *configured = c->source.options.config->value[SOURCE_KEY_REGIONS];
	struct source_failure failure = {0};
	struct error err = {0};

	if (s->list_again_ms > time_monotonic_ms())
		return true;
	if (configured && strcmp(configured, "all") != 0) {
		take_configured(s, configured);
		return true;
	}
	switch (aws_regions(&c->source.options, s->list[0].name, add, s, &failure, &err)) {
	case SOURCE_STOPPED:
		return false;
	case SOURCE_OK:
		s->unknown[0] = '\0';
		s->list_again_ms = time_monotonic_ms() + LIST_AGAIN_MS;
		return true;
	default:
		take_refusal(s, &failure, &err);
		return true;
	}
}

size_t
trail_scope_count(const struct trail_scope *s)
{
	return s->count;
}

const char *
trail_scope_region(const struct trail_scope *s, size_t i)
{
	return s->list[i].name;
}

const char *
trail_scope_silent(const struct trail_scope *s, size_t i)
{
	return s->list[i].silent_until > time_monotonic_ms() ? s->list[i].silent : NULL;
}

void
trail_scope_silence(struct trail_scope *s, size_t i, enum source_cause cause)
{
	bool passing = cause == CAUSE_NETWORK || cause == CAUSE_THROTTLED || cause == CAUSE_ANSWER;

	s->list[i].silent = source_cause_word(cause);
	s->list[i].silent_until = time_monotonic_ms() + (passing ? SILENT_MS : SILENT_DENIED_MS);
}

const char *
trail_scope_unknown(const struct trail_scope *s)
{
	return s->unknown;
}
