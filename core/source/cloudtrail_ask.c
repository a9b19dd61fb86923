/*
 * What LookupEvents is asked for history. Calls with a key may be made in any region in use; those
 * of IAM are filed where the source watches, whoever makes them. Within a budget of pages; where
 * that does not suffice the oldest are left off, and it is said from when on all was given.
 */
#include <stdio.h>

#include "core/base/mem.h"
#include "core/source/cloudtrail_private.h"

enum { PAGES = 20 };

struct inquiry {
	struct cloudtrail *c;
	struct source_ask *ask;
	int64_t from, whole_from; /* asked from then on; and all was given from then on */
	struct source_failure *failure;
	struct error *err;
};

static void
append(char *text, const char *between, const char *word)
{
	size_t len = strlen(text);

	snprintf(text + len, SOURCE_PLACES - len, "%s%s", len ? between : "", word);
}

static void
miss(struct inquiry *q, const char *region, const char *why)
{
	char word[128];

	snprintf(word, sizeof(word), "%s (%s)", region, why);
	append(q->ask->missing, ", ", word);
}

/* ---- one look-up ---- */

static enum source_result
look_up(struct inquiry *q, const char *attribute, struct str value)
{
	struct walk walk = {.attribute = str_from(attribute),
		.value = value,
		.from = q->from,
		.to = q->ask->to,
		.most = PAGES};
	enum source_result result;

	if (!value.len)
		return SOURCE_OK;
	result = cloudtrail_walk(q->c, &walk, q->failure, q->err);
	/* Of that second there may be more. */
	if (walk.cut && walk.oldest + TICKS_PER_SECOND > q->whole_from)
		q->whole_from = walk.oldest + TICKS_PER_SECOND;
	return result;
}

/* ---- names as CloudTrail has them ---- */

static struct str
behind_last(struct str text, char mark)
{
	size_t at = text.len;

	while (at && text.data[at - 1] != mark)
		at--;
	return str_slice(text, at, text.len);
}

/* Username: a user's name, a role session's, `root`; a service has none. */
static struct str
user_name_of(struct str actor)
{
	if (str_ends_with(actor, STR(":root")))
		return STR("root");
	if (str_starts_with(actor, STR("arn:")))
		return behind_last(actor, '/');
	return memchr(actor.data ? actor.data : "", ':', actor.len) ? behind_last(actor, ':')
								    : STR_ABSENT;
}

static struct str
name_of_user(struct str user)
{
	size_t slash = str_find(user, STR("/"), 0);

	return slash == (size_t)-1 ? user : str_slice(user, slash + 1, user.len);
}

static bool
is_temporary(struct str key)
{
	return str_starts_with(key, STR("ASIA"));
}

/* ---- by kind ---- */

static enum source_result
ask_there(struct inquiry *q, bool watched)
{
	struct str value = q->ask->value, name;
	enum source_result result = SOURCE_OK;

	switch (q->ask->kind) {
	case SOURCE_ASK_KEY:
		result = look_up(q, "AccessKeyId", value);
		if (result == SOURCE_OK && watched && !is_temporary(value))
			result = look_up(q, "ResourceName", value);
		return result;
	case SOURCE_ASK_USER:
		name = name_of_user(value);
		result = look_up(q, "ResourceName", name);
		if (result == SOURCE_OK)
			result = look_up(q, "Username", name.len ? name : STR("root"));
		return result;
	case SOURCE_ASK_ACTOR:
		return look_up(q, "Username", user_name_of(value));
	case SOURCE_ASK_CALL:
		return look_up(q, "EventName", value);
	case SOURCE_ASK_EVENT:
		return look_up(q, "EventId", value);
	}
	return result;
}

static bool
is_watched(const struct cloudtrail *c, const char *region)
{
	for (size_t i = 0; i < c->region_count; i++)
		if (strcmp(c->regions[i].name, region) == 0)
			return true;
	return false;
}

/* Only IAM's own calls are filed where the source watches. */
static bool
is_everywhere(enum source_ask_kind kind)
{
	return kind == SOURCE_ASK_KEY || kind == SOURCE_ASK_ACTOR;
}

static bool
is_asked(const struct inquiry *q, size_t i)
{
	const char *region = trail_scope_region(q->c->scope, i);

	return is_everywhere(q->ask->kind) || is_watched(q->c, region);
}

/* Another region must not hold up the rest; where the source watches, all waits. */
static enum source_result
ask_region(struct inquiry *q, size_t i)
{
	struct trail_scope *scope = q->c->scope;
	const char *region = trail_scope_region(scope, i), *silent = trail_scope_silent(scope, i);
	bool watched = is_watched(q->c, region);
	enum source_result result;

	if (silent) {
		miss(q, region, silent);
		return SOURCE_OK;
	}
	cloudtrail_enter(q->c, region);
	result = ask_there(q, watched);
	if (result == SOURCE_FAILED && !watched) {
		trail_scope_silence(scope, i, q->failure->cause);
		miss(q, region, source_cause_word(q->failure->cause));
		return SOURCE_OK;
	}
	if (result == SOURCE_OK)
		append(q->ask->places, " ", region);
	return result;
}

static bool
is_as_before(const struct inquiry *q)
{
	char now[SOURCE_PLACES] = "";

	for (size_t i = 0; i < trail_scope_count(q->c->scope); i++)
		if (is_asked(q, i) && !trail_scope_silent(q->c->scope, i))
			append(now, " ", trail_scope_region(q->c->scope, i));
	return q->ask->before && strcmp(now, q->ask->before) == 0;
}

static enum source_result
ask_all(struct inquiry *q)
{
	enum source_result result = SOURCE_OK;
	struct source_ask *ask = q->ask;

	if (!trail_scope_update(q->c->scope, q->c))
		return SOURCE_STOPPED;
	ask->anew = !is_as_before(q);
	q->from = cloudtrail_not_too_old(
		ask->anew ? ask->first : ask->from, clock_now(q->c->source.options.clock));
	q->whole_from = q->from;
	if (ask->kind == SOURCE_ASK_ACTOR && !user_name_of(ask->value).len) {
		append(ask->missing, ", ", "a caller that has no user name");
		return SOURCE_OK;
	}
	for (size_t i = 0; i < trail_scope_count(q->c->scope) && result == SOURCE_OK; i++)
		if (is_asked(q, i))
			result = ask_region(q, i);
	if (is_everywhere(ask->kind) && trail_scope_unknown(q->c->scope)[0])
		append(ask->missing, ", ", trail_scope_unknown(q->c->scope));
	ask->from = q->whole_from;
	return result;
}

/* `cloudtrail:REGION` */
static enum source_result
ask_event(struct inquiry *q)
{
	struct str region = str_from(strchr(q->ask->path, ':'));
	char name[48];

	if (!str_starts_with(str_from(q->ask->path), STR("cloudtrail:")) ||
		region.len > sizeof(name)) {
		q->failure->cause = CAUSE_CONFIGURED;
		error_set(q->err, ERROR_INPUT, "%s is no place of CloudTrail", q->ask->path);
		return SOURCE_FAILED;
	}
	snprintf(name, sizeof(name), "%s", region.data + 1);
	cloudtrail_enter(q->c, name);
	q->from = cloudtrail_not_too_old(q->ask->from, clock_now(q->c->source.options.clock));
	return ask_there(q, true);
}

enum source_result
cloudtrail_ask(struct source *source, struct source_ask *ask, struct source_failure *failure,
	struct error *err)
{
	struct cloudtrail *c = (struct cloudtrail *)source;
	struct inquiry q = {.c = c, .ask = ask, .failure = failure, .err = err};

	ask->places[0] = ask->missing[0] = '\0';
	ask->anew = false;
	c->stopped = false;
	if (!c->scope)
		c->scope = trail_scope_new(c);
	return ask->kind == SOURCE_ASK_EVENT ? ask_event(&q) : ask_all(&q);
}
