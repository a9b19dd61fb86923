#include "tui/app.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/user.h"
#include "tui/record_file.h"
#include "tui/term.h"
#include "tui/ui.h"

/* Under load a frame every 50 ms; the store is asked once a second what others did. */
enum { FRAME_MS = 50, FIRST_MS = 10, ASK_MS = 1000, STATUS_USAGE = 2 };

struct app {
	const struct app_options *options;
	struct wake wake;
	struct clock clock;
	struct pipeline *pipeline;
	struct verifier *verifier;
	struct terminal *term;
	struct ui ui;
	struct buf rule_ids;
	char user[256];
	bool quit;
	bool dirty;	   /* a frame is due */
	bool more;	   /* there is more to read in the store */
	int64_t frame_ms;  /* when the last frame was drawn */
	bool any_row;	   /* one showed rows */
	int64_t asked_ms;  /* when the store was last asked */
	int64_t minute_ms; /* when the shown minute ends */
};

bool
app_terminal_usable(void)
{
	return term_usable();
}

static int
fail(const struct error *err)
{
	fputs("keywatch: ", stderr);
	text_print(stderr, str_from(err->text));
	fputc('\n', stderr);
	return error_exit_status(err->kind);
}

/* ---- the loop ---- */

static void
draw(struct app *app)
{
	int rows, cols;

	term_size(app->term, &rows, &cols);
	ui_load(&app->ui, rows, cols);
	ui_draw(&app->ui);
	term_show(app->term, &app->ui.grid);
	app->dirty = false;
	app->frame_ms = time_monotonic_ms();
	app->any_row |= app->ui.list.count > 0;
}

/* What the user's own program shows is theirs; we come back to the screen as it was. */
static void
show_record(struct app *app)
{
	struct error err;
	bool ok;

	term_lend(app->term);
	ok = record_show(app->ui.subject.alert.raw, &err);
	term_retake(app->term);
	if (!ok)
		ui_say(&app->ui, ROLE_ERROR, "%s", err.text);
	app->dirty = true;
}

/* A key may want its PIN or a touch: the terminal is ssh-keygen's meanwhile. */
static void
sign(struct app *app)
{
	struct error err;
	bool ok;

	term_lend(app->term);
	ok = signing_run(&app->ui.signing, &err);
	term_retake(app->term);
	ui_signed(&app->ui, ok, &err);
	app->dirty = true;
}

static void
name_terminal(struct app *app)
{
	struct buf title = {0};

	ui_put_title(&app->ui, &title);
	term_set_title(app->term, buf_cstr(&title));
	buf_fini(&title);
}

static void
answer(struct app *app, unsigned requests)
{
	if (requests & UI_QUIT)
		app->quit = true;
	if (requests & UI_THEME)
		term_set_theme(app->term, &app->ui.theme);
	if (requests & UI_REFRESH)
		term_refresh(app->term);
	if (requests & UI_COPY)
		term_copy(app->term, buf_view(&app->ui.clipboard));
	if (requests & UI_SIGN)
		sign(app);
	if (requests & UI_RECORD)
		show_record(app);
	if (requests & UI_BELL)
		term_bell(app->term);
	if (requests & UI_TITLE)
		name_terminal(app);
	if (requests & UI_SUSPEND)
		term_suspend(app->term);
	if (requests & (UI_DRAW | UI_SUSPEND))
		app->dirty = true;
}

/* Each key acts on what its frame showed, so there is a frame between two. */
static void
take_keys(struct app *app)
{
	struct keydecode *keys = term_keys(app->term);
	enum keydecode_result result;
	uint32_t code;

	while (!app->quit &&
		(result = keydecode_next(keys, time_monotonic_ms(), &code)) != KEYDECODE_NOTHING) {
		if (result == KEYDECODE_KEY)
			answer(app, ui_key(&app->ui, code));
		else if (result == KEYDECODE_MOUSE)
			answer(app, ui_mouse(&app->ui, &keys->mouse));
		else
			answer(app, ui_paste(&app->ui, buf_view(&keys->paste)));
		if (app->dirty && !app->quit)
			draw(app);
	}
}

static void
take_signals(struct app *app)
{
	struct term_signals signals = term_take_signals();

	if (signals.end)
		app->quit = true;
	if (signals.stop)
		term_suspend(app->term);
	if (signals.continued)
		term_retake(app->term);
	/* There and back again: the size is the same, what stood there is not. */
	if (signals.resized)
		term_refresh(app->term);
	if (signals.resized || signals.stop || signals.continued)
		app->dirty = true;
}

static int
least(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

/* When the store is asked next: at once at the start, once a frame under load, else once a second.
 */
/* Until there is a row somebody waits for it. */
static int
pace_ms(const struct app *app)
{
	return app->any_row ? FRAME_MS : FIRST_MS;
}

static int64_t
next_ask_ms(const struct app *app)
{
	if (app->more && !ui_is_reading(&app->ui) && !app->ui.sync.complete)
		return app->asked_ms;
	return app->asked_ms + (app->more ? pace_ms(app) : ASK_MS);
}

static int
wait_ms(const struct app *app)
{
	int64_t now = time_monotonic_ms();
	int keys = keydecode_wait_ms(term_keys(app->term), now);
	int ms = least(-1, next_ask_ms(app) - now);

	if (keys >= 0)
		ms = least(ms, keys);
	if (ui_is_busy(&app->ui))
		ms = 0;
	if (app->dirty)
		ms = least(ms, app->frame_ms + pace_ms(app) - now);
	return least(ms, app->minute_ms - now);
}

static void
stop_verifying(void *context)
{
	struct app *app = context;

	verifier_free(app->verifier);
	app->verifier = app->ui.o.verifier = NULL;
}

static bool
start_verifying(struct app *app, struct error *err)
{
	const struct judging *judging = app->options->judging;

	return verifier_start(&app->verifier, app->options->store, &judging->policy,
		judging->memory_path, &app->wake, err);
}

/* A key that is revoked, an admin who has left: on the screens that are open, too. */
static void
renew_policy(struct app *app)
{
	struct error err;

	if (!judging_renew(app->options->judging, stop_verifying, app))
		return;
	if (!start_verifying(app, &err))
		ui_say(&app->ui, ROLE_ERROR, "%s", err.text);
	app->ui.o.verifier = app->verifier;
	ui_forget_verdicts(&app->ui);
}

static void
work(struct app *app, bool woken)
{
	int64_t now = time_monotonic_ms();

	if (woken)
		app->more = true;
	if (now >= next_ask_ms(app)) {
		answer(app, ui_follow_store(&app->ui, &app->more));
		app->asked_ms = now;
	}
	answer(app, ui_work(&app->ui));
	if (now >= app->minute_ms) {
		app->minute_ms = now + clock_wait_ms(&app->clock);
		ui_minute(&app->ui);
		renew_policy(app);
		app->dirty = true;
	}
}

static void
loop(struct app *app)
{
	while (!app->quit) {
		struct pollfd fds[] = {
			{.fd = term_input(app->term), .events = POLLIN},
			{.fd = app->wake.fd, .events = POLLIN},
		};
		bool woken;

		if (poll(fds, 2, wait_ms(app)) < 0 && errno != EINTR)
			break;
		woken = fds[1].revents & POLLIN;
		if (woken)
			wake_clear(&app->wake);
		take_signals(app);
		if (fds[0].revents && !app->quit && !term_read(app->term, time_monotonic_ms()))
			break;
		take_keys(app);
		if (!app->quit)
			work(app, woken);
		if (app->dirty && !app->quit && time_monotonic_ms() - app->frame_ms >= pace_ms(app))
			draw(app);
	}
}

/* ---- start and end ---- */

static bool
start_reading(struct app *app, struct error *err)
{
	struct pipeline_options options = app->options->pipeline;
	struct json_writer w = {.out = &app->rule_ids};

	if (!options.path_count && !options.source_count)
		return true;
	options.wake = &app->wake;
	options.clock = &app->clock;
	options.user = app->user;
	json_begin_array(&w);
	for (size_t i = 0; i < options.rule_count; i++)
		json_put_string(&w, rule_id(options.rules[i]));
	json_end_array(&w);
	return pipeline_start(&app->pipeline, &options, app->options->store, err);
}

static const char *
first_theme(const struct app *app)
{
	if (app->options->theme)
		return app->options->theme;
	if (app->options->config->theme)
		return app->options->config->theme;
	return theme_for_background(getenv("COLORFGBG"));
}

static bool
start_ui(struct app *app, bool ascii, struct error *err)
{
	const struct pipeline_options *p = &app->options->pipeline;
	const struct ui_options options = {
		.store = app->options->store,
		.rules = p->rules,
		.rule_count = p->rule_count,
		.rules_now = p->now,
		.pipeline = app->pipeline,
		.judge = &app->options->judging->judge,
		.verifier = app->verifier,
		.rule_ids = p->path_count ? buf_cstr(&app->rule_ids) : NULL,
		.paths = p->paths,
		.path_count = p->path_count,
		.source_count = p->source_count,
		.advice = app->options->advice,
		.config = app->options->config,
		.known = app->options->known,
		.clock = &app->clock,
		.theme = first_theme(app),
		.user = app->user,
		.ascii = ascii,
	};

	if (!ui_init(&app->ui, &options, err))
		return false;
	ui_recall(&app->ui);
	if (ui_set_filter(&app->ui, str_from(app->options->filter), err))
		return true;
	ui_fini(&app->ui);
	return false;
}

static bool
show(struct app *app, struct error *err)
{
	if (!start_ui(app, term_locale_is_ascii(), err))
		return false;
	if (!term_open(&app->term, &app->wake, err)) {
		ui_fini(&app->ui);
		return false;
	}
	term_set_theme(app->term, &app->ui.theme);
	if (app->options->config->title)
		name_terminal(app);
	if (app->options->config->mouse)
		term_take_mouse(app->term);
	app->minute_ms = time_monotonic_ms() + clock_wait_ms(&app->clock);
	work(app, true); /* so that the first frame has the newest page */
	draw(app);
	loop(app);
	term_close(app->term);
	/* It would hold the store against what is kept. */
	if (app->pipeline) {
		pipeline_stop(app->pipeline);
		pipeline_wait(app->pipeline);
	}
	ui_keep(&app->ui);
	ui_fini(&app->ui);
	return true;
}

int
app_run(const struct app_options *options)
{
	struct app *app = mem_zalloc(sizeof(*app));
	struct error err = {0};
	bool ok;

	app->options = options;
	user_name(app->user, sizeof(app->user));
	ok = clock_init_environment(&app->clock, &err) && wake_open(&app->wake, &err);
	if (ok) {
		ok = start_verifying(app, &err) && start_reading(app, &err) && show(app, &err);
		if (app->pipeline)
			pipeline_free(app->pipeline);
		verifier_free(app->verifier);
		wake_close(&app->wake);
	}
	buf_fini(&app->rule_ids);
	free(app);
	return ok ? 0 : fail(&err);
}
