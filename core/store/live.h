/*
 * What a store keeps for live sources: how far each was read, who fetches, how the sources are.
 */
#ifndef KEYWATCH_STORE_LIVE_H
#define KEYWATCH_STORE_LIVE_H

#include "core/base/health.h"
#include "core/store/store.h"

/* From now on this handle's commits wait for the disk: what a queue is told to forget is safe. */
bool store_be_durable(struct store *store, struct error *err);

/* Of one live source; the oldest give way. */
enum { STORE_PROBLEMS_KEPT = 1000 };

/* The newest of a source first, whichever run and process met them. */
bool store_recent_problems(struct store *store, struct str source, unsigned most,
	store_problem_visit *visit, void *context, struct error *err);

/* ---- positions, committed with the alerts they follow ---- */

/* An absent value forgets the name. Within a transaction. */
bool store_position_put(struct store *store, struct str source, struct str name, struct str value,
	struct error *err);
typedef void store_position_visit(void *context, struct str name, struct str value);
/* Ascending by name. */
bool store_positions(struct store *store, struct str source, store_position_visit *visit,
	void *context, struct error *err);

/* Event times are looked for from here on: kept when the source is first watched, and never
 * moved, as every later start goes on where the last one ended. Within a transaction. */
bool store_since_put(struct store *store, struct str source, int64_t since, struct error *err);
/* TIME_NONE: it was never watched. */
bool store_since(struct store *store, struct str source, int64_t *since, struct error *err);

/* ---- one fetching process a store (settled.md 27) ---- */

enum { STORE_LEASE_BEAT_MS = 3000, STORE_LEASE_LOST_MS = 10000 };

struct store_lease {
	bool ours;
	int64_t pid;
	char user[64];
};
/* Takes the lease when nobody has it, its process is gone or its last beat is STORE_LEASE_LOST_MS
 * old; beats when it is ours. Says who has it. To be called every STORE_LEASE_BEAT_MS. */
bool store_lease(
	struct store *store, const char *user, struct store_lease *lease, struct error *err);
/* Who has it, without taking it; pid 0: nobody. */
bool store_lease_holder(struct store *store, struct store_lease *lease, struct error *err);
bool store_lease_end(struct store *store, struct error *err);

/* ---- health, for the others ---- */

bool store_health_put(
	struct store *store, const struct health *list, size_t count, struct error *err);
/* The list is the caller's to free. */
bool store_health_get(struct store *store, struct health **list, size_t *count, struct error *err);

#endif
