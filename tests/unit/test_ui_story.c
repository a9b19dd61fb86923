/* The story of an alert on the screen: the line in plain words, the facts, the timeline, the lives
 * of keys, cards, and what Enter opens. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/alert/term.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/store/history.h"
#include "tests/support/expect.h"
#include "tests/support/frame.h"
#include "tests/support/scene.h"
#include "tui/key.h"
#include "tui/trace_text.h"
#include "tui/ui.h"

#define NOW "2026-01-17T00:00:00Z"
#define ACCOUNT "111122223333"
#define ROLE "AdminRole/alice@corp.example"
#define OLD "AKIAEXAMPLEOLDOLDOLD"
#define NEW "AKIAEXAMPLENEWNEWNEW"
#define CHILD "AKIAEXAMPLECHILDKEY0"
#define TEMPORARY "ASIAEXAMPLETEMPORARY"
#define DEEPER "AKIAEXAMPLEDEEPERKEY"

/* A caller with a '/' is a session of a role, one without an IAM user. */
struct told {
	const char *time, *caller, *key, *call, *request, *response, *ip, *error;
};

/* clang-format off */
#define MADE(user, key) "{\"accessKey\":{\"userName\":\"" user "\",\"accessKeyId\":\"" key "\",\"status\":\"Active\",\"createDate\":\"Jan 14, 2026 3:12:04 AM\"}}"
#define FOR(user) "{\"userName\":\"" user "\"}"
#define STATUS(user, key, status) "{\"userName\":\"" user "\",\"accessKeyId\":\"" key "\",\"status\":\"" status "\"}"
#define POLICY(user, policy) "{\"userName\":\"" user "\",\"policyArn\":\"arn:aws:iam::aws:policy/" policy "\"}"

static const struct told backdoor[] = {
	{"2026-01-12T08:00:00Z", "svc-backup", OLD, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{"2026-01-13T08:00:00Z", "svc-backup", OLD, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{"2026-01-14T03:10:11Z", ROLE, "ASIAADMINADMIN000000", "iam:CreateAccessKey", FOR("break-glass"), NULL, "203.0.113.66", "AccessDenied"},
	{"2026-01-14T03:12:04Z", ROLE, "ASIAADMINADMIN000000", "iam:CreateAccessKey", FOR("svc-backup"), MADE("svc-backup", NEW), "203.0.113.66", NULL},
	{"2026-01-14T03:13:02Z", "svc-backup", NEW, "sts:GetCallerIdentity", NULL, NULL, "198.51.100.7", NULL},
	{"2026-01-14T03:13:09Z", "svc-backup", NEW, "s3:ListBuckets", NULL, NULL, "198.51.100.7", NULL},
	{"2026-01-14T03:13:11Z", "svc-backup", NEW, "s3:ListBuckets", NULL, NULL, "198.51.100.7", NULL},
	{"2026-01-14T03:13:12Z", "svc-backup", NEW, "s3:ListBuckets", NULL, NULL, "198.51.100.7", NULL},
	{"2026-01-14T03:14:40Z", "svc-backup", NEW, "iam:CreateUser", FOR("mallory"), NULL, "198.51.100.7", NULL},
	{"2026-01-14T03:14:58Z", "svc-backup", NEW, "iam:AttachUserPolicy", POLICY("mallory", "AdministratorAccess"), NULL, "198.51.100.7", NULL},
	{"2026-01-14T03:16:40Z", "svc-backup", NEW, "iam:CreateAccessKey", FOR("mallory"), MADE("mallory", CHILD), "198.51.100.7", NULL},
	{"2026-01-14T03:18:13Z", "svc-backup", NEW, "iam:AttachUserPolicy", POLICY("svc-backup", "AdministratorAccess"), NULL, "198.51.100.7", "AccessDenied"},
	{"2026-01-14T03:20:00Z", "mallory", CHILD, "sts:AssumeRole", "{\"roleArn\":\"arn:aws:iam::" ACCOUNT ":role/Deploy\"}", "{\"credentials\":{\"accessKeyId\":\"" TEMPORARY "\"}}", "198.51.100.7", NULL},
	{"2026-01-14T03:25:31Z", "Deploy/x", TEMPORARY, "iam:CreateAccessKey", FOR("eve"), MADE("eve", DEEPER), "198.51.100.8", NULL},
	{"2026-01-15T01:00:00Z", "eve", DEEPER, "s3:GetObject", NULL, NULL, "198.51.100.8", NULL},
	{"2026-01-16T08:00:00Z", "svc-backup", OLD, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct told rotation[] = {
	{"2026-01-10T09:00:00Z", "dave", OLD, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{"2026-01-11T09:00:00Z", "dave", OLD, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{"2026-01-12T08:14:09Z", "dave", OLD, "iam:CreateAccessKey", FOR("dave"), MADE("dave", NEW), "192.0.2.10", NULL},
	{"2026-01-12T08:20:00Z", "dave", NEW, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{"2026-01-12T08:31:00Z", "dave", NEW, "iam:UpdateAccessKey", STATUS("dave", OLD, "Inactive"), NULL, "192.0.2.10", NULL},
	{"2026-01-12T09:31:00Z", "dave", NEW, "iam:UpdateAccessKey", STATUS("dave", OLD, "Active"), NULL, "192.0.2.10", NULL},
	{"2026-01-12T09:40:00Z", "dave", NEW, "iam:UpdateAccessKey", STATUS("dave", OLD, "Inactive"), NULL, "192.0.2.10", NULL},
	{"2026-01-13T09:00:00Z", "dave", NEW, "iam:DeleteAccessKey", STATUS("dave", OLD, "Inactive"), NULL, "192.0.2.10", NULL},
	{"2026-01-14T09:00:00Z", "dave", NEW, "s3:PutObject", NULL, NULL, "192.0.2.10", NULL},
	{NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

/* ---- told into a store ---- */

struct stage {
	struct scene scene;
	struct store *reader;
	struct rule *rule;
	struct clock clock;
	struct config config;
	struct ui ui;
	bool shown;
	int rows, cols;
};

static void
put_caller(struct buf *out, const struct told *t)
{
	const char *slash = strchr(t->caller, '/');

	if (slash)
		buf_printf(out,
			"{\"type\":\"AssumedRole\",\"principalId\":\"AROAX:%s\",\"arn\":\"arn:aws:"
			"sts::" ACCOUNT ":assumed-role/%s\"",
			slash + 1, t->caller);
	else
		buf_printf(out,
			"{\"type\":\"IAMUser\",\"principalId\":\"AIDAX\",\"arn\":\"arn:aws:iam:"
			":" ACCOUNT ":user/%s\",\"userName\":\"%s\"",
			t->caller, t->caller);
	buf_printf(out, ",\"accountId\":\"" ACCOUNT "\",\"accessKeyId\":\"%s\"}", t->key);
}

static void
put_record(struct buf *out, const struct told *t, size_t number)
{
	const char *colon = strchr(t->call, ':');

	buf_puts(out, "{\"eventVersion\":\"1.09\",\"userIdentity\":");
	put_caller(out, t);
	buf_printf(out,
		",\"eventTime\":\"%s\",\"eventSource\":\"%.*s.amazonaws.com\",\"eventName\":\"%s\","
		"\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"%s\",\"userAgent\":\"aws-cli/"
		"2\","
		"\"requestParameters\":%s,\"responseElements\":%s,\"eventID\":\"e-%zu\","
		"\"recipientAccountId\":\"" ACCOUNT "\"",
		t->time, (int)(colon - t->call), t->call, colon + 1, t->ip,
		t->request ? t->request : "null", t->response ? t->response : "null", number);
	if (t->error)
		buf_printf(out, ",\"errorCode\":\"%s\"", t->error);
	buf_puts(out, "}");
}

/* An alert of every CreateAccessKey; gives the highest term. */
static int64_t
put_alerts(struct stage *s, const struct told *told, struct arena *arena)
{
	struct rule_run *run = rule_run_new(s->rule, 0);
	struct term terms[TERMS_MAX];
	int64_t n = 0;
	struct error err;

	for (size_t i = 0; told[i].time; i++) {
		struct buf record = {0};
		struct alert alert = {0};
		struct event event;

		put_record(&record, &told[i], i);
		assert_ok(event_parse(&event, buf_view(&record), &err), &err);
		if (rule_match(run, &event)) {
			size_t count;

			alert_init(&alert, &event, s->rule, run);
			assert_int_not_equal(
				store_put_alert(s->scene.store, &alert, s->scene.input, i, &err),
				STORE_FAILED);
			count = terms_of_alert(&alert, arena, terms);
			for (size_t k = 0; k < count; k++)
				assert_ok(
					store_term_put(s->scene.store, &terms[k], &n, &err), &err);
			alert_fini(&alert);
		}
		event_fini(&event);
		buf_fini(&record);
	}
	rule_run_free(run);
	return n;
}

static void
put_traces(struct stage *s, const struct told *told, struct arena *arena)
{
	struct term_use uses[TERMS_MAX];
	struct error err;
	bool fresh;

	for (size_t i = 0; told[i].time; i++) {
		struct buf record = {0};
		struct trace trace;
		char hash[HASH_HEX];
		size_t count;

		put_record(&record, &told[i], i);
		assert_true(trace_read(&trace, buf_view(&record), arena));
		hash_hex(buf_view(&record), hash);
		trace.source = STR("file");
		trace.path = STR("logs/a.json");
		trace.offset = i * 1000;
		trace.sha256 = str_from(hash);
		count = terms_of_trace(&trace, arena, uses);
		for (size_t k = 0; k < count; k++) {
			int64_t n;

			assert_ok(store_term_find(s->scene.store, &uses[k].term, &n, &err), &err);
			if (!n && uses[k].term.kind == TERM_KEY) /* a later pass would find it */
				assert_ok(store_term_put(s->scene.store, &uses[k].term, &n, &err),
					&err);
			if (n)
				assert_ok(store_trace_put(s->scene.store, n, &trace, s->scene.input,
						  &fresh, &err),
					&err);
		}
		buf_fini(&record);
	}
}

static int64_t
at_time(const char *text)
{
	int64_t ticks;

	assert_true(time_parse(str_from(text), &ticks));
	return ticks;
}

static void
tell(struct stage *s, const struct told *told)
{
	const struct span span = {at_time("2026-01-01T00:00:00Z"), at_time("2026-01-16T23:00:00Z")};
	struct arena arena = {0};
	struct error err;

	assert_ok(store_begin(s->scene.store, &err), &err);
	put_alerts(s, told, &arena);
	put_traces(s, told, &arena);
	assert_ok(store_looked_put(s->scene.store, s->scene.input,
			  &(struct store_looked){1000, false, &span, 1}, &err),
		&err);
	assert_ok(store_commit(s->scene.store, &err), &err);
	arena_fini(&arena);
}

/* ---- the screen ---- */

static int
setup(void **state)
{
	struct stage *s = MEM_NEW(struct stage);
	struct error err;

	scene_open(&s->scene);
	s->rule = rule_builtin();
	assert_ok(store_open_again(&s->reader, s->scene.store, &err), &err);
	assert_ok(clock_init(&s->clock, NOW, "0", &err), &err);
	config_init(&s->config);
	s->rows = 24;
	s->cols = 80;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;

	if (s->shown)
		ui_fini(&s->ui);
	config_fini(&s->config);
	rule_free(s->rule);
	store_close(s->reader);
	scene_close(&s->scene);
	free(s);
	return 0;
}

static void
look(struct stage *s)
{
	bool more;

	do {
		ui_follow_store(&s->ui, &more);
	} while (more);
	ui_load(&s->ui, s->rows, s->cols);
	ui_draw(&s->ui);
}

static void
open_screen(struct stage *s, bool ascii)
{
	struct error err;

	if (s->shown)
		ui_fini(&s->ui);
	assert_ok(ui_init(&s->ui,
			  &(struct ui_options){.store = s->reader,
				  .rules = &s->rule,
				  .rule_count = 1,
				  .config = &s->config,
				  .clock = &s->clock,
				  .theme = "dark",
				  .user = "alice",
				  .ascii = ascii},
			  &err),
		&err);
	s->shown = true;
	look(s);
}

static void
type(struct stage *s, const char *keys)
{
	for (; *keys; keys++) {
		ui_key(&s->ui, *keys == '\r'	 ? KEYCODE_ENTER
			       : *keys == '\t'	 ? KEYCODE_TAB
			       : *keys == '\033' ? KEYCODE_ESC
						 : (unsigned char)*keys);
		look(s);
	}
}

/* In how many places it stands. */
static int
grid_count(struct stage *s, const char *text)
{
	struct buf out = {0};
	int count = 0;

	grid_dump(&s->ui.grid, &out);
	for (const char *at = buf_cstr(&out); (at = strstr(at, text)); at++)
		count++;
	buf_fini(&out);
	return count;
}

#define assert_shows(s, text)                                                                      \
	do {                                                                                       \
		if (!grid_count((s), (text))) {                                                    \
			struct buf all = {0};                                                      \
			grid_dump(&(s)->ui.grid, &all);                                            \
			fail_msg("not shown: %s\n%s", (text), buf_cstr(&all));                     \
		}                                                                                  \
	} while (0)

/* ---- whole screens ---- */

static const struct {
	int rows, cols;
} sizes[] = {{24, 80}, {40, 140}, {50, 200}};

static void
golden(struct stage *s, const char *keys, const char *view)
{
	static const char *const looks[] = {"dark", "ascii"};

	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct picture picture;
		struct pen title;
		struct buf text = {0};
		char name[96];

		s->rows = sizes[i / 2].rows;
		s->cols = sizes[i / 2].cols;
		open_screen(s, i % 2);
		type(s, keys);
		snprintf(name, sizeof(name), "tests/data/golden/%s-%dx%d-%s.txt", view, s->cols,
			s->rows, looks[i % 2]);
		/* The store has another name each time. */
		title = pen_at(&s->ui.grid, 0, 0, s->cols);
		pen_blank(&title, ROLE_TEXT, s->cols);
		frame_picture(&picture, &s->ui.grid, &s->ui.theme, looks[i % 2]);
		picture_write(&picture, &text);
		expect_file(name, buf_view(&text));
		buf_fini(&text);
		picture_fini(&picture);
	}
}

/* The newest alert is the one three made below the backdoor; the backdoor stands third. */
static void
golden_backdoor(void **state)
{
	tell(*state, backdoor);
	golden(*state, "jj\r", "story");
}

static void
golden_timeline(void **state)
{
	tell(*state, backdoor);
	golden(*state, "jjH", "timeline");
}

static void
golden_family(void **state)
{
	tell(*state, backdoor);
	golden(*state, "jjK", "family");
}

static void
golden_rotation(void **state)
{
	tell(*state, rotation);
	golden(*state, "K", "rotation");
}

static void
golden_card(void **state)
{
	tell(*state, backdoor);
	golden(*state, "jj\rjj\r", "card");
}

/* ---- what it does ---- */

static void
the_alert_stands_in_its_history_although_no_input_was_looked_through(void **state)
{
	struct stage *s = *state;
	struct arena arena = {0};
	struct error err;

	assert_ok(store_begin(s->scene.store, &err), &err);
	put_alerts(s, rotation, &arena);
	assert_ok(store_commit(s->scene.store, &err), &err);
	arena_fini(&arena);
	open_screen(s, false);
	assert_shows(s, "not looked for yet: used, same place, since");
	type(s, "H");
	assert_shows(s, "08:14:09   alert  CreateAccessKey dave");
	assert_shows(s, "other records were not looked for yet");
	type(s, "K");
	assert_shows(s, NEW);
	assert_shows(s, "rotation  unknown: not looked for yet");
}

static void
the_history_is_narrowed_by_what_ties_it_to_the_alert(void **state)
{
	struct stage *s = *state;

	tell(s, backdoor);
	open_screen(s, false);
	type(s, "jjH");
	assert_shows(s, "[all ");
	assert_shows(s, "break-glass");
	type(s, "b");
	assert_shows(s, "[key ");
	assert_int_equal(grid_count(s, "-1 min"), 0); /* another key of the same caller */
	assert_shows(s, "sts:AssumeRole Deploy");
	type(s, "b");
	assert_shows(s, "[actor ");
	assert_int_equal(grid_count(s, "AssumeRole"), 0);
	type(s, ":by user\r");
	assert_shows(s, "[user ");
	assert_shows(s, "sts:GetCallerIdentity");
	type(s, ":by nobody\r");
	assert_shows(s, "is no history");
}

static void
what_repeats_stands_once_and_enter_takes_it_apart(void **state)
{
	struct stage *s = *state;

	tell(s, backdoor);
	open_screen(s, false);
	type(s, "jjH");
	assert_shows(s, "s3:ListBuckets 3 times");
	type(s, "jj\r");
	assert_shows(s, "only one call that was repeated");
	assert_int_equal(grid_count(s, "s3:ListBuckets"), 3);
	type(s, "\033");
	assert_shows(s, "s3:ListBuckets 3 times");
	assert_int_equal(s->ui.focus, PANE_HISTORY);
	type(s, "\033");
	assert_int_equal(s->ui.focus, PANE_LIST);
}

/* From a fact to what shows it: two keys. */
static void
a_fact_that_several_records_show_opens_the_history_of_these(void **state)
{
	struct stage *s = *state;

	s->rows = 40;
	tell(s, backdoor);
	open_screen(s, false);
	type(s, "jj\r/children\r\r");
	assert_int_equal(s->ui.focus, PANE_HISTORY);
	assert_shows(s, "only what shows \"children\"");
	assert_shows(s, "CreateAccessKey eve");
	assert_int_equal(grid_count(s, "GetCallerIdentity"), 0);
}

static void
history_and_ribbons_are_laid_out_anew_for_another_width(void **state)
{
	static const char *const keys[] = {"jjH", "jjK"};
	static const int cols[] = {60, 140, 100};
	struct stage *s = *state;

	tell(s, backdoor);
	for (size_t i = 0; i < 2 * sizeof(cols) / sizeof(cols[0]); i++) {
		struct buf resized = {0}, opened = {0};

		s->cols = 80;
		open_screen(s, false);
		type(s, keys[i % 2]);
		s->cols = cols[i / 2];
		look(s);
		grid_dump(&s->ui.grid, &resized);
		open_screen(s, false);
		type(s, keys[i % 2]);
		grid_dump(&s->ui.grid, &opened);
		assert_string_equal(buf_cstr(&resized), buf_cstr(&opened));
		buf_fini(&resized);
		buf_fini(&opened);
	}
}

static void
a_role_that_a_call_is_about_alone_is_named_once(void **state)
{
	static const char record[] =
		"{\"eventName\":\"UpdateAssumeRolePolicy\",\"eventSource\":\"iam.amazonaws.com\","
		"\"requestParameters\":{\"roleName\":\"Deploy\"}}";
	struct arena arena = {0};
	struct trace trace;
	struct buf out = {0};

	(void)state;
	assert_true(trace_read(&trace, STR(record), &arena));
	trace_text_put_what(&out, &trace, false);
	assert_str(buf_view(&out), "UpdateAssumeRolePolicy Deploy");
	buf_fini(&out);
	arena_fini(&arena);
}

static void
that_no_key_was_made_is_said_of_calls_that_failed_alone(void **state)
{
	static const struct told keyless[] = {
		{"2026-01-14T03:10:11Z", ROLE, "ASIAADMINADMIN000000", "iam:CreateAccessKey", NULL,
			NULL, "203.0.113.66", "AccessDenied"},
		{"2026-01-14T03:12:04Z", ROLE, "ASIAADMINADMIN000000", "iam:CreateAccessKey", NULL,
			NULL, "203.0.113.66", NULL},
		{NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
	};
	struct stage *s = *state;

	tell(s, keyless);
	open_screen(s, false);
	type(s, "K");
	assert_shows(s, "the record holds no new key, and no other of this user is known");
	type(s, "\033j");
	assert_shows(s, "the call made no key, and no other of this user is known");
}

static void
a_ribbon_opens_the_history_of_its_key(void **state)
{
	struct stage *s = *state;

	s->rows = 40;
	tell(s, rotation);
	open_screen(s, false);
	type(s, "K\r");
	assert_shows(s, "only of " OLD);
	assert_shows(s, "DeleteAccessKey ");
	assert_int_equal(grid_count(s, "08:20:00"), 0); /* with the new one */
}

static void
a_card_goes_to_another_alert_of_the_same_actor_and_to_the_record(void **state)
{
	struct stage *s = *state;

	tell(s, backdoor);
	open_screen(s, false);
	type(s, "jj\rjj\r");
	assert_shows(s, "alerts     2, 2 open");
	type(s, "jj\r");
	assert_shows(s, "4 of 4 ");
	assert_int_equal(s->ui.focus, PANE_LIST);
	type(s, "\rjj\r\r");
	assert_int_equal(s->ui.focus, PANE_EVENT);
	assert_shows(s, "\"userIdentity\": {");
}

#define story_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story_test(golden_backdoor),
		story_test(golden_timeline),
		story_test(golden_family),
		story_test(golden_rotation),
		story_test(golden_card),
		story_test(the_alert_stands_in_its_history_although_no_input_was_looked_through),
		story_test(the_history_is_narrowed_by_what_ties_it_to_the_alert),
		story_test(what_repeats_stands_once_and_enter_takes_it_apart),
		story_test(a_fact_that_several_records_show_opens_the_history_of_these),
		story_test(history_and_ribbons_are_laid_out_anew_for_another_width),
		cmocka_unit_test(a_role_that_a_call_is_about_alone_is_named_once),
		story_test(that_no_key_was_made_is_said_of_calls_that_failed_alone),
		story_test(a_ribbon_opens_the_history_of_its_key),
		story_test(a_card_goes_to_another_alert_of_the_same_actor_and_to_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
