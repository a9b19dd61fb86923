/*
 * HTTP requests through libcurl, whose types stay in http.c. A struct http belongs to one thread
 * and keeps its connections. It ends a request when its interrupt descriptor becomes readable.
 *
 * Never follows a redirect (a signed request would give its session token to another host,
 * sources.md §3); always verifies TLS; plain http only to loopback endpoints that the user named
 * and, where a request says so, to the metadata addresses (settled.md 21).
 */
#ifndef KEYWATCH_SOURCE_HTTP_H
#define KEYWATCH_SOURCE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

struct http;

/* interrupt_fd: readable when to stop (a wake), or -1. ca_bundle NULL: AWS_CA_BUNDLE for requests
 * with a service, else the system's. Every thread may make its own; http_global_init once before
 * the first thread, http_global_fini at the end. */
void http_global_init(void);
void http_global_fini(void);
struct http *http_new(int interrupt_fd, const char *ca_bundle);
void http_free(struct http *http);
/* For requests with a service when neither says another one: a profile's. */
void http_default_ca_bundle(struct http *http, const char *ca_bundle);
/* -1: none. For what else waits on behalf of a request (credential_process). */
int http_interrupt_fd(const struct http *http);

struct aws_keys;

struct http_request {
	const char *method; /* GET, HEAD, POST, PUT */
	const char *url;    /* built as sources.md §3 says: query sorted and encoded */
	/* "Name: value", NULL-terminated; NULL: none. Each with a value, no name twice and none the
	 * beginning of another. X-Amz-Security-Token and, for s3, x-amz-content-sha256 come by
	 * themselves. */
	const char *const *headers;
	struct str body; /* absent: none */
	/* Signed with AWS Signature Version 4 when keys is set, which needs region and service.
	 * service alone says that AWS is asked. */
	const struct aws_keys *keys;
	const char *region, *service;
	int first_byte_ms, idle_ms; /* 0: 30 s each (settled.md 23) */
	int connect_ms;		    /* 0: 10 s */
	bool metadata;	 /* the metadata addresses may be asked over plain http, no proxy */
	size_t max_body; /* 0: 64 MiB, with a sink no limit; more is an error */
	/* Where to the body of a 2xx answer goes instead of response->body; false stops, which is
	 * HTTP_FAILED. Bytes of an answer that is cut later may have gone there. */
	bool (*sink)(void *context, const void *data, size_t len);
	void *context;
};

struct http_response {
	long status;
	struct buf body;	/* owns; wiped by fini */
	struct buf headers;	/* owns; as received */
	int64_t date;		/* the server's, ticks; TIME_NONE */
	int64_t retry_after_ms; /* 0: not said */
	bool too_long;		/* HTTP_FAILED because max_body was reached */
};

enum http_result {
	HTTP_ANSWERED,	  /* any status */
	HTTP_INTERRUPTED, /* the stop */
	HTTP_FAILED,	  /* err: no answer, a cut one, a certificate, a limit */
};
/* One try. The response is filled when answered; fini it in any case. */
enum http_result http_do(struct http *http, const struct http_request *request,
	struct http_response *response, struct error *err);
/* The same with three quick tries as botocore's standard mode (settled.md 23): no answer, 500 502
 * 503 504 429, and what `again` (may be NULL) says of an answer; full jitter. `failed` is told each
 * failed try that is followed by another (may be NULL). None follows once a sink took bytes, where
 * another cannot help (a certificate, a limit), or where the answer asks for a pause of more than
 * 5 s: that is the caller's. */
typedef bool http_again(const struct http_response *response);
enum http_result http_try(struct http *http, const struct http_request *request, http_again *again,
	void (*failed)(void *context, const char *what), void *context,
	struct http_response *response, struct error *err);
void http_response_fini(struct http_response *response);
/* The first header of that name (case does not matter), trimmed; absent when there is none. */
struct str http_header(const struct http_response *response, const char *name);

/* RFC 3986: all but A-Za-z0-9-._~ becomes %XX; with `slash` also not '/'. */
void http_encode(struct buf *out, struct str text, bool slash);
/* %XX and, with `plus`, + for a blank. */
void http_decode(struct buf *out, struct str text, bool plus);
/* An endpoint as the user gave it: https anywhere, http to loopback only. */
bool http_endpoint_allowed(const char *url, struct error *err);

/* Appends which library is behind it: its name and version as it runs. */
void http_library(struct buf *out);

#endif
