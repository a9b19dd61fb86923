/* `keywatch policy check`: who may validate, and why somebody may not. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/command/command.h"
#include "core/validation/policy.h"

/* Nothing is made by asking. */
static bool
load_alert(const char *path, const char *spelled, struct alert *alert, struct error *err)
{
	struct store *store;
	char id[ALERT_ID_SIZE];
	bool ok;

	if (access(path, F_OK) != 0)
		return error_set(err, ERROR_NOT_FOUND, "%s: there is no store", path);
	if (!store_open(&store, path, err))
		return false;
	ok = store_find(store, str_from(spelled), id, err) && store_load(store, id, alert, err);
	store_close(store);
	return ok;
}

/* PRINCIPAL [ID]: 1 when it may not. */
static int
check_principal(const struct command_line *line, const struct policy *policy, const char *store)
{
	const char *id = line->word_count > 2 ? line->words[2] : NULL;
	struct alert alert = {0};
	struct buf out = {0};
	struct error err;
	bool may;

	if (id && !load_alert(store, id, &alert, &err)) {
		alert_fini(&alert);
		return command_fail(&err);
	}
	may = policy_explain_principal(
		policy, str_from(line->words[1]), id ? &alert : NULL, command_now(line), &out);
	text_print(stdout, buf_view(&out));
	buf_fini(&out);
	alert_fini(&alert);
	return may ? 0 : 1;
}

static int
check_policy(const struct command_line *line, const char *store)
{
	struct policy policy;
	struct buf out = {0};
	struct error err;
	int status = 0;

	if (!policy_load(&policy, line->policy, store, &err)) {
		command_say(err.text);
		status = 2;
	} else if (line->word_count > 1 && policy.state == POLICY_GOOD) {
		status = check_principal(line, &policy, store);
	} else {
		policy_explain(&policy, command_now(line), &out);
		text_print(stdout, buf_view(&out));
	}
	buf_fini(&out);
	policy_fini(&policy);
	return status;
}

int
command_policy(const struct command_line *line)
{
	struct buf store = {0};
	struct error err;
	int status;

	if (line->word_count < 1 || line->word_count > 3 || strcmp(line->words[0], "check") != 0) {
		error_set(&err, ERROR_USAGE, "expected: keywatch policy check [PRINCIPAL [ID]]");
		return command_fail(&err);
	}
	if (!command_store_path(line, &store, &err))
		return command_fail(&err);
	status = check_policy(line, buf_cstr(&store));
	buf_fini(&store);
	return status;
}
