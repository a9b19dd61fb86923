/* Which files of a policy are safe, by facts and by real files. */
#include "tests/support/test.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/validation/policy_private.h"

#define FILE_PATH "/etc/keywatch/policy.ini"
enum { OWNER = 1000, STRANGER = 1001 };

/* ---- by facts ---- */

struct fact_case {
	const char *path;
	mode_t mode;
	uid_t owner;
	nlink_t links;
	ino_t inode;
	const char *expected; /* NULL: safe */
};

#define FOLDER(path, mode, owner, inode, expected)                                                 \
	{                                                                                          \
		path, S_IFDIR | (mode), owner, 2, inode, expected                                  \
	}
#define REGULAR(mode, owner, links, expected)                                                      \
	{                                                                                          \
		FILE_PATH, S_IFREG | (mode), owner, links, 1, expected                             \
	}
#define OTHER(type, expected)                                                                      \
	{                                                                                          \
		FILE_PATH, (type) | 0600, 0, 1, 1, expected                                        \
	}

static const struct fact_case fact_cases[] = {
	REGULAR(0644, 0, 1, NULL),
	REGULAR(0644, OWNER, 1, NULL),
	REGULAR(0400, 0, 1, NULL),
	REGULAR(0644, STRANGER, 1,
		FILE_PATH ": belongs to uid 1001, neither root nor the store's owner: chown root "
			  "/etc/keywatch/policy.ini"),
	REGULAR(0664, 0, 1,
		FILE_PATH ": may be written by its group (mode 0664): chmod go-w "
			  "/etc/keywatch/policy.ini"),
	REGULAR(0646, OWNER, 1,
		FILE_PATH ": may be written by everybody (mode 0646): chmod go-w "
			  "/etc/keywatch/policy.ini"),
	REGULAR(0620, 0, 1, FILE_PATH ": may be written by its group (mode 0620): "),
	REGULAR(02664, 0, 1, FILE_PATH ": may be written by its group (mode 2664): "),
	REGULAR(0644, 0, 2,
		FILE_PATH ": has 2 names (hard links), and the others may lie anywhere: cp -p "
			  "/etc/keywatch/policy.ini /etc/keywatch/new && mv /etc/keywatch/new "
			  "/etc/keywatch/policy.ini"),
	OTHER(S_IFIFO, FILE_PATH ": is a FIFO, no file: "),
	OTHER(S_IFSOCK, FILE_PATH ": is a socket, no file: "),
	OTHER(S_IFCHR, FILE_PATH ": is a device, no file: "),
	OTHER(S_IFBLK, FILE_PATH ": is a device, no file: "),
	OTHER(S_IFDIR, FILE_PATH ": is a folder, no file: "),
	FOLDER("/", 0755, 0, 2, NULL),
	FOLDER("/etc", 0755, OWNER, 2, NULL),
	FOLDER("/etc", 0755, STRANGER, 2,
		FILE_PATH ": its folder /etc belongs to uid 1001, neither root nor the store's "
			  "owner: install -D -m 644 /etc/keywatch/policy.ini "),
	FOLDER("/etc", 0775, 0, 2,
		FILE_PATH ": its folder /etc may be written by its group (mode 0775): chmod go-w "
			  "/etc"),
	FOLDER("/it's", 0757, 0, 2,
		FILE_PATH ": its folder /it's may be written by everybody (mode 0757): chmod go-w "
			  "'/it'\\''s'"),
	FOLDER("/tmp", 01777, 0, 2,
		FILE_PATH ": its folder /tmp may be written by everybody (mode 1777; the sticky "
			  "bit does not help): install -D -m 644 /etc/keywatch/policy.ini "
			  "/etc/keywatch/policy.ini"),
	FOLDER("/tmp", 01770, 0, 2, FILE_PATH ": its folder /tmp may be written by its group"),
	FOLDER("/var/lib/keywatch", 0755, 0, 77,
		FILE_PATH ": its folder /var/lib/keywatch is the store's: install -D -m 644 "),
};

static void
every_mode_owner_and_kind_is_judged(void **state)
{
	const struct policy_place place = {
		.owner = OWNER, .has_folder = true, .device = 5, .inode = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(fact_cases) / sizeof(fact_cases[0]); i++) {
		const struct fact_case *c = &fact_cases[i];
		const struct policy_facts facts = {c->path, strcmp(c->path, FILE_PATH) != 0,
			c->mode, c->owner, c->links, 5, c->inode};
		struct error err = {0};
		bool safe = policy_judge(&place, &facts, FILE_PATH, &err);

		if (c->expected && strncmp(err.text, c->expected, strlen(c->expected)) != 0)
			assert_string_equal(err.text, c->expected);
		assert_int_equal(safe, c->expected == NULL);
	}
}

/* Inode numbers repeat from one file system to the next. */
static void
the_stores_folder_is_told_by_its_device_too(void **state)
{
	const struct policy_place place = {.has_folder = true, .device = 5, .inode = 77};
	const struct policy_facts facts = {"/etc", true, S_IFDIR | 0755, 0, 2, 6, 77};

	(void)state;
	assert_true(policy_judge(&place, &facts, FILE_PATH, NULL));
}

/* ---- by real files ---- */

/* A folder with safe/policy.ini, and store/, in which the store lies. */
struct scene {
	char *top; /* owns */
	struct policy_place place;
};

static const char *
at(const struct scene *s, const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", s->top, name);
	return out;
}

static int
setup(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));
	struct error err;

	s->top = test_folder();
	assert_int_equal(mkdir(at(s, "safe"), 0755), 0);
	assert_int_equal(mkdir(at(s, "store"), 0775), 0);
	free(test_file(at(s, "safe"), "policy.ini", "text", 4));
	free(test_file(at(s, "store"), "keywatch.db", "", 0));
	assert_ok(policy_place_of(&s->place, at(s, "store/keywatch.db"), &err), &err);
	assert_true(s->place.has_folder);
	assert_int_equal(s->place.owner, geteuid());
	s->place.top = s->top;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	test_rmtree(s->top);
	free(s);
	return 0;
}

static void
expect_read(const struct scene *s, const char *path, const char *resolved)
{
	struct policy_file file = {0};
	struct error err;

	assert_ok(policy_file_read(&s->place, path, 4096, &file, &err) == POLICY_FOUND, &err);
	assert_str(file.content, "text");
	assert_string_equal(file.path, resolved);
	policy_file_fini(&file);
}

static void
expect(const struct scene *s, const char *path, enum policy_found found, const char *words)
{
	struct policy_file file = {0};
	struct error err = {0};

	assert_int_equal(policy_file_read(&s->place, path, 4096, &file, &err), found);
	assert_null(file.path);
	if (words && !strstr(err.text, words))
		assert_string_equal(err.text, words);
	if (words)
		assert_int_equal(err.kind, ERROR_USAGE);
}

static void
expect_refused(const struct scene *s, const char *name, const char *words)
{
	expect(s, at(s, name), POLICY_UNSAFE, words);
}

static void
a_safe_file_is_read_however_it_is_spelled(void **state)
{
	struct scene *s = *state;

	expect_read(s, at(s, "safe/policy.ini"), at(s, "safe/policy.ini"));
	expect_read(s, at(s, "./safe//../safe/./policy.ini"), at(s, "safe/policy.ini"));
	assert_int_equal(symlink("../safe", at(s, "safe/again")), 0);
	assert_int_equal(symlink(at(s, "safe/again/policy.ini"), at(s, "safe/link")), 0);
	expect_read(s, at(s, "safe/link"), at(s, "safe/policy.ini"));
	expect_read(s, at(s, "safe/again/../safe/link"), at(s, "safe/policy.ini"));
}

static void
a_folder_two_levels_up_that_the_group_may_write_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(mkdir(at(s, "safe/a"), 0755), 0);
	assert_int_equal(mkdir(at(s, "safe/a/b"), 0755), 0);
	free(test_file(at(s, "safe/a/b"), "f", "text", 4));
	expect_read(s, at(s, "safe/a/b/f"), at(s, "safe/a/b/f"));
	assert_int_equal(chmod(at(s, "safe"), 0775), 0);
	expect_refused(
		s, "safe/a/b/f", "/safe may be written by its group (mode 0775): chmod go-w");
	assert_int_equal(chmod(at(s, "safe"), 01777), 0);
	expect_refused(s, "safe/a/b/f", "the sticky bit does not help");
}

static void
files_that_others_may_write_are_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(chmod(at(s, "safe/policy.ini"), 0664), 0);
	expect_refused(s, "safe/policy.ini", "policy.ini: may be written by its group (mode 0664)");
	assert_int_equal(chmod(at(s, "safe/policy.ini"), 0602), 0);
	expect_refused(s, "safe/policy.ini", "may be written by everybody (mode 0602)");
}

static void
what_lies_in_the_stores_folder_or_below_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(chmod(at(s, "store"), 0755), 0);
	assert_int_equal(mkdir(at(s, "store/etc"), 0755), 0);
	free(test_file(at(s, "store"), "policy.ini", "text", 4));
	free(test_file(at(s, "store/etc"), "policy.ini", "text", 4));
	expect_refused(s, "store/policy.ini", "/store is the store's");
	expect_refused(s, "store/etc/policy.ini", "/store is the store's");
	expect_refused(s, "safe/../store/policy.ini", "/store is the store's");
	assert_int_equal(symlink("../store/policy.ini", at(s, "safe/link")), 0);
	expect_refused(s, "safe/link", "/store is the store's");
	assert_int_equal(symlink(at(s, "store"), at(s, "safe/folder")), 0);
	expect_refused(s, "safe/folder/etc/policy.ini", "/store is the store's");
}

/* Whoever may write there chooses what is read. */
static void
a_link_where_others_may_write_is_refused_wherever_it_leads(void **state)
{
	struct scene *s = *state;

	assert_int_equal(mkdir(at(s, "open"), 0777), 0);
	assert_int_equal(chmod(at(s, "open"), 01777), 0);
	assert_int_equal(symlink(at(s, "safe/policy.ini"), at(s, "open/link")), 0);
	expect_refused(s, "open/link", "/open may be written by everybody");
	assert_int_equal(symlink(at(s, "safe/policy.ini"), at(s, "store/link")), 0);
	expect_refused(s, "store/link", "/store is the store's");
}

static void
a_file_with_a_second_name_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(link(at(s, "safe/policy.ini"), at(s, "store/same")), 0);
	expect_refused(s, "safe/policy.ini", "has 2 names (hard links)");
}

static void
what_is_no_file_is_not_opened(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct scene *s = *state;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", at(s, "safe/socket"));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(mkfifo(at(s, "safe/fifo"), 0600), 0);
	assert_int_equal(symlink("/dev/zero", at(s, "safe/device")), 0);
	assert_int_equal(symlink("/dev/tty", at(s, "safe/terminal")), 0);
	expect_refused(s, "safe/socket", "is a socket");
	expect_refused(s, "safe/fifo", "is a FIFO");
	expect_refused(s, "safe/device", "is a device");
	expect_refused(s, "safe/terminal", "is a device");
	expect_refused(s, "safe", "is a folder, no file");
	expect_refused(s, "safe/", "is a folder, no file");
	expect_refused(s, "safe/policy.ini/", "Not a directory");
	expect_refused(s, "safe/policy.ini/x", "Not a directory");
	expect(s, "/", POLICY_UNSAFE, "is a folder, no file");
	expect(s, "safe/policy.ini", POLICY_UNSAFE, "is relative: a path begins with /");
	expect(s, "", POLICY_UNSAFE, "is relative");
}

static void
links_that_lead_nowhere_or_around_are_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(symlink("nowhere", at(s, "safe/dangling")), 0);
	assert_int_equal(symlink("around", at(s, "safe/around")), 0);
	expect_refused(s, "safe/dangling", "No such file or directory");
	expect_refused(s, "safe/around", "Too many levels of symbolic links");
}

/* Nothing there is no refusal, however the folder is. */
static void
a_file_that_is_not_there_is_absent(void **state)
{
	struct scene *s = *state;

	expect(s, at(s, "safe/nowhere"), POLICY_ABSENT, NULL);
	expect(s, at(s, "nowhere/policy.ini"), POLICY_ABSENT, NULL);
	assert_int_equal(chmod(at(s, "safe"), 0777), 0);
	expect(s, at(s, "safe/nowhere"), POLICY_ABSENT, NULL);
}

static void
a_large_file_is_refused_and_an_empty_one_is_read(void **state)
{
	struct scene *s = *state;
	struct policy_file file = {0};
	char bytes[4097] = {0};
	struct error err;

	free(test_file(at(s, "safe"), "large", bytes, sizeof(bytes)));
	expect_refused(s, "safe/large", "is larger than 4096 bytes");
	free(test_file(at(s, "safe"), "exact", bytes, 4096));
	free(test_file(at(s, "safe"), "empty", "", 0));
	assert_int_equal(
		policy_file_read(&s->place, at(s, "safe/exact"), 4096, &file, &err), POLICY_FOUND);
	policy_file_fini(&file);
	assert_int_equal(
		policy_file_read(&s->place, at(s, "safe/empty"), 4096, &file, &err), POLICY_FOUND);
	assert_str(file.content, "");
	policy_file_fini(&file);
}

/* Root may read everything: then as somebody else. */
static void
what_may_not_be_read_or_passed_is_refused_with_the_command(void **state)
{
	struct scene *s = *state;
	uid_t me = geteuid();

	assert_int_equal(chmod(s->top, 0755), 0);
	assert_int_equal(chmod(at(s, "safe/policy.ini"), 0), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0);
	expect_refused(s, "safe/policy.ini", "Permission denied: chmod a+r ");
	assert_int_equal(seteuid(me), 0);
	assert_int_equal(chmod(at(s, "safe"), 0), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0);
	expect_refused(s, "safe/policy.ini", "Permission denied: chmod a+x ");
	assert_int_equal(seteuid(me), 0);
	assert_int_equal(chmod(at(s, "safe"), 0755), 0);
}

/* Only root gives files away; for the rest the cases by facts stand. */
static void
files_of_strangers_are_refused(void **state)
{
	struct scene *s = *state;

	if (geteuid() == 0) {
		assert_int_equal(chown(at(s, "safe/policy.ini"), STRANGER, 0), 0);
		expect_refused(s, "safe/policy.ini", "belongs to uid 1001");
		s->place.owner = STRANGER;
		expect_read(s, at(s, "safe/policy.ini"), at(s, "safe/policy.ini"));
		assert_int_equal(chown(at(s, "safe"), OWNER, 0), 0);
		expect_refused(s, "safe/policy.ini", "/safe belongs to uid 1000");
	} else {
		s->place.owner = 0; /* then we are the stranger */
		expect_refused(s, "safe/policy.ini", "belongs to uid");
	}
}

static void
without_the_seam_of_these_tests_every_folder_is_judged(void **state)
{
	struct scene *s = *state;
	struct stat st;

	s->place.top = NULL;
	assert_int_equal(stat("/tmp", &st), 0);
	if (st.st_mode & 022)
		expect_refused(s, "safe/policy.ini", "its folder /tmp may be written by");
	else
		expect_read(s, at(s, "safe/policy.ini"), at(s, "safe/policy.ini"));
}

static void
the_store_says_who_may_own_the_files(void **state)
{
	struct scene *s = *state;
	struct policy_place place;
	struct error err;

	assert_ok(policy_place_of(&place, NULL, &err), &err);
	assert_false(place.has_folder);
	assert_int_equal(place.owner, geteuid());
	assert_ok(policy_place_of(&place, at(s, "store/none.db"), &err), &err);
	assert_true(place.has_folder);
	assert_int_equal(place.owner, geteuid());
	assert_ok(policy_place_of(&place, at(s, "none/none.db"), &err), &err);
	assert_false(place.has_folder);
	assert_ok(policy_place_of(&place, "none.db", &err), &err);
	assert_true(place.has_folder);
	if (geteuid() == 0)
		assert_int_equal(chown(at(s, "store/keywatch.db"), STRANGER, 0), 0);
	assert_ok(policy_place_of(&place, at(s, "store/keywatch.db"), &err), &err);
	assert_int_equal(place.owner, geteuid() == 0 ? STRANGER : geteuid());
	assert_int_equal(symlink("keywatch.db", at(s, "store/link.db")), 0);
	assert_false(policy_place_of(&place, at(s, "store/link.db"), &err));
	assert_non_null(strstr(err.text, "the store is a symbolic link"));
}

#define scene_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mode_owner_and_kind_is_judged),
		cmocka_unit_test(the_stores_folder_is_told_by_its_device_too),
		scene_test(a_safe_file_is_read_however_it_is_spelled),
		scene_test(a_folder_two_levels_up_that_the_group_may_write_is_refused),
		scene_test(files_that_others_may_write_are_refused),
		scene_test(what_lies_in_the_stores_folder_or_below_is_refused),
		scene_test(a_link_where_others_may_write_is_refused_wherever_it_leads),
		scene_test(a_file_with_a_second_name_is_refused),
		scene_test(what_is_no_file_is_not_opened),
		scene_test(links_that_lead_nowhere_or_around_are_refused),
		scene_test(a_file_that_is_not_there_is_absent),
		scene_test(a_large_file_is_refused_and_an_empty_one_is_read),
		scene_test(what_may_not_be_read_or_passed_is_refused_with_the_command),
		scene_test(files_of_strangers_are_refused),
		scene_test(without_the_seam_of_these_tests_every_folder_is_judged),
		scene_test(the_store_says_who_may_own_the_files),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
