#include "tests/bench/support/rival.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/process.h"

enum { VERSION_MS = 10000 };

#define LITERAL "'\"eventName\":\"CreateAccessKey\"'"
#define JQ "jq -c 'select(.eventName == \"CreateAccessKey\")'"
#define DUCKDB(columns)                                                                            \
	"exec duckdb -jsonlines -c \"SET threads = $CORES; SELECT r.* FROM (SELECT "               \
	"unnest(Records) "                                                                         \
	"AS r FROM read_json('$CORPUS/**/*.json.gz', format = 'unstructured', "                    \
	"maximum_object_size = 67108864, columns = {Records: 'STRUCT(" columns ")[]'})) "          \
	"WHERE r.eventName = 'CreateAccessKey'\""
#define PERSON "type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR"

/* What a row of AWSCloudTrail holds. */
#define ALL_COLUMNS                                                                                \
	"eventVersion VARCHAR, userIdentity STRUCT(" PERSON ", accessKeyId VARCHAR, invokedBy "    \
	"VARCHAR, sessionContext STRUCT(attributes STRUCT(creationDate VARCHAR, mfaAuthenticated " \
	"VARCHAR), sessionIssuer STRUCT(" PERSON "))), eventTime VARCHAR, eventSource VARCHAR, "   \
	"eventName VARCHAR, awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, "       \
	"errorCode VARCHAR, errorMessage VARCHAR, requestParameters JSON, responseElements JSON, " \
	"additionalEventData JSON, requestID VARCHAR, eventID VARCHAR, readOnly VARCHAR, "         \
	"resources JSON, eventType VARCHAR, apiVersion VARCHAR, managementEvent VARCHAR, "         \
	"recipientAccountId VARCHAR, serviceEventDetails JSON, sharedEventID VARCHAR, "            \
	"vpcEndpointId VARCHAR, eventCategory VARCHAR, tlsDetails STRUCT(tlsVersion VARCHAR, "     \
	"cipherSuite VARCHAR, clientProvidedHostHeader VARCHAR)"
#define FEW_COLUMNS                                                                                \
	"eventID VARCHAR, eventName VARCHAR, eventTime VARCHAR, awsRegion VARCHAR, "               \
	"sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, userIdentity STRUCT(arn "  \
	"VARCHAR), requestParameters STRUCT(userName VARCHAR)"

/* clang-format off */
const struct rival rivals[] = {
	{CORPUS_TREE, RIVAL_FASTER, "DuckDB, every column", 10, 12, {"duckdb"}, DUCKDB(ALL_COLUMNS)},
	{CORPUS_TREE, RIVAL_FASTER, "DuckDB, nine columns", 0, 0, {"duckdb"}, DUCKDB(FEW_COLUMNS)},
	{CORPUS_TREE, RIVAL_FASTER, "rg -z", 10, 12, {"rg", "gzip"},
		"exec rg -z -uu -j \"$CORES\" -o -F " LITERAL " \"$CORPUS\""},
	{CORPUS_TREE, RIVAL_SHARE, "inflate alone", 0.90, 0.97, {NULL},
		"exec \"$BENCH\" --inflate \"$LIBRARY\" \"$CORPUS\""},
	{CORPUS_LINES, RIVAL_FASTER, "grep -F | jq", 3.5, 4.5, {"grep", "jq"},
		"grep -F " LITERAL " \"$CORPUS\" | " JQ},
	{CORPUS_LINES, RIVAL_FASTER, "rg -F | jq", 0, 0, {"rg", "jq"},
		"rg -j \"$CORES\" -F " LITERAL " \"$CORPUS\" | " JQ},
	{CORPUS_GZIP, RIVAL_FASTER, "igzip -dc | rg", 1.7, 1.9, {"igzip", "rg"},
		"igzip -dc \"$CORPUS\" | rg -F " LITERAL},
	{CORPUS_GZIP, RIVAL_FASTER, "zgrep -F", 0, 0, {"zgrep", "gzip"},
		"exec zgrep -F " LITERAL " \"$CORPUS\""},
	{CORPUS_GZIP, RIVAL_SHARE, "inflate alone", 0.90, 0.97, {NULL},
		"exec \"$BENCH\" --inflate \"$LIBRARY\" \"$CORPUS\""},
	{CORPUS_SMALL, RIVAL_PER_FILE, "an empty folder", 80, 40, {NULL},
		"exec \"$KEYWATCH\" scan --jobs \"$CORES\" --format jsonl \"$EMPTY\""},
	{CORPUS_PARSE, RIVAL_FASTER, "jq -c select", 3, 6, {"jq"}, "exec " JQ " \"$CORPUS\""},
};
/* clang-format on */
const size_t rival_count = sizeof(rivals) / sizeof(rivals[0]);

/* Where programs come from, and how they tell their version. */
static const struct program {
	const char *name, *install;
	const char *version;
} programs[] = {
	{"duckdb", "pip install duckdb-cli", "echo DuckDB $(duckdb --version)"},
	{"rg", "apt-get install ripgrep", "rg --version"},
	{"jq", "apt-get install jq", "jq --version"},
	{"igzip", "apt-get install isal", "igzip --version"},
	{"grep", "apt-get install grep", "grep --version"},
	{"gzip", "apt-get install gzip", "gzip --version"},
	{"zgrep", "apt-get install gzip", NULL},
};

static bool
is_there(const char *name)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t len = strcspn(path, ":");
		char file[1024];

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, name);
		if (access(file, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static const char *
how_to_install(const char *name)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (!strcmp(programs[i].name, name))
			return programs[i].install;
	return "?";
}

bool
rival_ready(const struct rival *rival, struct buf *missing)
{
	bool ready = true;

	for (size_t i = 0; i < 2 && rival->needs[i]; i++) {
		if (is_there(rival->needs[i]))
			continue;
		buf_printf(missing, "%s%s is missing (%s)", ready ? "" : ", ", rival->needs[i],
			how_to_install(rival->needs[i]));
		ready = false;
	}
	return ready;
}

/* The first line that it prints. */
static void
put_version(struct buf *out, const char *command)
{
	const char *const words[] = {"sh", "-c", command, NULL};
	struct process_result result = {0};
	struct str said;

	if (process_run(
		    &(struct process){.argv = words, .timeout_ms = VERSION_MS}, &result, NULL)) {
		said = buf_view(result.output.len ? &result.output : &result.errors);
		buf_printf(out, "%.*s\n", (int)strcspn(said.data ? said.data : "", "\n"),
			said.data ? said.data : "");
	}
	process_result_fini(&result);
}

void
rival_versions(struct buf *out)
{
	put_version(out, "\"$KEYWATCH\" --version");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (programs[i].version && is_there(programs[i].name))
			put_version(out, programs[i].version);
}
