/*
 * A queue between threads, bounded in items and bytes. Full means the producer waits; nothing is
 * dropped. Ownership of an item moves with it.
 */
#ifndef KEYWATCH_BASE_QUEUE_H
#define KEYWATCH_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

enum queue_result {
	QUEUE_OK,
	QUEUE_EMPTY,  /* nothing arrived within the time */
	QUEUE_CLOSED, /* push: refused, the item stays the caller's; pop: closed and drained */
};

struct queue *queue_new(size_t max_items, size_t max_bytes);
/* Frees the queue; it must be drained (items are not ours to free). */
void queue_free(struct queue *queue);
/* An item bigger than max_bytes enters when the queue is empty. */
enum queue_result queue_push(struct queue *queue, void *item, size_t bytes);
/* The two halves of it, for an item that is made only when there is room: wait for room, then fill
 * it with an item of as many bytes. */
enum queue_result queue_reserve(struct queue *queue, size_t bytes);
enum queue_result queue_fill(struct queue *queue, void *item, size_t bytes);
/* timeout_ms < 0 waits for ever. */
enum queue_result queue_pop(struct queue *queue, void **item, int timeout_ms);
/* After this, pushes are refused and pops drain what is there. */
void queue_close(struct queue *queue);

#endif
