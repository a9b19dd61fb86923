/* Which file systems hold no store. */
#include "tests/support/test.h"

#include "core/store/private.h"

static void
network_file_systems_are_known_by_their_type(void **state)
{
	static const struct {
		unsigned long type;
		const char *mount, *name;
	} cases[] = {
		{0xef53, "ext4", NULL},
		{0x58465342, "xfs", NULL},
		{0x9123683e, "btrfs", NULL},
		{0x01021994, "tmpfs", NULL},
		{0x794c7630, "overlay", NULL},
		{0x2fc12fc1, "zfs", NULL},
		{0x6969, "nfs4", "NFS"},
		{0xfe534d42, "cifs", "SMB"},
		{0xff534d42, "cifs", "CIFS"},
		{0x01021997, "9p", "9p"},
		{0x00c36400, "ceph", "Ceph"},
		{0x65735546, "fuse.sshfs", "fuse.sshfs"},
		{0x65735546, "fuse.glusterfs", "fuse.glusterfs"},
		{0x65735546, "", "FUSE"},
		{0x65735546, "fuseblk", NULL},
		{0x65735546, "fuse.fuse-overlayfs", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = place_network_name(cases[i].type, cases[i].mount);

		assert_string_equal(name ? name : "-", cases[i].name ? cases[i].name : "-");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_file_systems_are_known_by_their_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
