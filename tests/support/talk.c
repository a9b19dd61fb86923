#include "tests/support/talk.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "tests/support/test.h"

enum { OUT, ERR, END, FDS };

void
talk_start(struct talk *talk, const struct child_options *options)
{
	int out[2], err[2], in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	*talk = (struct talk){.fds = {-1, -1}};
	assert_true(in >= 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	child_start(&talk->child, options, in, out[1], err[1], -1);
	close(in);
	close(out[1]);
	close(err[1]);
	talk->fds[OUT] = out[0];
	talk->fds[ERR] = err[0];
}

static void
take(int *fd, struct buf *into)
{
	char bytes[65536];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n > 0) {
		buf_append(into, bytes, (size_t)n);
		return;
	}
	close(*fd);
	*fd = -1;
}

/* Takes what comes first; false when the time is over. */
static bool
listen_once(struct talk *talk, int timeout_ms)
{
	struct pollfd fds[FDS] = {[OUT] = {talk->deaf ? -1 : talk->fds[OUT], POLLIN, 0},
		[ERR] = {talk->fds[ERR], POLLIN, 0},
		[END] = {talk->child.ended ? -1 : talk->child.pidfd, POLLIN, 0}};

	if (poll(fds, FDS, timeout_ms) < 1)
		return false;
	if (fds[OUT].revents)
		take(&talk->fds[OUT], &talk->out);
	if (fds[ERR].revents)
		take(&talk->fds[ERR], &talk->err);
	if (fds[END].revents)
		child_reap(&talk->child);
	return true;
}

/* What stands in the pipes of one that has ended. */
static void
drain(struct talk *talk)
{
	talk->deaf = false;
	while ((talk->fds[OUT] >= 0 || talk->fds[ERR] >= 0) && listen_once(talk, CHILD_DEADLINE_MS))
		;
}

static void
await(struct talk *talk, const struct buf *in, const char *part)
{
	while (!strstr(buf_cstr(in), part)) {
		if (listen_once(talk, CHILD_DEADLINE_MS) && !talk->child.ended)
			continue;
		if (talk->child.ended)
			drain(talk);
		if (!strstr(buf_cstr(in), part))
			fail_msg("\"%s\" was not said; it printed:\n%sand said:\n%s", part,
				buf_cstr(&talk->out), buf_cstr(&talk->err));
	}
}

void
talk_await_out(struct talk *talk, const char *part)
{
	await(talk, &talk->out, part);
}

void
talk_await_err(struct talk *talk, const char *part)
{
	await(talk, &talk->err, part);
}

int
talk_end(struct talk *talk, int signal, int limit_ms)
{
	int64_t deadline = time_monotonic_ms() + limit_ms;

	if (signal)
		kill(talk->child.pid, signal);
	while (!talk->child.ended) {
		int64_t left = deadline - time_monotonic_ms();

		assert_true(left > 0); /* it does not end */
		listen_once(talk, (int)left);
	}
	drain(talk);
	child_finish(&talk->child);
	return talk->child.status;
}

void
talk_hang_up(struct talk *talk)
{
	close(talk->fds[OUT]);
	talk->fds[OUT] = -1;
}

void
talk_fini(struct talk *talk)
{
	for (int i = 0; i < 2; i++)
		if (talk->fds[i] >= 0)
			close(talk->fds[i]);
	buf_fini(&talk->out);
	buf_fini(&talk->err);
}
