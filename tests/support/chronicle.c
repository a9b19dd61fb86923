#include "tests/support/chronicle.h"

#include "core/alert/term.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/store/history.h"

#define NOW "2026-01-17T00:00:00Z"
#define ACCOUNT "111122223333"
#define ROLE CHRONICLE_ROLE
#define OLD CHRONICLE_OLD
#define NEW CHRONICLE_NEW
#define CHILD "AKIAEXAMPLECHILDKEY0"
#define TEMPORARY "ASIAEXAMPLETEMPORARY"
#define DEEPER "AKIAEXAMPLEDEEPERKEY"

/* clang-format off */
#define MADE(user, key) "{\"accessKey\":{\"userName\":\"" user "\",\"accessKeyId\":\"" key "\",\"status\":\"Active\",\"createDate\":\"Jan 14, 2026 3:12:04 AM\"}}"
#define FOR(user) "{\"userName\":\"" user "\"}"
#define STATUS(user, key, status) "{\"userName\":\"" user "\",\"accessKeyId\":\"" key "\",\"status\":\"" status "\"}"
#define POLICY(user, policy) "{\"userName\":\"" user "\",\"policyArn\":\"arn:aws:iam::aws:policy/" policy "\"}"

const struct told chronicle_backdoor[] = {
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

const struct told chronicle_rotation[] = {
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

static void
put_alerts(struct chronicle *c, const struct told *told, struct arena *arena)
{
	struct rule_run *run = rule_run_new(c->rule, 0);
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

			alert_init(&alert, &event, c->rule, run);
			assert_int_not_equal(
				store_put_alert(c->scene.store, &alert, c->scene.input, i, &err),
				STORE_FAILED);
			count = terms_of_alert(&alert, arena, terms);
			for (size_t k = 0; k < count; k++)
				assert_ok(
					store_term_put(c->scene.store, &terms[k], &n, &err), &err);
			alert_fini(&alert);
		}
		event_fini(&event);
		buf_fini(&record);
	}
	rule_run_free(run);
}

static void
put_traces(struct chronicle *c, const struct told *told, struct arena *arena)
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

			assert_ok(store_term_find(c->scene.store, &uses[k].term, &n, &err), &err);
			if (!n && uses[k].term.kind == TERM_KEY) /* a later pass would find it */
				assert_ok(store_term_put(c->scene.store, &uses[k].term, &n, &err),
					&err);
			if (n)
				assert_ok(store_trace_put(c->scene.store, n, &trace, c->scene.input,
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

void
chronicle_put_alerts(struct chronicle *c, const struct told *told)
{
	struct arena arena = {0};
	struct error err;

	assert_ok(store_begin(c->scene.store, &err), &err);
	put_alerts(c, told, &arena);
	assert_ok(store_commit(c->scene.store, &err), &err);
	arena_fini(&arena);
}

void
chronicle_tell(struct chronicle *c, const struct told *told)
{
	const struct trail_span span = {
		at_time("2026-01-01T00:00:00Z"), at_time("2026-01-16T23:00:00Z"), 0};
	struct arena arena = {0};
	struct error err;

	assert_ok(store_begin(c->scene.store, &err), &err);
	put_alerts(c, told, &arena);
	put_traces(c, told, &arena);
	assert_ok(store_looked_put(c->scene.store, c->scene.input,
			  &(struct store_looked){1000, false, &span, 1}, &err),
		&err);
	assert_ok(store_commit(c->scene.store, &err), &err);
	arena_fini(&arena);
}

/* ---- the screen ---- */

int
chronicle_setup(void **state)
{
	struct chronicle *c = MEM_NEW(struct chronicle);
	struct error err;

	scene_open(&c->scene);
	c->rule = rule_builtin();
	assert_ok(store_open_again(&c->reader, c->scene.store, &err), &err);
	assert_ok(clock_init(&c->clock, NOW, "0", &err), &err);
	config_init(&c->config);
	c->rows = 24;
	c->cols = 80;
	*state = c;
	return 0;
}

int
chronicle_teardown(void **state)
{
	struct chronicle *c = *state;

	if (c->shown)
		ui_fini(&c->ui);
	config_fini(&c->config);
	rule_free(c->rule);
	store_close(c->reader);
	scene_close(&c->scene);
	free(c);
	return 0;
}

void
chronicle_look(struct chronicle *c)
{
	bool more;

	do {
		ui_follow_store(&c->ui, &more);
	} while (more);
	ui_load(&c->ui, c->rows, c->cols);
	ui_draw(&c->ui);
}

void
chronicle_open(struct chronicle *c, bool ascii)
{
	struct error err;

	if (c->shown)
		ui_fini(&c->ui);
	assert_ok(ui_init(&c->ui,
			  &(struct ui_options){.store = c->reader,
				  .rules = &c->rule,
				  .rule_count = 1,
				  .config = &c->config,
				  .clock = &c->clock,
				  .theme = "dark",
				  .user = "alice",
				  .ascii = ascii},
			  &err),
		&err);
	c->shown = true;
	chronicle_look(c);
}

void
chronicle_type(struct chronicle *c, const char *keys)
{
	for (; *keys; keys++) {
		ui_key(&c->ui, *keys == '\r'	 ? KEYCODE_ENTER
			       : *keys == '\t'	 ? KEYCODE_TAB
			       : *keys == '\033' ? KEYCODE_ESC
						 : (unsigned char)*keys);
		chronicle_look(c);
	}
}

int
chronicle_count(const struct chronicle *c, const char *text)
{
	struct buf out = {0};
	int count = 0;

	grid_dump(&c->ui.grid, &out);
	for (const char *at = buf_cstr(&out); (at = strstr(at, text)); at++)
		count++;
	buf_fini(&out);
	return count;
}

void
chronicle_shows(const struct chronicle *c, const char *text)
{
	struct buf all = {0};

	if (chronicle_count(c, text))
		return;
	grid_dump(&c->ui.grid, &all);
	fail_msg("not shown: %s\n%s", text, buf_cstr(&all));
}
