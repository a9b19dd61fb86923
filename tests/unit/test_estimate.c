/* How long it still takes: beside runs as they went, and work that is played. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/estimate.h"

enum { SAMPLES = 2000 };

/* What was said of a run, and when it was over. */
struct told {
	struct estimate estimate;
	int64_t at_ms[SAMPLES], left_ms[SAMPLES];
	size_t count;
};

static void
tell(struct told *t, const struct estimate_sample *sample)
{
	assert_true(t->count < SAMPLES);
	estimate_add(&t->estimate, sample);
	t->at_ms[t->count] = sample->at_ms;
	t->left_ms[t->count++] = estimate_left_ms(&t->estimate);
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The median of how far it was off, over what was said after the first tenth. */
static double
median_error(const struct told *t, int64_t end_ms)
{
	double errors[SAMPLES];
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		double right = (double)(end_ms - t->at_ms[i]);
		double off = ((double)t->left_ms[i] - right) / right;

		if (t->at_ms[i] * 10 < end_ms || right <= 0)
			continue;
		assert_true(t->left_ms[i] >= 0);
		errors[count++] = off < 0 ? -off : off;
	}
	assert_true(count > 10);
	qsort(errors, count, sizeof(errors[0]), compare);
	return errors[count / 2];
}

/* ---- runs as they went ---- */

static void
read_work(char **text, struct estimate_work *work)
{
	work->bytes = strtoull(*text, text, 10);
	work->files = strtoull(*text, text, 10);
	work->bytes_left = strtoull(*text, text, 10);
	work->files_left = strtoull(*text, text, 10);
	work->longest = strtoull(*text, text, 10);
	work->busy_ms = strtoll(*text, text, 10);
	work->helped_ms = strtoll(*text, text, 10);
}

static struct estimate_sample
read_sample(char *text)
{
	struct estimate_sample sample = {.at_ms = strtoll(text, &text, 10)};

	sample.workers = (unsigned)strtoul(text, &text, 10);
	sample.cores = (unsigned)strtoul(text, &text, 10);
	sample.given = strtoull(text, &text, 10);
	for (int k = 0; k < ESTIMATE_KINDS; k++)
		read_work(&text, &sample.work[k]);
	return sample;
}

static void
the_time_left_is_right_in_runs_as_they_went(void **state)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	char path[4096], *bytes, *text, *line;
	static struct told told;
	const char *name = NULL;
	int runs = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/progress.cases", source ? source : ".");
	text = bytes = test_read(path, NULL);
	while ((line = strsep(&text, "\n"))) {
		if (line[0] == '=') {
			name = line;
			told = (struct told){0};
		} else if (line[0] == '!') {
			double error = median_error(&told, strtoll(line + 1, NULL, 10));

			if (error > 0.15)
				fail_msg("%s: off by %.0f %%", name, error * 100);
			runs++;
		} else if (line[0] && line[0] != '#') {
			const struct estimate_sample sample = read_sample(line);

			tell(&told, &sample);
		}
	}
	free(bytes);
	assert_int_equal(runs, 10);
}

/* ---- work that is played ---- */

enum { WORKERS = 2, STEP_MS = 100 };
#define HELP 1.5 /* how many times as fast one is that a free core helps */

struct play {
	const struct file {
		enum estimate_kind kind;
		uint64_t bytes;
	} * files;
	size_t count;
	double byte_ms[ESTIMATE_KINDS], file_ms; /* what they take */
};

struct worker {
	const struct file *at; /* NULL: none */
	double left_ms;	       /* before the file's own time */
};

static uint64_t
bytes_left(const struct play *play, const struct worker *w)
{
	double bytes = w->left_ms / play->byte_ms[w->at->kind];

	return bytes < (double)w->at->bytes ? (uint64_t)bytes : w->at->bytes;
}

/* A worker's next so many ms; *next is what nobody has begun. */
static void
work_on(const struct play *play, struct worker *w, size_t *next, struct estimate_sample *s,
	bool helped)
{
	double faster = helped ? HELP : 1, ms = STEP_MS * faster;

	while (ms > 0) {
		double now;
		uint64_t before;

		if (!w->at) {
			if (*next == play->count)
				return;
			w->at = &play->files[(*next)++];
			w->left_ms =
				(double)w->at->bytes * play->byte_ms[w->at->kind] + play->file_ms;
		}
		now = w->left_ms < ms ? w->left_ms : ms;
		before = bytes_left(play, w);
		w->left_ms -= now;
		ms -= now;
		if (helped)
			s->work[w->at->kind].helped_ms += (int64_t)(now / faster + 0.5);
		else
			s->work[w->at->kind].busy_ms += (int64_t)(now + 0.5);
		s->work[w->at->kind].bytes += before - bytes_left(play, w);
		s->work[w->at->kind].bytes_left -= before - bytes_left(play, w);
		if (w->left_ms > 1e-6)
			continue;
		s->work[w->at->kind].bytes += bytes_left(play, w);
		s->work[w->at->kind].bytes_left -= bytes_left(play, w);
		s->work[w->at->kind].files++;
		s->work[w->at->kind].files_left--;
		w->at = NULL;
	}
}

static double
play_error(const struct play *play)
{
	struct worker workers[WORKERS] = {0};
	struct estimate_sample s = {.at_ms = 1, .workers = WORKERS, .cores = WORKERS};
	static struct told told;
	size_t next = 0;
	bool helped;

	told = (struct told){0};
	for (size_t i = 0; i < play->count; i++) {
		s.work[play->files[i].kind].bytes_left += play->files[i].bytes;
		s.work[play->files[i].kind].files_left++;
	}
	while (s.workers) {
		tell(&told, &s);
		helped = s.workers < WORKERS;
		s.at_ms += STEP_MS;
		s.workers = 0;
		for (int k = 0; k < ESTIMATE_KINDS; k++)
			s.work[k].longest = 0;
		for (int i = 0; i < WORKERS; i++) {
			struct worker *w = &workers[i];

			work_on(play, w, &next, &s, helped);
			s.workers += w->at != NULL;
			if (w->at && bytes_left(play, w) > s.work[w->at->kind].longest)
				s.work[w->at->kind].longest = bytes_left(play, w);
		}
		s.given = s.work[ESTIMATE_PLAIN].bytes + s.work[ESTIMATE_PACKED].bytes * 8;
	}
	return median_error(&told, s.at_ms);
}

/* On a slow disk what a file takes by itself is most of it, and the last files are the smallest. */
static void
small_files_on_a_slow_disk(void **state)
{
	static struct file files[8000];
	struct play play = {files, 8000, {0.5e-6, 6e-6}, 5};

	(void)state;
	for (size_t i = 0; i < 8000; i++)
		files[i] = (struct file){ESTIMATE_PACKED, 2000000 / (i + 20)};
	assert_true(play_error(&play) < 0.15);
}

/* One worker is at it from the first to the last, and is helped once the other has done all else.
 */
static void
one_that_takes_longer_than_all_others(void **state)
{
	static struct file files[200];
	struct play play = {files, 200, {0.5e-6, 6e-6}, 0.03};

	(void)state;
	files[0] = (struct file){ESTIMATE_PACKED, UINT64_C(4000000000)};
	for (size_t i = 1; i < 200; i++)
		files[i] = (struct file){ESTIMATE_PACKED, 14000000};
	assert_true(play_error(&play) < 0.1);
}

/* What takes longer per byte comes first; the other kind is seen at two thirds. */
static void
a_kind_that_is_not_seen_yet(void **state)
{
	static struct file files[60];
	struct play play = {files, 60, {4e-6, 8 * 4.7e-6}, 0.03};

	(void)state;
	for (size_t i = 0; i < 60; i++)
		files[i] = i < 30 ? (struct file){ESTIMATE_PACKED, 30000000}
				  : (struct file){ESTIMATE_PLAIN, 140000000};
	assert_true(play_error(&play) < 0.15);
}

/* Nobody can know; but it soon does. */
static void
a_disk_that_gets_slower(void **state)
{
	struct estimate_sample s = {.at_ms = 1, .workers = 1};
	struct estimate e = {0};

	(void)state;
	s.work[0].bytes_left = 100000;
	for (int i = 0; i < 600; i++) {
		estimate_add(&e, &s);
		s.at_ms += 100;
		s.work[0].busy_ms += 100;
		s.work[0].bytes += i < 300 ? 100 : 20;
		s.work[0].bytes_left -= i < 300 ? 100 : 20;
	}
	assert_in_range(estimate_left_ms(&e), 64000 / 20 * 100 * 8 / 10, 64000 / 20 * 100);
}

static void
nothing_is_said_before_anything_is_known(void **state)
{
	struct estimate_sample s = {.at_ms = 5, .workers = 2};
	struct estimate e = {0};

	(void)state;
	assert_int_equal(estimate_left_ms(&e), -1);
	s.work[0].bytes_left = 1000;
	estimate_add(&e, &s);
	assert_int_equal(estimate_left_ms(&e), -1);
	assert_true(estimate_pace(&e) <= 0);
	s.at_ms += 500;
	s.work[0] = (struct estimate_work){
		.bytes = 500, .bytes_left = 500, .files_left = 1, .busy_ms = 1000};
	s.given = 500;
	estimate_add(&e, &s);
	assert_in_range(estimate_left_ms(&e), 450, 550);
	assert_in_range(estimate_pace(&e), 999, 1001);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_left_is_right_in_runs_as_they_went),
		cmocka_unit_test(small_files_on_a_slow_disk),
		cmocka_unit_test(one_that_takes_longer_than_all_others),
		cmocka_unit_test(a_kind_that_is_not_seen_yet),
		cmocka_unit_test(a_disk_that_gets_slower),
		cmocka_unit_test(nothing_is_said_before_anything_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
