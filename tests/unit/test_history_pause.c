/* The look through history, stopped and started again by the user. */
#include "tests/support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/looked.h"

/* Not read to its end before the pipe is closed; and it is stopped by then. */
static struct pipeline *
start_stopped(struct fixture *f)
{
	struct pipeline *pipeline;
	char path[300];
	int fd, left;

	snprintf(path, sizeof(path), "%s/pipe", f->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	f->pipe = path;
	pipeline = start(f);
	f->pipe = NULL;
	assert_true(pipeline_history_stop(pipeline));
	assert_false(pipeline_history_stop(pipeline)); /* it is already */
	/* Who opens it later would wait for a writer. */
	assert_int_equal(write(fd, "\n", 1), 1);
	do
		assert_int_equal(ioctl(fd, FIONREAD, &left), 0);
	while (left && poll(NULL, 0, 1) == 0);
	close(fd);
	return pipeline;
}

static enum history_state
state_of(struct fixture *f, struct pipeline *pipeline)
{
	pipeline_get_progress(pipeline, &f->progress);
	return f->progress.history.state;
}

static void
wait_for(struct fixture *f, struct pipeline *pipeline, enum history_state state)
{
	while (state_of(f, pipeline) != state)
		poll(NULL, 0, 1);
}

static void
end_as_expected(struct fixture *f, struct pipeline *pipeline, const struct buf *expected)
{
	wait_for(f, pipeline, HISTORY_LOOKED);
	pipeline_wait(pipeline);
	assert_false(pipeline_history_stop(pipeline));
	assert_false(pipeline_history_start(pipeline));
	pipeline_free(pipeline);
	assert_false(f->progress.failed);
	run(f); /* what was looked through is not read again */
	assert_int_equal(f->progress.history.bytes_done, 0);
	assert_string_equal(buf_cstr(&f->found), buf_cstr(expected));
}

/* What it finds, in a store of its own; then an empty one. */
static void
expect(struct fixture *f, struct buf *expected)
{
	char path[300];
	struct error err;

	put_big(f);
	run(f);
	buf_str(expected, buf_view(&f->found));
	store_close(f->store);
	snprintf(path, sizeof(path), "%s/store/other.db", f->folder);
	assert_ok(store_open(&f->store, path, &err), &err);
}

static void
stopped_before_it_begins_it_waits(void **state)
{
	struct fixture *f = *state;
	struct buf expected = {0};
	struct pipeline *pipeline;

	expect(f, &expected);
	pipeline = start_stopped(f);
	wait_for(f, pipeline, HISTORY_STOPPED);
	assert_true(f->progress.finished);
	assert_int_equal(f->progress.history.traces, 0);
	assert_int_equal(pipeline_scope(pipeline).state, HISTORY_STOPPED);
	assert_true(pipeline_history_start(pipeline));
	end_as_expected(f, pipeline, &expected);
	buf_fini(&expected);
}

/* Wherever it stands. */
static void
stopped_on_its_way_it_keeps_what_was_found_and_goes_on_from_there(void **state)
{
	struct fixture *f = *state;
	struct buf expected = {0};
	struct pipeline *pipeline;

	expect(f, &expected);
	f->slice = SLICE;
	pipeline = start(f);
	while (state_of(f, pipeline) != HISTORY_LOOKED) {
		if (pipeline_history_stop(pipeline))
			while (state_of(f, pipeline) != HISTORY_STOPPED &&
				f->progress.history.state != HISTORY_LOOKED)
				poll(NULL, 0, 1);
		pipeline_history_start(pipeline);
		/* Some of it is done each time. */
		for (int i = 0; i < 20 && state_of(f, pipeline) == HISTORY_LOOKING; i++)
			poll(NULL, 0, 1);
	}
	end_as_expected(f, pipeline, &expected);
	buf_fini(&expected);
}

static void
what_is_stopped_ends_with_the_program(void **state)
{
	struct fixture *f = *state;
	struct pipeline *pipeline;

	put_big(f);
	pipeline = start_stopped(f);
	wait_for(f, pipeline, HISTORY_STOPPED);
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	assert_int_equal(state_of(f, pipeline), HISTORY_PART);
	pipeline_free(pipeline);
}

static void
where_it_is_not_wanted_there_is_nothing_to_stop(void **state)
{
	struct fixture *f = *state;
	struct pipeline *pipeline;

	put_calls(f, "a.json", &creation, 1);
	f->plain_run = true;
	pipeline = start(f);
	assert_false(pipeline_history_stop(pipeline));
	assert_false(pipeline_history_start(pipeline));
	pipeline_wait(pipeline);
	pipeline_free(pipeline);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stopped_before_it_begins_it_waits),
		TEST(stopped_on_its_way_it_keeps_what_was_found_and_goes_on_from_there),
		TEST(what_is_stopped_ends_with_the_program),
		TEST(where_it_is_not_wanted_there_is_nothing_to_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
