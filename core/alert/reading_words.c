/* How history is said in few words. */
#include "core/alert/reading.h"

#include <stdlib.h>

static struct str
behind(struct str s, struct str mark)
{
	size_t at = str_find(s, mark, 0);

	return at == (size_t)-1 ? STR_ABSENT : str_slice(s, at + mark.len, s.len);
}

struct str
reading_last_part(struct str path)
{
	const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;

	return slash ? str_slice(path, (size_t)(slash - path.data) + 1, path.len) : path;
}

struct str
reading_short_actor(struct str arn)
{
	struct str rest;

	if (!str_starts_with(arn, STR("arn:")))
		return arn;
	if (str_ends_with(arn, STR(":root")))
		return STR("root");
	rest = behind(arn, STR(":assumed-role/"));
	if (!rest.len)
		rest = reading_last_part(behind(arn, STR(":user/")));
	if (!rest.len)
		rest = behind(arn, STR(":federated-user/"));
	return rest.len ? rest : arn;
}

struct str
reading_short_service(struct str service)
{
	static const char *const ends[] = {".amazonaws.com", ".amazonaws.com.cn"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends_with(service, str_from(ends[i])))
			return str_slice(service, 0, service.len - strlen(ends[i]));
	return service;
}

void
reading_put_span(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} units[] = {
		{120, 1, "s"}, {7200, 60, "min"}, {172800, 3600, "h"}, {INT64_MAX, 86400, "d"}};
	size_t i = 0;

	while (seconds >= units[i].below)
		i++;
	buf_printf(out, "%lld %s", (long long)(seconds / units[i].unit), units[i].name);
}

void
reading_put_time(struct buf *out, int64_t time)
{
	char text[TIME_TEXT];
	int64_t rest = time % TICKS_PER_SECOND;

	if (time == TIME_NONE) {
		buf_puts(out, "a time not recorded");
		return;
	}
	time_format_iso(time - rest - (rest < 0 ? TICKS_PER_SECOND : 0), text);
	buf_puts(out, text);
}

/* ---- each once ---- */

struct place {
	struct str text;
	size_t index;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = str_compare(x->text, y->text);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

size_t
reading_unique(struct arena *arena, struct str *list, size_t count)
{
	struct place *sorted = arena_alloc(arena, (count + 1) * sizeof(*sorted));
	bool *again = arena_alloc(arena, count + 1);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct place){list[i], i};
	qsort(sorted, count, sizeof(*sorted), compare_places);
	for (size_t i = 1; i < count; i++)
		again[sorted[i].index] = str_equal(sorted[i].text, sorted[i - 1].text);
	for (size_t i = 0; i < count; i++)
		if (!again[i])
			list[kept++] = list[i];
	return kept;
}
