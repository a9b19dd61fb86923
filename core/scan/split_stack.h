/* Which objects and arrays are open, outermost first. Pure. */
#ifndef KEYWATCH_SCAN_SPLIT_STACK_H
#define KEYWATCH_SCAN_SPLIT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPLIT_MAX_DEPTH = 1 << 16 };

struct split_stack {
	size_t depth;
	uint64_t kinds[SPLIT_MAX_DEPTH / 64]; /* a bit a level; 1: object */
};

/* False: nested beyond all measure. */
bool split_push(struct split_stack *stack, bool object);
/* Is the innermost an object, or else an array? Some must be open. */
bool split_in_object(const struct split_stack *stack);

#endif
