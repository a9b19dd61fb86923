#include "tests/support/world.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "tests/support/test.h"

static const char *const variables[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
	"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE",
	"AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE",
	"AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
	"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
	"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL",
	"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_CLOUDTRAIL", "AWS_CA_BUNDLE",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"};

static int64_t later; /* how far ahead the chains' clock is */

static int64_t
now(void)
{
	return time_now() + later;
}

void
world_later(int64_t ticks)
{
	later = ticks;
}

void
world_open(struct world *world, struct http *http, const char *endpoint_url)
{
	char path[256];

	world_close(world);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	*world = (struct world){.home = test_folder(), .http = http};
	later = 0;
	snprintf(path, sizeof(path), "%s/.aws", world->home);
	assert_int_equal(mkdir(path, 0700), 0);
	setenv("HOME", world->home, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	if (endpoint_url)
		setenv("AWS_ENDPOINT_URL", endpoint_url, 1);
}

void
world_close(struct world *world)
{
	if (world->home)
		test_rmtree(world->home);
	world->home = NULL;
}

char *
world_file(const struct world *world, const char *name, const char *text)
{
	return test_file(world->home, name, text, strlen(text));
}

void
world_files(const struct world *world, const char *config, const char *credentials)
{
	if (config)
		free(world_file(world, ".aws/config", config));
	if (credentials)
		free(world_file(world, ".aws/credentials", credentials));
}

struct aws_chain *
world_chain(const struct world *world, const char *profile)
{
	struct aws_chain *chain = aws_chain_new(profile, NULL, world->http);

	chain->now = now;
	return chain;
}

void
world_gives(struct aws_chain *chain, const char *expected)
{
	const struct aws_keys *keys;
	struct error err = {0};
	struct buf said = {0};
	enum aws_result result = aws_chain_get(chain, &keys, &err);

	if (result != AWS_OK)
		print_error("%s\n", err.text);
	assert_int_equal(result, AWS_OK);
	buf_printf(&said, "%s, %s", keys->access_key_id, aws_chain_kind(chain));
	assert_string_equal(buf_cstr(&said), expected);
	buf_fini(&said);
}

void
world_profile_gives(const struct world *world, const char *profile, const char *expected)
{
	struct aws_chain *chain = world_chain(world, profile);

	world_gives(chain, expected);
	aws_chain_free(chain);
}

void
world_profile_fails(
	const struct world *world, const char *profile, enum aws_result expected, const char *part)
{
	struct aws_chain *chain = world_chain(world, profile);
	const struct aws_keys *keys;
	struct error err = {0};

	assert_int_equal(aws_chain_get(chain, &keys, &err), expected);
	if (!strstr(err.text, part))
		assert_string_equal(err.text, part); /* shows both */
	assert_null(strstr(err.text, "secret/"));
	aws_chain_free(chain);
}
