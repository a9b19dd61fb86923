#include "tests/support/test.h"

#include <pthread.h>

#include "core/base/queue.h"

enum { ITEMS = 20000, PRODUCERS = 3 };

static void *
produce(void *queue)
{
	for (uintptr_t i = 1; i <= ITEMS; i++)
		if (queue_push(queue, (void *)i, i % 100) != QUEUE_OK)
			return (void *)1;
	return NULL;
}

static void
nothing_is_lost_between_threads(void **state)
{
	struct queue *queue = queue_new(16, 500);
	pthread_t threads[PRODUCERS];
	uintptr_t sum = 0;
	void *item;

	(void)state;
	for (int i = 0; i < PRODUCERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, produce, queue), 0);
	for (int i = 0; i < PRODUCERS * ITEMS; i++) {
		assert_int_equal(queue_pop(queue, &item, -1), QUEUE_OK);
		sum += (uintptr_t)item;
	}
	for (int i = 0; i < PRODUCERS; i++) {
		void *result = (void *)1;

		pthread_join(threads[i], &result);
		assert_null(result);
	}
	assert_true(sum == (uintptr_t)PRODUCERS * ITEMS * (ITEMS + 1) / 2);
	assert_int_equal(queue_pop(queue, &item, 0), QUEUE_EMPTY);
	queue_free(queue);
}

static void
items_keep_their_order(void **state)
{
	struct queue *queue = queue_new(4, 1000);
	int values[4];
	void *item;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(queue_push(queue, &values[i], 1), QUEUE_OK);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(queue_pop(queue, &item, 0), QUEUE_OK);
		assert_ptr_equal(item, &values[i]);
	}
	queue_free(queue);
}

static void
closing_refuses_pushes_and_drains_what_is_there(void **state)
{
	struct queue *queue = queue_new(4, 1000);
	int value;
	void *item;

	(void)state;
	assert_int_equal(queue_push(queue, &value, 1), QUEUE_OK);
	queue_close(queue);
	assert_int_equal(queue_push(queue, &value, 1), QUEUE_CLOSED);
	assert_int_equal(queue_pop(queue, &item, -1), QUEUE_OK);
	assert_int_equal(queue_pop(queue, &item, -1), QUEUE_CLOSED);
	queue_free(queue);
}

static void *
push_one(void *queue)
{
	assert_int_equal(queue_push(queue, (void *)1, 10), QUEUE_OK);
	return NULL;
}

static void
room_that_is_reserved_is_not_given_twice(void **state)
{
	struct queue *queue = queue_new(4, 10);
	pthread_t thread;
	int value;
	void *item;

	(void)state;
	assert_int_equal(queue_reserve(queue, 10), QUEUE_OK);
	assert_int_equal(pthread_create(&thread, NULL, push_one, queue), 0);
	assert_int_equal(queue_pop(queue, &item, 0), QUEUE_EMPTY);
	assert_int_equal(queue_fill(queue, &value, 10), QUEUE_OK);
	assert_int_equal(queue_pop(queue, &item, -1), QUEUE_OK);
	assert_ptr_equal(item, &value);
	assert_int_equal(queue_pop(queue, &item, -1), QUEUE_OK);
	assert_ptr_equal(item, (void *)1);
	pthread_join(thread, NULL);
	queue_free(queue);
}

static void
closing_refuses_what_was_to_fill_a_room(void **state)
{
	struct queue *queue = queue_new(4, 10);
	int value;

	(void)state;
	assert_int_equal(queue_reserve(queue, 10), QUEUE_OK);
	queue_close(queue);
	assert_int_equal(queue_fill(queue, &value, 10), QUEUE_CLOSED);
	assert_int_equal(queue_reserve(queue, 1), QUEUE_CLOSED);
	queue_free(queue);
}

static void
closing_frees_a_producer_that_waits(void **state)
{
	struct queue *queue = queue_new(1, 10);
	pthread_t thread;
	void *result = NULL, *item;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, produce, queue), 0);
	assert_int_equal(queue_pop(queue, &item, -1), QUEUE_OK);
	queue_close(queue);
	pthread_join(thread, &result);
	assert_non_null(result);
	while (queue_pop(queue, &item, -1) == QUEUE_OK)
		;
	queue_free(queue);
}

static void
an_item_bigger_than_the_bound_enters_an_empty_queue(void **state)
{
	struct queue *queue = queue_new(4, 10);
	int value;
	void *item;

	(void)state;
	assert_int_equal(queue_push(queue, &value, 1000), QUEUE_OK);
	assert_int_equal(queue_pop(queue, &item, 0), QUEUE_OK);
	queue_free(queue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_between_threads),
		cmocka_unit_test(items_keep_their_order),
		cmocka_unit_test(closing_refuses_pushes_and_drains_what_is_there),
		cmocka_unit_test(room_that_is_reserved_is_not_given_twice),
		cmocka_unit_test(closing_refuses_what_was_to_fill_a_room),
		cmocka_unit_test(closing_frees_a_producer_that_waits),
		cmocka_unit_test(an_item_bigger_than_the_bound_enters_an_empty_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
