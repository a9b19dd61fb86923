#include "core/scan/split_skim.h"

#include "core/base/json.h"
#include "core/scan/skim.h"

struct giving {
	struct splitter *splitter;
	struct str bytes;
	uint64_t offset;
};

/* Where only some units matter, not all of the grammar was asked for on the way. */
static enum skim_answer
give(void *context, struct str unit)
{
	const struct giving *g = context;
	struct splitter *s = g->splitter;

	if (s->sink->literal_count && !json_check(unit, NULL))
		return SKIM_LEFT;
	s->sink->unit(s->sink->context, unit, g->offset + (uint64_t)(unit.data - g->bytes.data),
		SPLIT_IN_STEP);
	return s->stopped ? SKIM_STOP : SKIM_TAKEN;
}

/* As when its last unit had been read. */
static void
went_over(struct splitter *s)
{
	s->any_byte = s->any_text = s->any_value = true;
	s->before = '\0';
	s->fresh_line = false;
	s->expect = s->stack.depth ? SPLIT_NEXT : SPLIT_TOP;
}

bool
split_skim(struct splitter *s, struct str bytes, uint64_t offset, size_t *used)
{
	struct giving giving = {s, bytes, offset};
	struct skim k = {
		.literals = s->sink->literals,
		.literal_count = s->sink->literal_count,
		.max_unit = s->max_unit < SKIM_UNIT_MAX ? s->max_unit : SKIM_UNIT_MAX,
		.list = s->stack.depth > 0,
		.behind = s->expect == SPLIT_NEXT,
		.may_hold = !s->in_container,
		.give = give,
		.context = &giving,
	};
	enum skim_end end = skim(&k, bytes);

	*used = k.used;
	s->passed += k.records;
	if (k.used)
		went_over(s);
	return end == SKIM_ODD || bytes.len - k.used > k.max_unit;
}
