#include "core/scan/split_skim.h"

#include "core/base/json.h"
#include "core/scan/skim.h"

/* What is looked at in the slow way is taken in pieces of this size; of the beginning, no more than
 * shows which list it is. */
enum { SPLIT_PIECE = 4096, SPLIT_FIRST = 64 };

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
	s->skimmed = true;
	s->sink->unit(s->sink->context, unit, g->offset + (uint64_t)(unit.data - g->bytes.data),
		SPLIT_IN_STEP);
	s->skimmed = false;
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

/* Goes over the whole units that a settled splitter finds in `bytes`, of which the first has this
 * offset; *used: up to the end of the last one. True: what follows is odd, or larger than a unit
 * may be that is skimmed; false: it is the beginning of one. */
static bool
skim_units(struct splitter *s, struct str bytes, uint64_t offset, size_t *used)
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
		.wants = s->sink->wants,
		.wants_context = s->sink->wants_context,
	};
	enum skim_end end = skim(&k, bytes);

	*used = k.used;
	s->passed += k.records;
	if (k.used)
		went_over(s);
	return end == SKIM_ODD || bytes.len - k.used > k.max_unit;
}

/* ---- pieces of input ---- */

/* What the window holds behind s->at goes back to the piece it came from, where all of it did. */
static void
return_rest(struct splitter *s, struct str *rest, size_t taken)
{
	size_t left = s->window.len - s->at;

	if (left > taken) { /* some came with a piece before */
		s->waiting = true;
	} else {
		s->window.len = s->at;
		rest->data -= left;
		rest->len += left;
	}
	split_forget(s);
}

static size_t
take(struct splitter *s, struct str *rest, size_t most)
{
	size_t len = rest->len < most ? rest->len : most;

	buf_append(&s->window, rest->data, len);
	*rest = str_slice(*rest, len, rest->len);
	return len;
}

/* The window is the beginning of a unit: up to its end. */
static void
finish_waiting(struct splitter *s, struct str *rest)
{
	size_t most = s->window.len < SPLIT_PIECE ? SPLIT_PIECE : s->window.len;
	size_t taken = take(s, rest, most), used = 0;
	bool odd = skim_units(s, buf_view(&s->window), s->base, &used);

	if (used) {
		s->at = used;
		s->waiting = false;
		return_rest(s, rest, taken);
	} else if (odd) {
		split_run_odd(s);
		if (split_is_settled(s))
			return_rest(s, rest, taken);
		else
			split_forget(s);
	}
}

static void
skip_blanks(struct splitter *s, struct str *rest)
{
	size_t n = 0;

	while (n < rest->len && str_is_blank(rest->data[n])) {
		s->fresh_line |= rest->data[n] == '\n' && s->expect == SPLIT_TOP;
		n++;
	}
	s->base += n;
	*rest = str_slice(*rest, n, rest->len);
}

/* The bytes themselves, without a copy, as far as they go. */
static void
skim_rest(struct splitter *s, struct str *rest)
{
	size_t used;
	bool odd;

	skip_blanks(s, rest);
	if (!rest->len)
		return;
	odd = skim_units(s, *rest, s->base, &used);
	s->base += used;
	*rest = str_slice(*rest, used, rest->len);
	skip_blanks(s, rest);
	s->waiting = !odd && rest->len && !s->stopped;
	if (s->waiting) {
		take(s, rest, rest->len);
		s->any_byte = s->any_text = true;
	}
}

void
split_bytes(struct splitter *s, const void *data, size_t len)
{
	struct str rest = {data, len};

	while (rest.len && !s->stopped) {
		size_t taken;

		if (s->waiting) {
			finish_waiting(s, &rest);
			continue;
		}
		if (s->window.len == 0 && split_is_settled(s)) {
			skim_rest(s, &rest);
			if (!rest.len || s->stopped)
				return;
		}
		taken = take(s, &rest, s->any_byte ? SPLIT_PIECE : SPLIT_FIRST);
		split_run_odd(s);
		if (split_is_settled(s))
			return_rest(s, &rest, taken);
		else
			split_forget(s);
	}
}
