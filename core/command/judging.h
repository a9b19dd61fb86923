/* What the commands and the screen need to judge signed validations: policy, memory, judge. */
#ifndef KEYWATCH_COMMAND_JUDGING_H
#define KEYWATCH_COMMAND_JUDGING_H

#include "core/command/command.h"
#include "core/validation/judge.h"

struct judging {
	struct policy policy;
	const char *named;     /* --policy; NULL: the system's; borrows */
	struct memory *memory; /* NULL without a policy */
	char *memory_path;     /* of its file; NULL: none; owns */
	struct judge judge;    /* of the store */
};

/* By --policy, else the system's. A refused policy is no failure here: then nothing reads
 * validated, and policy.refusal says why. What cannot be remembered is said on stderr. The store's
 * folds need as many approvals as the policy asks for from here on. */
bool judging_open(struct judging *judging, const struct command_line *line, struct store *store,
	struct error *err);
/* Looks at the policy's files again. True: they say something else, and that counts from here on;
 * `stop` was called before: whoever judges elsewhere by the former one has ended. */
bool judging_renew(struct judging *judging, void (*stop)(void *context), void *context);
void judging_close(struct judging *judging);
/* Says the refusal on stderr, if it is one: then whatever is signed reads as no longer holding. */
bool judging_refused(const struct judging *judging);

#endif
