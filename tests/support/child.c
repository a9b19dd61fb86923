#include "tests/support/child.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/test.h"

enum { ENVIRONMENT_MAX = 40 };

struct environment {
	char *entry[ENVIRONMENT_MAX + 1];
	size_t count;
};

static const char *
source_tree(void)
{
	const char *tree = getenv("KEYWATCH_TEST_SOURCE");
	static char cwd[PATH_MAX];

	if (tree && tree[0] == '/')
		return tree;
	return getcwd(cwd, sizeof(cwd));
}

const char *
child_source(const char *path)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *out = paths[next++ % 4];

	snprintf(out, PATH_MAX, "%s/%s", source_tree(), path);
	return out;
}

const char *
child_program(void)
{
	const char *build = getenv("KEYWATCH_TEST_BUILD");
	static char path[PATH_MAX];

	if (!build)
		return child_source("build/asan/keywatch");
	snprintf(path, sizeof(path), "%s/keywatch", build);
	return path;
}

/* The last one of a name wins, so that a test can say TERM=dumb. */
static void
set(struct environment *environment, const char *fmt, ...)
{
	char entry[PATH_MAX + 256];
	size_t name, i;
	va_list args;

	va_start(args, fmt);
	vsnprintf(entry, sizeof(entry), fmt, args);
	va_end(args);
	name = strcspn(entry, "=") + 1;
	for (i = 0; i < environment->count; i++)
		if (!strncmp(environment->entry[i], entry, name))
			break;
	if (i == environment->count) {
		assert_true(environment->count < ENVIRONMENT_MAX);
		environment->count++;
	} else {
		free(environment->entry[i]);
	}
	environment->entry[i] = mem_strdup(entry);
	environment->entry[environment->count] = NULL;
}

static void
fill(struct environment *environment, const struct child_options *options, const char *logs)
{
	const char *path = getenv("PATH");

	set(environment, "PATH=%s", path ? path : "/usr/bin:/bin");
	set(environment, "HOME=%s", options->home);
	set(environment, "TERM=xterm-256color");
	set(environment, "LC_ALL=C.UTF-8");
	set(environment, "TZ=UTC");
	set(environment, "AWS_EC2_METADATA_DISABLED=true"); /* whatever this machine is */
	set(environment, "ASAN_OPTIONS=log_path=%s/asan:exitcode=99:detect_leaks=1", logs);
	set(environment, "UBSAN_OPTIONS=log_path=%s/ubsan:print_stacktrace=1", logs);
	set(environment, "TSAN_OPTIONS=log_path=%s/tsan:exitcode=98", logs);
	for (size_t i = 0; options->environment && options->environment[i]; i++)
		set(environment, "%s", options->environment[i]);
}

static void
become(const struct child_options *options, char **environment, const int fds[3], int terminal)
{
	const char *arguments[64] = {options->program ? options->program : child_program()};
	size_t count = 1;

	for (size_t i = 0; options->arguments[i] && count < 63; i++)
		arguments[count++] = options->arguments[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (terminal >= 0)
		ioctl(terminal, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(fds[fd], fd);
	closefrom(3);
	if (chdir(options->folder ? options->folder : source_tree()) != 0)
		_exit(126);
	execve(arguments[0], (char **)arguments, environment);
	_exit(127);
}

void
child_start(struct child *child, const struct child_options *options, int in, int out, int err,
	int terminal)
{
	struct environment environment = {.count = 0};
	/* Above 2, so that no dup2 overwrites one that is still needed. */
	const int fds[3] = {fcntl(in, F_DUPFD_CLOEXEC, 3), fcntl(out, F_DUPFD_CLOEXEC, 3),
		fcntl(err, F_DUPFD_CLOEXEC, 3)};

	*child = (struct child){.logs = test_folder()};
	fill(&environment, options, child->logs);
	child->pid = fork();
	assert_true(child->pid >= 0);
	if (child->pid == 0)
		become(options, environment.entry, fds, terminal);
	child->pidfd = pidfd_open(child->pid, 0);
	assert_true(child->pidfd >= 0);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	for (size_t i = 0; i < environment.count; i++)
		free(environment.entry[i]);
}

void
child_reap(struct child *child)
{
	int status;

	if (child->ended)
		return;
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	child->ended = true;
	child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	assert_int_not_equal(child->status, 127); /* the program was not there to start */
}

static size_t
print_reports(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[PATH_MAX];
		char *text;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		text = test_read(path, NULL);
		print_error("%s\n", text);
		free(text);
		count++;
	}
	closedir(dir);
	return count;
}

void
child_read_line(int fd, struct buf *line)
{
	struct pollfd wait = {fd, POLLIN, 0};
	char c;

	for (;;) {
		assert_int_equal(poll(&wait, 1, CHILD_DEADLINE_MS), 1);
		assert_int_equal(read(fd, &c, 1), 1); /* 0: it ended, see its messages */
		if (c == '\n')
			return;
		buf_putc(line, c);
	}
}

void
child_finish(struct child *child)
{
	size_t reports;

	if (!child->ended) {
		kill(child->pid, SIGKILL);
		child_reap(child);
	}
	close(child->pidfd);
	reports = print_reports(child->logs);
	test_rmtree(child->logs);
	assert_int_equal(reports, 0);
}
