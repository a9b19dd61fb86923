/* A store in a folder of its own, with a run and an input, and what is put into it. */
#ifndef KEYWATCH_TESTS_SCENE_H
#define KEYWATCH_TESTS_SCENE_H

#include "core/store/store.h"
#include "tests/support/fixture.h"
#include "tests/support/test.h"

struct scene {
	char *folder, *path;
	struct store *store;
	int64_t run, input; /* of logs/a.json */
};

void scene_open(struct scene *s);
void scene_reopen(struct scene *s);
void scene_close(struct scene *s);
/* Another run of the same store, with logs/a.json as its input. */
void scene_begin_run(struct scene *s);

struct store_input scene_input_named(const char *path);
/* unchanged may be NULL. */
int64_t scene_begin_input(struct scene *s, const char *path, const char *key, bool *unchanged);

/* Puts a fixture in a transaction of its own; id gets what it became, or is NULL. */
enum store_put scene_put_at(struct scene *s, const char *event_id, const char *extra, int64_t input,
	uint64_t offset, char id[ALERT_ID_SIZE]);
enum store_put scene_put(
	struct scene *s, const char *event_id, const char *extra, char id[ALERT_ID_SIZE]);
enum store_put scene_put_alert(struct scene *s, struct alert *alert, int64_t input, uint64_t offset);
/* alert_fini frees. */
void scene_load(struct scene *s, const char *id, struct alert *alert);

/* The event ids of a query's rows, each followed by a blank; at most `limit` of them (0: all). */
void scene_assert_rows(
	struct store *store, struct store_query query, size_t limit, const char *expected);

#endif
