/*
 * Tokens for Azure's Log Analytics (sources.md §1.5): client credentials with a secret or a
 * federated token, a managed identity, the az CLI. Kept in memory only, fetched anew ahead of their
 * end, wiped when replaced; never in a log, an error or argv. A login belongs to one thread.
 */
#ifndef KEYWATCH_SOURCE_AZURE_H
#define KEYWATCH_SOURCE_AZURE_H

#include "core/source/source.h"

/* Where a cloud signs in, what its Log Analytics is called as a resource and where it answers. */
struct azure_cloud {
	const char *name, *authority, *resource, *endpoint;
};

struct azure_login;

/* Settings come from options->config, what it leaves open from the environment (AZURE_TENANT_ID,
 * AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_AUTHORITY_HOST …). Borrows options for its life. */
struct azure_login *azure_login_new(const struct source_options *options);
void azure_login_free(struct azure_login *login);

/* A token that holds for a while yet, valid until the next call. SOURCE_FAILED: failure and err say
 * why, without secrets, and which line to type where somebody is to sign in. */
enum source_result azure_login_get(struct azure_login *login, const char **token,
	struct source_failure *failure, struct error *err);
/* The service refused the token: the next get fetches another. */
void azure_login_expire(struct azure_login *login);

/* By the authority's host, else by the endpoint's; the public one where neither tells. */
const struct azure_cloud *azure_login_cloud(const struct azure_login *login);
/* "client 1111… (secret)", "managed identity", "az" …; valid until the next call. */
const char *azure_login_kind(const struct azure_login *login);

#endif
