/*
 * CloudTrail's own API, LookupEvents (sources.md §1.1): each round walks the pages of a window that
 * is frozen while it is walked, from the last round's end less an overlap, because events come
 * late. Once an hour the window is a day (settled.md 25): what came later than the overlap.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/cloudtrail_private.h"

static const int64_t first_fill_ms = INT64_C(24) * 3600 * 1000;
static const int64_t overlap_ms = INT64_C(30) * 60 * 1000;
static int64_t
now_of(const struct cloudtrail *c)
{
	return clock_now(c->source.options.clock);
}

static int64_t
span_of(const struct cloudtrail *c, enum source_key key, int64_t otherwise_ms)
{
	int64_t configured = c->source.options.config->span_ms[key];

	return (configured ? configured : otherwise_ms) * TICKS_PER_MS;
}

/* ---- positions ---- */

static int64_t
read_position(const struct cloudtrail *c, const char *what, const char *region)
{
	const struct source_options *o = &c->source.options;
	int64_t ticks = TIME_NONE;
	char name[80];
	struct str value;

	snprintf(name, sizeof(name), "%s/%s", what, region);
	value = o->position(o->position_context, str_from(name));
	if (value.data && !time_parse(value, &ticks))
		return TIME_NONE;
	return ticks;
}

static bool
keep_position(const struct cloudtrail *c, const char *what, const char *region, int64_t ticks)
{
	const struct source_sink *sink = c->source.options.sink;
	char name[80], value[TIME_TEXT];

	snprintf(name, sizeof(name), "%s/%s", what, region);
	time_format_iso(ticks, value);
	return sink->position(sink->context, str_from(name), str_from(value));
}

/* ---- rounds ---- */

static enum source_result
walk_window(struct cloudtrail *c, int64_t from, int64_t to, struct source_failure *failure,
	struct error *err)
{
	const struct scan_options *scan = c->source.options.scan;
	size_t count = scan->literal_count ? scan->literal_count : 1;
	enum source_result result = SOURCE_OK;

	for (size_t i = 0; i < count && result == SOURCE_OK; i++) {
		struct walk walk = {.from = from, .to = to};

		if (scan->literal_count) {
			walk.attribute = STR("EventName");
			walk.value = scan->literals[i];
		}
		result = cloudtrail_walk(c, &walk, failure, err);
	}
	return result;
}

static enum source_result
poll_region(struct cloudtrail *c, struct trail_region *region, struct source_failure *failure,
	struct error *err)
{
	int64_t now = now_of(c);
	struct window_round round = window_next(&region->window, now);
	enum source_result result;

	cloudtrail_enter(c, region->name);
	c->filling = round.fills;
	result = walk_window(c, cloudtrail_not_too_old(round.from, now), now, failure, err);
	if (result != SOURCE_OK)
		return result;
	if (!keep_position(c, "until", region->name, now))
		return SOURCE_STOPPED;
	if (round.sweeps && !keep_position(c, "swept", region->name, now))
		return SOURCE_STOPPED;
	if (round.sweeps)
		region->window.swept = now;
	region->window.until = now;
	c->filling = false;
	return SOURCE_OK;
}

static enum source_result
cloudtrail_poll(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct cloudtrail *c = (struct cloudtrail *)source;

	(void)next_ms;
	c->pages = 0;
	for (size_t i = 0; i < c->region_count; i++) {
		enum source_result result = poll_region(c, &c->regions[i], failure, err);

		if (result != SOURCE_OK)
			return result;
	}
	return SOURCE_OK;
}

/* ---- regions (settled.md 22) ---- */

static void
add_region(struct cloudtrail *c, const char *name)
{
	struct trail_region *region = &c->regions[c->region_count++];

	region->name = name;
	region->window = (struct window){.until = read_position(c, "until", name),
		.swept = read_position(c, "swept", name),
		.first_fill = span_of(c, SOURCE_KEY_FIRST_FILL, first_fill_ms),
		.overlap = span_of(c, SOURCE_KEY_OVERLAP, overlap_ms)};
}

/* AWS_REGION and the profile choose the partition, whose IAM events are in its home region. */
static void
choose_regions(struct cloudtrail *c)
{
	const char *configured = aws_client_configured_region(&c->client);
	const struct aws_partition *partition;

	if (configured) {
		add_region(c, configured);
		return;
	}
	partition = aws_partition_of(aws_chain_region(c->client.chain));
	add_region(c, partition->iam_region);
	if (partition->second_region)
		add_region(c, partition->second_region);
}

/* ---- the ops ---- */

static void
cloudtrail_close(struct source *source)
{
	struct cloudtrail *c = (struct cloudtrail *)source;

	aws_client_fini(&c->client);
	scanner_free(c->scanner);
	trail_scope_free(c->scope);
	buf_fini(&c->told);
	free(c);
}

static bool
cloudtrail_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct cloudtrail *c = MEM_NEW(struct cloudtrail);

	(void)err;
	c->source = (struct source){&source_cloudtrail, *options};
	aws_client_init(&c->client, &c->source.options, "cloudtrail");
	c->scanner = scanner_new(options->scan);
	choose_regions(c);
	*out = &c->source;
	return true;
}

static void
cloudtrail_report(const struct source *source, struct source_report *report)
{
	const struct cloudtrail *c = (const struct cloudtrail *)source;

	*report = (struct source_report){.requests = c->client.requests,
		.bytes = c->client.bytes,
		.records = c->records,
		.position = c->regions[0].window.until,
		.skew_ms = c->client.skew_ms};
	for (size_t i = 1; i < c->region_count; i++)
		if (c->regions[i].window.until < report->position)
			report->position = c->regions[i].window.until;
	if (c->filling)
		snprintf(report->note, sizeof(report->note), "first fill: page %llu",
			(unsigned long long)c->pages);
}

static bool
names_regions(const struct source *source)
{
	const char *regions = source->options.config->value[SOURCE_KEY_REGIONS];

	return regions && strcmp(regions, "all") != 0;
}

static enum source_result
cloudtrail_probe(struct source *source, struct source_asked *asked, struct source_failure *failure,
	struct error *err)
{
	struct cloudtrail *c = (struct cloudtrail *)source;
	struct walk walk = {.attribute = STR("EventName"), .value = STR("CreateAccessKey")};
	struct aws_error failed;
	enum source_result result;
	bool more;

	walk.to = now_of(c);
	walk.from = walk.to - TICKS_PER_MINUTE;
	cloudtrail_enter(c, c->regions[0].name);
	result = cloudtrail_page(c, &walk, &more, &failed, failure, err);
	buf_fini(&walk.token);
	aws_client_asked(&c->client, "LookupEvents", asked);
	if (!names_regions(&c->source))
		asked->untried = "ec2:DescribeRegions, which tells in which regions to ask what "
				 "became of a key; not needed where `regions` names them";
	return result;
}

static const char *const keys[] = {
	"profile", "region", "regions", "endpoint_url", "ca_bundle", "first_fill", "overlap", NULL};

const struct source_ops source_cloudtrail = {
	.type = "cloudtrail",
	.keys = keys,
	.poll_interval_ms = 10000,
	.open = cloudtrail_open,
	.poll = cloudtrail_poll,
	.report = cloudtrail_report,
	.probe = cloudtrail_probe,
	.ask = cloudtrail_ask,
	.asks = 1U << SOURCE_ASK_KEY | 1U << SOURCE_ASK_USER | 1U << SOURCE_ASK_ACTOR |
		1U << SOURCE_ASK_CALL | 1U << SOURCE_ASK_EVENT,
	.takes_turns = true,
	.close = cloudtrail_close,
};
