#include "core/base/json.h"

/* Reads over the value that begins with this token; false at a bad one. */
static bool
skip_value(struct json_lexer *lexer, struct json_token first, struct json_member *member)
{
	switch (first.type) {
	case JSON_TOKEN_OPEN_OBJECT:
	case JSON_TOKEN_OPEN_ARRAY:
		if (!json_skip_nested(lexer))
			return false;
		break;
	case JSON_TOKEN_CLOSE_OBJECT:
	case JSON_TOKEN_CLOSE_ARRAY:
	case JSON_TOKEN_END:
	case JSON_TOKEN_BAD:
		return false;
	default:
		break;
	}
	member->offset = first.offset;
	member->value = str_slice(lexer->text, first.offset, lexer->at - first.offset);
	return true;
}

bool
json_spells(struct str token, struct str s)
{
	struct json_doc *doc;
	bool equal;

	/* No escape is shorter than what it means; most names differ in their first letter. */
	if (token.len < s.len + 2 || token.data[0] != '"')
		return false;
	if (s.len && token.data[1] != s.data[0] && token.data[1] != '\\')
		return false;
	if (memchr(token.data, '\\', token.len) == NULL)
		return str_equal(str_slice(token, 1, token.len - 2), s);
	/* No escape is longer than six bytes a byte of what it means. */
	if (token.len > s.len * 6 + 2 || !json_parse(token, &doc, NULL))
		return false;
	equal = str_equal(json_string(json_root(doc)), s);
	json_doc_free(doc);
	return equal;
}

bool
json_enter_object(struct json_lexer *lexer)
{
	return json_next_token(lexer).type == JSON_TOKEN_OPEN_OBJECT;
}

/* The string that stands `from` there; absent: another value does, or blanks before it. */
static struct str
string_at(const struct json_lexer *lexer, size_t from)
{
	struct str rest = str_slice(lexer->text, from, lexer->text.len);
	bool plain;
	size_t len = json_string_length(rest, &plain);

	return len ? str_slice(rest, 0, len) : STR_ABSENT;
}

static bool
has_at(const struct json_lexer *lexer, size_t at, char c)
{
	return at < lexer->text.len && lexer->text.data[at] == c;
}

/* As nearly all write it: without blanks. */
static bool
next_key_plainly(struct json_lexer *lexer, struct str *key)
{
	size_t from = lexer->at + has_at(lexer, lexer->at, ',');

	*key = string_at(lexer, from);
	if (!key->data || !has_at(lexer, from + key->len, ':'))
		return false;
	lexer->at = from + key->len + 1;
	return true;
}

bool
json_next_key(struct json_lexer *lexer, struct str *key)
{
	struct json_token token;

	if (next_key_plainly(lexer, key))
		return true;
	token = json_next_token(lexer);
	if (token.type == JSON_TOKEN_COMMA)
		token = json_next_token(lexer);
	if (token.type != JSON_TOKEN_STRING || json_next_token(lexer).type != JSON_TOKEN_COLON)
		return false;
	*key = str_slice(lexer->text, token.offset, token.len);
	return true;
}

bool
json_take_value(struct json_lexer *lexer, struct json_member *member)
{
	member->value = string_at(lexer, lexer->at);
	if (!member->value.data)
		return skip_value(lexer, json_next_token(lexer), member);
	member->offset = lexer->at;
	lexer->at += member->value.len;
	return true;
}

bool
json_next_member(struct json_lexer *lexer, struct json_member *member)
{
	return json_next_key(lexer, &member->key) && json_take_value(lexer, member);
}

bool
json_enter_array(struct json_lexer *lexer)
{
	return json_next_token(lexer).type == JSON_TOKEN_OPEN_ARRAY;
}

bool
json_next_element(struct json_lexer *lexer, struct json_member *element)
{
	struct json_token first = json_next_token(lexer);

	if (first.type == JSON_TOKEN_COMMA)
		first = json_next_token(lexer);
	element->key = STR_ABSENT;
	return skip_value(lexer, first, element);
}

/* The first member of that name. */
static bool
find_member(struct str object, struct str name, struct json_member *member)
{
	struct json_lexer lexer = {object, 0};

	if (!json_enter_object(&lexer))
		return false;
	while (json_next_member(&lexer, member))
		if (json_spells(member->key, name))
			return true;
	return false;
}

bool
json_locate(struct str text, const char *path, size_t *offset, size_t *len)
{
	struct json_member member = {.value = text};

	*offset = 0;
	while (*path) {
		size_t n = strcspn(path, ".");

		if (!find_member(member.value, (struct str){path, n}, &member))
			return false;
		*offset += member.offset;
		path += n + (path[n] == '.');
	}
	*len = member.value.len;
	return true;
}
