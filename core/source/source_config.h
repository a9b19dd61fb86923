/*
 * What is configured of sources: [source NAME] of config.ini and --source (settled.md 20), read
 * and checked before anything starts. Immutable afterwards; any thread.
 */
#ifndef KEYWATCH_SOURCE_SOURCE_CONFIG_H
#define KEYWATCH_SOURCE_SOURCE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/str.h"

struct source_ops;

/* One row a key: what it is called, what it holds, what it is for (keywatch.ini(5)). */
enum source_key {
	SOURCE_KEY_PROFILE,
	SOURCE_KEY_REGION,
	SOURCE_KEY_REGIONS,
	SOURCE_KEY_ENDPOINT_URL,
	SOURCE_KEY_CA_BUNDLE,
	SOURCE_KEY_FIRST_FILL,	  /* span */
	SOURCE_KEY_POLL_INTERVAL, /* span */
	SOURCE_KEY_OVERLAP,	  /* span */
	SOURCE_KEY_BUCKET,
	SOURCE_KEY_PREFIX,
	SOURCE_KEY_REQUEST_PAYER,
	SOURCE_KEY_QUEUE_URL,
	SOURCE_KEY_WORKSPACE_ID,
	SOURCE_KEY_TENANT_ID,
	SOURCE_KEY_CLIENT_ID,
	SOURCE_KEY_CLIENT_SECRET_FILE,
	SOURCE_KEY_AUTHORITY_HOST,
	SOURCE_KEY_AUTH,
	SOURCE_KEY_PATH,
	SOURCE_KEY_COUNT,
};

struct source_config {
	char *name; /* owns; unique */
	const struct source_ops *ops;
	char *value[SOURCE_KEY_COUNT];	   /* own; NULL: not said */
	int64_t span_ms[SOURCE_KEY_COUNT]; /* of the spans; 0: not said */
	char *file;			   /* where it was configured; owns; NULL: --source */
	int line;			   /* of its section */
	int key_line[SOURCE_KEY_COUNT];
};

struct source_configs {
	struct source_config *list; /* owns */
	size_t count, capacity;
};

/* Is it [source NAME], or meant to be? */
bool source_configs_owns(struct str section);
/* A row of config.ini (ini_handler's arguments); the key absent: the section begins. Refusals carry
 * FILE:LINE, and for a word that is nearly another one a suggestion. They never repeat the value of
 * a key that is not known: it may be a secret. Files and folders are absolute. */
bool source_configs_take(struct source_configs *configs, const char *file, struct str section,
	struct str key, struct str value, int line, struct error *err);
/* --source type=sqs,queue_url=…; `name=` names it, else its type and a number. `\,` is a comma
 * within a value, `\\` a backslash. */
bool source_configs_add(struct source_configs *configs, const char *text, struct error *err);
/* What a source left open: --profile, --region, --endpoint-url (settled.md 20). */
struct source_defaults {
	const char *profile, *region, *endpoint_url;
};
/* After the last row: what must be there is there and belongs to its type, defaults fill in. An
 * endpoint only where a profile belongs as well: --endpoint-url is AWS's. */
bool source_configs_check(
	struct source_configs *configs, const struct source_defaults *defaults, struct error *err);
void source_configs_fini(struct source_configs *configs);

/* The next word of a list with commas or blanks in between; false: there is none. */
bool source_list_next(struct str *list, struct str *word);

/* The table of keys. */
struct source_key_def {
	const char *name;
	const char *argument; /* in the manual */
	const char *help;
	bool span;
	bool required; /* by every type that has it */
	/* What is wrong with it, after "`key` "; NULL: nothing. `why` holds longer answers. */
	const char *(*check)(const char *value, bool in_file, struct error *why);
};
extern const struct source_key_def source_keys[SOURCE_KEY_COUNT];

#endif
