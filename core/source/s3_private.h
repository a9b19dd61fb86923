/* Between the parts of S3; for them and their tests. */
#ifndef KEYWATCH_SOURCE_S3_PRIVATE_H
#define KEYWATCH_SOURCE_S3_PRIVATE_H

#include "core/base/mem.h"
#include "core/source/s3_client.h"

/* ---- requests (s3_client.c) ---- */

struct s3_call {
	const char *method;
	struct str bucket;
	struct str key;	    /* empty: the bucket itself */
	const char *query;  /* sorted and encoded; NULL: none */
	const char *region; /* where the bucket is said to be; NULL: not said */
	const char *action; /* the IAM action it needs */
	/* As in http_request. */
	bool (*sink)(void *context, const void *data, size_t len);
	void *context;
	struct aws_error failed; /* out */
	bool answered;		 /* out */
};
/* As aws_client_send, in the bucket's region. */
enum source_result s3_send(struct s3_client *client, struct s3_call *call,
	struct http_response *response, struct source_failure *failure, struct error *err);
struct scanner *s3_scanner(struct s3_client *client);
void s3_count_bytes(struct s3_client *client, uint64_t bytes);
const struct source_options *s3_options(const struct s3_client *client);

/* https://…, path style or virtual host; endpoint NULL: AWS's own, without a slash at its end. */
void s3_url(struct buf *url, const char *endpoint, const char *region, const struct s3_call *call);
/* A bucket's name as it may stand in a URL; other ones come in messages. */
bool s3_is_bucket(struct str name);
/* "… is not authorized to perform: kms:Decrypt on resource …": the action; false: none is named. */
bool s3_denied_action(const char *message, char *action, size_t size);

/* ---- answers (s3_list.c) ---- */

/* A page of ListObjectsV2; strings live in the arena. */
struct s3_page {
	struct arena arena;
	struct s3_entry *entries; /* owns; in key order */
	size_t count, capacity;
	struct str token; /* of the next page; absent: the last */
};
bool s3_page_read(struct s3_page *page, struct str body, struct error *err);
void s3_page_fini(struct s3_page *page);
/* The query of a listing; token absent: the first page. */
void s3_list_query(struct buf *query, const struct s3_listing *listing, struct str token);

#endif
