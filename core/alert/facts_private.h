/* What the files of the facts share. Only facts*.c includes this. */
#ifndef KEYWATCH_ALERT_FACTS_PRIVATE_H
#define KEYWATCH_ALERT_FACTS_PRIVATE_H

#include "core/alert/facts.h"
#include "core/alert/reading.h"

/* The fact being answered, what it is answered from, and its two forms as they grow. */
struct asking {
	struct arena *arena;
	const struct alert *alert;
	const struct event *event; /* NULL: the record cannot be parsed */
	const struct fact_ledger *ledger;
	const struct reading *reading; /* of the ledger's history */
	struct fact *fact;
	const struct trace *shown[FACT_TRACES_MAX];
	size_t shown_count;
	struct buf text; /* plain words */
	struct buf json;
	struct json_writer writer; /* onto json */
};

typedef void fact_answer(struct asking *a);

/* The reason begins as facts.md says: `not recorded` … */
void fact_unknown(struct asking *a, const char *reason);
/* A text of the record; absent when it is not there or the record cannot be parsed. */
struct str fact_record_text(const struct asking *a, const char *path);
/* Opens and closes the answer's JSON object; members in between. */
void fact_begin(struct asking *a);
void fact_end(struct asking *a);
void fact_member(struct asking *a, const char *key, struct str value); /* absent: null */
void fact_member_bool(struct asking *a, const char *key, bool value);
void fact_member_time(struct asking *a, const char *key, int64_t at);

void fact_member_long(struct asking *a, const char *key, int64_t value);

/* ---- facts_history.c: of answers from history ---- */

/* Is there a new key to ask about? Else the answer is unknown. */
bool fact_has_key(struct asking *a);
/* Nothing was found: may it be said that there is nothing? Else the answer is unknown. */
bool fact_may_deny(struct asking *a, const struct looked *looked);
void fact_looked(struct asking *a, const struct looked *looked);
/* Something was found; and what lacks beside it is said. */
void fact_put_found(struct asking *a, const struct looked *looked);
/* A record that shows it, or NULL; each once, the first are kept. */
void fact_show(struct asking *a, const struct trace *trace);
/* ` since TIME`, `, looked until TIME`, ` by NAME`, `after 58 s` */
void fact_put_since(struct asking *a, const struct looked *looked);
void fact_put_until(struct asking *a, const struct looked *looked);
void fact_put_by(struct asking *a, struct str arn);
void fact_put_after(struct asking *a, int64_t time);

/* facts_who.c */
fact_answer fact_actor, fact_credential, fact_target, fact_self, fact_root, fact_mfa;
/* facts_call.c */
fact_answer fact_outcome, fact_new_key, fact_origin, fact_agent;
/* facts_known.c */
fact_answer fact_special, fact_automation;
/* facts_sentinel.c */
fact_answer fact_sentinel;
/* facts_used.c */
fact_answer fact_used, fact_same_origin;
/* facts_key.c */
fact_answer fact_key_state, fact_rotation, fact_quarantine;
/* facts_tree.c */
fact_answer fact_children;
/* facts_actor.c */
fact_answer fact_seen_before, fact_around, fact_others_from_ip, fact_actor_keys;
/* facts_after.c */
fact_answer fact_completeness, fact_validation, fact_next, fact_may_do;

#endif
