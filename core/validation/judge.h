/*
 * Whether a signed validation holds: judged anew by whoever reads, by today's policy, over the
 * event as it is in the store (settled.md 36-40). What the store says of it is a claim.
 *
 * Forged: the signature is none over this statement; or the statement is not about this event, this
 * store, this place in the chain, or not what the decision says; or what people read of the alert
 * is not what its record says.
 *
 * Void: it was signed, and does not count by today's policy: key, principal, touch, four eyes; or
 * the policy is refused; or what was decided since is missing or altered.
 *
 * One thread; a verification waits 13 ms for ssh-keygen.
 */
#ifndef KEYWATCH_VALIDATION_JUDGE_H
#define KEYWATCH_VALIDATION_JUDGE_H

#include "core/store/store.h"
#include "core/validation/memory.h"
#include "core/validation/policy.h"

struct judge {
	const struct policy *policy; /* borrows, as all of these */
	struct store *store;
	struct memory *memory;
	char store_id[ALERT_ID_SIZE];
	size_t verified, remembered; /* signatures by ssh-keygen; by memory */
	/* The head that was looked up last: statements of a bulk share theirs. */
	int64_t head_seq, head_at;
	char head[HASH_HEX];
	/* store_chain_gap, as of that store_version; -1: not asked for yet. */
	uint64_t version;
	int64_t gap;
};

/* store: of which the alerts will be. */
bool judge_init(struct judge *judge, const struct policy *policy, struct store *store,
	struct memory *memory, struct error *err);
/* How many distinct principals must sign. */
unsigned judge_approvals(const struct judge *judge);

/*
 * Fills verdict, principal and why of the signed decisions, and folds the alert's state again. With
 * `run` false ssh-keygen is not asked: what is not remembered is VERDICT_CHECKING. Returns whether
 * anything was left so. Texts live in the alert's arena.
 */
bool judge_alert(struct judge *judge, struct alert *alert, bool run);
/* One that is not in the store yet: `decision` would be the next on this alert. False: err says
 * why it would not hold. */
bool judge_candidate(struct judge *judge, struct alert *alert, const struct decision *decision,
	struct error *err);

#endif
