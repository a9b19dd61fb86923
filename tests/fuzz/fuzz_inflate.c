/* Any bytes, in pieces and windows of any size, are told the same by zlib; what is whole to it
 * every library gives the same, and none writes beyond a window or stands still. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/scan/inflate_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Behind it no more is asked for: a bomb of these few bytes. */
enum { GIVEN_MAX = 16 << 20 };

typedef enum inflate_result inflate_step(struct inflate *inflate, struct inflate_io *io);

static void
tell_piece(struct buf *told, struct buf *bytes, struct inflate *inflate, struct inflate_io *io,
	size_t room, size_t behind, inflate_step *step)
{
	enum inflate_result result;

	do {
		unsigned char *window = mem_alloc(room);
		size_t before = io->in_len;

		io->out = window;
		io->out_len = room;
		result = step(inflate, io);
		buf_append(bytes, window, room - io->out_len);
		free(window);
		if (result == INFLATE_DAMAGED)
			buf_printf(told, "%zu %s\n", behind - io->in_len - inflate_held(inflate),
				inflate_error(inflate));
		else if (result == INFLATE_OUTPUT && io->in_len == before && io->out_len == room)
			abort();
	} while (result != INFLATE_MORE && bytes->len < GIVEN_MAX);
}

/* What is given, and behind it what was said. */
static void
tell(struct buf *told, struct inflate *inflate, const uint8_t *data, size_t size, size_t piece,
	size_t room)
{
	struct buf bytes = {0};
	struct inflate_io io = {0};

	inflate_begin(inflate);
	for (size_t at = 0; at < size && bytes.len < GIVEN_MAX; at += io.in_len) {
		size_t now = piece < size - at ? piece : size - at;
		unsigned char *copy = memcpy(mem_alloc(now), data + at, now);

		io.in = copy;
		io.in_len = now;
		tell_piece(told, &bytes, inflate, &io, room, at + now, inflate_bytes);
		free(copy);
		io.in_len = now;
	}
	io = (struct inflate_io){0};
	if (bytes.len < GIVEN_MAX)
		tell_piece(told, &bytes, inflate, &io, room, size, inflate_end);
	buf_puts(told, inflate_at_end(inflate) ? "at end\n" : "broken off\n");
	buf_str(told, str_slice(buf_view(&bytes), 0, GIVEN_MAX));
	buf_fini(&bytes);
	inflate_free(inflate);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t measures[][2] = {{1, 300}, {100, 7}, {1000, 40000}};
	struct buf whole = {0};

	tell(&whole, inflate_new_on(&inflate_zlib, NULL), data, size, size, 256 << 10);
	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++) {
		struct buf again = {0}, ours = {0};

		tell(&again, inflate_new_on(&inflate_zlib, NULL), data, size, measures[i][0],
			measures[i][1]);
		tell(&ours, inflate_new(), data, size, measures[i][0], measures[i][1]);
		if (!str_equal(buf_view(&again), buf_view(&whole)))
			abort();
		if (str_starts_with(buf_view(&whole), STR("at end")) &&
			!str_equal(buf_view(&ours), buf_view(&whole)))
			abort();
		buf_fini(&again);
		buf_fini(&ours);
	}
	buf_fini(&whole);
	return 0;
}
