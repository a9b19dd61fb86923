/*
 * Files that grow: where they are read on, and how the part before is known again. A log is
 * appended to; that all of it is as it was could only be told by reading it. Its beginning, its end
 * and what stands in regular steps between are compared; up to PRINT_MAX that is all of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"

enum { SAMPLE = 4 << 10, SAMPLES = 16, PRINT_MAX = SAMPLE * SAMPLES };

static bool
read_at(int fd, uint64_t offset, char *bytes, size_t len)
{
	return pread(fd, bytes, len, (off_t)offset) == (ssize_t)len;
}

/* Of the bytes before `end`. */
static bool
make_print(int fd, uint64_t end, char print[HASH_HEX])
{
	size_t size = end < PRINT_MAX ? (size_t)end : PRINT_MAX;
	char *bytes = mem_alloc(size);
	bool ok = true;

	if (end <= PRINT_MAX)
		ok = read_at(fd, 0, bytes, size);
	for (uint64_t i = 0; ok && end > PRINT_MAX && i < SAMPLES; i++)
		ok = read_at(fd, (end - SAMPLE) * i / (SAMPLES - 1), bytes + i * SAMPLE, SAMPLE);
	if (ok)
		hash_hex((struct str){bytes, size}, print);
	free(bytes);
	return ok;
}

bool
mark_fits(int fd, const struct store_mark *mark)
{
	char print[HASH_HEX];

	return make_print(fd, mark->offset, print) && strcmp(print, mark->print) == 0;
}

void
mark_go_on(struct scanner *scanner, const struct scan_sink *sink, const struct store_mark *mark)
{
	const struct scan_mark at = {mark->offset, mark->state};
	const struct scan_counts counts = {mark->other_values, mark->digests, true};

	scan_continue(scanner, sink, &at);
	scan_count_on(scanner, &counts);
}

bool
mark_of(struct store_mark *mark, const struct scanner *scanner, int fd)
{
	struct scan_summary summary;
	struct scan_counts counts;
	struct scan_mark at;

	scan_pause(scanner, &summary, &at);
	*mark = (struct store_mark){0};
	/* What is said of a file that shows no form of log depends on all of it. */
	if (!at.offset || !scan_counted(scanner, &counts) || !counts.shows_form)
		return false;
	if (!make_print(fd, at.offset, mark->print))
		return false;
	mark->offset = at.offset;
	mark->state = at.state;
	mark->other_values = counts.other_values;
	mark->digests = counts.digests;
	return true;
}
