#include "core/scan/ahead.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/queue.h"

/* Together they stay in the cache that cores share. */
enum { WINDOW = 1024 << 10, WINDOWS = 3, PIECES = 2 };

struct piece {
	struct inflate *inflate;
	inflate_step *step;
	struct str bytes;
	uint64_t behind;
};

struct window {
	struct inflated inflated;
	unsigned char bytes[WINDOW];
};

struct ahead {
	/* Whoever pops from one owns it; all have room for all. */
	struct queue *pieces, *spare, *filled;
	struct piece piece[PIECES];
	struct window *windows; /* owns */
	atomic_bool dropped;	/* nobody wants more of the pieces */

	/* The scanning thread's. */
	unsigned given, done; /* pieces */
	struct window *taken; /* NULL: none */
};

void
inflated_by(struct inflated *inflated, struct inflate *inflate, inflate_step *step,
	struct inflate_io *io, uint64_t behind)
{
	const char *window = (const char *)io->out;
	size_t room = io->out_len;

	*inflated = (struct inflated){.result = step(inflate, io)};
	inflated->bytes = (struct str){window, room - io->out_len};
	if (inflated->result != INFLATE_DAMAGED)
		return;
	inflated->offset = behind - io->in_len - inflate_held(inflate);
	inflated->error = inflate_error(inflate);
	inflated->whole = inflate_is_whole(inflate);
}

struct ahead *
ahead_new(void)
{
	struct ahead *a = MEM_NEW(struct ahead);

	a->pieces = queue_new(PIECES, SIZE_MAX);
	a->spare = queue_new(WINDOWS, SIZE_MAX);
	a->filled = queue_new(WINDOWS, SIZE_MAX);
	a->windows = mem_array(NULL, WINDOWS, sizeof(*a->windows));
	for (size_t i = 0; i < WINDOWS; i++)
		queue_push(a->spare, &a->windows[i], 0);
	return a;
}

void
ahead_free(struct ahead *a)
{
	if (!a)
		return;
	queue_free(a->pieces);
	queue_free(a->spare);
	queue_free(a->filled);
	free(a->windows);
	free(a);
}

/* ---- the other thread ---- */

static void
inflate_piece(struct ahead *a, const struct piece *piece)
{
	struct inflate_io io = {
		.in = (const unsigned char *)piece->bytes.data, .in_len = piece->bytes.len};
	enum inflate_result result;

	do {
		struct window *window;
		void *popped;

		if (queue_pop(a->spare, &popped, -1) != QUEUE_OK)
			return;
		window = popped;
		io.out = window->bytes;
		io.out_len = WINDOW;
		if (atomic_load(&a->dropped))
			window->inflated = (struct inflated){.result = INFLATE_MORE};
		else
			inflated_by(
				&window->inflated, piece->inflate, piece->step, &io, piece->behind);
		result = window->inflated.result;
		queue_push(a->filled, window, 0);
	} while (result != INFLATE_MORE);
}

void
ahead_run(struct ahead *a)
{
	void *piece;

	while (queue_pop(a->pieces, &piece, -1) == QUEUE_OK)
		inflate_piece(a, piece);
}

/* ---- the scanning thread ---- */

void
ahead_close(struct ahead *a)
{
	ahead_drop(a);
	queue_close(a->pieces);
	queue_close(a->spare);
	queue_close(a->filled);
}

unsigned
ahead_pieces(const struct ahead *a)
{
	return a->given - a->done;
}

void
ahead_give(struct ahead *a, struct inflate *inflate, inflate_step *step, struct str piece,
	uint64_t behind)
{
	struct piece *to = &a->piece[a->given % PIECES];

	assert(ahead_pieces(a) < PIECES);
	*to = (struct piece){inflate, step, piece, behind};
	a->given++;
	queue_push(a->pieces, to, 0);
}

static void
put_back(struct ahead *a)
{
	if (a->taken)
		queue_push(a->spare, a->taken, 0);
	a->taken = NULL;
}

const struct inflated *
ahead_take(struct ahead *a)
{
	void *popped;

	assert(ahead_pieces(a));
	put_back(a);
	queue_pop(a->filled, &popped, -1);
	a->taken = popped;
	if (a->taken->inflated.result == INFLATE_MORE)
		a->done++;
	return &a->taken->inflated;
}

void
ahead_drop(struct ahead *a)
{
	atomic_store(&a->dropped, true);
	while (ahead_pieces(a))
		ahead_take(a);
	put_back(a);
	atomic_store(&a->dropped, false);
}
