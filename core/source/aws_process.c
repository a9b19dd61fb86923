/* credential_process: argv, no shell; its standard output is JSON (sources.md §2). */
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/process.h"
#include "core/source/aws_private.h"
#include "core/source/http_private.h"

enum { TIMEOUT_MS = 60000, MAX_OUTPUT = 64 << 10, MAX_SAID = 200 };

/* ---- words ---- */

/* Reads one word at *at into out, as Python's shlex does in POSIX mode. */
static bool
take_word(const char **at, char **out)
{
	const char *p = *at;
	char quote = 0;

	for (; *p && (quote || !strchr(" \t", *p)); p++) {
		bool escapes =
			*p == '\\' && (!quote || (quote == '"' && (p[1] == '"' || p[1] == '\\')));

		if (quote && *p == quote)
			quote = 0;
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
		else if (escapes && p[1])
			*(*out)++ = *++p;
		else if (escapes)
			return false;
		else
			*(*out)++ = *p;
	}
	*(*out)++ = '\0';
	*at = p;
	return !quote;
}

char **
aws_split_command(const char *line, struct error *err)
{
	size_t len = strlen(line), words = len / 2 + 2, count = 0;
	char **argv = mem_zalloc(words * sizeof(*argv) + len + 1);
	char *out = (char *)(argv + words);

	for (;;) {
		line += strspn(line, " \t");
		if (!*line)
			break;
		argv[count++] = out;
		if (!take_word(&line, &out)) {
			error_set(err, ERROR_USAGE, "a quote stays open");
			count = 0;
			goto fail;
		}
	}
	if (count && argv[0][0])
		return argv;
	error_set(err, ERROR_USAGE, "it is empty");
fail:
	free(argv);
	return NULL;
}

/* ---- running ---- */

/* The first line of what it complained, not all of it. */
static enum aws_result
failed(const struct aws_ask *ask, const struct process_result *result, struct error *err)
{
	struct str said = str_trim(buf_view(&result->errors));
	size_t end = str_find(said, STR("\n"), 0);

	said = str_trim(str_slice(said, 0, end));
	if (!said.len)
		said = STR("it said nothing");
	error_set(err, ERROR_SYSTEM, "credential_process of profile %s ended with %d: %.*s",
		ask->profile, result->status, (int)(said.len < MAX_SAID ? said.len : MAX_SAID),
		said.data);
	return AWS_FAILED;
}

static bool
is_version_1(struct str output)
{
	struct json_doc *doc;
	bool ok;

	if (!json_parse(output, &doc, NULL))
		return true; /* said by the one who reads it */
	ok = json_number(json_get(json_root(doc), STR("Version"))) == 1;
	json_doc_wipe(doc);
	return ok;
}

static enum aws_result
read_output(const struct aws_ask *ask, const struct process_result *result, struct aws_keys *keys,
	struct error *err)
{
	struct str output = buf_view(&result->output);
	struct buf who = {0};
	bool ok;

	if (result->status != 0)
		return failed(ask, result, err);
	buf_printf(&who, "credential_process of profile %s", ask->profile);
	if (!is_version_1(output))
		ok = error_set(err, ERROR_INPUT, "%s: expected Version 1", buf_cstr(&who));
	else
		ok = aws_keys_read_json(keys, output, buf_cstr(&who), err);
	buf_fini(&who);
	return ok ? AWS_OK : AWS_FAILED;
}

enum aws_result
aws_from_process(struct aws_ask *ask, struct aws_keys *keys, struct error *err)
{
	const char *line = aws_ask_value(ask, "credential_process");
	struct process_result output;
	struct process process = {.timeout_ms = TIMEOUT_MS, .max_output = MAX_OUTPUT};
	enum aws_result result = AWS_FAILED;
	char **argv;

	if (!line)
		return AWS_NONE;
	argv = aws_split_command(line, err);
	if (!argv) {
		error_prefix(err, "credential_process of profile %s", ask->profile);
		return AWS_FAILED;
	}
	process.argv = (const char *const *)argv;
	process.interrupt_fd = http_interrupt_fd(ask->chain->http);
	if (process_run(&process, &output, err)) {
		result = read_output(ask, &output, keys, err);
		process_result_fini(&output);
	} else if (http_wait(ask->chain->http, 0) == HTTP_INTERRUPTED) {
		result = AWS_STOPPED;
	} else {
		error_prefix(err, "credential_process of profile %s", ask->profile);
	}
	if (result == AWS_OK)
		aws_chain_say(ask->chain, "profile %s (credential_process)", ask->profile);
	free(argv);
	return result;
}
