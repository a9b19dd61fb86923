#include "tests/support/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "tests/support/test.h"

enum { IN, OUT, ERR, END, FDS };

static void
shut(struct pollfd *fd)
{
	if (fd->fd >= 0)
		close(fd->fd);
	fd->fd = -1;
}

static void
give(struct pollfd *fd, struct run *run, size_t *given)
{
	ssize_t n = 0;

	if (*given < run->input_len)
		n = write(fd->fd, run->input + *given, run->input_len - *given);
	if (n > 0)
		*given += (size_t)n;
	if (*given == run->input_len || (n < 0 && errno != EAGAIN))
		shut(fd);
}

static void
take(struct pollfd *fd, struct buf *into, size_t limit)
{
	char bytes[65536];
	size_t want = sizeof(bytes);
	ssize_t n;

	if (limit && limit - into->len < want)
		want = limit - into->len;
	n = read(fd->fd, bytes, want);
	if (n > 0)
		buf_append(into, bytes, (size_t)n);
	if (n <= 0 || (limit && into->len >= limit))
		shut(fd);
}

static void
converse(struct run *run, struct child *child, struct pollfd fds[FDS])
{
	int64_t deadline = time_monotonic_ms() + CHILD_DEADLINE_MS;
	size_t given = 0;

	while (fds[OUT].fd >= 0 || fds[ERR].fd >= 0 || !child->ended) {
		int64_t left = deadline - time_monotonic_ms();

		assert_true(left > 0); /* it hangs */
		if (poll(fds, FDS, (int)left) < 0)
			continue;
		if (fds[IN].revents)
			give(&fds[IN], run, &given);
		if (fds[OUT].revents)
			take(&fds[OUT], &run->out, run->close_out_after);
		if (fds[ERR].revents)
			take(&fds[ERR], &run->err, 0);
		if (fds[END].revents) {
			child_reap(child);
			fds[END].fd = -1; /* child_finish closes it */
		}
	}
	shut(&fds[IN]);
}

void
run_program(struct run *run)
{
	struct child child;
	int in[2], out[2], err[2];
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	run_fini(run);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	child_start(&child, &run->child, in[0], out[1], err[1], -1);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	assert_int_equal(fcntl(in[1], F_SETFL, O_NONBLOCK), 0);
	converse(run, &child,
		(struct pollfd[FDS]){[IN] = {in[1], POLLOUT, 0}, [OUT] = {out[0], POLLIN, 0},
			[ERR] = {err[0], POLLIN, 0}, [END] = {child.pidfd, POLLIN, 0}});
	run->status = child.status;
	child_finish(&child);
	signal(SIGPIPE, before);
}

void
run_fini(struct run *run)
{
	buf_fini(&run->out);
	buf_fini(&run->err);
}
