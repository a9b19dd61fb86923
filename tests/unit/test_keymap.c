#include "tests/support/test.h"

#include "tui/keymap.h"

static uint32_t
key(const char *name)
{
	return key_find(str_from(name));
}

static void
every_default_key_has_a_name_and_one_action(void **state)
{
	struct keymap keymap;

	(void)state;
	keymap_init(&keymap);
	assert_true(keymap.count > ACTION_COUNT / 2);
	for (size_t i = 0; i < keymap.count; i++) {
		char name[KEY_NAME];

		assert_int_not_equal(keymap.entries[i].key, KEYCODE_NONE);
		key_spell(keymap.entries[i].key, name);
		assert_int_equal(key(name), keymap.entries[i].key);
		assert_int_equal(keymap_find(&keymap, keymap.entries[i].key),
			keymap.entries[i].action);
	}
}

static void
the_keys_of_the_manual_do_what_it_says(void **state)
{
	static const struct {
		const char *key;
		enum action action;
	} keys[] = {
		{"n", ACTION_NEXT_MATCH}, {"N", ACTION_PREVIOUS_MATCH}, {"m", ACTION_NOTE},
		{"s", ACTION_SORT}, {"c", ACTION_COLUMNS}, {"L", ACTION_FOLLOW},
		{"g", ACTION_FIRST}, {"Home", ACTION_FIRST}, {"G", ACTION_LAST},
		{"End", ACTION_LAST}, {"]", ACTION_NEXT_UNDECIDED}, {"[", ACTION_PREVIOUS_UNDECIDED},
		{"z", ACTION_FOLD}, {"Z", ACTION_UTC}, {"t", ACTION_THEME}, {"h", ACTION_LEFT},
		{"j", ACTION_DOWN}, {"k", ACTION_UP}, {"l", ACTION_RIGHT}, {"q", ACTION_QUIT},
		{"a", ACTION_TAKE}, {"r", ACTION_REQUEST}, {"v", ACTION_VALIDATE},
		{"x", ACTION_MALICIOUS}, {"F", ACTION_FALSE_POSITIVE}, {"u", ACTION_UNDO},
		{"y", ACTION_COPY}, {"Y", ACTION_COPY_COMMAND}, {"/", ACTION_SEARCH},
		{"f", ACTION_FILTER}, {":", ACTION_COMMAND}, {"?", ACTION_HELP},
		{"Tab", ACTION_NEXT_PANE}, {"Enter", ACTION_OPEN}, {"Esc", ACTION_BACK},
		{"Space", ACTION_MARK}, {"PageUp", ACTION_PAGE_UP}, {"PageDown", ACTION_PAGE_DOWN},
	};
	struct keymap keymap;

	(void)state;
	keymap_init(&keymap);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(keymap_find(&keymap, key(keys[i].key)), keys[i].action);
}

static void
a_binding_replaces_the_defaults_of_its_action(void **state)
{
	struct keymap keymap;
	struct buf names = {0};
	struct error err;

	(void)state;
	keymap_init(&keymap);
	assert_ok(keymap_bind(&keymap, ACTION_VALIDATE, STR("V  Ctrl-V F2"), &err), &err);
	keymap_key_names(&keymap, ACTION_VALIDATE, &names);
	assert_string_equal(buf_cstr(&names), "V Ctrl-V F2");
	assert_int_equal(keymap_find(&keymap, 'v'), ACTION_NONE);
	buf_fini(&names);
}

static void
a_key_taken_from_another_actions_defaults_is_no_longer_its(void **state)
{
	struct keymap keymap;
	struct error err;

	(void)state;
	keymap_init(&keymap);
	assert_ok(keymap_bind(&keymap, ACTION_PROBLEMS, STR("x"), &err), &err);
	assert_int_equal(keymap_find(&keymap, 'x'), ACTION_PROBLEMS);
}

static void
an_action_may_be_left_without_a_key(void **state)
{
	struct keymap keymap;
	char name[KEY_NAME];
	struct error err;

	(void)state;
	keymap_init(&keymap);
	assert_ok(keymap_bind(&keymap, ACTION_QUIT, STR(""), &err), &err);
	assert_int_equal(keymap_find(&keymap, 'q'), ACTION_NONE);
	keymap_key_name(&keymap, ACTION_QUIT, name);
	assert_string_equal(name, "");
}

static void
words_that_name_no_key_are_refused(void **state)
{
	static const char *const words[] = {"Hyper-x", "F13", "F0", "Ctrl-", "Ctrl-1", "ab", "\033"};
	struct keymap keymap;
	struct error err;

	(void)state;
	keymap_init(&keymap);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_false(keymap_bind(&keymap, ACTION_NOTE, str_from(words[i]), &err));
		assert_non_null(strstr(err.text, "names no key"));
	}
}

static void
one_key_is_not_given_to_two_actions(void **state)
{
	struct keymap keymap;
	struct error err;

	(void)state;
	keymap_init(&keymap);
	assert_ok(keymap_bind(&keymap, ACTION_NOTE, STR("n"), &err), &err);
	assert_false(keymap_bind(&keymap, ACTION_UNDO, STR("n"), &err));
	assert_string_equal(err.text, "`n` is given to `note` already");
}

static void
actions_are_found_and_completed_by_name(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(action_find(STR("peek")), ACTION_PEEK);
	assert_int_equal(action_find(STR("pee")), ACTION_NONE);
	assert_str(action_complete(STR("pee"), &count), "peek");
	assert_int_equal(count, 1);
	assert_str(action_complete(STR("p"), &count), "p");
	assert_str(action_complete(STR("next"), &count), "next-");
	assert_int_equal(count, 3);
	assert_str(action_complete(STR("nothing"), &count), "nothing");
	assert_int_equal(count, 0);
}

static void
the_list_for_the_manual_names_every_action(void **state)
{
	struct buf list = {0};

	(void)state;
	action_list(&list);
	for (enum action a = 0; a < ACTION_COUNT; a++) {
		assert_non_null(strstr(buf_cstr(&list), actions[a].name));
		assert_non_null(strstr(buf_cstr(&list), actions[a].help));
	}
	buf_fini(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_key_has_a_name_and_one_action),
		cmocka_unit_test(the_keys_of_the_manual_do_what_it_says),
		cmocka_unit_test(a_binding_replaces_the_defaults_of_its_action),
		cmocka_unit_test(a_key_taken_from_another_actions_defaults_is_no_longer_its),
		cmocka_unit_test(an_action_may_be_left_without_a_key),
		cmocka_unit_test(words_that_name_no_key_are_refused),
		cmocka_unit_test(one_key_is_not_given_to_two_actions),
		cmocka_unit_test(actions_are_found_and_completed_by_name),
		cmocka_unit_test(the_list_for_the_manual_names_every_action),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
