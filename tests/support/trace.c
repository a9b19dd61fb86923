#include "tests/support/trace.h"

static const struct {
	const char *word;
	enum trace_text text;
} words_of[] = {
	{"key=", TRACE_KEY},
	{"subject=", TRACE_SUBJECT},
	{"user=", TRACE_USER},
	{"actor=", TRACE_ACTOR},
	{"ip=", TRACE_IP},
	{"agent=", TRACE_AGENT},
	{"error=", TRACE_ERROR},
	{"id=", TRACE_EVENT_ID},
};

static void
take_word(struct trace *trace, struct str word)
{
	if (str_starts_with(word, STR("at="))) {
		trace->time = FIXTURE_TIME + strtol(word.data + 3, NULL, 10) * TICKS_PER_SECOND;
		return;
	}
	for (size_t i = 0; i < sizeof(words_of) / sizeof(words_of[0]); i++)
		if (str_starts_with(word, str_from(words_of[i].word))) {
			size_t skip = strlen(words_of[i].word);

			trace->text[words_of[i].text] = str_slice(word, skip, word.len - skip);
			return;
		}
	trace->text[TRACE_NAME] = word;
}

static bool
is_of_sts(struct str name)
{
	return str_starts_with(name, STR("Assume")) || str_starts_with(name, STR("Get"));
}

struct trace
trace_of_words(struct arena *arena, const char *words)
{
	struct trace trace = {.time = FIXTURE_TIME};
	struct str rest = arena_str(arena, str_from(words));

	while (rest.len) {
		size_t end = str_find(rest, STR(" "), 0);
		size_t len = end == (size_t)-1 ? rest.len : end;

		take_word(&trace, str_slice(rest, 0, len));
		rest = str_slice(rest, len + 1, rest.len);
	}
	trace.text[TRACE_SERVICE] = is_of_sts(trace.text[TRACE_NAME]) ? STR("sts.amazonaws.com")
								      : STR("iam.amazonaws.com");
	trace.text[TRACE_ACCOUNT] = STR("111122223333");
	return trace;
}

int64_t
trace_term(struct scene *s, enum term_kind kind, const char *value)
{
	const struct term term = {kind, str_from(value)};
	struct error err;
	int64_t n;

	assert_ok(store_begin(s->store, &err), &err);
	assert_ok(store_term_put(s->store, &term, &n, &err), &err);
	assert_ok(store_commit(s->store, &err), &err);
	return n;
}

bool
trace_put(struct scene *s, int64_t term, const struct trace *trace, int64_t input)
{
	struct error err;
	bool fresh;

	assert_ok(store_begin(s->store, &err), &err);
	assert_ok(store_trace_put(s->store, term, trace, input, &fresh, &err), &err);
	assert_ok(store_commit(s->store, &err), &err);
	return fresh;
}

void
trace_looked(struct scene *s, int64_t input, int64_t term, int from, int to, bool unread)
{
	const struct trail_span span = {
		FIXTURE_TIME + from * TICKS_PER_SECOND, FIXTURE_TIME + to * TICKS_PER_SECOND, 0};
	const struct store_looked looked = {term, unread, &span, 1};
	struct error err;

	assert_ok(store_begin(s->store, &err), &err);
	assert_ok(store_looked_put(s->store, input, &looked, &err), &err);
	assert_ok(store_commit(s->store, &err), &err);
}

int64_t
trace_input(struct scene *s, const char *path)
{
	const struct store_input input = scene_input_named(path);
	int64_t id = scene_begin_input(s, path, "key", NULL);
	struct error err;

	assert_ok(store_input_done(s->store, id, "key", &input, NULL, &err), &err);
	return id;
}
