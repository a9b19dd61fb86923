#include "core/scan/passage.h"

#include "core/base/json.h"

void
passage_init(struct passage *p, struct str text, uint64_t offset)
{
	*p = (struct passage){.text = text, .offset = offset};
}

bool
passage_decode(struct passage *p, struct passage *outer, struct str token)
{
	*p = (struct passage){.outer = outer, .token = token, .token_at = 1};
	if (!json_parse(token, &p->doc, NULL))
		return false;
	p->text = json_string(json_root(p->doc));
	p->held = outer->held + p->text.len;
	return p->text.data != NULL;
}

void
passage_fini(struct passage *p)
{
	json_doc_free(p->doc);
}

/* ---- offsets ---- */

/* The four digits of a \\u escape, or -1 when there is none. */
static int
unit_at(struct str token, size_t at)
{
	int unit = 0;

	if (at + 6 > token.len || token.data[at] != '\\' || token.data[at + 1] != 'u')
		return -1;
	for (size_t i = at + 2; i < at + 6; i++) {
		char c = token.data[i];

		unit = unit * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return unit;
}

/* Over one character of the string: as it is written, and as str.h keeps it. */
static void
step(struct passage *p)
{
	int unit = unit_at(p->token, p->token_at);
	int low = unit >= 0xd800 && unit <= 0xdbff ? unit_at(p->token, p->token_at + 6) : -1;

	if (unit >= 0) {
		bool pair = low >= 0xdc00 && low <= 0xdfff;

		p->token_at += pair ? 12 : 6;
		p->text_at += pair ? 4 : unit == 0 ? 2 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
	} else {
		p->text_at += p->token.data[p->token_at] == '\0' ? 2 : 1;
		p->token_at += p->token.data[p->token_at] == '\\' ? 2 : 1;
	}
}

uint64_t
passage_offset(struct passage *p, const char *byte)
{
	size_t at = (size_t)(byte - p->text.data);

	if (!p->outer)
		return p->offset + at;
	if (at < p->text_at) {
		p->text_at = 0;
		p->token_at = 1;
	}
	while (p->text_at < at && p->token_at < p->token.len)
		step(p);
	return passage_offset(p->outer, p->token.data + p->token_at);
}
