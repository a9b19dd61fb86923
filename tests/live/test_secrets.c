/* Once a chain is freed, its secrets are nowhere in our memory: not in what libcurl, expat, cJSON
 * or growing buffers freed. AddressSanitizer keeps freed memory for a while, so it is still there
 * to be searched. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/command/live.h"
#include "core/source/loganalytics.h"
#include "tests/support/workspace.h"

const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "max_free_fill_size=0";
}

/* Never at the beginning of an allocation, which the allocators write over, and never whole in our
 * own data: each is put together where it is searched. */
struct needle {
	const char *first, *second;
};

static bool
is_at(const char *at, size_t left, struct needle needle)
{
	size_t first = strlen(needle.first), second = strlen(needle.second);

	return left >= first + second && memcmp(at, needle.first, first) == 0 &&
	       memcmp(at + first, needle.second, second) == 0;
}

static size_t
count_in(const char *bytes, size_t len, struct needle needle)
{
	const char *at = bytes;
	size_t count = 0;

	while ((at = memchr(at, needle.first[0], len - (size_t)(at - bytes)))) {
		count += is_at(at, len - (size_t)(at - bytes), needle);
		at++;
	}
	return count;
}

/* The heap and everything else that was mapped and can be written, less the stacks. */
static size_t
count_in_memory(struct needle needle)
{
	enum { PIECE = 1 << 20 };
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char line[512], *piece = mem_alloc(PIECE);
	size_t count = 0;

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long long from, to;
		char mode[5];

		assert_int_equal(sscanf(line, "%llx-%llx %4s", &from, &to, mode), 3);
		if (mode[1] != 'w' || strstr(line, "[stack]") || to - from > (1ULL << 32))
			continue;
		for (; from < to; from += PIECE - 64) {
			size_t want = to - from < PIECE ? (size_t)(to - from) : PIECE;
			ssize_t n;

			if ((uintptr_t)piece >= from && (uintptr_t)piece < from + want)
				continue;
			n = pread(mem, piece, want, (off_t)from);
			if (n > 0)
				count += count_in(piece, (size_t)n, needle);
		}
	}
	mem_wipe(piece, PIECE);
	free(piece);
	close(mem);
	fclose(maps);
	return count;
}

/* As a start without configuration looks whether keys are at hand; our memory stays readable. */
static void
look_for_credentials(void)
{
	char *folder = test_folder(), *config = test_file(folder, "config.ini", "", 0);
	const struct command_line line = {.config = config};
	struct source_configs sources;
	struct error err;

	assert_ok(live_sources(&sources, &line, NULL, &err), &err);
	source_configs_fini(&sources);
	prctl(PR_SET_DUMPABLE, 1);
	free(config);
	test_rmtree(folder);
}

static void
nothing_of_a_chain_stays_in_memory(void **state)
{
	const struct needle secret = {"sts+sec", "ret/1="}, token = {"tt+end", "/of/1="},
			    process = {"proc+sec", "ret/1="};
	struct cloud cloud;
	struct world world = {0};
	struct aws_chain *chain;
	struct http *http;

	(void)state;
	look_for_credentials();
	http_global_init();
	cloud_start(&cloud);
	http = http_new(-1, NULL);
	world_open(&world, http, cloud.url);
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n"
		"[profile b]\nrole_arn = arn:aws:iam::1:role/B\nsource_profile = c\n"
		"[profile c]\ncredential_process = sh -c \"printf '{\\\"Version\\\":1,"
		"\\\"AccessKeyId\\\":\\\"PROC\\\",\\\"SecretAccessKey\\\":\\\"%s%s\\\"}' "
		"as+long+as+AWS+proc+sec "
		"ret/1=\"\n",
		NULL);
	cloud_tell(&cloud,
		"{\"op\":\"keys\",\"add\":[{\"id\":\"PROC\",\"secret\":\"as+long+as+AWS+proc+%s\"}]"
		"}",
		"secret/1=");
	chain = world_chain(&world, "a");
	world_gives(chain, "ASIATEST000000000002, profile a (role arn:aws:iam::1:role/A)");
	aws_chain_free(chain);
	http_free(http);
	world_close(&world);
	assert_int_equal(count_in_memory(secret), 0);
	assert_int_equal(count_in_memory(token), 0);
	assert_int_equal(count_in_memory(process), 0);
	cloud_stop(&cloud);
	http_global_fini();
}

/* Written without a stdio buffer, which would keep it. */
static char *
write_secret(const struct world *world)
{
	char *path = world_file(world, "secret", ""), text[64];
	int fd = open(path, O_WRONLY | O_CLOEXEC), len;

	len = snprintf(text, sizeof(text), "as+long+as+azure+sec%s", "ret/~&=1\n");
	assert_int_equal(write(fd, text, (size_t)len), len);
	close(fd);
	return path;
}

static void
ask_workspace(const struct source_options *options)
{
	struct loganalytics_client client;
	struct loganalytics_call call = {.query = STR("AWSCloudTrail"), .to = TICKS_PER_DAY};
	struct source_failure failure = {0};
	struct error err = {0};

	loganalytics_client_init(&client, options);
	if (loganalytics_ask(&client, &call, &failure, &err) != SOURCE_OK)
		fail_msg("%s", err.text);
	http_response_fini(&call.response);
	loganalytics_client_fini(&client);
}

static void
nothing_of_azure_s_secrets_and_tokens_stays_in_memory(void **state)
{
	const struct needle secret = {"e+sec", "ret/~&=1"}, sent = {"e%2Bsec", "ret%2F~%26"},
			    token = {"azure-tok", "en-000001"};
	struct source_config config = {0};
	struct source_options options = {.config = &config};
	struct cloud cloud;
	struct world world = {0};

	(void)state;
	http_global_init();
	cloud_start(&cloud);
	cloud_tell(&cloud,
		"{\"op\":\"set\",\"service\":\"azure\",\"state\":{\"secret\":"
		"\"as+long+as+azure+sec%s\"}}",
		"ret/~&=1");
	options.http = http_new(-1, NULL);
	world_open(&world, options.http, NULL);
	config.value[SOURCE_KEY_WORKSPACE_ID] = (char *)WORKSPACE_ID;
	config.value[SOURCE_KEY_TENANT_ID] = (char *)WORKSPACE_TENANT;
	config.value[SOURCE_KEY_CLIENT_ID] = (char *)WORKSPACE_CLIENT;
	config.value[SOURCE_KEY_AUTHORITY_HOST] = cloud.url;
	config.value[SOURCE_KEY_ENDPOINT_URL] = cloud.url;
	config.value[SOURCE_KEY_CLIENT_SECRET_FILE] = write_secret(&world);
	ask_workspace(&options);
	http_free(options.http);
	assert_int_equal(count_in_memory(secret), 0);
	assert_int_equal(count_in_memory(sent), 0);
	assert_int_equal(count_in_memory(token), 0);
	free(config.value[SOURCE_KEY_CLIENT_SECRET_FILE]);
	world_close(&world);
	cloud_stop(&cloud);
	http_global_fini();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_a_chain_stays_in_memory),
		cmocka_unit_test(nothing_of_azure_s_secrets_and_tokens_stays_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
