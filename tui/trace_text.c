#include "tui/trace_text.h"

#include "core/base/timefmt.h"
#include "tui/glyph.h"
#include "tui/grid.h"
#include "tui/short_text.h"

enum { ENDS = 4 }; /* of a key, that are shown */

/* What stands behind the last '/' or ':'. */
static struct str
last_part(struct str s)
{
	size_t at = s.len;

	while (at > 0 && s.data[at - 1] != '/' && s.data[at - 1] != ':')
		at--;
	return str_slice(s, at, s.len);
}

struct str
trace_text_actor(const struct trace *trace)
{
	static const struct str role = STR(":assumed-role/");
	struct str actor = trace->text[TRACE_ACTOR];
	size_t at = str_find(actor, role, 0);

	if (!str_starts_with(actor, STR("arn:")))
		return actor;
	if (at != (size_t)-1)
		return str_slice(actor, at + role.len, actor.len);
	return last_part(actor);
}

void
trace_text_put_key(struct buf *out, struct str id, bool ascii)
{
	if (id.len < 3 * ENDS) {
		buf_str(out, id);
		return;
	}
	buf_str(out, str_slice(id, 0, ENDS));
	buf_puts(out, glyph_text(GLYPH_ELLIPSIS, ascii));
	buf_str(out, str_slice(id, id.len - ENDS, ENDS));
}

/* `s3` of `s3.amazonaws.com`; IAM's own calls need not be told apart. */
static struct str
service_of(const struct trace *trace)
{
	struct str service = trace->text[TRACE_SERVICE];
	size_t dot = str_find(service, STR("."), 0);

	if (str_is(service, "iam.amazonaws.com"))
		return STR_ABSENT;
	return str_slice(service, 0, dot);
}

static void
put_words(struct buf *out, const struct trace *trace, bool ascii)
{
	struct str service = service_of(trace), what = last_part(trace->text[TRACE_WHAT]);

	if (service.len) {
		buf_str(out, service);
		buf_putc(out, ':');
	}
	buf_str(out, trace->text[TRACE_NAME]);
	if (!trace_succeeded(trace)) {
		buf_printf(out, " %s ", glyph_text(GLYPH_MALICIOUS, ascii));
		buf_str(out, trace->text[TRACE_ERROR]);
	}
	if (what.len && !str_equal(what, trace->text[TRACE_USER])) {
		buf_putc(out, ' ');
		buf_str(out, what);
	}
	if (trace->text[TRACE_USER].len) {
		buf_putc(out, ' ');
		buf_str(out, trace->text[TRACE_USER]);
	}
}

void
trace_text_put_what(struct buf *out, const struct trace *trace, bool ascii)
{
	put_words(out, trace, ascii);
	if (trace->text[TRACE_SUBJECT].len) {
		buf_putc(out, ' ');
		trace_text_put_key(out, trace->text[TRACE_SUBJECT], ascii);
	}
}

/* `…7Q2D` */
static void
put_key_end(struct buf *out, struct str id, bool ascii)
{
	buf_puts(out, glyph_text(GLYPH_ELLIPSIS, ascii));
	buf_str(out, str_slice(id, id.len > ENDS ? id.len - ENDS : 0, id.len));
}

void
trace_text_put_what_in(struct buf *out, const struct trace *trace, int cols, bool ascii)
{
	enum { LEAST = 8 }; /* cells of the words before it */
	struct str key = trace->text[TRACE_SUBJECT];
	struct buf what = {0}, end = {0};
	int room;

	trace_text_put_what(&what, trace, ascii);
	put_key_end(&end, key, ascii);
	room = cols - 1 - grid_columns(buf_view(&end), ascii);
	if (!key.len || room < LEAST || grid_columns(buf_view(&what), ascii) <= cols) {
		short_text_put(out, buf_view(&what), cols, ascii);
	} else {
		buf_clear(&what);
		put_words(&what, trace, ascii);
		short_text_put(out, buf_view(&what), room, ascii);
		buf_putc(out, ' ');
		buf_str(out, buf_view(&end));
	}
	buf_fini(&what);
	buf_fini(&end);
}

void
trace_text_put_age(struct buf *out, int64_t span)
{
	int64_t seconds = (span < 0 ? -span : span) / TICKS_PER_SECOND;

	buf_putc(out, span < 0 ? '-' : '+');
	if (seconds < 60)
		buf_printf(out, "%lld s", (long long)seconds);
	else if (seconds < 3600)
		buf_printf(out, "%lld min", (long long)seconds / 60);
	else if (seconds < 48 * 3600)
		buf_printf(out, "%lld h", (long long)seconds / 3600);
	else
		buf_printf(out, "%lld d", (long long)seconds / (24 * 3600));
}
