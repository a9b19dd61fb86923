/*
 * Random keys on the real program, from a seed that is printed (KEYWATCH_TEST_SEED gives another):
 * decisions, prompts, pastes, broken sequences, resizes, while rows arrive. It must not end but by
 * q, write nothing unclean, never move the selection by itself, decide nothing that no key asked
 * for, and leave the terminal as it was.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/stage.h"

enum { KEYS = 1000, SEED = 20261126, QUIET_MS = 15, RESIZE_EVERY = 40, ARRIVE_EVERY = 25 };

struct monkey {
	const struct stage *stage;
	struct pty *pty;
	char log[300]; /* the file that is followed */
	uint64_t random;
	bool marks; /* may it mark? */
	size_t arrived;
	size_t sent[256]; /* how often each key was */
};

static unsigned
pick(struct monkey *m, unsigned below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (unsigned)(m->random >> 33) % below;
}

/* ---- what it does ---- */

/* Every key of the tables but those that end the program or stop it. */
static const char single[] = "jkhlgG][LzcpSA?/nNf+-osamrvxFuyYZtL:0123 *";
static const char *const sequences[] = {"\033[A", "\033[B", "\033[C", "\033[D", "\033[5~",
	"\033[6~", "\033[H", "\033[F", "\t", "\033[Z", "\r", "\r", "\r", "\033", "\033", "y", "y",
	"\025", "\027", "\001", "\005", "\177", "\014", "\006", "\002"};
static const char *const texts[] = {"ticket 4711", "UserIdentityType == \"Root\"", "(a+)+$", "svc",
	"theme light", "theme dark", "sort actor", "columns target time", "take now", "all",
	"\xc3\xa9\xe2\x82\xac", "no such thing"};
static const char *const broken[] = {"\033[", "\033[1;", "\033O", "\xff\xfe", "\xf0\x9f",
	"\033[200~", "\033[201~", "\033]0;x\007", "\033[99;99R", "\033[<0;1;1M"};

static void
send_text(struct monkey *m, const char *keys)
{
	for (const char *c = keys; *c; c++)
		m->sent[(unsigned char)*c]++;
	pty_send(m->pty, keys);
}

static void
send_one(struct monkey *m)
{
	unsigned kind = pick(m, 100);
	char key[2] = {single[pick(m, sizeof(single) - (m->marks ? 1 : 3))], '\0'};

	if (kind < 60)
		send_text(m, key);
	else if (kind < 85)
		send_text(m, sequences[pick(m, sizeof(sequences) / sizeof(sequences[0]))]);
	else if (kind < 93)
		send_text(m, texts[pick(m, sizeof(texts) / sizeof(texts[0]))]);
	else if (kind < 96)
		pty_paste(m->pty, texts[pick(m, sizeof(texts) / sizeof(texts[0]))]);
	else
		send_text(m, broken[pick(m, sizeof(broken) / sizeof(broken[0]))]);
}

/* Until nothing more is written. */
static void
settle(struct monkey *m)
{
	while (!pty_quiet(m->pty, QUIET_MS))
		;
}

static void
resize(struct monkey *m)
{
	static const int sizes[][2] = {
		{24, 80}, {50, 200}, {40, 140}, {1, 1}, {10, 40}, {3, 200}, {60, 20}};
	unsigned i = pick(m, sizeof(sizes) / sizeof(sizes[0]));

	pty_resize(m->pty, sizes[i][0], sizes[i][1]);
}

/* "─ actor → target ─" of the pane below, up to its rule; NULL: not to be seen now. Owned. */
static char *
selected_name(struct monkey *m)
{
	static const char rule[] = "\xe2\x94\x80 ", end[] = " \xe2\x94\x80";

	for (int row = 1; row < 23; row++) {
		char *text = pty_row(m->pty, row), *arrow = strstr(text, " \xe2\x86\x92 "), *last;

		if (arrow && str_starts_with(str_from(text), str_from(rule)) &&
			(last = strstr(arrow, end)) && strstr(last, " of ")) {
			*last = '\0';
			return text;
		}
		free(text);
	}
	return NULL;
}

static bool
is_following(struct monkey *m)
{
	return pty_has(m->pty, "follow");
}

static void
arrive(struct monkey *m)
{
	char record[600];
	int fd, n;

	n = snprintf(record, sizeof(record),
		"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":"
		"\"new%zu\"},\"eventTime\":\"2026-01-16T1%zu:%02zu:00Z\",\"eventSource\":"
		"\"iam.amazonaws.com\",\"eventName\":\"CreateAccessKey\",\"eventID\":\"m-%zu\","
		"\"requestParameters\":{\"userName\":\"for%zu\"}}\n",
		m->arrived, m->arrived % 10, m->arrived % 60, m->arrived, m->arrived);
	m->arrived++;
	fd = open(m->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, record, (size_t)n), n);
	close(fd);
}

/* What arrives leaves the selected alert selected, unless the newest is followed. */
static void
arrive_and_look(struct monkey *m)
{
	char *before, *after;

	settle(m);
	before = is_following(m) ? NULL : selected_name(m);
	arrive(m);
	settle(m);
	after = selected_name(m);
	if (before && after)
		assert_string_equal(after, before);
	free(before);
	free(after);
}

/* ---- a life ---- */

static void
open_program(struct monkey *m)
{
	char spec[340];

	snprintf(spec, sizeof(spec), "type=follow,name=log,path=%s", m->log);
	m->pty = stage_screen(m->stage, 24, 80, "--source", spec, SAMPLE);
	pty_wait_text(m->pty, "log \xe2\x97\x8f now");
	pty_wait_text(m->pty, " alerts \xc2\xb7 ");
}

static void
close_program(struct monkey *m)
{
	pty_resize(m->pty, 24, 80);
	/* Out of whatever it is in; a paste that was begun is ended. */
	pty_send(m->pty, "\033[201~");
	settle(m);
	for (int i = 0; i < 8; i++) {
		pty_send(m->pty, "\033");
		settle(m);
	}
	stage_quit(m->pty);
}

static void
play(struct monkey *m)
{
	open_program(m);
	for (unsigned i = 1; i <= KEYS; i++) {
		send_one(m);
		if (i % RESIZE_EVERY == 0)
			resize(m);
		if (i % ARRIVE_EVERY == 0)
			arrive_and_look(m);
		else if (pick(m, 4) == 0)
			settle(m);
	}
	close_program(m);
}

/* What is copied goes to the terminal as OSC 52, which is unclean from everywhere else; and a pager
 * would take the keys. */
static void
set_keys(const struct stage *stage)
{
	static const char text[] = "[keys]\ncopy = F5\ncopy-command = F6\nrecord = F7\n";
	char folder[300];

	snprintf(folder, sizeof(folder), "%s/.config", stage->home);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(folder, sizeof(folder), "%s/.config/keywatch", stage->home);
	assert_int_equal(mkdir(folder, 0700), 0);
	free(test_file(folder, "config.ini", text, strlen(text)));
}

static struct monkey
begin(const struct stage *stage, uint64_t round)
{
	const char *seed = getenv("KEYWATCH_TEST_SEED");
	struct monkey m = {.stage = stage};

	m.random = (seed ? strtoull(seed, NULL, 10) : SEED) + round;
	print_message("seed %llu\n", (unsigned long long)m.random);
	m.random |= 1;
	snprintf(m.log, sizeof(m.log), "%s/growing.ndjson", stage->home);
	set_keys(stage);
	arrive(&m);
	return m;
}

/* Each action's decisions were asked for by its key, and those that close confirmed by a y. */
static void
assert_asked(const struct monkey *m)
{
	static const struct {
		const char *action;
		char key;
		bool confirmed;
	} rows[] = {{"take", 'a', false}, {"request", 'r', false}, {"validate", 'v', true},
		{"malicious", 'x', true}, {"false", 'F', false}, {"note", 'm', false},
		{"undo", 'u', false}};
	struct run run = {0};
	size_t confirmed = 0;

	stage_run(m->stage, &run, "--store", m->stage->store, "export", "--format", "jsonl");
	assert_int_equal(run.status, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		size_t count;

		snprintf(text, sizeof(text), "\"action\":\"%s", rows[i].action);
		count = stage_count(buf_view(&run.out), text);
		assert_true(count <= m->sent[(unsigned char)rows[i].key]);
		confirmed += rows[i].confirmed ? count : 0;
	}
	assert_true(confirmed <= m->sent['y']);
	/* What arrived is all there. */
	assert_int_equal(stage_count(buf_view(&run.out), "\"eventId\":\"m-"), m->arrived);
	run_fini(&run);
}

static void
keys_at_random_decide_nothing_by_accident(void **state)
{
	struct monkey m = begin(*state, 0);

	play(&m);
	assert_asked(&m);
}

static void
keys_at_random_with_marks_and_a_second_start(void **state)
{
	struct monkey m = begin(*state, 1);

	m.marks = true;
	play(&m);
	play(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(keys_at_random_decide_nothing_by_accident),
		stage_test(keys_at_random_with_marks_and_a_second_start),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
