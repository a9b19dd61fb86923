/* Any text is a rule or refused with FILE: and a sentence; what loads can be shown and explained,
 * and its filter language takes or refuses any text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use(struct rule *rule, struct str text)
{
	struct rule_filter *filter;
	struct buf out = {0};
	struct error err;

	rule_show(rule, &out);
	rule_explain(rule, &out);
	if (rule_filter_compile(&filter, rule, text, &err))
		rule_filter_free(filter);
	else if (!err.text[0])
		abort();
	buf_fini(&out);
	rule_free(rule);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct rule *rule;
	struct error err;

	if (rule_load_text(&rule, text, "f", &err))
		use(rule, text);
	else if (strncmp(err.text, "f:", 2) != 0)
		abort();
	return 0;
}
