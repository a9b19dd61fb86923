#include "tests/support/scene.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

struct store_input
scene_input_named(const char *path)
{
	return (struct store_input){
		.name = STR("file"),
		.path = str_from(path),
		.identity = str_from(path),
		.size = 10,
		.mtime_ns = 20,
		.ctime_ns = 30,
		.device = 40,
		.inode = 50,
	};
}

int64_t
scene_begin_input(struct scene *s, const char *path, const char *key, bool *unchanged)
{
	struct store_input input = scene_input_named(path);
	struct error err;
	bool known;
	int64_t id;

	assert_ok(store_input_begin(s->store, s->run, &input, key, &id, &known, &err), &err);
	if (unchanged)
		*unchanged = known;
	return id;
}

void
scene_begin_run(struct scene *s)
{
	struct error err;

	assert_ok(store_run_begin(s->store, &s->run, &err), &err);
	s->input = scene_begin_input(s, "logs/a.json", "key", NULL);
}

void
scene_open(struct scene *s)
{
	struct buf path = {0};
	struct error err;

	s->folder = test_folder();
	buf_printf(&path, "%s/keywatch.db", s->folder);
	s->path = buf_take(&path);
	assert_ok(store_open(&s->store, s->path, &err), &err);
	scene_begin_run(s);
}

void
scene_reopen(struct scene *s)
{
	struct error err;

	store_close(s->store);
	assert_ok(store_open(&s->store, s->path, &err), &err);
}

void
scene_close(struct scene *s)
{
	store_close(s->store);
	free(s->path);
	test_rmtree(s->folder);
}

enum store_put
scene_put_alert(struct scene *s, struct alert *alert, int64_t input, uint64_t offset)
{
	struct error err = {0};
	enum store_put put;

	assert_ok(store_begin(s->store, &err), &err);
	put = store_put_alert(s->store, alert, input, offset, &err);
	assert_ok(put != STORE_FAILED, &err);
	assert_ok(store_commit(s->store, &err), &err);
	return put;
}

enum store_put
scene_put_at(struct scene *s, const char *event_id, const char *extra, int64_t input,
	uint64_t offset, char id[ALERT_ID_SIZE])
{
	struct alert alert = {0};
	enum store_put put;

	fixture_alert(&alert, event_id, extra, 200);
	put = scene_put_alert(s, &alert, input, offset);
	if (id)
		memcpy(id, alert.id, ALERT_ID_SIZE);
	alert_fini(&alert);
	return put;
}

enum store_put
scene_put(struct scene *s, const char *event_id, const char *extra, char id[ALERT_ID_SIZE])
{
	return scene_put_at(s, event_id, extra, s->input, 0, id);
}

void
scene_load(struct scene *s, const char *id, struct alert *alert)
{
	struct error err;

	*alert = (struct alert){0};
	assert_ok(store_load(s->store, id, alert, &err), &err);
}

struct seen {
	struct buf events;
	size_t limit;
};

static bool
see(void *context, const struct store_row *row)
{
	struct seen *seen = context;

	buf_printf(&seen->events, "%.*s ", STR_ARG(row->event_id));
	return --seen->limit != 0;
}

void
scene_assert_rows(struct store *store, struct store_query query, size_t limit, const char *expected)
{
	struct seen seen = {.limit = limit};
	struct error err;

	assert_ok(store_rows(store, &query, see, &seen, &err), &err);
	assert_string_equal(buf_cstr(&seen.events), expected);
	buf_fini(&seen.events);
}
