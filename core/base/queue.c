#include "core/base/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/mem.h"

struct slot {
	void *item;
	size_t bytes;
};

struct queue {
	pthread_mutex_t lock; /* guards everything below */
	pthread_cond_t not_empty, not_full;
	struct slot *ring;
	size_t capacity, head, count;
	size_t reserved; /* items that have room but are not there yet */
	size_t max_bytes, bytes; /* of both */
	bool closed;
};

struct queue *
queue_new(size_t max_items, size_t max_bytes)
{
	struct queue *queue = MEM_NEW(struct queue);
	pthread_condattr_t attr;

	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->not_empty, &attr);
	pthread_cond_init(&queue->not_full, &attr);
	pthread_condattr_destroy(&attr);
	queue->ring = mem_array(NULL, max_items, sizeof(*queue->ring));
	queue->capacity = max_items;
	queue->max_bytes = max_bytes;
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (!queue)
		return;
	pthread_cond_destroy(&queue->not_full);
	pthread_cond_destroy(&queue->not_empty);
	pthread_mutex_destroy(&queue->lock);
	free(queue->ring);
	free(queue);
}

static bool
is_full(const struct queue *queue, size_t bytes)
{
	size_t items = queue->count + queue->reserved;

	if (items == 0)
		return false;
	return items == queue->capacity || queue->bytes + bytes > queue->max_bytes;
}

enum queue_result
queue_reserve(struct queue *queue, size_t bytes)
{
	enum queue_result result = QUEUE_CLOSED;

	pthread_mutex_lock(&queue->lock);
	while (!queue->closed && is_full(queue, bytes))
		pthread_cond_wait(&queue->not_full, &queue->lock);
	if (!queue->closed) {
		queue->reserved++;
		queue->bytes += bytes;
		result = QUEUE_OK;
	}
	pthread_mutex_unlock(&queue->lock);
	return result;
}

enum queue_result
queue_fill(struct queue *queue, void *item, size_t bytes)
{
	enum queue_result result = QUEUE_CLOSED;

	pthread_mutex_lock(&queue->lock);
	queue->reserved--;
	if (queue->closed) {
		queue->bytes -= bytes;
	} else {
		size_t tail = (queue->head + queue->count) % queue->capacity;

		queue->ring[tail] = (struct slot){item, bytes};
		queue->count++;
		pthread_cond_signal(&queue->not_empty);
		result = QUEUE_OK;
	}
	pthread_mutex_unlock(&queue->lock);
	return result;
}

enum queue_result
queue_push(struct queue *queue, void *item, size_t bytes)
{
	if (queue_reserve(queue, bytes) != QUEUE_OK)
		return QUEUE_CLOSED;
	return queue_fill(queue, item, bytes);
}

static struct timespec
deadline_after(int timeout_ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += timeout_ms / 1000;
	t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static void
wait_for_item(struct queue *queue, int timeout_ms)
{
	struct timespec deadline = deadline_after(timeout_ms < 0 ? 0 : timeout_ms);

	while (queue->count == 0 && !queue->closed) {
		if (timeout_ms < 0)
			pthread_cond_wait(&queue->not_empty, &queue->lock);
		else if (pthread_cond_timedwait(&queue->not_empty, &queue->lock, &deadline) == ETIMEDOUT)
			return;
	}
}

enum queue_result
queue_pop(struct queue *queue, void **item, int timeout_ms)
{
	enum queue_result result;

	pthread_mutex_lock(&queue->lock);
	wait_for_item(queue, timeout_ms);
	if (queue->count) {
		*item = queue->ring[queue->head].item;
		queue->bytes -= queue->ring[queue->head].bytes;
		queue->head = (queue->head + 1) % queue->capacity;
		queue->count--;
		pthread_cond_broadcast(&queue->not_full);
		result = QUEUE_OK;
	} else {
		result = queue->closed ? QUEUE_CLOSED : QUEUE_EMPTY;
	}
	pthread_mutex_unlock(&queue->lock);
	return result;
}

void
queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->not_empty);
	pthread_cond_broadcast(&queue->not_full);
	pthread_mutex_unlock(&queue->lock);
}
