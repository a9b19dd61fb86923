/* `keywatch store`: a store that a team works in. */
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/stage.h"

/* A store in a folder of its own below the home. */
static char *
make_store(const struct stage *stage)
{
	struct buf path = {0};
	struct run run = {0};

	buf_printf(&path, "%s/team/keywatch.db", stage->home);
	stage_run(stage, &run, "scan", "--store", buf_cstr(&path), SAMPLE);
	assert_int_equal(run.status, 0);
	run_fini(&run);
	return buf_take(&path);
}

static void
share(const struct stage *stage, const char *store, const char *group, int status, const char *says)
{
	struct run run = {0};

	stage_run(stage, &run, "store", "share", group, "--store", store);
	assert_int_equal(run.status, status);
	if (!strstr(buf_cstr(status ? &run.err : &run.out), says))
		fail_msg("%s", buf_cstr(status ? &run.err : &run.out));
	run_fini(&run);
}

static void
assert_mode(const char *path, mode_t mode)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_gid, getgid());
}

static void
a_store_is_opened_to_a_group_with_its_folder(void **state)
{
	const struct stage *stage = *state;
	const struct group *mine = getgrgid(getgid());
	char *store = make_store(stage), *folder = mem_strdup(store);
	struct stat before;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(stat(store, &before), 0);
	assert_int_equal(before.st_mode & 07777, 0600);
	assert_non_null(mine);
	assert_int_equal(chmod(stage->home, 0711), 0);
	share(stage, store, mine->gr_name, 0, "may now read this store, decide in it");
	assert_mode(store, 0660);
	assert_mode(folder, 02770);
	free(folder);
	free(store);
}

static void
what_a_group_should_not_get_is_not_shared(void **state)
{
	const struct stage *stage = *state;
	const char *mine = getgrgid(getgid())->gr_name;
	char *store = make_store(stage);
	struct buf other = {0};

	assert_int_equal(chmod(stage->home, 0711), 0);
	share(stage, store, "no-such-group", 2, "there is no group no-such-group");
	share(stage, "/no/such/store.db", mine, 65, "there is no store yet");
	buf_printf(&other, "%s/team/notes", stage->home);
	assert_int_equal(mkdir(buf_cstr(&other), 0700), 0);
	share(stage, store, mine, 2, "holds other things than the store (notes)");
	assert_mode(store, 0600);
	buf_fini(&other);
	free(store);
}

static void
a_folder_that_lets_nobody_through_is_named(void **state)
{
	const struct stage *stage = *state;
	char *store = make_store(stage);

	assert_int_equal(chmod(stage->home, 0700), 0);
	share(stage, store, getgrgid(getgid())->gr_name, 2, "lets nobody else through");
	assert_mode(store, 0600);
	free(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_store_is_opened_to_a_group_with_its_folder),
		stage_test(what_a_group_should_not_get_is_not_shared),
		stage_test(a_folder_that_lets_nobody_through_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
