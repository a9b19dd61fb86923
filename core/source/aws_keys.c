/* Keys: taken, read, wiped. */
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/source/aws_private.h"

static char *
copy(struct str text)
{
	char *out;

	if (!text.len)
		return NULL;
	out = mem_alloc(text.len + 1);
	memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return out;
}

void
aws_keys_set(
	struct aws_keys *keys, struct str id, struct str secret, struct str token, int64_t expires)
{
	aws_keys_wipe(keys);
	*keys = (struct aws_keys){.access_key_id = copy(id),
		.secret_access_key = copy(secret),
		.session_token = copy(token),
		.expires = expires};
}

void
aws_keys_wipe(struct aws_keys *keys)
{
	mem_free_wiping(keys->access_key_id);
	mem_free_wiping(keys->secret_access_key);
	mem_free_wiping(keys->session_token);
	*keys = (struct aws_keys){.expires = TIME_NONE};
}

static bool
read_object(struct aws_keys *keys, const struct json *root, const char *who, struct error *err)
{
	struct str id = json_string(json_get(root, STR("AccessKeyId")));
	struct str secret = json_string(json_get(root, STR("SecretAccessKey")));
	struct str token = json_string(json_get(root, STR("SessionToken")));
	struct str expiration = json_string(json_get(root, STR("Expiration")));
	int64_t expires = TIME_NONE;

	if (!id.len || !secret.len)
		return error_set(
			err, ERROR_INPUT, "%s: no AccessKeyId and SecretAccessKey in it", who);
	if (expiration.len && !time_parse(expiration, &expires))
		return error_set(err, ERROR_INPUT, "%s: its Expiration is no time", who);
	if (!token.len)
		token = json_string(json_get(root, STR("Token")));
	aws_keys_set(keys, id, secret, token, expires);
	return true;
}

bool
aws_keys_read_json(struct aws_keys *keys, struct str text, const char *who, struct error *err)
{
	struct json_doc *doc;
	bool ok;

	if (!json_parse(text, &doc, NULL)) /* whose message could quote a secret */
		return error_set(err, ERROR_INPUT, "%s: expected JSON", who);
	ok = read_object(keys, json_root(doc), who, err);
	json_doc_wipe(doc);
	return ok;
}
