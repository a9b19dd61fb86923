#include "tests/bench/support/corpus_check.h"

#include <stdlib.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mem.h"

enum { HITS_MAX = 64 << 20 };

struct lines {
	struct str *at; /* owns the array */
	size_t count, capacity;
};

static int
compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Sorted, without the newlines. */
static struct lines
split(struct str text)
{
	struct lines lines = {0};

	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);

		if (end == (size_t)-1)
			end = text.len;
		MEM_GROW(lines.at, lines.count, lines.capacity);
		lines.at[lines.count++] = str_slice(text, 0, end);
		text = str_slice(text, end + 1, text.len);
	}
	if (lines.count)
		qsort(lines.at, lines.count, sizeof(*lines.at), compare);
	return lines;
}

/* As the list of hits has it. */
static void
put_found(struct buf *out, const struct corpus *corpus, struct str line)
{
	struct json_doc *doc;
	struct str path, below = STR(".");
	const struct json *source;

	if (!json_parse(line, &doc, NULL)) {
		buf_puts(out, "no JSON\n");
		return;
	}
	source = json_get(json_root(doc), STR("source"));
	path = json_string(json_get(source, STR("path")));
	if (path.len > strlen(corpus->path))
		below = str_slice(path, strlen(corpus->path) + 1, path.len);
	buf_printf(out, "%.*s\t%.*s\t%.*s\n",
		STR_ARG(json_string(json_get(json_root(doc), STR("eventId")))), STR_ARG(below),
		STR_ARG(json_number_text(json_get(source, STR("offset")))));
	json_doc_free(doc);
}

static struct buf
read_found(const struct corpus *corpus, struct str output)
{
	struct lines lines = split(output);
	struct buf found = {0};

	for (size_t i = 0; i < lines.count; i++)
		put_found(&found, corpus, lines.at[i]);
	free(lines.at);
	return found;
}

/* The first of each that the other does not have. */
static void
tell(struct buf *why, const struct lines *expected, const struct lines *found)
{
	size_t e = 0, f = 0, missing = 0, more = 0;
	struct str first_missing = STR("none"), first_more = STR("none");

	while (e < expected->count || f < found->count) {
		int order = e == expected->count ? 1
			    : f == found->count	 ? -1
						 : str_compare(expected->at[e], found->at[f]);

		if (order < 0 && missing++ == 0)
			first_missing = expected->at[e];
		if (order > 0 && more++ == 0)
			first_more = found->at[f];
		e += order <= 0;
		f += order >= 0;
	}
	if (missing + more)
		buf_printf(why, "%zu of %zu hits are missing (%.*s), %zu are no hits (%.*s)",
			missing, expected->count, STR_ARG(first_missing), more,
			STR_ARG(first_more));
}

bool
corpus_check(const struct corpus *corpus, struct str output, struct buf *why)
{
	struct buf list = {0}, found = read_found(corpus, output);
	struct lines expected, got = split(buf_view(&found));
	struct error err;
	size_t before = why->len;

	if (!file_read(corpus->hits, HITS_MAX, &list, &err))
		buf_puts(why, err.text);
	expected = split(buf_view(&list));
	if (expected.count != corpus->count)
		buf_printf(why, "%s has %zu hits, not %llu; ", corpus->hits, expected.count,
			(unsigned long long)corpus->count);
	tell(why, &expected, &got);
	free(expected.at);
	free(got.at);
	buf_fini(&list);
	buf_fini(&found);
	return why->len == before;
}
