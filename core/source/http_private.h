/* Between the parts of http; for them and their tests. */
#ifndef KEYWATCH_SOURCE_HTTP_PRIVATE_H
#define KEYWATCH_SOURCE_HTTP_PRIVATE_H

#include "core/source/http.h"

/* Of the last request that failed: whether another try may go better. */
bool http_may_heal(const struct http *http);
/* Waits; HTTP_ANSWERED when the time is over, else what ended it. */
enum http_result http_wait(const struct http *http, int64_t ms);
/* Whether plain http may go to this host as a URL names it, and to this address. */
bool http_host_is_loopback(const char *host);
bool http_host_is_metadata(const char *host);
struct sockaddr;
bool http_peer_allowed(const struct sockaddr *address, bool metadata);

#endif
