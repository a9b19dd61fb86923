/*
 * Memory. Out of memory aborts, so no caller checks. Any thread; an arena has one owner.
 */
#ifndef KEYWATCH_BASE_MEM_H
#define KEYWATCH_BASE_MEM_H

#include <stddef.h>

#include "core/base/str.h"

void *mem_alloc(size_t size); /* not zeroed */
/* Not zeroed, from the beginning of a page: what a file is read into. Where it begins 16 bytes
 * behind one, as malloc does it, processors copy up to 1.5 times as slowly. */
void *mem_pages(size_t size);
void *mem_zalloc(size_t size);			     /* zeroed */
void *mem_resize(void *p, size_t size);		     /* realloc */
void *mem_array(void *p, size_t count, size_t size); /* realloc of count*size, overflow aborts */
char *mem_strdup(const char *s);
void mem_wipe(void *p, size_t size); /* not optimised away */
/* An allocator that leaves nothing behind, for libraries that hold secrets of ours: what is freed
 * or moved is wiped first. NULL is fine for both. */
void mem_free_wiping(void *p);
void *mem_resize_wiping(void *p, size_t size);

/* From now on what is large goes back to the system when it is freed. By itself glibc keeps ever
 * larger blocks. For the whole process. */
void mem_return_large(void);

#define MEM_NEW(type) ((type *)mem_zalloc(sizeof(type)))

/* Grows a dynamic array by doubling so that index `count` can be written. */
#define MEM_GROW(array, count, capacity)                                                           \
	do {                                                                                       \
		if ((count) >= (capacity)) {                                                       \
			(capacity) = (capacity) ? (capacity)*2 : 8;                                \
			(array) = mem_array((array), (capacity), sizeof(*(array)));                \
		}                                                                                  \
	} while (0)

/* Everything taken from an arena lives until arena_fini or arena_reset. Zero is a valid start. */
struct arena_block;
struct arena {
	struct arena_block *last; /* owns the chain */
};

void *arena_alloc(struct arena *arena, size_t size);	  /* aligned for any type, zeroed */
void *arena_alloc_word(struct arena *arena, size_t size); /* only for pointers, double, text */
/* Copies; the copy is followed by a NUL. Absent stays absent. */
struct str arena_str(struct arena *arena, struct str s);
char *arena_cstr(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *arena); /* forgets all, keeps one block */
void arena_fini(struct arena *arena);

#endif
