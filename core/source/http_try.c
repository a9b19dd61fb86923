/* Three quick tries (settled.md 23). */
#include <stdio.h>
#include <sys/random.h>

#include "core/source/http_private.h"

enum { TRIES = 3, LONGEST_MS = 20000, PATIENCE_MS = 5000 };

static bool
is_passing(long status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

static bool
worth_another(const struct http *http, enum http_result result,
	const struct http_response *response, http_again *again)
{
	if (result == HTTP_FAILED)
		return http_may_heal(http);
	if (result != HTTP_ANSWERED || response->retry_after_ms > PATIENCE_MS)
		return false;
	return is_passing(response->status) ||
	       (response->status >= 300 && again && again(response));
}

/* Full jitter, as botocore: a random part of 1 s, 2 s, 4 s … */
static int64_t
pause_ms(int tries, int64_t asked_ms)
{
	int64_t longest = INT64_C(1000) << (tries - 1);
	uint32_t chance;

	if (asked_ms)
		return asked_ms;
	if (longest > LONGEST_MS)
		longest = LONGEST_MS;
	if (getrandom(&chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return longest;
	return chance % (longest + 1);
}

static void
tell(void (*failed)(void *context, const char *what), void *context, enum http_result result,
	const struct http_response *response, const struct error *err)
{
	char status[32];

	if (!failed)
		return;
	snprintf(status, sizeof(status), "HTTP %ld", response->status);
	failed(context, result == HTTP_ANSWERED ? status : err->text);
}

enum http_result
http_try(struct http *http, const struct http_request *request, http_again *again,
	void (*failed)(void *context, const char *what), void *context,
	struct http_response *response, struct error *err)
{
	struct error unwanted;

	if (!err)
		err = &unwanted;
	for (int tries = 1;; tries++) {
		enum http_result result = http_do(http, request, response, err);
		int64_t asked_ms = response->retry_after_ms;

		if (tries == TRIES || !worth_another(http, result, response, again))
			return result;
		tell(failed, context, result, response, err);
		http_response_fini(response);
		result = http_wait(http, pause_ms(tries, asked_ms));
		if (result != HTTP_ANSWERED)
			return result;
	}
}
