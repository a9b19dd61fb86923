/* Is a text one JSON value within the limits? Without a tree, so that asking costs nothing. */
#include "core/base/json.h"

enum expect {
	VALUE,
	VALUE_OR_END,
	KEY,
	KEY_OR_END,
	COLON,
	NEXT, /* a comma or an end */
	NOTHING,
};

struct checking {
	enum expect expect;
	size_t values, depth;
	/* A bit of each level: an object, else an array. */
	uint64_t object[JSON_MAX_DEPTH / 64];
};

static bool
in_object(const struct checking *c)
{
	return c->object[(c->depth - 1) / 64] >> (c->depth - 1) % 64 & 1;
}

static bool
expects_value(const struct checking *c)
{
	return c->expect == VALUE || c->expect == VALUE_OR_END;
}

static void
end_value(struct checking *c)
{
	c->expect = c->depth ? NEXT : NOTHING;
}

static bool
take_open(struct checking *c, bool object)
{
	if (!expects_value(c))
		return false;
	c->depth++;
	c->object[(c->depth - 1) / 64] &= ~(UINT64_C(1) << (c->depth - 1) % 64);
	c->object[(c->depth - 1) / 64] |= (uint64_t)object << (c->depth - 1) % 64;
	c->values++;
	c->expect = object ? KEY_OR_END : VALUE_OR_END;
	return true;
}

static bool
take_close(struct checking *c, bool object)
{
	if (c->expect != NEXT && c->expect != (object ? KEY_OR_END : VALUE_OR_END))
		return false;
	if (in_object(c) != object)
		return false;
	c->depth--;
	end_value(c);
	return true;
}

static bool
take_comma(struct checking *c)
{
	if (c->expect != NEXT)
		return false;
	c->expect = in_object(c) ? KEY : VALUE;
	return true;
}

static bool
take_scalar(struct checking *c, bool string)
{
	if (string && (c->expect == KEY || c->expect == KEY_OR_END)) {
		c->expect = COLON;
		return true;
	}
	if (!expects_value(c))
		return false;
	c->values++;
	end_value(c);
	return true;
}

static bool
take_colon(struct checking *c)
{
	if (c->expect != COLON)
		return false;
	c->expect = VALUE;
	return true;
}

static bool
take_token(struct checking *c, enum json_token_type type)
{
	switch (type) {
	case JSON_TOKEN_OPEN_OBJECT:
	case JSON_TOKEN_OPEN_ARRAY:
		return take_open(c, type == JSON_TOKEN_OPEN_OBJECT);
	case JSON_TOKEN_CLOSE_OBJECT:
	case JSON_TOKEN_CLOSE_ARRAY:
		return take_close(c, type == JSON_TOKEN_CLOSE_OBJECT);
	case JSON_TOKEN_COLON:
		return take_colon(c);
	case JSON_TOKEN_COMMA:
		return take_comma(c);
	case JSON_TOKEN_STRING:
	case JSON_TOKEN_NUMBER:
	case JSON_TOKEN_LITERAL:
		return take_scalar(c, type == JSON_TOKEN_STRING);
	default:
		return false;
	}
}

static bool
is_too_deep(const struct checking *c, enum json_token_type type)
{
	return c->depth == JSON_MAX_DEPTH && expects_value(c) &&
	       (type == JSON_TOKEN_OPEN_OBJECT || type == JSON_TOKEN_OPEN_ARRAY);
}

bool
json_check(struct str text, struct error *err)
{
	struct checking c = {.expect = VALUE};
	struct json_lexer lexer = {text, 0};
	struct json_token token;

	while ((token = json_next_token(&lexer)).type != JSON_TOKEN_END) {
		if (is_too_deep(&c, token.type))
			return error_set(err, ERROR_INPUT, "nested more than %d levels deep",
				JSON_MAX_DEPTH);
		if (c.expect == NOTHING)
			return error_set(err, ERROR_INPUT, "bytes behind the JSON value");
		if (!take_token(&c, token.type))
			return error_set(err, ERROR_INPUT, "not JSON at byte %zu", token.offset);
		if (c.values > JSON_MAX_VALUES)
			return error_set(
				err, ERROR_INPUT, "more than %d JSON values", JSON_MAX_VALUES);
	}
	if (c.expect != NOTHING)
		return error_set(err, ERROR_INPUT, "not JSON: it ends too early");
	return true;
}
