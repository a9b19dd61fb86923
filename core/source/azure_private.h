/* Between the ways to a token; for them and their tests. */
#ifndef KEYWATCH_SOURCE_AZURE_PRIVATE_H
#define KEYWATCH_SOURCE_AZURE_PRIVATE_H

#include "core/source/azure.h"
#include "core/source/http.h"

struct azure_token {
	char *text;	 /* owns; wiped */
	int64_t expires; /* ticks */
};
void azure_token_wipe(struct azure_token *token);

struct azure_login {
	const struct source_options *options; /* borrows */
	const struct azure_cloud *cloud;
	char *authority; /* owns; without a slash at its end */
	struct azure_token token;
	int64_t renew;	      /* ticks: from then on another is asked for */
	int64_t tried;	      /* ticks: when one was last asked for; TIME_NONE */
	bool refused;	      /* the service did not take it */
	size_t way;	      /* 1 + the way that gave one: it stays with that; 0: none yet */
	char kind[160];	      /* of the token */
	struct buf missing;   /* what the ways that are not at hand lack */
	int64_t (*now)(void); /* ticks; time_now but in tests */
};

/* ---- the ways, one function each ---- */

enum azure_result {
	AZURE_OK,
	AZURE_NONE, /* not at hand: login->missing says why */
	AZURE_STOPPED,
	AZURE_FAILED, /* failure and err are filled */
};
/* `wanted`: chosen by `auth`. */
typedef enum azure_result azure_way(struct azure_login *login, bool wanted,
	struct azure_token *token, struct source_failure *failure, struct error *err);
azure_way azure_by_secret, azure_by_federation, azure_by_app_service, azure_by_machine,
	azure_by_cli;

/* A value of the source, else of the environment; NULL: neither. */
const char *azure_setting(
	const struct azure_login *login, enum source_key key, const char *variable);
void azure_miss(struct azure_login *login, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
enum azure_result azure_fail(
	struct source_failure *failure, enum source_cause cause, const char *advice);

/* ---- what is answered (azure_token.c) ---- */

/* The token of an OAuth 2.0 answer as the ways spell it: access_token with expires_in or
 * expires_on, as numbers or texts. who: for errors, which never hold the text. */
bool azure_token_read(struct azure_token *token, struct str body, int64_t now, const char *who,
	struct error *err);
/* What `az account get-access-token` prints: expires_on, else expiresOn in the local zone. */
bool azure_token_read_cli(
	struct azure_token *token, struct str output, int64_t now, struct error *err);
/* {"error", "error_description"} of an endpoint for tokens, or its bare status, as failure and err.
 * secret: not repeated, whatever the answer repeats. */
enum azure_result azure_explain(const struct http_response *response, const char *who,
	struct str secret, struct source_failure *failure, struct error *err);
/* Appends text up to its first line end; only a remark where it holds the secret. */
void azure_put_said(struct buf *out, struct str text, struct str secret);
/* Sends; 2xx: reads the token. tries: quick ones, or a single one. */
enum azure_result azure_ask(struct azure_login *login, const struct http_request *request,
	bool tries, const char *who, struct str secret, struct azure_token *token,
	struct source_failure *failure, struct error *err);

#endif
