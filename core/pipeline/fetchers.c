/* The fetchers of a pipeline, made of its sources and of the s3:// paths it is to read. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"
#include "core/source/http.h"

static bool
is_s3(const char *path)
{
	return str_starts_with(str_from(path), STR("s3://"));
}

static char *
copy_or_null(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static char *
copy_part(const char *text, size_t len)
{
	char *part = mem_zalloc(len + 1);

	memcpy(part, text, len);
	return part;
}

/* s3://BUCKET/PREFIX: a source that ends. */
static bool
configure_once(struct fetcher *f, const char *path, const struct source_defaults *defaults,
	struct error *err)
{
	const char *bucket = path + 5, *slash = strchr(bucket, '/'), *reason;
	size_t len = slash ? (size_t)(slash - bucket) : strlen(bucket);
	struct source_config *config = &f->own_config;
	struct error why;

	config->ops = source_find(STR("s3"));
	config->name = mem_strdup("s3");
	config->value[SOURCE_KEY_BUCKET] = copy_part(bucket, len);
	config->value[SOURCE_KEY_PREFIX] = mem_strdup(slash ? slash + 1 : "");
	config->value[SOURCE_KEY_PROFILE] = copy_or_null(defaults->profile);
	config->value[SOURCE_KEY_REGION] = copy_or_null(defaults->region);
	config->value[SOURCE_KEY_ENDPOINT_URL] = copy_or_null(defaults->endpoint_url);
	f->config = config;
	f->given = path;
	f->once = true;
	reason =
		source_keys[SOURCE_KEY_BUCKET].check(config->value[SOURCE_KEY_BUCKET], false, &why);
	return !reason || error_set(err, ERROR_USAGE, "%s: expected s3://BUCKET/PREFIX", path);
}

static bool
init_fetcher(struct pipeline *p, struct fetcher *f, struct error *err)
{
	f->pipeline = p;
	f->health = (struct health){
		.success_at = TIME_NONE, .retry_at = TIME_NONE, .position = TIME_NONE};
	snprintf(f->health.name, sizeof(f->health.name), "%s", f->config->name);
	snprintf(f->health.type, sizeof(f->health.type), "%s", f->config->ops->type);
	return wake_open(&f->nudge, err) && wake_open(&f->ask_wake, err);
}

static size_t
count_once(const struct pipeline_options *options)
{
	size_t count = 0;

	for (size_t i = 0; i < options->path_count; i++)
		count += is_s3(options->paths[i]);
	return count;
}

static bool
init_all(struct pipeline *p, struct error *err)
{
	const struct pipeline_options *options = &p->options;

	for (size_t i = 0; i < options->source_count; i++) {
		struct fetcher *f = &p->fetchers[p->fetcher_count++];

		f->config = &options->sources[i];
		if (!init_fetcher(p, f, err))
			return false;
	}
	for (size_t i = 0; i < options->path_count; i++) {
		struct fetcher *f = &p->fetchers[p->fetcher_count];

		if (!is_s3(options->paths[i]))
			continue;
		p->fetcher_count++;
		if (!configure_once(f, options->paths[i], &options->defaults, err) ||
			!init_fetcher(p, f, err))
			return false;
	}
	return true;
}

bool
fetchers_init(struct pipeline *p, struct error *err)
{
	size_t count = p->options.source_count + count_once(&p->options);

	if (!count)
		return true;
	http_global_init();
	p->fetchers = mem_zalloc(count * sizeof(*p->fetchers));
	for (size_t i = 0; i < count; i++)
		p->fetchers[i].nudge.fd = p->fetchers[i].ask_wake.fd = -1;
	if (record_init(p, err) && init_all(p, err))
		return true;
	fetchers_fini(p);
	return false;
}

static void
fini_fetcher(struct fetcher *f)
{
	for (size_t i = 0; i < f->position_count; i++) {
		free(f->positions[i].name);
		free(f->positions[i].value);
	}
	free(f->positions);
	for (size_t i = 0; i < SOURCE_KEY_COUNT; i++)
		free(f->own_config.value[i]);
	free(f->own_config.name);
	buf_fini(&f->input_path);
	if (f->nudge.fd >= 0)
		wake_close(&f->nudge);
	survey_batch_free(f->batch);
	met_keys_fini(&f->fresh_keys);
	if (f->ask_wake.fd >= 0)
		wake_close(&f->ask_wake);
}

void
fetchers_fini(struct pipeline *p)
{
	record_fini(p);
	for (size_t i = 0; i < p->fetcher_count; i++)
		fini_fetcher(&p->fetchers[i]);
	free(p->fetchers);
	if (p->fetcher_count)
		http_global_fini();
	p->fetchers = NULL;
	p->fetcher_count = 0;
	turns_fini(&p->turns);
	for (size_t i = 0; i < p->line_count; i++)
		free(p->lines[i]);
	free(p->lines);
	pipeline_live_fini(&p->live);
}
