#include "core/source/http.h"

#include <curl/curl.h>
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/source/aws.h"
#include "core/source/http_private.h"

enum {
	RETRY_AFTER_MOST_S = 3600, /* whoever asks for more is asked again all the same */
	CONNECT_MS = 10000,
	FIRST_BYTE_MS = 30000,
	IDLE_MS = 30000,
	MAX_BODY = 64 << 20,
	MAX_HEADERS = 256 << 10,
	LONGEST_WAIT_MS = 1000,
};

struct http {
	CURLM *multi;		 /* owns; keeps the connections */
	CURL *easy;		 /* owns; reset between requests */
	char *ca_bundle;	 /* owns; NULL: see http_new */
	char *default_ca_bundle; /* owns; NULL: none */
	int interrupt_fd;
	bool may_heal;
};

enum phase { CONNECTING, WAITING, RECEIVING };

struct transfer {
	struct http *http;
	const struct http_request *request;
	struct http_response *response;
	struct curl_slist *headers; /* owns; wiped */
	char *host;		    /* owns (curl_free) */
	bool plain;		    /* http: no proxy, and the peer's address is looked at */
	enum phase phase;
	int64_t since_ms;    /* the last sign of life */
	size_t taken;	     /* bytes of the body */
	const char *refused; /* why we ended it ourselves */
	char message[CURL_ERROR_SIZE];
};

/* ---- memory: libcurl holds copies of keys and answers, so its allocator wipes ---- */

static void *
plain_alloc(size_t size)
{
	return malloc(size ? size : 1);
}

static char *
duplicate(const char *s)
{
	return mem_strdup(s);
}

void
http_global_init(void)
{
	curl_global_init_mem(CURL_GLOBAL_DEFAULT, plain_alloc, mem_free_wiping, mem_resize_wiping,
		duplicate, calloc);
}

void
http_global_fini(void)
{
	curl_global_cleanup();
}

struct http *
http_new(int interrupt_fd, const char *ca_bundle)
{
	struct http *http = MEM_NEW(struct http);

	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	if (!http->multi || !http->easy)
		abort(); /* out of memory */
	http->ca_bundle = ca_bundle ? mem_strdup(ca_bundle) : NULL;
	http->interrupt_fd = interrupt_fd;
	return http;
}

void
http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	free(http->ca_bundle);
	free(http->default_ca_bundle);
	free(http);
}

void
http_default_ca_bundle(struct http *http, const char *ca_bundle)
{
	free(http->default_ca_bundle);
	http->default_ca_bundle = mem_strdup(ca_bundle);
}

int
http_interrupt_fd(const struct http *http)
{
	return http->interrupt_fd;
}

bool
http_may_heal(const struct http *http)
{
	return http->may_heal;
}

/* ---- what may be asked ---- */

/* Splits and judges a URL; host is the caller's to curl_free. */
static bool
judge_url(const char *url, bool metadata, char **host, bool *plain, struct error *err)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *user = NULL;
	bool ok = false;

	*host = NULL;
	if (!parts || curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) != CURLUE_OK ||
		curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(parts, CURLUPART_HOST, host, 0) != CURLUE_OK) {
		error_set(err, ERROR_USAGE, "%s is no URL", url);
		goto done;
	}
	if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK) {
		error_set(err, ERROR_USAGE, "the URL of %s holds a user name", *host);
		goto done;
	}
	*plain = strcasecmp(scheme, "http") == 0;
	if (!*plain && strcasecmp(scheme, "https") != 0) {
		error_set(err, ERROR_USAGE, "%s: expected https, not %s", *host, scheme);
		goto done;
	}
	ok = !*plain || http_host_is_loopback(*host) || (metadata && http_host_is_metadata(*host));
	if (!ok)
		error_set(err, ERROR_USAGE, "%s: plain http goes to this machine only, use https",
			*host);
done:
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(parts);
	return ok;
}

bool
http_endpoint_allowed(const char *url, struct error *err)
{
	char *host;
	bool plain, ok = judge_url(url, false, &host, &plain, err);

	curl_free(host);
	if (ok && strpbrk(url, "?#"))
		return error_set(err, ERROR_USAGE, "%s: an endpoint has no query", url);
	return ok;
}

/* ---- signs of life ---- */

static void
sign_of_life(struct transfer *t, enum phase phase)
{
	t->phase = phase;
	t->since_ms = time_monotonic_ms();
}

static int
on_connected(void *context, char *their_ip, char *our_ip, int their_port, int our_port)
{
	(void)their_ip;
	(void)our_ip;
	(void)their_port;
	(void)our_port;
	sign_of_life(context, WAITING);
	return CURL_PREREQFUNC_OK;
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = context;

	(void)purpose;
	if (t->plain && !http_peer_allowed(&address->addr, t->request->metadata)) {
		t->refused = "plain http goes to this machine only, and this is another";
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	struct str line = {data, size * count};

	sign_of_life(t, RECEIVING);
	if (str_starts_with(line, STR("HTTP/")))
		buf_clear(&t->response->headers); /* what came before was a 1xx */
	if (t->response->headers.len + line.len > MAX_HEADERS) {
		t->refused = "the answer's headers are too long";
		return 0;
	}
	buf_append_wiping(&t->response->headers, line.data, line.len);
	return line.len;
}

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	const struct http_request *request = t->request;
	size_t len = size * count;
	size_t max = request->max_body ? request->max_body : request->sink ? SIZE_MAX : MAX_BODY;
	long status = 0;

	sign_of_life(t, RECEIVING);
	curl_easy_getinfo(t->http->easy, CURLINFO_RESPONSE_CODE, &status);
	if (len > max - t->taken) {
		t->refused = "the answer is too long";
		t->response->too_long = true;
		return 0;
	}
	t->taken += len;
	if (!request->sink || status / 100 != 2) {
		buf_append_wiping(&t->response->body, data, len);
	} else if (!request->sink(request->context, data, len)) {
		t->refused = "its reader stopped";
		return 0;
	}
	return len;
}

/* ---- a request's options: all of them, each time ---- */

static void
add_header(struct transfer *t, const char *line)
{
	t->headers = curl_slist_append(t->headers, line);
	if (!t->headers)
		abort(); /* out of memory */
}

static bool
add_headers(struct transfer *t, struct error *err)
{
	const struct http_request *request = t->request;

	for (const char *const *h = request->headers; h && *h; h++) {
		if (!http_line_is_fine(*h))
			return error_set(err, ERROR_USAGE, "%s: the header %.*s has no fit value",
				t->host, (int)strcspn(*h, ":\r\n"), *h);
		for (const char *const *other = request->headers; other != h; other++)
			assert(!request->keys || !http_names_clash(*h, *other));
		add_header(t, *h);
	}
	return true;
}

static bool
add_signature(struct transfer *t, struct error *err)
{
	const struct http_request *request = t->request;
	CURL *easy = t->http->easy;
	struct buf line = {0};
	char hash[HASH_HEX];

	assert(request->region && request->region[0] && request->service && request->service[0]);
	buf_printf(&line, "aws:amz:%s:%s", request->region, request->service);
	curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, buf_cstr(&line));
	curl_easy_setopt(easy, CURLOPT_USERNAME, request->keys->access_key_id);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, request->keys->secret_access_key);
	buf_clear(&line);
	if (strcmp(request->service, "s3") == 0) {
		hash_hex(request->body, hash);
		buf_printf(&line, "x-amz-content-sha256: %s", hash);
		add_header(t, buf_cstr(&line));
		buf_clear(&line);
	}
	if (request->keys->session_token) {
		struct str token = str_from(request->keys->session_token);

		buf_append_wiping(&line, STR("X-Amz-Security-Token: ").data, 22);
		buf_append_wiping(&line, token.data, token.len);
		if (!http_line_is_fine(buf_cstr(&line))) {
			buf_wipe(&line);
			return error_set(err, ERROR_USAGE, "the session token holds a line end");
		}
		add_header(t, buf_cstr(&line));
	}
	buf_wipe(&line);
	return true;
}

static void
set_method(const struct transfer *t)
{
	const struct http_request *request = t->request;
	CURL *easy = t->http->easy;

	if (request->body.data || strcmp(request->method, "POST") == 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDS, request->body.data ? request->body.data : "");
	} else if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (strcmp(request->method, request->body.data ? "POST" : "GET") != 0 &&
		strcmp(request->method, "POST") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void
set_trust(const struct transfer *t)
{
	CURL *easy = t->http->easy;
	const char *bundle = t->http->ca_bundle;

	if (!bundle && t->request->service)
		bundle = getenv("AWS_CA_BUNDLE");
	if (!bundle && t->request->service)
		bundle = t->http->default_ca_bundle;
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (bundle && bundle[0]) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, bundle);
		curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, bundle);
	}
}

static void
set_callbacks(struct transfer *t)
{
	CURL *easy = t->http->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->message);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
}

static bool
set_options(struct transfer *t, struct error *err)
{
	const struct http_request *request = t->request;
	CURL *easy = t->http->easy;
	int connect_ms = request->connect_ms ? request->connect_ms : CONNECT_MS;

	curl_easy_reset(easy);
	set_callbacks(t);
	set_trust(t);
	set_method(t);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, t->plain ? "http" : "https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "keywatch/" KEYWATCH_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);	/* no alarm(): this is a thread */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a stop waits for no resolver */
	if (t->plain || request->metadata)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (!add_headers(t, err) || (request->keys && !add_signature(t, err)))
		return false;
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	return true;
}

/* ---- waiting ---- */

static bool
is_readable(int fd)
{
	struct pollfd wait = {fd, POLLIN, 0};

	return fd >= 0 && poll(&wait, 1, 0) > 0;
}

/* HTTP_ANSWERED: nobody wants the end. */
static enum http_result
told_to_end(const struct http *http)
{
	return is_readable(http->interrupt_fd) ? HTTP_INTERRUPTED : HTTP_ANSWERED;
}

enum http_result
http_wait(const struct http *http, int64_t ms)
{
	int64_t end_ms = time_monotonic_ms() + ms;
	enum http_result result;

	while ((result = told_to_end(http)) == HTTP_ANSWERED) {
		struct pollfd wait = {http->interrupt_fd, POLLIN, 0};
		int64_t left = end_ms - time_monotonic_ms();

		if (left <= 0)
			break;
		poll(&wait, 1, (int)left); /* skips a descriptor of -1 */
	}
	return result;
}

/* How long until the peer has been silent for too long. */
static int64_t
patience_ms(const struct transfer *t)
{
	int first = t->request->first_byte_ms ? t->request->first_byte_ms : FIRST_BYTE_MS;
	int idle = t->request->idle_ms ? t->request->idle_ms : IDLE_MS;

	if (t->phase == CONNECTING)
		return LONGEST_WAIT_MS; /* libcurl's limit holds */
	return t->since_ms + (t->phase == WAITING ? first : idle) - time_monotonic_ms();
}

static enum http_result
wait_for_news(struct transfer *t)
{
	const struct http *http = t->http;
	struct curl_waitfd wait = {http->interrupt_fd, CURL_WAIT_POLLIN, 0};
	int64_t left = patience_ms(t);

	if (left <= 0) {
		t->refused = t->phase == WAITING ? "no answer in time" : "the answer stalled";
		return HTTP_FAILED;
	}
	if (left > LONGEST_WAIT_MS)
		left = LONGEST_WAIT_MS;
	curl_multi_poll(http->multi, &wait, http->interrupt_fd >= 0, (int)left, NULL);
	return told_to_end(http);
}

static enum http_result
drive(struct transfer *t, CURLcode *code)
{
	enum http_result result = HTTP_ANSWERED;
	int running = 1;

	curl_multi_add_handle(t->http->multi, t->http->easy);
	while (result == HTTP_ANSWERED) {
		CURLMsg *message;
		int left;

		curl_multi_perform(t->http->multi, &running);
		message = running ? NULL : curl_multi_info_read(t->http->multi, &left);
		if (message) {
			*code = message->data.result;
			break;
		}
		result = wait_for_news(t);
	}
	curl_multi_remove_handle(t->http->multi, t->http->easy);
	return result;
}

/* ---- how it ended ---- */

static enum http_result
explain(struct transfer *t, CURLcode code, struct error *err)
{
	const char *message = t->message[0] ? t->message : curl_easy_strerror(code);

	t->http->may_heal = !t->request->sink || !t->taken;
	if (t->refused) {
		error_set(err, ERROR_SYSTEM, "%s: %s", t->host, t->refused);
		if (code != CURLE_OK) /* a limit or our own refusal, not a silence */
			t->http->may_heal = false;
	} else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
		   code == CURLE_SSL_ISSUER_ERROR) {
		t->http->may_heal = false;
		error_set(err, ERROR_SYSTEM,
			"%s: %s (ca_bundle names the file of another authority)", t->host, message);
	} else if (code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2_STREAM) {
		error_set(err, ERROR_SYSTEM, "%s: the answer was cut off: %s", t->host, message);
	} else {
		error_set(err, ERROR_SYSTEM, "%s: %s", t->host, message);
	}
	return HTTP_FAILED;
}

/* AWS's own header counts in milliseconds (botocore). */
static int64_t
asked_pause_ms(const struct transfer *t)
{
	struct str own = http_header(t->response, "x-amz-retry-after");
	curl_off_t seconds = 0;
	char digits[9] = "";

	if (own.len && own.len < sizeof(digits)) {
		memcpy(digits, own.data, own.len);
		if (strspn(digits, "0123456789") == own.len)
			return strtoll(digits, NULL, 10);
	}
	curl_easy_getinfo(t->http->easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds <= 0)
		return 0;
	return (seconds < RETRY_AFTER_MOST_S ? seconds : RETRY_AFTER_MOST_S) * 1000;
}

static void
read_answer(struct transfer *t)
{
	struct str date = http_header(t->response, "date");
	char text[64] = "";
	time_t seconds = -1;

	curl_easy_getinfo(t->http->easy, CURLINFO_RESPONSE_CODE, &t->response->status);
	if (date.len && date.len < sizeof(text)) {
		memcpy(text, date.data, date.len);
		seconds = curl_getdate(text, NULL);
	}
	if (seconds >= 0)
		t->response->date = seconds * TICKS_PER_SECOND;
	t->response->retry_after_ms = asked_pause_ms(t);
}

static enum http_result
run(struct transfer *t, struct error *err)
{
	CURLcode code = CURLE_OK;
	enum http_result result;
	sigset_t before;
	bool pending = http_hold_sigpipe(&before);

	result = drive(t, &code);
	if (result == HTTP_FAILED || (result == HTTP_ANSWERED && code != CURLE_OK))
		result = explain(t, code, err);
	else if (result == HTTP_ANSWERED)
		read_answer(t);
	http_release_sigpipe(&before, pending);
	return result;
}

enum http_result
http_do(struct http *http, const struct http_request *request, struct http_response *response,
	struct error *err)
{
	struct transfer t = {.http = http, .request = request, .response = response};
	enum http_result result = told_to_end(http);

	*response = (struct http_response){.date = TIME_NONE};
	http->may_heal = false;
	if (result != HTTP_ANSWERED)
		return result;
	if (!judge_url(request->url, request->metadata, &t.host, &t.plain, err) ||
		!set_options(&t, err))
		result = HTTP_FAILED;
	else
		result = run(&t, err);
	if (result != HTTP_ANSWERED)
		http_response_fini(response);
	curl_easy_reset(http->easy); /* forgets the keys */
	curl_slist_free_all(t.headers);
	curl_free(t.host);
	return result;
}

void
http_library(struct buf *out)
{
	buf_puts(out, curl_version());
}
