/* What kind of place a sourceIPAddress is, and which are the same. */
#include "tests/support/test.h"

#include "core/alert/address.h"

static const struct {
	const char *text;
	enum address_kind kind;
} addresses[] = {
	{"", ADDRESS_ABSENT},
	{"8.8.8.8", ADDRESS_PUBLIC},
	{"203.0.113.9", ADDRESS_PUBLIC},
	{"172.15.255.255", ADDRESS_PUBLIC},
	{"172.16.0.0", ADDRESS_PRIVATE},
	{"172.31.255.255", ADDRESS_PRIVATE},
	{"172.32.0.0", ADDRESS_PUBLIC},
	{"192.168.0.1", ADDRESS_PRIVATE},
	{"10.0.0.1", ADDRESS_PRIVATE},
	{"100.64.0.1", ADDRESS_SHARED},
	{"127.0.0.1", ADDRESS_LOOPBACK},
	{"169.254.169.254", ADDRESS_LINK_LOCAL},
	{"0.0.0.0", ADDRESS_RESERVED},
	{"255.255.255.255", ADDRESS_RESERVED},
	{"224.0.0.1", ADDRESS_RESERVED},
	{"2600:1f18::1", ADDRESS_PUBLIC},
	{"::1", ADDRESS_LOOPBACK},
	{"::", ADDRESS_RESERVED},
	{"fd00::1", ADDRESS_PRIVATE},
	{"fe80::1", ADDRESS_LINK_LOCAL},
	{"::ffff:10.0.0.1", ADDRESS_PRIVATE},
	{"ff02::1", ADDRESS_RESERVED},
	{"cloudformation.amazonaws.com", ADDRESS_SERVICE},
	{"AWS Internal", ADDRESS_SERVICE},
	{"ec2.amazonaws.com.cn", ADDRESS_SERVICE},
	{"evil-amazonaws.com", ADDRESS_INVALID},
	{"211.9.016.253", ADDRESS_INVALID},
	{"1.2.3", ADDRESS_INVALID},
	{" 8.8.8.8", ADDRESS_INVALID},
	{"8.8.8.8\n", ADDRESS_INVALID},
	{"fe80::1%eth0", ADDRESS_INVALID},
	{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001", ADDRESS_INVALID},
};

static void
every_address_has_its_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		print_message("\"%s\"\n", addresses[i].text);
		assert_int_equal(address_classify(str_from(addresses[i].text)), addresses[i].kind);
	}
}

static const struct {
	const char *text;
	bool is_place;
} places[] = {
	{"203.0.113.9", true},
	{"2001:db8::1", true},
	{"211.9.016.253", true},
	{"256.0.0.1", true},
	{"1.2.3", true},
	{"2001:db8::1::", true},
	{"", false},
	{"12", false},
	{"dead.beef", false},
	{"8.8.8.8 ", false},
	{"x.x.x.x", false},
	{"evil-amazonaws.com", false},
	{"AWS Internal", false},
	{"ec2.amazonaws.com", false},
};

static void
what_is_written_like_an_address_tells_a_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		print_message("\"%s\"\n", places[i].text);
		assert_int_equal(address_is_place(str_from(places[i].text)), places[i].is_place);
	}
}

static const struct {
	const char *a, *b;
	bool equal;
} spelled[] = {
	{"2001:db8::1", "2001:db8:0:0:0:0:0:1", true},
	{"2001:DB8::a", "2001:db8::A", true},
	{"::ffff:10.0.0.1", "10.0.0.1", true},
	{"2001:db8::1", "2001:db8::2", false},
	{"10.0.0.1", "10.0.0.10", false},
	{"10.0.0.1", "010.0.0.1", false},
	{"ec2.amazonaws.com", "ec2.amazonaws.com", true},
	{"ec2.amazonaws.com", "EC2.amazonaws.com", false},
	{"fe80::1%a", "fe80::1%b", false},
	{"2001:0DB8::0:1", "2001:db8:0000::1", true},
	{"2001:db8::1", "", false},
};

static void
an_address_is_the_same_however_it_is_spelled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
		struct str a = str_from(spelled[i].a), b = str_from(spelled[i].b);

		print_message("\"%s\" \"%s\"\n", spelled[i].a, spelled[i].b);
		assert_int_equal(address_equal(a, b), spelled[i].equal);
		assert_int_equal(address_equal(b, a), spelled[i].equal);
	}
	assert_false(address_equal(STR_ABSENT, STR("::")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_has_its_kind),
		cmocka_unit_test(what_is_written_like_an_address_tells_a_place),
		cmocka_unit_test(an_address_is_the_same_however_it_is_spelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
