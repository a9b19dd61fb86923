/*
 * Whether a file system keeps a store whole: SQLite's write-ahead mode shares memory between the
 * programs of one machine, and no network file system does that for two.
 * https://www.sqlite.org/wal.html
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "core/base/buf.h"
#include "core/store/private.h"

/* statfs(2) f_type; those of file systems that live on another machine. */
static const struct {
	unsigned long type;
	const char *name;
} network[] = {
	{0x6969, "NFS"},
	{0x517b, "SMB"},
	{0xfe534d42, "SMB"},
	{0xff534d42, "CIFS"},
	{0x5346414f, "AFS"},
	{0x6b414653, "AFS"},
	{0x73757245, "Coda"},
	{0x564c, "NCP"},
	{0x00c36400, "Ceph"},
	{0x0bd00bd0, "Lustre"},
	{0x01021997, "9p"},
	{0x01161970, "GFS2"},
	{0x7461636f, "OCFS2"},
	{0x47504653, "GPFS"},
	{0x19830326, "BeeGFS"},
	{0xaad7aaea, "PanFS"},
	{0x786f4256, "VirtualBox shared folder"},
	{0xbacbacbc, "VMware shared folder"},
};
enum { FUSE = 0x65735546 };

/* Of file systems in user space, those that bring a local disk; every other may be anywhere. */
static const char *const local_fuse[] = {"fuseblk", "fuse.ntfs-3g", "fuse.fuse-overlayfs",
	"fuse.bindfs", "fuse.encfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.mergerfs", "fuse.exfat"};

const char *
place_network_name(unsigned long type, const char *fuse)
{
	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++)
		if (network[i].type == type)
			return network[i].name;
	if (type != FUSE)
		return NULL;
	for (size_t i = 0; i < sizeof(local_fuse) / sizeof(local_fuse[0]); i++)
		if (strcmp(fuse, local_fuse[i]) == 0)
			return NULL;
	return *fuse ? fuse : "FUSE";
}

/* The type of the mount with that device, from a line of mountinfo (proc(5)). */
static bool
read_mount(const char *line, unsigned major_number, unsigned minor_number, char type[64])
{
	const char *dash = strstr(line, " - ");
	unsigned a, b;

	return dash && sscanf(line, "%*d %*d %u:%u", &a, &b) == 2 && a == major_number &&
	       b == minor_number && sscanf(dash, " - %63s", type) == 1;
}

/* "fuse.sshfs" and the like; "" when it is not found. */
static void
mount_type(const char *path, char type[64])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	struct stat st;

	type[0] = '\0';
	if (f && stat(path, &st) == 0)
		while (getline(&line, &size, f) > 0 &&
			!read_mount(line, major(st.st_dev), minor(st.st_dev), type))
			;
	if (f)
		fclose(f);
	free(line);
}

bool
place_is_local(const struct store *store, const char *folder, struct error *err)
{
	struct statfs fs;
	const char *name;
	char type[64];

	if (statfs(folder, &fs) != 0)
		return error_set(err, ERROR_STORE, "%s: cannot look at its file system: %s",
			store->path, strerror(errno));
	mount_type(folder, type);
	name = place_network_name((unsigned long)fs.f_type & 0xffffffff, type);
	return !name || error_set(err, ERROR_STORE,
				"%s: lies on a network file system (%s), which cannot keep a store "
				"whole that several programs use: name a file on a disk of this "
				"machine with --store",
				store->path, name);
}
