/*
 * Whose turn it is to ask a service that allows so many requests a second in an account and region
 * (settled.md 22). The watch comes first: history goes only where no request of the watch, of
 * whatever source, can be held up by it. Pure; the caller guards it and tells the time.
 */
#ifndef KEYWATCH_SOURCE_TURNS_H
#define KEYWATCH_SOURCE_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct turns {
	struct turn *list; /* owns */
	size_t count, capacity;
	struct turn_watch *watches; /* owns */
	size_t watch_count, watch_capacity;
};

void turns_fini(struct turns *turns);

/* A round of that source begins; it ends, and the next begins then (ms; INT64_MAX: none does). */
void turns_begin(struct turns *turns, const void *source);
void turns_end(struct turns *turns, const void *source, int64_t next_ms);

/* The watch asks: in so many ms it may, and has the turn. span_ms: a request's share. Of a source
 * that tells of no rounds the turn alone is waited for. */
int64_t turns_watch(
	struct turns *turns, const void *source, const char *key, int64_t now_ms, int64_t span_ms);
/* History asks: 0, and it has the turn, at once; so many ms after which it may ask again; or
 * TURNS_LATER: when a round has ended. It has half of the turns at most. */
#define TURNS_LATER INT64_C(-1)
int64_t turns_history(struct turns *turns, const char *key, int64_t now_ms, int64_t span_ms);

#endif
