/*
 * AWS credentials: the chain of sources.md §2, refreshed ahead of expiry. In memory only, wiped
 * when replaced; never in a log, an error, argv or an environment of a child beyond what was there.
 * A chain belongs to one thread.
 */
#ifndef KEYWATCH_SOURCE_AWS_H
#define KEYWATCH_SOURCE_AWS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/source/http.h"

struct aws_keys {
	char *access_key_id, *secret_access_key, *session_token; /* own; token NULL: none */
	int64_t expires;					 /* ticks; TIME_NONE: never */
};

struct aws_chain;

/* profile NULL: AWS_PROFILE, else default; one that is given keeps the environment's keys out (as
 * botocore). Reads the files when first asked. endpoint_url (NULL: none) also holds for STS
 * (settled.md 20); http is borrowed, NULL while nothing is fetched. */
struct aws_chain *aws_chain_new(const char *profile, const char *endpoint_url, struct http *http);
void aws_chain_free(struct aws_chain *chain);
/* The region that the source names, where STS is asked too; NULL: aws_chain_region's. */
void aws_chain_set_region(struct aws_chain *chain, const char *region);

enum aws_result {
	AWS_OK,
	AWS_NONE, /* nothing at hand: err says what to do */
	AWS_STOPPED,
	AWS_FAILED,
};
/* Keys that hold for at least ten minutes where they expire, or were fetched just now; valid until
 * the next call. New ones are asked for from 15 minutes before the end on, twice a minute at most.
 * Failures carry the one line to type where something is to be delegated (SSO, login, MFA). */
enum aws_result aws_chain_get(
	struct aws_chain *chain, const struct aws_keys **keys, struct error *err);
/* The service said they expired: the next get fetches new ones. */
void aws_chain_expire(struct aws_chain *chain);
/* "environment", "profile prod (role arn:…)", "web identity", "container", "instance profile" …;
 * valid until the next call. Without secrets. */
const char *aws_chain_kind(const struct aws_chain *chain);
/* Region of AWS_REGION, AWS_DEFAULT_REGION or the profile; NULL: none. Valid as long as the chain.
 */
const char *aws_chain_region(struct aws_chain *chain);
/* The chain's own endpoint_url, else AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's
 * [services] and its endpoint_url; NULL: none. service as in "sts", "cloudtrail". Valid as long as
 * the chain. */
const char *aws_chain_endpoint(struct aws_chain *chain, const char *service);
/* The profile's ca_bundle; NULL: none. Valid as long as the chain. */
const char *aws_chain_ca_bundle(struct aws_chain *chain);
/* Whether anything is at hand without asking the network (for a start without configuration). */
bool aws_chain_configured(struct aws_chain *chain);
/* Is this an instance with a role? Its metadata service is asked; where there is none that takes up
 * to a second. */
bool aws_chain_on_instance(struct aws_chain *chain);

/* Regions (NULL: us-east-1) and their partition: DNS suffix, home region of IAM (sources.md §1.1).
 */
struct aws_partition {
	const char *name, *dns_suffix, *iam_region, *second_region; /* second: NULL or also asked */
};
const struct aws_partition *aws_partition_of(const char *region);

/* What an AWS service answered that is not 2xx: its error type without namespace and URI, and its
 * message, from JSON body, XML body or x-amzn-errortype (sources.md §1.1, 1.2). */
struct aws_error {
	long status;
	char code[96]; /* "" when the answer names none */
	char message[512];
	char region[40]; /* x-amz-bucket-region or <Region>, a region's form; "" */
};
void aws_error_read(struct aws_error *error, const struct http_response *response);
/* http_try's `again` for AWS: throttled or passing. */
bool aws_again(const struct http_response *response);
bool aws_error_is_throttle(const struct aws_error *error);
bool aws_error_is_transient(const struct aws_error *error);
bool aws_error_is_expired(const struct aws_error *error);
bool aws_error_is_denied(const struct aws_error *error);
/* Keys that the service does not know or a signature that it does not accept, skew included. */
bool aws_error_is_credentials(const struct aws_error *error);

#endif
