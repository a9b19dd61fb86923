/* What the files of the facts share. Only facts*.c includes this. */
#ifndef KEYWATCH_ALERT_FACTS_PRIVATE_H
#define KEYWATCH_ALERT_FACTS_PRIVATE_H

#include "core/alert/facts.h"

/* The fact being answered, what it is answered from, and its two forms as they grow. */
struct asking {
	struct arena *arena;
	const struct alert *alert;
	const struct event *event; /* NULL: the record cannot be parsed */
	const struct fact_ledger *ledger;
	struct fact *fact;
	struct buf text;	   /* plain words */
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

/* facts_who.c */
fact_answer fact_actor, fact_credential, fact_target, fact_self, fact_root, fact_mfa;
/* facts_call.c */
fact_answer fact_outcome, fact_new_key, fact_origin, fact_agent, fact_special, fact_automation;
/* facts_sentinel.c */
fact_answer fact_sentinel;
/* facts_after.c */
fact_answer fact_completeness, fact_validation, fact_next, fact_may_do;

#endif
