/* What doctor found, as text or as one JSON object. */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/command/doctor.h"

static void
flush(struct doctor_report *r)
{
	fwrite(buf_cstr(&r->out), 1, r->out.len, stdout);
	fflush(stdout);
	buf_clear(&r->out);
}

static void
count(struct doctor_report *r, bool ok, const char *name)
{
	if (ok)
		return;
	r->failures++;
	buf_printf(&r->failed, "%s%s", r->failed.len ? ", " : "", name);
}

/* ---- text ---- */

/* Every line of the text behind the label, or below the first. */
static void
put_lines(struct buf *out, const char *label, struct str text)
{
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);
		size_t len = end == (size_t)-1 ? text.len : end;

		buf_printf(out, "  %-13s ", label);
		text_clean(out, str_slice(text, 0, len));
		buf_putc(out, '\n');
		text = str_slice(text, len + (len < text.len), text.len);
		label = "";
	}
}

static void
put_asked(struct buf *out, const struct source_asked *asked)
{
	struct buf line = {0};

	if (!asked->request[0])
		return;
	buf_puts(&line, asked->request);
	if (asked->region[0])
		buf_printf(&line, " in %s", asked->region);
	if (asked->place[0])
		buf_printf(&line, " at %s", asked->place);
	put_lines(out, "asked", buf_view(&line));
	put_lines(out, "with", str_from(asked->credentials));
	buf_fini(&line);
}

static void
put_source(struct buf *out, const struct doctor_source *source)
{
	struct buf line = {0};

	put_asked(out, &source->asked);
	if (source->answered)
		buf_printf(&line, "answered after %lld ms%s%s", (long long)source->latency_ms,
			source->note[0] ? "\n" : "", source->note);
	else
		buf_str(&line, buf_view(&source->error));
	put_lines(out, source->answered ? "ok" : source->cause, buf_view(&line));
	put_lines(out, "do", buf_view(&source->advice));
	if (source->asked.untried)
		put_lines(out, "not tried", str_from(source->asked.untried));
	buf_fini(&line);
}

/* ---- json ---- */

static struct str
or_null(const char *text)
{
	return text && text[0] ? str_from(text) : STR_ABSENT;
}

static void
put_number(struct json_writer *w, const char *key, int64_t number)
{
	json_put_key(w, key);
	json_put_long(w, number);
}

static void
put_bool(struct json_writer *w, const char *key, bool value)
{
	json_put_key(w, key);
	json_put_bool(w, value);
}

static void
write_asked(struct json_writer *w, const struct source_asked *asked)
{
	bool url = strstr(asked->place, "://") != NULL;

	json_member_string(w, "request", or_null(asked->request));
	json_member_string(w, "region", or_null(asked->region));
	json_member_string(w, "endpoint", or_null(url ? asked->place : NULL));
	json_member_string(w, "path", or_null(url ? NULL : asked->place));
	json_member_string(w, "credentials", or_null(asked->credentials));
	json_member_string(w, "notTried", or_null(asked->untried));
}

static void
write_source(struct json_writer *w, const struct doctor_source *source)
{
	json_begin_object(w);
	json_member_string(w, "name", str_from(source->config->name));
	json_member_string(w, "type", str_from(source->config->ops->type));
	json_member_string(w, "configured", buf_view(&source->configured));
	put_bool(w, "ok", source->ok);
	write_asked(w, &source->asked);
	put_number(w, "latencyMs", source->latency_ms);
	put_number(w, "clockSkewMinutes", source->skew_ms / 60000);
	json_member_string(w, "note", or_null(source->note));
	json_member_string(w, "cause", or_null(source->cause));
	json_member_string(w, "error", or_null(buf_cstr(&source->error)));
	json_member_string(w, "advice", or_null(buf_cstr(&source->advice)));
	json_end_object(w);
}

static void
write_check(struct json_writer *w, const struct doctor_check *check)
{
	json_begin_object(w);
	json_member_string(w, "check", str_from(check->name));
	put_bool(w, "ok", check->ok);
	json_member_string(w, "says", or_null(buf_cstr(&check->says)));
	json_member_string(w, "advice", or_null(buf_cstr(&check->advice)));
	json_end_object(w);
}

static void
begin_checks(struct doctor_report *r)
{
	if (r->in_checks)
		return;
	r->in_checks = true;
	json_end_array(&r->writer);
	json_put_key(&r->writer, "checks");
	json_begin_array(&r->writer);
}

/* ---- the report ---- */

void
doctor_begin(struct doctor_report *r)
{
	r->writer = (struct json_writer){.out = &r->out};
	if (!r->json) {
		buf_puts(&r->out, "keywatch " KEYWATCH_VERSION "\n");
		return;
	}
	json_begin_object(&r->writer);
	json_member_string(&r->writer, "version", STR(KEYWATCH_VERSION));
	json_put_key(&r->writer, "sources");
	json_begin_array(&r->writer);
}

void
doctor_tell_asking(struct doctor_report *r, const struct doctor_source *source)
{
	if (r->json)
		return;
	buf_printf(&r->out, "\nsource %s (%s), ", source->config->name, source->config->ops->type);
	text_clean(&r->out, buf_view(&source->configured));
	buf_putc(&r->out, '\n');
	flush(r);
}

void
doctor_tell_source(struct doctor_report *r, const struct doctor_source *source)
{
	count(r, source->ok, source->config->name);
	if (r->json)
		write_source(&r->writer, source);
	else
		put_source(&r->out, source);
	flush(r);
}

void
doctor_tell_check(struct doctor_report *r, struct doctor_check *check)
{
	count(r, check->ok, check->name);
	if (r->json) {
		begin_checks(r);
		write_check(&r->writer, check);
	} else {
		buf_printf(&r->out, "\n%s\n", check->name);
		put_lines(&r->out, check->ok ? "ok" : "wrong", buf_view(&check->says));
		put_lines(&r->out, "do", buf_view(&check->advice));
	}
	flush(r);
	buf_fini(&check->says);
	buf_fini(&check->advice);
}

void
doctor_end(struct doctor_report *r)
{
	if (r->json) {
		begin_checks(r);
		json_end_array(&r->writer);
		put_bool(&r->writer, "ok", r->failures == 0);
		json_end_object(&r->writer);
		buf_putc(&r->out, '\n');
	} else if (r->failures) {
		buf_printf(&r->out, "\nnot well: %s\n", buf_cstr(&r->failed));
	} else {
		buf_puts(&r->out, "\nall is well\n");
	}
	flush(r);
	buf_fini(&r->out);
	buf_fini(&r->failed);
}
