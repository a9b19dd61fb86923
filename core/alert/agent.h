/* What a user agent says about the program behind it. It is the caller's own word. Pure. */
#ifndef KEYWATCH_ALERT_AGENT_H
#define KEYWATCH_ALERT_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct agent_tool {
	const char *pattern; /* found in the user agent, case aside */
	const char *kind;    /* console, cli, sdk, infrastructure, service, browser, attack … */
	const char *name;    /* as people call it */
	bool whole_word;     /* no letter may stand beside it */
	bool alarming;
};

/* The program, or NULL when it is none that is known. */
const struct agent_tool *agent_find_tool(struct str user_agent);
/* The n-th hint at an attack tool or a distribution made for attacks; NULL after the last. */
const struct agent_tool *agent_hint(struct str user_agent, size_t n);

#endif
