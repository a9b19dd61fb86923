#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/timefmt.h"

extern char **environ;

enum { STREAMS = 3, WAITS = STREAMS + 1, DEFAULT_MAX = 1 << 20, AGAIN_MS = 2 };

/* How ours were before a program in the foreground got the terminal's signals. */
struct held_signals {
	struct sigaction interrupt, quit;
};

/* Our ends of the program's stdin, stdout and stderr; -1 when closed. */
struct running {
	const struct process *process;
	struct process_result *result;
	pid_t pid;
	int ours[STREAMS];
	size_t sent;
	int64_t deadline_ms;
};

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool
open_pipes(int ours[STREAMS], int theirs[STREAMS])
{
	for (int i = 0; i < STREAMS; i++)
		ours[i] = theirs[i] = -1;
	for (int i = 0; i < STREAMS; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) != 0)
			return false;
		ours[i] = ends[i == 0];
		theirs[i] = ends[i != 0];
		if (fcntl(ours[i], F_SETFL, O_NONBLOCK) != 0)
			return false;
	}
	return true;
}

/* Signals as a fresh program expects them, whatever our threads block or ignore. */
static void
default_signals(posix_spawnattr_t *attr)
{
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGTERM);
	sigaddset(&defaults, SIGQUIT);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &defaults);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Copies have ascending numbers from 3 on, so that none is overwritten before its turn. */
static bool
add_passed(posix_spawn_file_actions_t *actions, const struct process *p, int *moved)
{
	for (size_t i = 0; i < p->passed_count; i++)
		moved[i] = -1;
	for (size_t i = 0; i < p->passed_count; i++) {
		moved[i] = fcntl(p->passed[i], F_DUPFD_CLOEXEC, STREAMS);
		if (moved[i] < 0)
			return false;
		posix_spawn_file_actions_adddup2(actions, moved[i], STREAMS + (int)i);
	}
	posix_spawn_file_actions_addclosefrom_np(actions, STREAMS + (int)p->passed_count);
	return true;
}

static int
spawn(struct running *r, const int theirs[STREAMS])
{
	const struct process *p = r->process;
	char **argv = (char **)(uintptr_t)p->argv;
	char **environment = p->environment ? (char **)(uintptr_t)p->environment : environ;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc, moved[PROCESS_PASSED_MAX];

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	default_signals(&attr);
	for (int i = 0; i < STREAMS; i++)
		posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
	rc = add_passed(&actions, p, moved) ? 0 : errno;
	if (rc == 0)
		rc = posix_spawnp(&r->pid, p->argv[0], &actions, &attr, argv, environment);
	for (size_t i = 0; i < p->passed_count; i++)
		close_end(&moved[i]);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static void
send_input(struct running *r)
{
	const struct str input = r->process->input;
	ssize_t n = 0;

	if (r->sent < input.len)
		n = write(r->ours[0], input.data + r->sent, input.len - r->sent);
	if (n > 0)
		r->sent += (size_t)n;
	if (r->sent == input.len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&r->ours[0]); /* a program need not read its input */
}

static bool
take_output(struct running *r, int stream, struct error *err)
{
	struct buf *out = stream == 1 ? &r->result->output : &r->result->errors;
	size_t max = r->process->max_output ? r->process->max_output : DEFAULT_MAX;
	char bytes[8192];
	ssize_t n = read(r->ours[stream], bytes, sizeof(bytes));

	if (n > 0)
		buf_append_wiping(out, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_end(&r->ours[stream]);
	if (out->len > max)
		return error_set(err, ERROR_SYSTEM, "%s wrote more than %zu bytes",
			r->process->argv[0], max);
	return true;
}

static struct pollfd
interrupt(const struct running *r)
{
	return (struct pollfd){
		r->process->interrupt_fd > 0 ? r->process->interrupt_fd : -1, POLLIN, 0};
}

/* Until both outputs are closed or the time is over. */
static bool
converse(struct running *r, struct error *err)
{
	while (r->ours[1] >= 0 || r->ours[2] >= 0) {
		struct pollfd waits[WAITS] = {{r->ours[0], POLLOUT, 0}, {r->ours[1], POLLIN, 0},
			{r->ours[2], POLLIN, 0}, interrupt(r)};
		int64_t left = r->deadline_ms - time_monotonic_ms();

		if (left <= 0)
			return error_set(err, ERROR_SYSTEM, "%s did not end within %d s",
				r->process->argv[0], r->process->timeout_ms / 1000);
		if (poll(waits, WAITS, (int)left) < 0 && errno != EINTR)
			return error_set(err, ERROR_SYSTEM, "poll: %s", strerror(errno));
		if (waits[STREAMS].revents)
			return error_set(err, ERROR_SYSTEM, "%s was stopped", r->process->argv[0]);
		if (waits[0].revents)
			send_input(r);
		for (int i = 1; i < STREAMS; i++)
			if (waits[i].revents && !take_output(r, i, err))
				return false;
	}
	return true;
}

/* Waits until it has ended, or may have where the kernel has no descriptor for that. */
static bool
wait_for_end(const struct running *r, int pidfd, struct error *err)
{
	int64_t left = r->deadline_ms - time_monotonic_ms();
	struct pollfd waits[] = {{pidfd, POLLIN, 0}, interrupt(r)};

	if (left <= 0)
		return error_set(err, ERROR_SYSTEM, "%s did not end within %d s",
			r->process->argv[0], r->process->timeout_ms / 1000);
	poll(waits, 2, pidfd < 0 ? AGAIN_MS : (int)left);
	return !waits[1].revents ||
	       error_set(err, ERROR_SYSTEM, "%s was stopped", r->process->argv[0]);
}

/* A program may close its outputs and go on: it gets the rest of its time, then the kill. */
static bool
reap(struct running *r, bool in_time, struct error *err)
{
	int status = 0, pidfd = pidfd_open(r->pid, 0);

	while (in_time && waitpid(r->pid, &status, WNOHANG) == 0)
		in_time = wait_for_end(r, pidfd, err);
	close_end(&pidfd);
	if (!in_time) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, &status, 0);
	}
	r->result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return in_time;
}

static void
hold_signals(struct held_signals *before)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGINT, &ignore, &before->interrupt);
	sigaction(SIGQUIT, &ignore, &before->quit);
}

static void
release_signals(const struct held_signals *before)
{
	sigaction(SIGINT, &before->interrupt, NULL);
	sigaction(SIGQUIT, &before->quit, NULL);
}

bool
process_run(const struct process *process, struct process_result *result, struct error *err)
{
	struct running r = {.process = process,
		.result = result,
		.deadline_ms = time_monotonic_ms() + process->timeout_ms};
	int theirs[STREAMS], rc;
	struct held_signals signals;
	bool ok = open_pipes(r.ours, theirs);

	*result = (struct process_result){0};
	if (process->foreground)
		hold_signals(&signals);
	rc = ok ? spawn(&r, theirs) : errno;
	for (int i = 0; i < STREAMS; i++)
		close_end(&theirs[i]);
	if (rc == 0)
		ok = reap(&r, converse(&r, err), err);
	else
		ok = error_set(err, ERROR_SYSTEM, "%s: %s", process->argv[0], strerror(rc));
	for (int i = 0; i < STREAMS; i++)
		close_end(&r.ours[i]);
	if (process->foreground)
		release_signals(&signals);
	if (!ok)
		process_result_fini(result);
	return ok;
}

void
process_result_fini(struct process_result *result)
{
	buf_wipe(&result->output);
	buf_wipe(&result->errors);
}

/* ---- in the foreground ---- */

bool
process_lend(const char *const *argv, int *status, struct error *err)
{
	struct held_signals signals;
	posix_spawnattr_t attr;
	int rc, ended;
	pid_t pid;

	hold_signals(&signals);
	posix_spawnattr_init(&attr);
	default_signals(&attr);
	rc = posix_spawnp(&pid, argv[0], NULL, &attr, (char **)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attr);
	while (rc == 0 && waitpid(pid, &ended, 0) < 0)
		rc = errno == EINTR ? 0 : errno;
	release_signals(&signals);
	if (rc != 0)
		return error_set(err, ERROR_SYSTEM, "%s: %s", argv[0], strerror(rc));
	*status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
	return true;
}
