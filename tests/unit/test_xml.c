#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/source/xml.h"

static bool
write_down(void *context, const char *path, struct str text)
{
	assert_non_null(text.data);
	buf_printf(context, "%s=%.*s\n", path, STR_ARG(text));
	return strcmp(path, "stop") != 0;
}

static void
assert_read(const char *xml, const char *expected)
{
	struct buf out = {0};
	struct error err;

	assert_ok(xml_parse(str_from(xml), write_down, &out, &err), &err);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
assert_refused(const char *xml, const char *part)
{
	struct buf out = {0};
	struct error err = {0};

	assert_false(xml_parse(str_from(xml), write_down, &out, &err));
	if (!strstr(err.text, part))
		assert_string_equal(err.text, part);
	assert_int_equal(err.kind, ERROR_INPUT);
	buf_fini(&out);
}

static void
elements_are_given_by_path_with_their_own_text(void **state)
{
	(void)state;
	assert_read("<?xml version=\"1.0\"?>\n<L xmlns=\"u\" xmlns:x=\"v\"><x:C a=\"1\"><K>a&amp;"
		    "b&#228;<![CDATA[<&]]></K>t</x:C><E/>u<E></E></L>",
		"L/C/K=a&b\xc3\xa4<&\nL/C=t\nL/E=\nL/E=\nL=u\n");
	assert_read("<A><B>1</B><B>2</B></A>", "A/B=1\nA/B=2\nA=\n");
}

static void
what_is_no_answer_is_refused(void **state)
{
	(void)state;
	assert_refused("", "is bad");
	assert_refused("<A><B></A>", "is bad");
	assert_refused("<A>1</A><B/>", "is bad");
	assert_refused("<A>cut", "is bad");
	assert_refused("<!DOCTYPE html><html><body>502</body></html>", "has a DTD");
	assert_refused(
		"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "has a DTD");
	assert_refused("<stop/>", "its reader stopped");
	assert_refused("<a><stop/></a", "is bad");
}

static void
depth_is_limited(void **state)
{
	struct buf xml = {0};
	struct error err;

	(void)state;
	for (int i = 0; i < 33; i++)
		buf_puts(&xml, "<a>");
	assert_false(xml_parse(buf_view(&xml), write_down, &xml, &err));
	assert_non_null(strstr(err.text, "nests too deep"));
	buf_fini(&xml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_given_by_path_with_their_own_text),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(depth_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
