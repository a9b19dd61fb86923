/*
 * S3 as the sources ask it: listing, and objects read through a scanner. Keeps which region each
 * bucket is in: a request that went to the wrong one is signed again for the right one, once
 * (sources.md §1.2), and an endpoint that was given is kept. Path style with an endpoint or a
 * bucket's name that is no label of a host's, else virtual host. One thread.
 */
#ifndef KEYWATCH_SOURCE_S3_CLIENT_H
#define KEYWATCH_SOURCE_S3_CLIENT_H

#include "core/source/aws_client.h"

struct s3_client;

struct s3_client *s3_client_new(const struct source_options *options);
void s3_client_free(struct s3_client *client);
/* Requests, bytes and skew are added to what is there. */
void s3_client_report(const struct s3_client *client, struct source_report *report);
/* As aws_client_asked, of a bucket. */
void s3_client_asked(struct s3_client *client, struct str bucket, const char *request,
	struct source_asked *asked);

/*
 * Reads an object through the scanner, plain or gzip by its content: its records go to the source's
 * sink with the path s3://BUCKET/KEY and their offset, its problems behind them, once it is known
 * whole. After a cut answer it is read again from its start: what was given comes again. What can
 * never be read (archived, another's key) is a problem, too, and SOURCE_OK. An answer with 200 that
 * is not the object, as of a proxy, is a failure.
 */
struct s3_object {
	struct str bucket, key;
	struct str etag; /* by the listing, and the size with it; absent: not listed */
	uint64_t size;
	const char *region; /* where the bucket is said to be; NULL: not said */
	int64_t arrived;    /* this, exact and unwatched as in struct source_place */
	bool exact, unwatched;
	bool given;    /* named by the user: must be a log whatever it is called (settled.md 12) */
	uint64_t most; /* bytes as delivered; more of them are SOURCE_FAILED; 0: no limit */
	uint64_t records; /* out: given to the sink */
	uint64_t bytes;	  /* out: as delivered */
	bool missing;	  /* out, with SOURCE_FAILED: there is no such object */
};
enum source_result s3_read_object(struct s3_client *client, struct s3_object *object,
	struct source_failure *failure, struct error *err);

/* One entry of a listing: an object, or with a delimiter a common prefix (size 0, modified
 * TIME_NONE). Strings valid during the visit; decoded. False stops. */
struct s3_entry {
	struct str key, etag;
	uint64_t size;
	int64_t modified; /* ticks */
	bool prefix;
};
typedef bool s3_visit(void *context, const struct s3_entry *entry);
/* All pages of ListObjectsV2, in key order. prefix and start_after may be absent. The visitor may
 * read objects; when it stops, that is SOURCE_OK. */
struct s3_listing {
	struct str bucket, prefix, start_after;
	bool delimited;	   /* by '/' */
	unsigned max_keys; /* 0: 1000 a page, all pages; else one page */
};
enum source_result s3_list(struct s3_client *client, const struct s3_listing *listing,
	s3_visit *visit, void *context, struct source_failure *failure, struct error *err);

/* Is it a CloudTrail log by its key: .json.gz, and exactly CloudTrail behind the account
 * (sources.md §1.2)? Without AWSLogs/ in it: anywhere below CloudTrail/. */
bool s3_is_trail_key(struct str key);

#endif
