/* A home folder and an environment for the credential chain, in this process: nothing of whoever
 * runs the tests. One thread. */
#ifndef KEYWATCH_TESTS_WORLD_H
#define KEYWATCH_TESTS_WORLD_H

#include "core/source/aws_private.h"

struct world {
	char *home;	   /* owns */
	struct http *http; /* borrows; what its chains ask by */
};

/* Clears every AWS variable and turns IMDS off; HOME is new. endpoint_url: AWS_ENDPOINT_URL, or
 * NULL. The world may be open already. */
void world_open(struct world *world, struct http *http, const char *endpoint_url);
void world_close(struct world *world);
/* home/NAME with that text; returns the path, owned. */
char *world_file(const struct world *world, const char *name, const char *text);
/* ~/.aws/config and credentials; NULL leaves one as it is. */
void world_files(const struct world *world, const char *config, const char *credentials);

/* A chain whose clock is `later` ticks ahead. */
struct aws_chain *world_chain(const struct world *world, const char *profile);
void world_later(int64_t ticks);
/* The chain gives keys: "ID, KIND". */
void world_gives(struct aws_chain *chain, const char *expected);
/* The same of a new chain for that profile (NULL: none given). */
void world_profile_gives(const struct world *world, const char *profile, const char *expected);
/* It fails with that part in its words, and with no secret ("secret/…") in them. */
void world_profile_fails(
	const struct world *world, const char *profile, enum aws_result expected, const char *part);

#endif
