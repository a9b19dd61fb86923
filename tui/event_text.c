#include "tui/event_text.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/mem.h"

enum { INDENT = 2, INDENT_MOST = 40 };

/* A { or [ that is not yet closed, and its line. */
struct opened {
	size_t offset, line;
};

struct builder {
	struct event_text *text;
	struct doc *doc;
	struct str raw;
	struct json_lexer lexer;
	struct json_token token; /* the one looked at */
	struct opened *open;	 /* owns; those around */
	size_t depth, open_capacity;
	bool line_begun;
};

void
event_text_fini(struct event_text *text)
{
	free(text->lines);
	free(text->folds);
	*text = (struct event_text){0};
}

void
event_text_reset(struct event_text *text)
{
	text->count = text->fold_count = 0;
	text->evidence = text->evidence_end = 0;
}

/* ---- folds ---- */

static size_t
find_fold(const struct event_text *text, size_t open)
{
	size_t i = 0;

	while (i < text->fold_count && text->folds[i] != open)
		i++;
	return i;
}

static bool
is_folded(const struct event_text *text, size_t open)
{
	return find_fold(text, open) < text->fold_count;
}

void
event_text_fold(struct event_text *text, size_t open)
{
	size_t i = find_fold(text, open);

	if (i < text->fold_count) {
		text->folds[i] = text->folds[--text->fold_count];
		return;
	}
	MEM_GROW(text->folds, text->fold_count, text->fold_capacity);
	text->folds[text->fold_count++] = open;
}

const struct event_line *
event_text_at(const struct event_text *text, size_t doc_line)
{
	if (doc_line < text->first || doc_line - text->first >= text->count)
		return NULL;
	return &text->lines[doc_line - text->first];
}

void
event_text_unfold_all(struct event_text *text)
{
	text->fold_count = 0;
}

/* ---- laying out ---- */

static void
advance(struct builder *b)
{
	b->token = json_next_token(&b->lexer);
}

static bool
is_open(enum json_token_type type)
{
	return type == JSON_TOKEN_OPEN_OBJECT || type == JSON_TOKEN_OPEN_ARRAY;
}

static bool
is_close(enum json_token_type type)
{
	return type == JSON_TOKEN_CLOSE_OBJECT || type == JSON_TOKEN_CLOSE_ARRAY;
}

static void
begin_line(struct builder *b)
{
	struct event_text *text = b->text;
	int indent = (int)(b->depth < INDENT_MOST / INDENT ? b->depth * INDENT : INDENT_MOST);

	MEM_GROW(text->lines, text->count, text->capacity);
	text->lines[text->count] = (struct event_line){.value = b->token.offset,
		.value_end = b->token.offset + b->token.len,
		.open = b->depth ? b->open[b->depth - 1].offset : EVENT_TEXT_NONE};
	doc_line(b->doc, text->count++, true, indent + 2 * INDENT);
	doc_spaces(b->doc, indent);
	b->line_begun = true;
}

static struct event_line *
current(struct builder *b)
{
	return &b->text->lines[b->text->count - 1];
}

static void
put_token(struct builder *b, enum role role)
{
	const struct event_text *text = b->text;
	struct json_token t = b->token;

	if (!b->line_begun)
		begin_line(b);
	if (t.offset < text->evidence_end && t.offset + t.len > text->evidence)
		role = ROLE_EVIDENCE;
	doc_put(b->doc, role, str_slice(b->raw, t.offset, t.len));
	current(b)->value_end = t.offset + t.len;
}

/* Skips to behind the bracket that closes the one at the token. */
static void
skip_folded(struct builder *b)
{
	size_t depth = 1;

	do {
		advance(b);
		if (is_open(b->token.type))
			depth++;
		else if (is_close(b->token.type))
			depth--;
	} while (depth && b->token.type != JSON_TOKEN_END);
}

static void
put_open(struct builder *b)
{
	struct json_token open = b->token;
	struct json_lexer after = b->lexer;
	bool empty = is_close(json_next_token(&after).type);

	put_token(b, ROLE_PUNCTUATION);
	if (empty) {
		advance(b);
		put_token(b, ROLE_PUNCTUATION);
		return;
	}
	if (is_folded(b->text, open.offset)) {
		doc_puts(b->doc, ROLE_DIM, " ... ");
		current(b)->open = open.offset;
		skip_folded(b);
		if (b->token.type != JSON_TOKEN_END)
			put_token(b, ROLE_PUNCTUATION);
		return;
	}
	current(b)->open = open.offset;
	current(b)->value_end = b->raw.len; /* until it is closed */
	MEM_GROW(b->open, b->depth, b->open_capacity);
	b->open[b->depth++] = (struct opened){open.offset, b->text->count - 1};
	b->line_begun = false;
}

static void
put_close(struct builder *b)
{
	size_t end = b->token.offset + b->token.len;

	if (b->depth)
		b->text->lines[b->open[--b->depth].line].value_end = end;
	begin_line(b);
	put_token(b, ROLE_PUNCTUATION);
}

/* A string is a key when a colon follows. */
static void
put_string(struct builder *b)
{
	struct json_lexer after = b->lexer;

	if (json_next_token(&after).type != JSON_TOKEN_COLON) {
		put_token(b, ROLE_STRING);
		return;
	}
	put_token(b, ROLE_KEY);
	advance(b);
	put_token(b, ROLE_PUNCTUATION);
	doc_spaces(b->doc, 1);
	after = b->lexer;
	current(b)->value = json_next_token(&after).offset;
}

static void
put(struct builder *b)
{
	switch (b->token.type) {
	case JSON_TOKEN_OPEN_OBJECT:
	case JSON_TOKEN_OPEN_ARRAY:
		put_open(b);
		break;
	case JSON_TOKEN_CLOSE_OBJECT:
	case JSON_TOKEN_CLOSE_ARRAY:
		put_close(b);
		break;
	case JSON_TOKEN_COMMA:
		if (b->line_begun) {
			size_t end = current(b)->value_end;

			put_token(b, ROLE_PUNCTUATION);
			current(b)->value_end = end;
		} else {
			put_token(b, ROLE_PUNCTUATION);
		}
		b->line_begun = false;
		break;
	case JSON_TOKEN_STRING:
		put_string(b);
		break;
	case JSON_TOKEN_NUMBER:
		put_token(b, ROLE_NUMBER);
		break;
	case JSON_TOKEN_LITERAL:
		put_token(b, ROLE_LITERAL);
		break;
	default:
		put_token(b, ROLE_ALARM);
		break;
	}
}

void
event_text_build(struct event_text *text, struct doc *doc, struct str raw)
{
	struct builder b = {.text = text, .doc = doc, .raw = raw, .lexer = {.text = raw}};

	text->count = 0;
	text->first = doc->line_count;
	for (advance(&b); b.token.type != JSON_TOKEN_END; advance(&b))
		put(&b);
	free(b.open);
}

size_t
event_text_line_of(const struct event_text *text, size_t offset)
{
	size_t line = 0;

	/* Values nest: the last line that begins at or before it shows it. */
	for (size_t i = 0; i < text->count; i++)
		if (text->lines[i].value <= offset)
			line = i;
	return text->first + line;
}
