#include "tests/support/keyring.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/process.h"
#include "tests/support/test.h"

enum { TOOL_MS = 60000 };

const char *
keyring_path(const struct keyring *keyring, const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *out = paths[next++ % 4];

	snprintf(out, PATH_MAX, "%s/%s", keyring->folder, name);
	return out;
}

/* The agent lives as long as the program it runs, and that as long as its input is open; so it
 * outlives no test that crashed by more than the ten seconds after which it looks. */
void
keyring_open(struct keyring *keyring)
{
	int input[2], output[2];
	struct buf line = {0};
	const char *socket;

	*keyring = (struct keyring){.folder = test_folder()};
	socket = keyring_path(keyring, "agent");
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	child_start(&keyring->holder,
		&(struct child_options){.program = "/usr/bin/ssh-agent",
			.arguments = (const char *const[]){"-a", socket, "/bin/sh", "-c",
				"echo $SSH_AGENT_PID; exec cat", NULL},
			.home = keyring->folder,
			.folder = keyring->folder},
		input[0], output[1], STDERR_FILENO, -1);
	child_read_line(output[0], &line);
	keyring->agent_pid = (pid_t)strtol(buf_cstr(&line), NULL, 10);
	assert_true(keyring->agent_pid > 0);
	setenv("SSH_AUTH_SOCK", socket, 1);
	keyring->hold = input[1];
	close(input[0]);
	close(output[0]);
	close(output[1]);
	buf_fini(&line);
}

void
keyring_close(struct keyring *keyring)
{
	kill(keyring->agent_pid, SIGTERM);
	close(keyring->hold);
	child_finish(&keyring->holder);
	unsetenv("SSH_AUTH_SOCK");
	test_rmtree(keyring->folder);
}

char *
keyring_run_words(const struct keyring *keyring, struct str input, const char *const *words)
{
	const char *argv[32] = {"/usr/bin/env", "-C", keyring->folder};
	struct process_result result;
	struct error err;
	char *output;

	for (size_t i = 0; words[i] && i < 28; i++)
		argv[3 + i] = words[i];
	assert_ok(
		process_run(&(struct process){.argv = argv, .input = input, .timeout_ms = TOOL_MS},
			&result, &err),
		&err);
	if (result.status != 0)
		print_error("%s: %s\n", words[0], buf_cstr(&result.errors));
	assert_int_equal(result.status, 0);
	buf_append(&result.output, "", 0);
	output = buf_take(&result.output);
	process_result_fini(&result);
	return output;
}

void
keyring_make(const struct keyring *keyring, const char *name, const char *type)
{
	free(keyring_run(keyring, STR(""), "ssh-keygen", "-q", "-t", type, "-N", "", "-C", name,
		"-f", name));
	free(keyring_run(keyring, STR(""), "ssh-add", "-q", name));
}

void
keyring_open_with(struct keyring *keyring, ...)
{
	const char *key;
	va_list keys;

	keyring_open(keyring);
	va_start(keys, keyring);
	while ((key = va_arg(keys, const char *))) {
		char name[64];
		size_t len = strcspn(key, " ");

		assert_true(len < sizeof(name) && key[len] == ' ');
		memcpy(name, key, len);
		name[len] = '\0';
		keyring_make(keyring, name, key + len + 1);
	}
	va_end(keys);
}

char *
keyring_public(const struct keyring *keyring, const char *name)
{
	char file[128], *line;

	snprintf(file, sizeof(file), "%s.pub", name);
	line = test_read(keyring_path(keyring, file), NULL);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

char *
keyring_sign(
	const struct keyring *keyring, const char *name, const char *namespace, struct str text)
{
	return keyring_run(keyring, text, "env", "-u", "SSH_AUTH_SOCK", "ssh-keygen", "-q", "-Y",
		"sign", "-n", namespace, "-f", name);
}
