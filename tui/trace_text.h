/* How a record of history reads on the screen, in few words. Pure. */
#ifndef KEYWATCH_TUI_TRACE_TEXT_H
#define KEYWATCH_TUI_TRACE_TEXT_H

#include "core/base/buf.h"
#include "core/event/trace.h"

/* `alice`, `AdminRole/session`, `root` of an ARN; anything else as it is. Borrows. */
struct str trace_text_actor(const struct trace *trace);
/* `AKIA…7Q2D` */
void trace_text_put_key(struct buf *out, struct str id, bool ascii);
/* `UpdateAccessKey Inactive AKIA…7Q2D`, `s3:GetObject ✗ AccessDenied`. */
void trace_text_put_what(struct buf *out, const struct trace *trace, bool ascii);
/* The same in so many cells; the end of a key, which tells it from others, stays. */
void trace_text_put_what_in(struct buf *out, const struct trace *trace, int cols, bool ascii);
/* `+58 s`, `-4 min`, `+3 h`, `+12 d`: of a span of ticks. */
void trace_text_put_age(struct buf *out, int64_t span);

#endif
