/*
 * One AWS service in one region, as a source asks it: credentials, address, signature, quick tries,
 * expired tokens repaired once, and failures in the words of health. One thread.
 */
#ifndef KEYWATCH_SOURCE_AWS_CLIENT_H
#define KEYWATCH_SOURCE_AWS_CLIENT_H

#include "core/source/aws.h"
#include "core/source/source.h"

struct aws_client {
	const struct source_options *options; /* borrows */
	struct aws_chain *chain;	      /* owns */
	const char *service;		      /* "cloudtrail", "sqs", "s3" */
	char *region;			      /* owns */
	char *origin; /* owns; who is asked unless an endpoint is configured; NULL: AWS's own */
	uint64_t requests, bytes;
	int64_t skew_ms; /* the server's clock less ours; 0 while under a minute */
};

/* The chain of the source's profile. The region is for the caller to set before it asks. */
void aws_client_init(
	struct aws_client *client, const struct source_options *options, const char *service);
void aws_client_fini(struct aws_client *client);
void aws_client_set_region(struct aws_client *client, const char *region);
/* `region =` or --region; NULL: not said. */
const char *aws_client_configured_region(const struct aws_client *client);
/* The configured endpoint, else the origin, else https://SERVICE.REGION.SUFFIX, without a slash at
 * its end. */
void aws_client_endpoint(struct aws_client *client, struct buf *url);

/* Where it asks, and with what: for a probe. After the request: then the keys are known. */
void aws_client_asked(struct aws_client *client, const char *request, struct source_asked *asked);

/* What tells accounts apart without asking anybody: the number that an access key id holds, or the
 * id itself. Appended; nothing when there are no keys. */
void aws_client_account(struct aws_client *client, struct buf *out);

/* Sends with the keys of the moment. SOURCE_OK: a 2xx. Else response, when `answered`, tells what
 * came, `failed` why in AWS's words, and failure and err are filled as health shows them. `action`
 * names the IAM action for the advice of a denial, such as "cloudtrail:LookupEvents". */
struct aws_call {
	struct http_request request; /* keys, region and service are filled in */
	const char *action;
	struct aws_error failed; /* out */
	bool answered;		 /* out */
};
enum source_result aws_client_send(struct aws_client *client, struct aws_call *call,
	struct http_response *response, struct source_failure *failure, struct error *err);

/* A call of a service that speaks JSON: POST / with a target ("CloudTrail_20131101.LookupEvents")
 * and a content type. first_byte_ms as in http.h. */
struct aws_json_call {
	const char *target, *content_type, *action;
	struct str body;
	int first_byte_ms;
	struct aws_error failed; /* out */
};
enum source_result aws_client_json(struct aws_client *client, struct aws_json_call *call,
	struct http_response *response, struct source_failure *failure, struct error *err);

#endif
