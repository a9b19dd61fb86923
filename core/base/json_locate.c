#include "core/base/json.h"

/* Reads over the value the lexer stands before; its place, or false at a bad token. */
static bool
skip_value(struct json_lexer *lexer, struct json_token first, size_t *offset, size_t *len)
{
	size_t depth = 0;
	struct json_token token = first;

	*offset = first.offset;
	for (;;) {
		switch (token.type) {
		case JSON_TOKEN_OPEN_OBJECT:
		case JSON_TOKEN_OPEN_ARRAY:
			depth++;
			break;
		case JSON_TOKEN_CLOSE_OBJECT:
		case JSON_TOKEN_CLOSE_ARRAY:
			if (depth == 0)
				return false;
			depth--;
			break;
		case JSON_TOKEN_END:
		case JSON_TOKEN_BAD:
			return false;
		default:
			break;
		}
		if (depth == 0)
			break;
		token = json_next_token(lexer);
	}
	*len = lexer->at - *offset;
	return true;
}

/* Does the quoted key in the raw text spell this name? */
static bool
key_is(struct str raw, struct str name)
{
	struct json_doc *doc;
	bool equal;

	if (raw.len == name.len + 2 && memcmp(raw.data + 1, name.data, name.len) == 0)
		return true;
	if (str_find(raw, STR("\\"), 0) == (size_t)-1 || !json_parse(raw, &doc, NULL))
		return false;
	equal = str_equal(json_string(json_root(doc)), name);
	json_doc_free(doc);
	return equal;
}

/* Moves the lexer, inside an object, to just before the value of the named member. */
static bool
enter_member(struct json_lexer *lexer, struct str name)
{
	for (;;) {
		struct json_token key = json_next_token(lexer), value;
		size_t offset, len;

		if (key.type != JSON_TOKEN_STRING || json_next_token(lexer).type != JSON_TOKEN_COLON)
			return false;
		if (key_is(str_slice(lexer->text, key.offset, key.len), name))
			return true;
		value = json_next_token(lexer);
		if (!skip_value(lexer, value, &offset, &len) ||
			json_next_token(lexer).type != JSON_TOKEN_COMMA)
			return false;
	}
}

bool
json_locate(struct str text, const char *path, size_t *offset, size_t *len)
{
	struct json_lexer lexer = {text, 0};
	struct json_token token = json_next_token(&lexer);

	while (*path) {
		size_t n = strcspn(path, ".");

		if (token.type != JSON_TOKEN_OPEN_OBJECT ||
			!enter_member(&lexer, (struct str){path, n}))
			return false;
		token = json_next_token(&lexer);
		path += n + (path[n] == '.');
	}
	return skip_value(&lexer, token, offset, len);
}
