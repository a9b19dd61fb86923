/*
 * The chain that decisions form: each names the hash of the one before it, the first that of its
 * store (keywatch-validation(5)). Anybody who may write the store can build such a chain anew: what
 * proves it is a signed statement that names its head, or a head that was kept elsewhere. Pure.
 *
 * Decisions of stores older than the chain hold no hash; theirs are made from what they say, and
 * the first that is chained names the last of these: nothing is rewritten.
 */
#ifndef KEYWATCH_ALERT_CHAIN_LINK_H
#define KEYWATCH_ALERT_CHAIN_LINK_H

#include "core/alert/decision.h"
#include "core/base/hash.h"

/* What the first decision of a store stands on. */
void chain_begin(struct str store_id, char head[HASH_HEX]);
/* The decision's hash, standing on `previous`: over everything that it says. */
void chain_hash(const struct decision *decision, struct str previous, char hash[HASH_HEX]);

#endif
