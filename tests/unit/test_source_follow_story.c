/* Random stories of a log that is written, rotated and truncated while its follower is killed: what
 * was written and what was given are compared. */
#include "tests/support/follower.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

struct story {
	struct follower w;
	unsigned seed, written, rotations, moment;
	struct buf line; /* what is left of the line that is being written */
	size_t floor;	 /* items that are committed for sure */
	bool boundaries; /* kills fall between a position and the next record */
	bool folder;
};

static unsigned
any(struct story *s, unsigned below)
{
	s->seed = s->seed * 1103515245u + 12345u;
	return s->seed / 65536 % below;
}

/* Each write has a moment of its own, however fast the test is. */
static void
write_file(struct story *s, const char *name, int flags, struct str bytes)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, {1700000000 + ++s->moment, 0}};

	follower_write(&s->w, name, flags, bytes);
	assert_int_equal(utimensat(AT_FDCWD, follower_path(&s->w, name), times, 0), 0);
}

static void
write_some(struct story *s, size_t len)
{
	if (len > s->line.len)
		len = s->line.len;
	write_file(s, "log", O_APPEND, str_slice(buf_view(&s->line), 0, len));
	buf_consume(&s->line, len);
}

static void
tell_append(struct story *s)
{
	unsigned lines = 1 + any(s, 4);

	while (lines--) {
		write_some(s, s->line.len);
		buf_printf(&s->line,
			"{\"eventID\":\"%u\",\"eventName\":\"CreateAccessKey\",\"x\":\"%*s\"}\n",
			s->written++, (int)any(s, 2000), "");
	}
	write_some(s, any(s, 2) ? s->line.len : any(s, (unsigned)s->line.len));
}

static void
tell_look(struct story *s)
{
	follower_look_ok(&s->w);
}

static void
tell_kill(struct story *s)
{
	size_t kept = s->floor + any(s, (unsigned)(s->w.count - s->floor) + 1);

	while (s->boundaries && kept > s->floor && s->w.items[kept - 1].kind != FOLLOWER_POSITION)
		kept--;
	follower_restart(&s->w, kept);
}

/* The writer finishes its line before it lets go of the old file. */
static void
tell_rename(struct story *s)
{
	char name[32];

	snprintf(name, sizeof(name), "log.%u", ++s->rotations);
	if (any(s, 2))
		tell_look(s);
	s->floor = s->w.count;
	write_some(s, s->line.len);
	if (rename(follower_path(&s->w, "log"), follower_path(&s->w, name)) == 0 && any(s, 2))
		tell_append(s);
}

/* copytruncate, in the middle of a line or not. */
static void
tell_truncate(struct story *s)
{
	char name[32], *bytes;
	size_t len;

	if (access(follower_path(&s->w, "log"), F_OK) != 0)
		return;
	snprintf(name, sizeof(name), "log.%u", ++s->rotations);
	if (s->folder)
		tell_append(s);
	if (s->folder || any(s, 2))
		tell_look(s);
	s->floor = s->w.count;
	if (any(s, 2))
		tell_append(s);
	bytes = test_read(follower_path(&s->w, "log"), &len);
	write_file(s, name, O_TRUNC, (struct str){bytes, len});
	write_file(s, "log", O_TRUNC, STR(""));
	free(bytes);
	if (any(s, 2))
		tell_append(s);
	if (any(s, 3) == 0)
		tell_kill(s);
	tell_look(s);
	s->floor = s->w.count;
}

static void
check_story(struct story *s)
{
	unsigned *times = mem_zalloc((s->written + 1) * sizeof(*times));

	for (size_t i = 0; i < s->w.count; i++) {
		if (s->w.items[i].kind == FOLLOWER_PROBLEM)
			print_error("%s\n", s->w.items[i].text);
		assert_int_not_equal(s->w.items[i].kind, FOLLOWER_PROBLEM);
		if (s->w.items[i].kind == FOLLOWER_RECORD)
			times[strtoul(s->w.items[i].text, NULL, 10)]++;
	}
	for (unsigned i = 0; i < s->written; i++) {
		if (times[i] != 1 && (s->boundaries || !times[i]))
			print_error("record %u of %u: %u times\n", i, s->written, times[i]);
		assert_true(times[i] == 1 || (!s->boundaries && times[i] > 1));
	}
	free(times);
}

static void
tell_story(unsigned seed, bool boundaries, bool folder)
{
	static void (*const steps[])(struct story * s) = {tell_append, tell_append, tell_append,
		tell_look, tell_look, tell_look, tell_kill, tell_rename, tell_truncate};
	struct story s = {.seed = seed, .boundaries = boundaries, .folder = folder};
	size_t count = sizeof(steps) / sizeof(steps[0]);

	follower_init(&s.w, folder ? "" : "log");
	tell_append(&s);
	tell_look(&s);
	s.floor = s.w.count;
	for (int i = 0; i < 60; i++)
		steps[any(&s, (unsigned)count)](&s);
	write_some(&s, s.line.len);
	tell_append(&s);
	write_some(&s, s.line.len);
	tell_look(&s);
	tell_look(&s);
	check_story(&s);
	buf_fini(&s.line);
	follower_fini(&s.w);
}

static void
every_record_is_given_exactly_once_whatever_happens(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 30; seed++)
		tell_story(seed, true, false);
}

static void
nothing_is_missed_wherever_the_kill_falls(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 15; seed++) {
		tell_story(seed, false, false);
		tell_story(seed, false, true);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_is_given_exactly_once_whatever_happens),
		cmocka_unit_test(nothing_is_missed_wherever_the_kill_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
