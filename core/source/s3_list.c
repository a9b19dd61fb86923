/* ListObjectsV2 (sources.md §1.2). */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/s3_private.h"
#include "core/source/xml.h"

enum { BEGIN_AGAIN = 3 };

/* ---- a page ---- */

/* What is being read: an entry is whole when its element closes. */
struct page_reader {
	struct s3_page *page;
	struct s3_entry entry;
	struct str key; /* as written */
	bool is_listing, truncated, encoded;
};

static uint64_t
number_of(struct str text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.len && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		n = n * 10 + (uint64_t)(text.data[i] - '0');
	return n;
}

static void
push_entry(struct page_reader *r, bool prefix)
{
	struct s3_page *page = r->page;

	r->entry.key = r->key;
	r->entry.prefix = prefix;
	MEM_GROW(page->entries, page->count, page->capacity);
	page->entries[page->count++] = r->entry;
	r->entry = (struct s3_entry){.modified = TIME_NONE};
	r->key = STR_ABSENT;
}

static void
take_content(struct page_reader *r, const char *name, struct str text)
{
	struct arena *arena = &r->page->arena;

	if (strcmp(name, "") == 0)
		push_entry(r, false);
	else if (strcmp(name, "/Key") == 0)
		r->key = arena_str(arena, text);
	else if (strcmp(name, "/ETag") == 0)
		r->entry.etag = arena_str(arena, text);
	else if (strcmp(name, "/Size") == 0)
		r->entry.size = number_of(text);
	else if (strcmp(name, "/LastModified") == 0 && !time_parse(text, &r->entry.modified))
		r->entry.modified = TIME_NONE;
}

static bool
take_element(void *context, const char *path, struct str text)
{
	static const char root[] = "ListBucketResult", content[] = "/Contents";
	struct page_reader *r = context;

	if (strncmp(path, root, strlen(root)) != 0)
		return true;
	path += strlen(root);
	if (strncmp(path, content, strlen(content)) == 0)
		take_content(r, path + strlen(content), text);
	else if (strcmp(path, "/CommonPrefixes/Prefix") == 0)
		r->key = arena_str(&r->page->arena, text);
	else if (strcmp(path, "/CommonPrefixes") == 0)
		push_entry(r, true);
	else if (strcmp(path, "/IsTruncated") == 0)
		r->truncated = str_is(text, "true");
	else if (strcmp(path, "/NextContinuationToken") == 0)
		r->page->token = arena_str(&r->page->arena, text);
	else if (strcmp(path, "/EncodingType") == 0)
		r->encoded = str_is(text, "url");
	else if (strcmp(path, "") == 0)
		r->is_listing = true;
	return true;
}

static int
compare_entries(const void *a, const void *b)
{
	return str_compare(((const struct s3_entry *)a)->key, ((const struct s3_entry *)b)->key);
}

/* encoding-type=url: keys may hold what XML cannot. A blank is + or %20. */
static void
decode_keys(struct s3_page *page)
{
	struct buf key = {0};

	for (size_t i = 0; i < page->count; i++) {
		buf_clear(&key);
		http_decode(&key, page->entries[i].key, true);
		page->entries[i].key = arena_str(&page->arena, key.len ? buf_view(&key) : STR(""));
	}
	buf_fini(&key);
}

static bool
has_keys(const struct s3_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (!page->entries[i].key.len)
			return false;
	return true;
}

bool
s3_page_read(struct s3_page *page, struct str body, struct error *err)
{
	struct page_reader r = {.page = page, .entry = {.modified = TIME_NONE}};

	*page = (struct s3_page){0};
	if (!xml_parse(body, take_element, &r, err))
		return false;
	if (!r.is_listing || !has_keys(page))
		return error_set(err, ERROR_INPUT, "the answer is not one of ListObjectsV2");
	if (r.encoded)
		decode_keys(page);
	if (!r.truncated)
		page->token = STR_ABSENT;
	else if (!page->token.len)
		return error_set(err, ERROR_INPUT, "the listing goes on, but does not say where");
	if (page->count)
		qsort(page->entries, page->count, sizeof(*page->entries), compare_entries);
	return true;
}

void
s3_page_fini(struct s3_page *page)
{
	arena_fini(&page->arena);
	free(page->entries);
	*page = (struct s3_page){0};
}

/* ---- the request ---- */

static void
put_parameter(struct buf *query, const char *name, struct str value)
{
	if (query->len)
		buf_putc(query, '&');
	buf_printf(query, "%s=", name);
	http_encode(query, value, false);
}

/* In the order of their names: libcurl signs them as they stand. */
void
s3_list_query(struct buf *query, const struct s3_listing *listing, struct str token)
{
	char max_keys[16];

	if (token.data)
		put_parameter(query, "continuation-token", token);
	if (listing->delimited)
		put_parameter(query, "delimiter", STR("/"));
	put_parameter(query, "encoding-type", STR("url"));
	put_parameter(query, "list-type", STR("2"));
	snprintf(max_keys, sizeof(max_keys), "%u", listing->max_keys);
	if (listing->max_keys)
		put_parameter(query, "max-keys", str_from(max_keys));
	put_parameter(query, "prefix", listing->prefix);
	if (listing->start_after.len)
		put_parameter(query, "start-after", listing->start_after);
}

/* ---- pages ---- */

struct walk {
	struct s3_client *client;
	struct s3_listing listing;
	struct buf token, last; /* of the next page; the last key that was visited */
	struct aws_error failed;
	s3_visit *visit;
	void *context;
	bool more;
};

static enum source_result
refuse_page(const struct s3_listing *listing, struct source_failure *failure, struct error *err)
{
	failure->cause = CAUSE_ANSWER;
	snprintf(failure->advice, sizeof(failure->advice),
		"is the endpoint S3's, and no proxy in between?");
	error_prefix(err, "s3://%.*s", STR_ARG(listing->bucket));
	return SOURCE_FAILED;
}

static enum source_result
fetch_page(struct walk *w, struct s3_page *page, struct source_failure *failure, struct error *err)
{
	struct s3_call call = {
		.method = "GET", .bucket = w->listing.bucket, .action = "s3:ListBucket"};
	struct http_response response = {0};
	struct buf query = {0};
	enum source_result result;

	s3_list_query(&query, &w->listing, w->token.len ? buf_view(&w->token) : STR_ABSENT);
	call.query = buf_cstr(&query);
	result = s3_send(w->client, &call, &response, failure, err);
	w->failed = call.failed;
	if (result == SOURCE_OK && !s3_page_read(page, buf_view(&response.body), err))
		result = refuse_page(&w->listing, failure, err);
	http_response_fini(&response);
	buf_fini(&query);
	return result;
}

static void
visit_page(struct walk *w, const struct s3_page *page)
{
	for (size_t i = 0; i < page->count && w->more; i++) {
		buf_clear(&w->last);
		buf_str(&w->last, page->entries[i].key);
		w->more = w->visit(w->context, &page->entries[i]);
	}
}

static enum source_result
take_page(struct walk *w, struct source_failure *failure, struct error *err)
{
	struct s3_page page = {0};
	enum source_result result = fetch_page(w, &page, failure, err);
	bool same;

	if (result == SOURCE_OK) {
		visit_page(w, &page);
		same = w->token.len && str_equal(page.token, buf_view(&w->token));
		w->more &= page.token.data && !w->listing.max_keys;
		buf_clear(&w->token);
		buf_str(&w->token, page.token);
		if (same && w->more) {
			error_set(err, ERROR_INPUT, "the listing goes round in circles");
			result = refuse_page(&w->listing, failure, err);
		}
	}
	s3_page_fini(&page);
	return result;
}

/* A token that is not taken any more: the listing begins again behind what was visited. */
static bool
begin_again(struct walk *w, struct source_failure *failure)
{
	if (w->failed.status != 400 || !w->token.len || !w->last.len ||
		strcmp(w->failed.code, "InvalidArgument") != 0)
		return false;
	*failure = (struct source_failure){0};
	buf_clear(&w->token);
	w->listing.start_after = buf_view(&w->last);
	return true;
}

enum source_result
s3_list(struct s3_client *client, const struct s3_listing *listing, s3_visit *visit, void *context,
	struct source_failure *failure, struct error *err)
{
	struct walk w = {.client = client,
		.listing = *listing,
		.visit = visit,
		.context = context,
		.more = true};
	enum source_result result = SOURCE_OK;
	struct buf behind = {0};

	for (int again = 0; w.more && result == SOURCE_OK;) {
		result = take_page(&w, failure, err);
		if (result != SOURCE_FAILED || again++ == BEGIN_AGAIN || !begin_again(&w, failure))
			continue;
		buf_clear(&behind); /* `last` moves on while this one stays */
		buf_str(&behind, w.listing.start_after);
		w.listing.start_after = buf_view(&behind);
		result = SOURCE_OK;
	}
	buf_fini(&w.token);
	buf_fini(&w.last);
	buf_fini(&behind);
	return result;
}
