#include "tui/term_guard.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RESTORE_MAX = 256, STACK = 64 * 1024, PATIENCE_S = 1 };

/* What the handlers need; they run in no context of ours. */
static struct {
	int wake_fd;
	int fd;
	struct termios saved;
	char restore[RESTORE_MAX], file[PATH_MAX];
	volatile sig_atomic_t restore_len, has_file, armed;
	volatile sig_atomic_t end, resized, stop, continued;
} guard = {.wake_fd = -1};

static const int asking[] = {SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT, SIGWINCH};
static const int stuck[] = {SIGALRM};
static const int dying[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGQUIT};

static void
handle_asking(int number)
{
	const struct wake wake = {guard.wake_fd};

	switch (number) {
	case SIGTSTP:
		guard.stop = 1;
		break;
	case SIGCONT:
		guard.continued = 1;
		break;
	case SIGWINCH:
		guard.resized = 1;
		break;
	default:
		guard.end = 1;
		alarm(PATIENCE_S);
		break;
	}
	wake_raise(&wake);
}

static void
restore(void)
{
	if (!guard.armed)
		return;
	guard.armed = 0;
	if (guard.has_file)
		unlink(guard.file);
	if (write(guard.fd, guard.restore, (size_t)guard.restore_len) < 0) {
		/* Nothing is left to do about it. */
	}
	tcsetattr(guard.fd, TCSANOW, &guard.saved);
}

/* We were asked to end and did not: the terminal takes nothing, and writing to it waits for ever.
 * What is on its way there is of no use any more. */
static void
handle_stuck(int number)
{
	(void)number;
	if (!guard.armed)
		return;
	tcflush(guard.fd, TCOFLUSH);
	restore();
	_exit(0);
}

static void
handle_dying(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

static void
install(const int *numbers, size_t count, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_flags = flags};

	action.sa_handler = handler;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < count; i++)
		sigaction(numbers[i], &action, NULL);
}

void
term_guard_begin(const struct wake *wake, int fd, const struct termios *saved)
{
	/* A stack of its own: an overflow of the usual one must be survived as well. */
	static char stack[STACK];
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction hangup;
	bool ignored;

	/* nohup means it; the end of the terminal shows as the end of its input. */
	ignored = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
	guard.wake_fd = wake->fd;
	guard.fd = fd;
	guard.saved = *saved;
	guard.restore_len = 0;
	guard.end = guard.resized = guard.stop = guard.continued = 0;
	guard.armed = 1;
	sigaltstack(&other, NULL);
	install(asking, sizeof(asking) / sizeof(asking[0]), handle_asking, SA_RESTART);
	if (ignored)
		signal(SIGHUP, SIG_IGN);
	install(stuck, 1, handle_stuck, SA_ONSTACK);
	install(dying, sizeof(dying) / sizeof(dying[0]), handle_dying, SA_ONSTACK);
}

void
term_guard_set_restore(const char *bytes, size_t len)
{
	if (len > RESTORE_MAX)
		return;
	memcpy(guard.restore, bytes, len);
	guard.restore_len = (sig_atomic_t)len;
}

void
term_guard_set_file(const char *path)
{
	guard.has_file = 0;
	if (!path || strlen(path) >= sizeof(guard.file))
		return;
	memcpy(guard.file, path, strlen(path) + 1);
	guard.has_file = 1;
}

void
term_guard_end(void)
{
	guard.armed = 0;
	alarm(0);
	install(asking, sizeof(asking) / sizeof(asking[0]), SIG_DFL, 0);
	install(stuck, 1, SIG_DFL, 0);
	install(dying, sizeof(dying) / sizeof(dying[0]), SIG_DFL, 0);
	/* What asked us to end has been answered; a second one must not change the exit status. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

void
term_guard_stop(void)
{
	static const int stop[] = {SIGTSTP};

	install(stop, 1, SIG_DFL, 0);
	kill(0, SIGTSTP);
	install(stop, 1, handle_asking, SA_RESTART);
	guard.continued = 0;
}

struct term_signals
term_take_signals(void)
{
	struct term_signals s = {guard.end, guard.resized, guard.stop, guard.continued};

	guard.end = guard.resized = guard.stop = guard.continued = 0;
	return s;
}
