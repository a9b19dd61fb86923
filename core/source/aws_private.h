/* Between the parts of the credential chain (sources.md §2); for them and their tests. */
#ifndef KEYWATCH_SOURCE_AWS_PRIVATE_H
#define KEYWATCH_SOURCE_AWS_PRIVATE_H

#include "core/source/aws.h"

/* ---- the files: ~/.aws/config and ~/.aws/credentials (aws_config.c) ---- */

enum aws_file { AWS_FILE_CONFIG, AWS_FILE_CREDENTIALS, AWS_FILE_ANY };

struct aws_setting {
	char *section; /* owns: the profile's name, or "services NAME" */
	char *key;     /* owns: nested ones as "sts.endpoint_url" */
	char *value;   /* owns; wiped */
	enum aws_file file;
};

struct aws_config {
	struct aws_setting *list; /* owns */
	size_t count, capacity;
	bool read;
};

/* Reads both files where the environment says they are; a missing one is empty. Never writes. */
bool aws_config_read(struct aws_config *config, struct error *err);
void aws_config_fini(struct aws_config *config);
/* The value in that file; ANY: of both, where credentials wins. NULL: not there or empty. */
const char *aws_config_get(
	const struct aws_config *config, const char *section, const char *key, enum aws_file file);
bool aws_config_has(const struct aws_config *config, const char *section);

/* The section that a header names: "profile x", "profile 'x y'", "default"; empty for what is no
 * profile. Appends to out. */
void aws_config_section(struct buf *out, struct str header, enum aws_file file);

/* ---- keys ---- */

/* Copies; token NULL or "": none. */
void aws_keys_set(
	struct aws_keys *keys, struct str id, struct str secret, struct str token, int64_t expires);
void aws_keys_wipe(struct aws_keys *keys);
/* {AccessKeyId, SecretAccessKey, SessionToken or Token, Expiration} of credential_process, a
 * container, IMDS. who: for errors, which never hold the text. */
bool aws_keys_read_json(struct aws_keys *keys, struct str text, const char *who, struct error *err);

/* ---- providers: one file a way ---- */

enum { AWS_CHAIN_MAX = 16, AWS_KIND = 256 };

struct aws_chain {
	char *profile;	    /* owns */
	bool given;	    /* the profile was: keys of the environment are out */
	char *endpoint_url; /* owns; NULL: none */
	char *region;	    /* owns; NULL: none */
	struct http *http;  /* borrows */
	struct aws_config config;
	struct aws_keys keys; /* owns; id NULL: none yet */
	char kind[AWS_KIND];
	bool expired;	      /* the service said so */
	int64_t tried;	      /* when keys were last asked for; TIME_NONE */
	bool failing;	      /* that try failed */
	int64_t (*now)(void); /* ticks; time_now but in tests */
	char **said;	      /* owns: regions and endpoints that were handed out */
	size_t said_count, said_capacity;
};

/* One question to a provider. Profiles on the way here are in `path`: a loop ends there. */
struct aws_ask {
	struct aws_chain *chain;
	const char *profile;
	bool environment; /* its variables may be used */
	const char *path[AWS_CHAIN_MAX];
	size_t depth;
};

/* AWS_NONE: not configured here, err untouched. Fills keys and chain->kind when AWS_OK. */
typedef enum aws_result aws_provider(struct aws_ask *ask, struct aws_keys *keys, struct error *err);
aws_provider aws_from_environment, aws_from_role, aws_from_web_identity, aws_from_sso,
	aws_from_credentials_file, aws_from_login, aws_from_process, aws_from_config_file,
	aws_from_container, aws_from_instance;
/* What a profile has by itself, roles aside. */
aws_provider aws_from_profile;

/* A value of the asked profile; NULL: none. */
const char *aws_ask_value(const struct aws_ask *ask, const char *key);
/* Fills err with what delegates this profile to the AWS CLI; returns AWS_FAILED. */
enum aws_result aws_delegate(const struct aws_ask *ask, const char *why, struct error *err);
void aws_chain_say(struct aws_chain *chain, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* An environment variable; NULL also when empty. */
const char *aws_environment(const char *name);

/* ---- STS (aws_sts.c) ---- */

struct aws_role {
	const char *arn, *session, *external_id, *duration; /* the last two may be NULL */
	const char *token; /* web identity: not signed; else NULL */
};
/* source: who asks; NULL with a token. */
enum aws_result aws_assume(struct aws_chain *chain, const struct aws_role *role,
	const struct aws_keys *source, struct aws_keys *keys, struct error *err);

/* What ended a request that was not answered; HTTP_ANSWERED is not for here. */
enum aws_result aws_result_of(enum http_result result);
/* argv of a command line as a POSIX shell splits it, without a shell: quotes and backslashes.
 * NULL (err) when a quote stays open or nothing is there. Owned: one allocation. */
char **aws_split_command(const char *line, struct error *err);
/* The whole of a small file, owned; NULL: err. */
char *aws_read_file(const char *path, size_t *len, struct error *err);

#endif
