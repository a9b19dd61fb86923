/*
 * A thread that judges signed validations while somebody looks at the list: a signature costs 13 ms
 * of ssh-keygen, and no key may wait for that. Visible rows first. Used from one thread.
 */
#ifndef KEYWATCH_PIPELINE_VERIFY_H
#define KEYWATCH_PIPELINE_VERIFY_H

#include "core/base/wake.h"
#include "core/validation/judge.h"

struct verifier;

/* What was found out about one alert. Owned strings; verifier_result_fini frees. */
struct verifier_result {
	int64_t rowid;
	struct alert_state state; /* without its owner */
	char *principals;	  /* whose validations count: "alice, bob"; "" for none */
	bool unsure;		  /* ssh-keygen could not be asked: the state is a claim */
	/* For the memory of the one who asked. */
	struct verifier_lesson {
		char key[HASH_HEX];
		enum verdict verdict;
		char *why; /* NULL: it holds */
	} * lessons;
	size_t lesson_count, lesson_capacity;
};
void verifier_result_fini(struct verifier_result *result);

/* `store` is only used to open a handle. memory_path: NULL: only while it runs. Borrows policy and
 * wake, which is raised when there is a result, until verifier_free. */
bool verifier_start(struct verifier **out, const struct store *store, const struct policy *policy,
	const char *memory_path, const struct wake *wake, struct error *err);
void verifier_ask(struct verifier *verifier, int64_t rowid, bool urgent);
/* False: there is none now. */
bool verifier_take(struct verifier *verifier, struct verifier_result *result);
/* How many are asked for and not answered yet. */
size_t verifier_waiting(struct verifier *verifier);
void verifier_free(struct verifier *verifier);

#endif
