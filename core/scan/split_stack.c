#include "core/scan/split_stack.h"

bool
split_in_object(const struct split_stack *stack)
{
	size_t level = stack->depth - 1;

	return stack->kinds[level / 64] >> (level % 64) & 1;
}

bool
split_push(struct split_stack *stack, bool object)
{
	uint64_t bit = UINT64_C(1) << (stack->depth % 64);

	if (stack->depth == SPLIT_MAX_DEPTH)
		return false;
	if (object)
		stack->kinds[stack->depth / 64] |= bit;
	else
		stack->kinds[stack->depth / 64] &= ~bit;
	stack->depth++;
	return true;
}
