#include "core/validation/tool_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/text.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

enum { FIRST_FILE = 3, MAX_OUTPUT = 256 << 10, MAX_PATH = 4096 };

/* Only root may put programs here. */
static const char *const system_folders[] = {"/usr/bin", "/bin", NULL};

const struct signature_tools signature_system_tools = {
	.folders = system_folders,
	.verify_ms = 10000,
	.agent_ms = 10000,
	.sign_ms = 120000,
};

/* What reaches the agent, and whoever asks for its passphrases. */
static const char *const agent_variables[] = {
	"SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY"};

enum { AGENT_VARIABLES = sizeof(agent_variables) / sizeof(agent_variables[0]) };

void
tool_add(struct tool *tool, ...)
{
	const char *argument;
	va_list arguments;

	va_start(arguments, tool);
	while ((argument = va_arg(arguments, const char *)))
		if (tool->argument_count < TOOL_ARGUMENTS)
			tool->arguments[tool->argument_count++] = argument;
	va_end(arguments);
}

/* ---- what it reads ---- */

/* Where memory may not be executable at all, it must be asked for so; older kernels know no such
 * flag. */
static int
make_memory(void)
{
	int fd = memfd_create("keywatch", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("keywatch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

static bool
fill(int fd, struct str content)
{
	for (size_t done = 0; done < content.len;) {
		ssize_t n = write(fd, content.data + done, content.len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += (size_t)(n > 0 ? n : 0);
	}
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) ==
	       0;
}

const char *
tool_add_file(struct tool *tool, struct str content, struct error *err)
{
	size_t i = tool->file_count;
	int fd = make_memory();

	if (fd < 0 || !fill(fd, content)) {
		error_set(err, ERROR_SYSTEM, "%s cannot be given its files: %s", tool->name,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	tool->files[i] = fd;
	tool->file_count++;
	snprintf(tool->paths[i], TOOL_PATH, "/proc/self/fd/%d", FIRST_FILE + (int)i);
	return tool->paths[i];
}

void
tool_fini(struct tool *tool)
{
	while (tool->file_count)
		close(tool->files[--tool->file_count]);
}

/* ---- running it ---- */

static bool
find(const struct tool *tool, char path[MAX_PATH], struct error *err)
{
	const char *const *folders = tool->tools->folders;
	struct buf names = {0};

	for (size_t i = 0; folders[i]; i++) {
		snprintf(path, MAX_PATH, "%s/%s", folders[i], tool->name);
		if (access(path, X_OK) == 0) {
			buf_fini(&names);
			return true;
		}
		buf_printf(&names, "%s%s", i ? " or " : "", folders[i]);
	}
	error_set(err, ERROR_SYSTEM,
		"there is no %s in %s: signatures need OpenSSH's tools (Debian: apt-get install "
		"openssh-client)",
		tool->name, buf_cstr(&names));
	buf_fini(&names);
	return false;
}

/* NULL-terminated; its strings live in the arena. */
static const char **
make_environment(const struct tool *tool, struct arena *arena)
{
	const char **list = arena_alloc(arena, (AGENT_VARIABLES + 3) * sizeof(*list));
	struct buf path = {0};
	size_t n = 0;

	for (size_t i = 0; tool->tools->folders[i]; i++)
		buf_printf(&path, "%s%s", i ? ":" : "PATH=", tool->tools->folders[i]);
	list[n++] = arena_cstr(arena, buf_view(&path));
	list[n++] = "LC_ALL=C";
	for (size_t i = 0; tool->agent && i < AGENT_VARIABLES; i++) {
		const char *value = getenv(agent_variables[i]);

		if (value)
			list[n++] = arena_printf(arena, "%s=%s", agent_variables[i], value).data;
	}
	buf_fini(&path);
	return list;
}

bool
tool_run(
	const struct tool *tool, struct str input, struct process_result *result, struct error *err)
{
	const char *argv[TOOL_ARGUMENTS + 2] = {0};
	struct arena arena = {0};
	char path[MAX_PATH];
	struct process process = {.argv = argv,
		.input = input,
		.timeout_ms = tool->timeout_ms,
		.max_output = MAX_OUTPUT,
		.interrupt_fd = tool->tools->interrupt_fd,
		.passed = tool->files,
		.passed_count = tool->file_count,
		.foreground = tool->foreground};
	bool ok;

	if (!find(tool, path, err))
		return false;
	if (tool->file_count && access("/proc/self/fd", X_OK) != 0)
		return error_set(err, ERROR_SYSTEM,
			"%s reads its files in /proc/self/fd, and /proc is not mounted",
			tool->name);
	argv[0] = path;
	for (size_t i = 0; i < tool->argument_count; i++)
		argv[i + 1] = tool->arguments[i];
	process.environment = make_environment(tool, &arena);
	ok = process_run(&process, result, err);
	arena_fini(&arena);
	return ok;
}

/* ---- what it said ---- */

void
tool_complaint(const struct process_result *result, struct buf *out)
{
	struct str said = str_trim(buf_view(&result->errors));

	for (size_t i = 0; i < said.len; i++)
		buf_putc(out, said.data[i] == '\n' ? ' ' : said.data[i]);
}

bool
tool_said(const struct process_result *result, const char *words)
{
	return str_find(buf_view(&result->errors), str_from(words), 0) != (size_t)-1;
}
