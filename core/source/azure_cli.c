/* The az CLI of whoever is signed in on this machine. */
#include <stdio.h>

#include "core/base/process.h"
#include "core/source/azure_private.h"
#include "core/source/http_private.h"

enum { TIMEOUT_MS = 60000, MAX_OUTPUT = 64 << 10 };

/* The first line of what it complained that says something, without the word it begins with. */
static struct str
complaint(const struct process_result *ran)
{
	struct str said = str_trim(buf_view(&ran->errors));

	while (str_starts_with(said, STR("WARNING"))) {
		size_t end = str_find(said, STR("\n"), 0);

		said = str_trim(str_slice(said, end == (size_t)-1 ? said.len : end, said.len));
	}
	if (str_starts_with(said, STR("ERROR: ")))
		said = str_slice(said, 7, said.len);
	return said.len ? said : STR("it said nothing");
}

static enum azure_result
take_output(struct azure_login *login, const struct process_result *ran, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	struct buf said = {0};

	if (ran->status == 0 &&
		azure_token_read_cli(token, buf_view(&ran->output), login->now(), err)) {
		snprintf(login->kind, sizeof(login->kind), "az");
		return AZURE_OK;
	}
	if (ran->status != 0) {
		azure_put_said(&said, complaint(ran), STR_ABSENT);
		error_set(err, ERROR_SYSTEM, "az ended with %d: %s", ran->status, buf_cstr(&said));
		buf_fini(&said);
	}
	return azure_fail(failure, CAUSE_CREDENTIALS, "sign in: az login");
}

enum azure_result
azure_by_cli(struct azure_login *login, bool wanted, struct azure_token *token,
	struct source_failure *failure, struct error *err)
{
	const char *tenant = azure_setting(login, SOURCE_KEY_TENANT_ID, "AZURE_TENANT_ID");
	const char *argv[] = {"az", "account", "get-access-token", "--output", "json", "--resource",
		login->cloud->resource, tenant ? "--tenant" : NULL, tenant, NULL};
	struct process process = {.argv = argv,
		.timeout_ms = TIMEOUT_MS,
		.max_output = MAX_OUTPUT,
		.interrupt_fd = http_interrupt_fd(login->options->http)};
	struct process_result ran;
	enum azure_result result;
	struct error why;

	if (process_run(&process, &ran, &why)) {
		result = take_output(login, &ran, token, failure, err);
		process_result_fini(&ran);
		return result;
	}
	if (http_wait(login->options->http, 0) == HTTP_INTERRUPTED)
		return AZURE_STOPPED;
	azure_miss(login, "%s", why.text);
	if (!wanted)
		return AZURE_NONE;
	error_set(err, why.kind, "%s", why.text);
	return azure_fail(failure, CAUSE_CREDENTIALS, "install azure-cli and sign in: az login");
}
