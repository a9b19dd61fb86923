/* Between the parts of http; for them and their tests. */
#ifndef KEYWATCH_SOURCE_HTTP_PRIVATE_H
#define KEYWATCH_SOURCE_HTTP_PRIVATE_H

#include <signal.h>

#include "core/source/http.h"

/* Of the last request that failed: whether another try may go better. */
bool http_may_heal(const struct http *http);
/* Waits; HTTP_ANSWERED when the time is over, else what ended it. */
enum http_result http_wait(const struct http *http, int64_t ms);
/* Whether plain http may go to this host as a URL names it, and to this address. */
bool http_host_is_loopback(const char *host);
bool http_host_is_metadata(const char *host);
/* A header as it may be sent: a name, a value, one line. */
bool http_line_is_fine(const char *line);
/* Whether the name of one begins the other: 7.88.1 signs those wrongly (sources.md §3). */
bool http_names_clash(const char *a, const char *b);
/* Around a request: SIGPIPE of this thread is held and forgotten. Whether one was pending. */
bool http_hold_sigpipe(sigset_t *before);
void http_release_sigpipe(const sigset_t *before, bool was_pending);
struct sockaddr;
bool http_peer_allowed(const struct sockaddr *address, bool metadata);

#endif
