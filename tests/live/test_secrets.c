/* Once a chain is freed, its secrets are nowhere in our memory: not in what libcurl, expat, cJSON
 * or growing buffers freed. AddressSanitizer keeps freed memory for a while, so it is still there
 * to be searched. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/support/cloud.h"
#include "tests/support/world.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_a_chain_stays_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
