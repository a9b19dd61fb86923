/* The list follows the store: both ends at once, everything in the end, nothing twice. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/timefmt.h"
#include "tests/support/fixture.h"
#include "tests/support/scene.h"
#include "tui/list_sync.h"

enum { MANY = 3000 };

struct filling {
	struct scene scene;
	struct store *reader;
	struct list list;
	struct list_sync sync;
};

static void
put(struct filling *f, int64_t from, int64_t to)
{
	struct error err;

	assert_ok(store_begin(f->scene.store, &err), &err);
	for (int64_t n = from; n <= to; n++) {
		struct alert alert = {0};
		char id[32];

		snprintf(id, sizeof(id), "e-%lld", (long long)n);
		fixture_alert(&alert, id, "", 200);
		alert.time = FIXTURE_TIME + n * TICKS_PER_SECOND;
		assert_int_equal(store_put_alert(f->scene.store, &alert, f->scene.input, 0, &err),
			STORE_NEW);
		alert_fini(&alert);
	}
	assert_ok(store_commit(f->scene.store, &err), &err);
}

static void
open_filling(struct filling *f, bool of_the_run)
{
	struct error err;

	scene_open(&f->scene);
	put(f, 1, MANY);
	assert_ok(store_open_again(&f->reader, f->scene.store, &err), &err);
	list_init(&f->list);
	list_set_height(&f->list, 10);
	list_sync_init(&f->sync, f->reader, of_the_run ? f->scene.run : 0, NULL);
	list_sync_check(&f->sync);
}

/* A slice that has no time left after its first rows. */
static bool
slice(struct filling *f)
{
	struct error err;
	bool more;

	assert_ok(list_sync_slice(&f->sync, &f->list, 0, &more, &err), &err);
	list_settle(&f->list);
	return more;
}

static int64_t
second_at(const struct filling *f, size_t position)
{
	return (f->list.rows[list_at(&f->list, position)].time - FIXTURE_TIME) / TICKS_PER_SECOND;
}

/* Seconds MOST … 1 stand there once each, newest first. */
static void
assert_all(const struct filling *f, int64_t most)
{
	assert_int_equal(f->list.shown, most);
	for (int64_t i = 0; i < most; i++)
		assert_int_equal(second_at(f, (size_t)i), most - i);
}

static void
close_filling(struct filling *f)
{
	list_fini(&f->list);
	store_close(f->reader);
	scene_close(&f->scene);
}

static void
the_first_slice_has_both_ends(void **state)
{
	struct filling f;

	(void)state;
	open_filling(&f, false);
	assert_true(slice(&f));
	assert_false(f.sync.complete);
	assert_true(f.list.shown < MANY);
	for (size_t i = 0; i < 256; i++) {
		assert_int_equal(second_at(&f, i), MANY - (int64_t)i);
		assert_int_equal(second_at(&f, f.list.shown - 1 - i), (int64_t)i + 1);
	}
	close_filling(&f);
}

static void
slices_fill_it_with_every_row_once(void **state)
{
	for (int of_the_run = 0; of_the_run < 2; of_the_run++) {
		struct filling f;
		int slices = 1;

		(void)state;
		open_filling(&f, of_the_run);
		while (slice(&f))
			slices++;
		assert_true(slices > 10);
		assert_true(f.sync.complete);
		assert_all(&f, MANY);
		close_filling(&f);
	}
}

static void
what_arrives_while_it_fills_comes_first(void **state)
{
	struct filling f;

	(void)state;
	open_filling(&f, false);
	slice(&f);
	put(&f, MANY + 1, MANY + 50);
	list_sync_check(&f.sync);
	slice(&f);
	assert_false(f.sync.complete);
	assert_int_equal(second_at(&f, 0), MANY + 50);
	while (slice(&f))
		;
	assert_all(&f, MANY + 50);
	close_filling(&f);
}

static void
the_selection_stays_where_it_is_while_it_fills(void **state)
{
	struct filling f;
	uint32_t selected;

	(void)state;
	open_filling(&f, false);
	slice(&f);
	list_select(&f.list, f.list.shown - 1);
	selected = f.list.selected;
	assert_int_equal(second_at(&f, f.list.position), 1);
	while (slice(&f))
		assert_int_equal(f.list.selected, selected);
	assert_int_equal(f.list.position, MANY - 1);
	assert_int_equal(f.list.order[f.list.position], selected);
	close_filling(&f);
}

/* The rows stand between those of another run, more than a window away. */
static void
a_remembered_file_brings_its_alerts_into_the_run(void **state)
{
	struct store_input input;
	struct filling f;
	struct error err;
	bool unchanged;

	(void)state;
	scene_open(&f.scene);
	put(&f, 1, 10);
	input = scene_input_named("logs/a.json");
	assert_ok(store_input_done(f.scene.store, f.scene.input, "key", &input, NULL, &err), &err);
	scene_begin_run(&f.scene);
	f.scene.input = scene_begin_input(&f.scene, "logs/b.json", "key", NULL);
	put(&f, 11, 10000);
	assert_ok(store_run_begin(f.scene.store, &f.scene.run, &err), &err);
	assert_ok(store_open_again(&f.reader, f.scene.store, &err), &err);
	list_init(&f.list);
	list_set_height(&f.list, 10);
	list_sync_init(&f.sync, f.reader, f.scene.run, NULL);
	list_sync_check(&f.sync);
	while (slice(&f))
		;
	assert_int_equal(f.list.shown, 0);
	scene_begin_input(&f.scene, "logs/a.json", "key", &unchanged);
	assert_true(unchanged);
	assert_true(list_sync_check(&f.sync));
	while (slice(&f))
		;
	assert_all(&f, 10);
	close_filling(&f);
}

static void
an_empty_store_is_complete_at_once(void **state)
{
	struct filling f;
	struct error err;

	(void)state;
	scene_open(&f.scene);
	assert_ok(store_open_again(&f.reader, f.scene.store, &err), &err);
	list_init(&f.list);
	list_sync_init(&f.sync, f.reader, 0, NULL);
	list_sync_check(&f.sync);
	assert_false(slice(&f));
	assert_true(f.sync.complete);
	put(&f, 1, 3);
	assert_true(list_sync_check(&f.sync));
	while (slice(&f))
		;
	assert_all(&f, 3);
	close_filling(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_slice_has_both_ends),
		cmocka_unit_test(slices_fill_it_with_every_row_once),
		cmocka_unit_test(what_arrives_while_it_fills_comes_first),
		cmocka_unit_test(the_selection_stays_where_it_is_while_it_fills),
		cmocka_unit_test(a_remembered_file_brings_its_alerts_into_the_run),
		cmocka_unit_test(an_empty_store_is_complete_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
