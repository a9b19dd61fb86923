#include "core/base/mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BLOCK = 4096 - 64, LARGE = 256 << 10 };

struct arena_block {
	struct arena_block *before;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

static void
out_of_memory(void)
{
	static const char text[] = "keywatch: out of memory\n";

	fputs(text, stderr);
	abort();
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_pages(size_t size)
{
	const size_t page = 4096;
	void *p = aligned_alloc(page, (size + page - 1) / page * page);

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_zalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_resize(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *
mem_array(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory();
	return mem_resize(p, total);
}

char *
mem_strdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(mem_alloc(size), s, size);
}

void
mem_wipe(void *p, size_t size)
{
	explicit_bzero(p, size);
}

void
mem_free_wiping(void *p)
{
	if (p)
		mem_wipe(p, malloc_usable_size(p));
	free(p);
}

void *
mem_resize_wiping(void *p, size_t size)
{
	void *moved = mem_alloc(size);
	size_t held = p ? malloc_usable_size(p) : 0;

	if (held)
		memcpy(moved, p, held < size ? held : size);
	mem_free_wiping(p);
	return moved;
}

void
mem_return_large(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE);
}

static size_t
round_up(size_t n, size_t align)
{
	return (n + align - 1) / align * align;
}

static void *
take(struct arena *arena, size_t size, size_t align)
{
	struct arena_block *block = arena->last;
	size_t at = block ? round_up(block->used, align) : 0;

	size = round_up(size, align);
	if (!block || at > block->size || block->size - at < size) {
		size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;

		block = mem_alloc(sizeof(*block) + room);
		block->before = arena->last;
		block->size = room;
		arena->last = block;
		at = 0;
	}
	block->used = at + size;
	return memset(block->bytes + at, 0, size);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return take(arena, size, _Alignof(max_align_t));
}

void *
arena_alloc_word(struct arena *arena, size_t size)
{
	return take(arena, size, sizeof(uint64_t));
}

struct str
arena_str(struct arena *arena, struct str s)
{
	if (!s.data)
		return s;
	return (struct str){arena_cstr(arena, s), s.len};
}

char *
arena_cstr(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1);

	if (s.len)
		memcpy(copy, s.data, s.len);
	return copy;
}

struct str
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	text = arena_alloc(arena, (size_t)(n > 0 ? n : 0) + 1);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){text, (size_t)(n > 0 ? n : 0)};
}

void
arena_reset(struct arena *arena)
{
	struct arena_block *block = arena->last;

	while (block && (block->before || block->size > ARENA_BLOCK)) {
		struct arena_block *before = block->before;

		free(block);
		block = before;
	}
	if (block)
		block->used = 0;
	arena->last = block;
}

void
arena_fini(struct arena *arena)
{
	while (arena->last) {
		struct arena_block *before = arena->last->before;

		free(arena->last);
		arena->last = before;
	}
}
