#include "tests/support/follower.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"

static char *
copy(struct str s)
{
	char *text = mem_alloc(s.len + 1);

	memcpy(text, s.data ? s.data : "", s.len);
	text[s.len] = '\0';
	return text;
}

static bool
put(struct follower *w, enum follower_kind kind, struct buf *text, struct str value)
{
	if (w->stop_after && w->count >= w->stop_after) {
		buf_fini(text);
		return false;
	}
	MEM_GROW(w->items, w->count, w->capacity);
	w->items[w->count++] =
		(struct follower_item){kind, buf_take(text), value.data ? copy(value) : NULL};
	return true;
}

/* "ID" of the record, which stands where its place says, unless the file moved on since. */
static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	struct follower *w = context;
	struct json_doc *doc;
	struct buf text = {0};
	struct str key = flags & SCAN_FROM_TABLE ? STR("AwsEventId") : STR("eventID");

	assert_true(place->path.len > 0);
	assert_true(json_parse(raw, &doc, NULL));
	buf_str(&text, json_string(json_get(json_root(doc), key)));
	json_doc_free(doc);
	return put(w, FOLLOWER_RECORD, &text, STR_ABSENT);
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	struct follower *w = context;
	struct buf text = {0};
	size_t slash = place->path.len;

	(void)body;
	while (slash && place->path.data[slash - 1] != '/')
		slash--;
	buf_printf(&text, "%s%.*s: %s", severity == PROBLEM_NOTE ? "- " : "",
		STR_ARG(str_slice(place->path, slash, place->path.len)), reason);
	return put(w, FOLLOWER_PROBLEM, &text, STR_ABSENT);
}

static bool
take_position(void *context, struct str name, struct str value)
{
	struct buf text = {0};

	buf_str(&text, name);
	return put(context, FOLLOWER_POSITION, &text, value);
}

static const char *
last_position(const struct follower *w, struct str name)
{
	for (size_t i = w->count; i-- > 0;)
		if (w->items[i].kind == FOLLOWER_POSITION && str_is(name, w->items[i].text))
			return w->items[i].value;
	return NULL;
}

static struct str
get_position(void *context, struct str name)
{
	return str_from(last_position(context, name));
}

static void
get_positions(void *context, struct str prefix,
	void (*visit)(void *visitor, struct str name, struct str value), void *visitor)
{
	struct follower *w = context;

	for (size_t i = 0; i < w->count; i++) {
		struct str name = str_from(w->items[i].text);

		if (w->items[i].kind == FOLLOWER_POSITION && str_starts_with(name, prefix) &&
			w->items[i].value && last_position(w, name) == w->items[i].value)
			visit(visitor, name, str_from(w->items[i].value));
	}
}

/* ---- a follower ---- */

void
follower_start(struct follower *w)
{
	w->options = (struct source_options){.config = &w->config,
		.sink = &w->sink,
		.clock = &w->clock,
		.scan = &w->scan,
		.position = get_position,
		.positions = get_positions,
		.position_context = w};
	assert_ok(source_follow.open(&w->source, &w->options, &w->err), &w->err);
}

void
follower_init(struct follower *w, const char *path)
{
	static const struct str literal = {"CreateAccessKey", 15};
	size_t size;

	*w = (struct follower){.folder = test_folder(), .scan = {&literal, 1, 0}};
	w->sink = (struct source_sink){w, take_record, take_problem, take_position, NULL};
	size = strlen(w->folder) + strlen(path) + 2;
	w->config = (struct source_config){.name = mem_strdup("f"), .ops = &source_follow};
	w->config.value[SOURCE_KEY_PATH] = mem_alloc(size);
	snprintf(w->config.value[SOURCE_KEY_PATH], size, "%s%s%s", w->folder, *path ? "/" : "",
		path);
	follower_start(w);
}

static void
forget_items(struct follower *w, size_t from)
{
	while (w->count > from) {
		w->count--;
		free(w->items[w->count].text);
		free(w->items[w->count].value);
	}
}

void
follower_fini(struct follower *w)
{
	source_follow.close(w->source);
	forget_items(w, 0);
	free(w->items);
	free(w->config.name);
	free(w->config.value[SOURCE_KEY_PATH]);
	test_rmtree(w->folder);
}

void
follower_restart(struct follower *w, size_t kept)
{
	source_follow.close(w->source);
	forget_items(w, kept);
	follower_start(w);
}

enum source_result
follower_look(struct follower *w)
{
	int64_t next_ms;

	return source_follow.poll(w->source, &next_ms, &w->failure, &w->err);
}

void
follower_look_ok(struct follower *w)
{
	enum source_result result = follower_look(w);

	if (result == SOURCE_FAILED)
		print_error("%s\n", w->err.text);
	assert_int_equal(result, SOURCE_OK);
}

void
follower_expect(const struct follower *w, enum follower_kind kind, const char *expected)
{
	struct buf text = {0};

	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].kind == kind)
			buf_printf(&text, "%s%s", text.len ? " " : "", w->items[i].text);
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

void
follower_expect_records(const struct follower *w, const char *expected)
{
	follower_expect(w, FOLLOWER_PROBLEM, "");
	follower_expect(w, FOLLOWER_RECORD, expected);
}

const char *
follower_path(const struct follower *w, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", w->folder, name);
	return path;
}

void
follower_write(const struct follower *w, const char *name, int flags, struct str bytes)
{
	int fd = open(follower_path(w, name), O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	assert_int_equal(close(fd), 0);
}

void
follower_append(const struct follower *w, const char *name, const char *text)
{
	follower_write(w, name, O_APPEND, str_from(text));
}
