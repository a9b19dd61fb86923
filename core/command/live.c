#include "core/command/live.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/source/aws.h"
#include "core/source/http.h"

const char *const live_advice[LIVE_ADVICE_LINES] = {
	"Nothing to watch: no source is configured and there are no AWS credentials at hand.",
	"AWS: run `aws configure`, or set AWS_PROFILE: CloudTrail is then watched by itself.",
	"Other sources: [source NAME] in config.ini, see keywatch.ini(5). Saved logs: keywatch "
	"PATH.",
};

/* libcurl is started with the allocator that wipes, and that before anything asks. */
static bool
is_instance_with_role(const struct command_line *line)
{
	struct aws_chain *chain;
	struct http *http;
	bool yes;

	http_global_init();
	http = http_new(-1, NULL);
	chain = aws_chain_new(line->profile, line->endpoint_url, http);
	yes = aws_chain_on_instance(chain);
	aws_chain_free(chain);
	http_free(http);
	http_global_fini();
	return yes;
}

static bool
has_aws_credentials(const struct command_line *line)
{
	struct aws_chain *chain = aws_chain_new(line->profile, line->endpoint_url, NULL);
	bool has = aws_chain_configured(chain);

	aws_chain_free(chain);
	return has || is_instance_with_role(line);
}

void
live_protect_memory(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

struct source_defaults
live_defaults(const struct command_line *line)
{
	return (struct source_defaults){line->profile, line->region, line->endpoint_url};
}

bool
live_prepare_paths(const struct command_line *line, struct error *err)
{
	const struct source_defaults defaults = live_defaults(line);
	struct source_configs none = {0};

	for (size_t i = 0; i < line->word_count; i++)
		if (str_starts_with(str_from(line->words[i]), STR("s3://")))
			live_protect_memory();
	return source_configs_check(&none, &defaults, err);
}

bool
live_sources(struct source_configs *sources, const struct command_line *line,
	const struct config_screen *screen, struct error *err)
{
	const struct source_defaults defaults = live_defaults(line);

	*sources = (struct source_configs){0};
	live_protect_memory();
	if (!screen && line->screen && !line->screen->check_config(line, err))
		return false;
	if (!config_file_load(sources, line, screen, err))
		return false;
	if (sources->count || !has_aws_credentials(line))
		return true;
	return source_configs_add(sources, "type=cloudtrail,name=cloudtrail", err) &&
	       source_configs_check(sources, &defaults, err);
}

bool
live_need_sources(const struct source_configs *sources, struct error *err)
{
	return sources->count > 0 || error_set(err, ERROR_USAGE, "%s\n%s\n%s", live_advice[0],
					     live_advice[1], live_advice[2]);
}

bool
live_clock(struct clock *clock, struct error *err)
{
	if (!clock_init_environment(clock, err))
		return false;
	if (clock->set)
		command_say("the clock is set by KEYWATCH_NOW");
	return true;
}

bool
live_format(const struct command_line *line, bool *json, struct error *err)
{
	*json = line->format && strcmp(line->format, "json") == 0;
	if (!line->format || *json || strcmp(line->format, "text") == 0)
		return true;
	return error_set(err, ERROR_USAGE, "%s: --format text or json", line->command->name);
}
