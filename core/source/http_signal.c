/* A broken connection is an error to us, not a signal, whatever libcurl writes with. */
#include <errno.h>
#include <time.h>

#include "core/source/http_private.h"

bool
http_hold_sigpipe(sigset_t *before)
{
	sigset_t pipe, pending;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, before);
	return sigismember(&pending, SIGPIPE) == 1;
}

void
http_release_sigpipe(const sigset_t *before, bool was_pending)
{
	const struct timespec none = {0, 0};
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	while (!was_pending && sigtimedwait(&pipe, NULL, &none) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, before, NULL);
}
