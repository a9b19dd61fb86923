/* What the commands that watch and the screen share: which sources there are to watch. Main thread.
 */
#ifndef KEYWATCH_COMMAND_LIVE_H
#define KEYWATCH_COMMAND_LIVE_H

#include "core/base/clock.h"
#include "core/command/config_file.h"

/* Before a secret is read: no core file, no debugger of the same user (settled.md 28). */
void live_protect_memory(void);

/* Protects memory; then the configured sources and those of --source; without any, CloudTrail where
 * AWS credentials are at hand, else none. A mistake in the screen's rows is one also where nothing
 * takes them (screen NULL). `sources` is filled also after a failure:
 * source_configs_fini frees. */
bool live_sources(struct source_configs *sources, const struct command_line *line,
	const struct config_screen *screen, struct error *err);

/* What the command line says of sources that leave it open. */
struct source_defaults live_defaults(const struct command_line *line);
/* Checks them, and protects memory where a PATH is s3://: credentials will be read. */
bool live_prepare_paths(const struct command_line *line, struct error *err);

/* There are some, or err says the three lines. */
bool live_need_sources(const struct source_configs *sources, struct error *err);
/* What to do when there is none, a line each. */
enum { LIVE_ADVICE_LINES = 3 };
extern const char *const live_advice[LIVE_ADVICE_LINES];

/* The clock of event times; says on stderr when the environment sets it (settled.md 30). */
bool live_clock(struct clock *clock, struct error *err);

/* --format text, json or neither given, of a command that has no other. */
bool live_format(const struct command_line *line, bool *json, struct error *err);

#endif
