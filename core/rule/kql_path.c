/* JSONPath, as far as Kusto has it: $.name, $['name'], $[0], one behind the other. */
#include "core/rule/kql_function.h"

/* ['name'], ["name"] or [0]: takes it off. False: it is none of these. */
static bool
take_bracket(const struct dynamic **d, struct str *path)
{
	size_t close = str_find(*path, STR("]"), 0);
	struct str inner = str_slice(*path, 1, close == (size_t)-1 ? 0 : close - 1);
	int64_t index = 0;

	if (close == (size_t)-1 || !inner.len)
		return false;
	*path = str_slice(*path, close + 1, path->len);
	if (inner.len > 1 && (inner.data[0] == '\'' || inner.data[0] == '"')) {
		*d = dynamic_member(*d, str_slice(inner, 1, inner.len - 2));
		return inner.data[inner.len - 1] == inner.data[0];
	}
	for (size_t i = 0; i < inner.len; i++) {
		if (inner.data[i] < '0' || inner.data[i] > '9' || i == 9)
			return false;
		index = index * 10 + (inner.data[i] - '0');
	}
	*d = dynamic_item(*d, index);
	return true;
}

const struct dynamic *
kql_json_path(const struct dynamic *d, struct str path)
{
	if (!str_starts_with(path, STR("$")))
		return NULL;
	path = str_slice(path, 1, path.len);
	while (d && path.len) {
		size_t end = 1;

		if (path.data[0] == '[') {
			if (!take_bracket(&d, &path))
				return NULL;
			continue;
		}
		if (path.data[0] != '.')
			return NULL;
		while (end < path.len && path.data[end] != '.' && path.data[end] != '[')
			end++;
		d = dynamic_member(d, str_slice(path, 1, end - 1));
		path = str_slice(path, end, path.len);
	}
	return d;
}
