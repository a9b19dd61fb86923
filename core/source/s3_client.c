/* Requests to S3: addresses, regions, and what a refusal asks for. */
#include "core/source/s3_client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/http_private.h"
#include "core/source/s3_private.h"

enum { REGION_SIZE = 40, LABEL_MAX = 63, BUCKET_MIN = 3, BUCKET_MAX = 255 };

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Where a bucket turned out to be. */
struct bucket_place {
	char *bucket; /* owns */
	char region[REGION_SIZE];
};

struct s3_client {
	struct aws_client client;
	struct scanner *scanner;
	char region[REGION_SIZE];    /* where nothing says another */
	struct bucket_place *places; /* owns */
	size_t place_count, place_capacity;
};

/* ---- making one ---- */

/* settled.md 22. */
static const char *
first_region(const struct aws_client *client)
{
	const char *region = aws_client_configured_region(client);

	if (!region)
		region = aws_chain_region(client->chain);
	return region ? region : "us-east-1";
}

/* Also in the middle of what a small answer inflates to. */
static bool
is_to_end(const void *http)
{
	return http_wait(http, 0) != HTTP_ANSWERED;
}

struct s3_client *
s3_client_new(const struct source_options *options)
{
	struct s3_client *c = MEM_NEW(struct s3_client);
	struct scan_options scan = *options->scan;

	aws_client_init(&c->client, options, "s3");
	if (aws_client_configured_region(&c->client))
		aws_chain_set_region(c->client.chain, aws_client_configured_region(&c->client));
	snprintf(c->region, sizeof(c->region), "%s", first_region(&c->client));
	scan.stopped = is_to_end;
	scan.stopped_context = options->http;
	c->scanner = scanner_new(&scan);
	return c;
}

void
s3_client_free(struct s3_client *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->place_count; i++)
		free(c->places[i].bucket);
	free(c->places);
	scanner_free(c->scanner);
	aws_client_fini(&c->client);
	free(c);
}

void
s3_client_report(const struct s3_client *c, struct source_report *report)
{
	report->requests += c->client.requests;
	report->bytes += c->client.bytes;
	if (c->client.skew_ms)
		report->skew_ms = c->client.skew_ms;
}

struct scanner *
s3_scanner(struct s3_client *c)
{
	return c->scanner;
}

void
s3_count_bytes(struct s3_client *c, uint64_t bytes)
{
	c->client.bytes += bytes;
}

const struct source_options *
s3_options(const struct s3_client *c)
{
	return c->client.options;
}

/* ---- addresses ---- */

static bool
holds_only(struct str text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.data[i] || !strchr(allowed, text.data[i]))
			return false;
	return true;
}

bool
s3_is_bucket(struct str name)
{
	return name.len >= BUCKET_MIN && name.len <= BUCKET_MAX &&
	       isalnum((unsigned char)name.data[0]) && holds_only(name, LOWER UPPER DIGITS "._-");
}

/* A dot would need a certificate of its own; older names are no labels at all. */
static bool
fits_host(struct str bucket)
{
	return bucket.len <= LABEL_MAX && holds_only(bucket, LOWER DIGITS "-");
}

static bool
is_region(const char *region)
{
	struct str text = str_from(region);

	return text.len && text.len < REGION_SIZE && isalpha((unsigned char)text.data[0]) &&
	       holds_only(text, LOWER DIGITS "-");
}

void
s3_url(struct buf *url, const char *endpoint, const char *region, const struct s3_call *call)
{
	const char *suffix = aws_partition_of(region)->dns_suffix;

	if (!endpoint && fits_host(call->bucket)) {
		buf_printf(url, "https://%.*s.s3.%s.%s/", STR_ARG(call->bucket), region, suffix);
	} else {
		if (endpoint)
			buf_puts(url, endpoint);
		else
			buf_printf(url, "https://s3.%s.%s", region, suffix);
		buf_printf(url, "/%.*s/", STR_ARG(call->bucket));
	}
	http_encode(url, call->key, true);
	if (call->query)
		buf_printf(url, "?%s", call->query);
}

/* Its own endpoint, where one is given; absent: AWS's. */
static void
put_endpoint(struct s3_client *c, struct buf *url)
{
	if (aws_chain_endpoint(c->client.chain, "s3"))
		aws_client_endpoint(&c->client, url);
}

void
s3_client_asked(
	struct s3_client *c, struct str bucket, const char *request, struct source_asked *asked)
{
	const struct s3_call call = {.bucket = bucket};
	struct buf endpoint = {0}, url = {0};

	if (!c->client.region)
		c->client.region = mem_strdup(c->region); /* nothing was sent yet */
	aws_client_asked(&c->client, request, asked);
	put_endpoint(c, &endpoint);
	s3_url(&url, endpoint.len ? buf_cstr(&endpoint) : NULL, c->client.region, &call);
	snprintf(asked->place, sizeof(asked->place), "%s", buf_cstr(&url));
	buf_fini(&endpoint);
	buf_fini(&url);
}

/* ---- regions ---- */

static struct bucket_place *
find_place(const struct s3_client *c, struct str bucket)
{
	for (size_t i = 0; i < c->place_count; i++)
		if (str_is(bucket, c->places[i].bucket))
			return &c->places[i];
	return NULL;
}

static void
remember_place(struct s3_client *c, struct str bucket, const char *region)
{
	struct bucket_place *place = find_place(c, bucket);

	if (!place) {
		MEM_GROW(c->places, c->place_count, c->place_capacity);
		place = &c->places[c->place_count++];
		*place = (struct bucket_place){.bucket = mem_zalloc(bucket.len + 1)};
		memcpy(place->bucket, bucket.data, bucket.len);
	}
	snprintf(place->region, sizeof(place->region), "%s", region);
}

/* The client's own region moves from bucket to bucket; STS stays where it is asked. */
static void
choose_region(struct s3_client *c, const struct s3_call *call)
{
	const struct bucket_place *place = find_place(c, call->bucket);
	const char *region = c->region;

	if (place)
		region = place->region;
	else if (call->region && is_region(call->region))
		region = call->region;
	if (c->client.region && strcmp(c->client.region, region) == 0)
		return;
	free(c->client.region);
	c->client.region = mem_strdup(region);
}

/* botocore's S3RegionRedirectorv2. */
static bool
is_elsewhere(const struct aws_error *failed)
{
	if (failed->status == 301 || failed->status == 307)
		return true;
	return failed->status == 400 &&
	       (strcmp(failed->code, "AuthorizationHeaderMalformed") == 0 ||
		       strcmp(failed->code, "IllegalLocationConstraintException") == 0 ||
		       (!failed->code[0] && failed->region[0]));
}

/* ---- sending ---- */

static enum source_result
send_to(struct s3_client *c, struct s3_call *call, struct http_response *response,
	struct source_failure *failure, struct error *err)
{
	const char *payer = c->client.options->config->value[SOURCE_KEY_REQUEST_PAYER];
	const char *const headers[] = {"x-amz-request-payer: requester", NULL};
	struct aws_call sent = {.action = call->action};
	struct buf endpoint = {0}, url = {0};
	enum source_result result;

	put_endpoint(c, &endpoint);
	s3_url(&url, endpoint.len ? buf_cstr(&endpoint) : NULL, c->client.region, call);
	sent.request = (struct http_request){.method = call->method,
		.url = buf_cstr(&url),
		.headers = payer ? headers : NULL,
		.sink = call->sink,
		.context = call->context};
	result = aws_client_send(&c->client, &sent, response, failure, err);
	call->failed = sent.failed;
	call->answered = sent.answered;
	buf_fini(&endpoint);
	buf_fini(&url);
	return result;
}

/* A HEAD of the bucket tells its region whatever its status. */
static enum source_result
ask_region(struct s3_client *c, struct str bucket, char region[REGION_SIZE],
	struct source_failure *failure, struct error *err)
{
	struct s3_call head = {.method = "HEAD", .bucket = bucket, .action = "s3:ListBucket"};
	struct http_response response = {0};
	enum source_result result = send_to(c, &head, &response, failure, err);
	struct str said = http_header(&response, "x-amz-bucket-region");

	region[0] = '\0';
	if (said.len && said.len < REGION_SIZE)
		snprintf(region, REGION_SIZE, "%.*s", STR_ARG(said));
	if (!is_region(region))
		region[0] = '\0';
	http_response_fini(&response);
	return result == SOURCE_STOPPED ? result : SOURCE_OK;
}

/* SOURCE_OK: to be sent again, elsewhere. Else what was answered stands. */
static enum source_result
find_region(struct s3_client *c, const struct s3_call *call, struct source_failure *failure,
	struct error *err)
{
	struct source_failure unwanted_failure;
	struct error unwanted;
	char region[REGION_SIZE];

	if (!call->answered || !is_elsewhere(&call->failed))
		return SOURCE_FAILED;
	snprintf(region, sizeof(region), "%s", call->failed.region);
	if (!is_region(region) &&
		ask_region(c, call->bucket, region, &unwanted_failure, &unwanted) == SOURCE_STOPPED)
		return SOURCE_STOPPED;
	if (!region[0] || strcmp(region, c->client.region) == 0) {
		failure->cause = CAUSE_CONFIGURED;
		snprintf(failure->advice, sizeof(failure->advice),
			"the bucket is not in %s: say where with `region`", c->client.region);
		return SOURCE_FAILED;
	}
	remember_place(c, call->bucket, region);
	*failure = (struct source_failure){0};
	(void)err;
	return SOURCE_OK;
}

/* ---- what a refusal asks for ---- */

bool
s3_denied_action(const char *message, char *action, size_t size)
{
	static const char before[] = "authorized to perform: ";
	const char *at = strstr(message, before);
	size_t len;

	if (!at)
		return false;
	at += strlen(before);
	len = strspn(at, LOWER UPPER DIGITS ":*-");
	if (!len || len >= size || !memchr(at, ':', len))
		return false;
	snprintf(action, size, "%.*s", (int)len, at);
	return true;
}

/* Objects are encrypted with keys of KMS, whose refusals come through S3's mouth. */
static bool
is_of_kms(const struct aws_error *failed)
{
	return strncmp(failed->code, "KMS.", 4) == 0 || strncmp(failed->code, "Kms", 3) == 0 ||
	       strstr(failed->message, "ciphertext refers to a customer master key") ||
	       strstr(failed->message, "KMS");
}

static void
advise(const struct aws_error *failed, struct source_failure *failure)
{
	char action[64];

	if (strcmp(failed->code, "NoSuchBucket") == 0) {
		snprintf(failure->advice, sizeof(failure->advice), "check the bucket's name");
		return;
	}
	if (failure->cause != CAUSE_DENIED &&
		(failure->cause != CAUSE_CONFIGURED || !is_of_kms(failed)))
		return;
	if (s3_denied_action(failed->message, action, sizeof(action)))
		snprintf(failure->advice, sizeof(failure->advice), "allow the IAM action %s",
			action);
	else if (is_of_kms(failed))
		snprintf(failure->advice, sizeof(failure->advice),
			"%sallow the IAM action kms:Decrypt on the key of the trail",
			failure->cause == CAUSE_DENIED ? "" : "check the key's state, and ");
	failure->cause = CAUSE_DENIED;
}

enum source_result
s3_send(struct s3_client *c, struct s3_call *call, struct http_response *response,
	struct source_failure *failure, struct error *err)
{
	enum source_result result;

	if (!s3_is_bucket(call->bucket)) {
		call->answered = false;
		failure->cause = CAUSE_CONFIGURED;
		error_set(err, ERROR_INPUT, "%.*s is no bucket's name", STR_ARG(call->bucket));
		return SOURCE_FAILED;
	}
	for (int hop = 0;; hop++) {
		choose_region(c, call);
		result = send_to(c, call, response, failure, err);
		if (result != SOURCE_FAILED)
			return result;
		if (hop > 0)
			break;
		result = find_region(c, call, failure, err);
		if (result == SOURCE_STOPPED)
			return result;
		if (result == SOURCE_FAILED)
			break;
		http_response_fini(response);
		*response = (struct http_response){0};
	}
	if (call->answered)
		advise(&call->failed, failure);
	return SOURCE_FAILED;
}
