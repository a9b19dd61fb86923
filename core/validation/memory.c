#include "core/validation/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/mem.h"

#define FIRST_LINE "keywatch verified 1\n"
enum {
	KEY_BYTES = 32,
	LINE = HASH_HEX, /* with its newline */
	FILE_MAX = 64 << 20,
};

struct bad {
	enum verdict verdict;
	char *why; /* owns */
};

/* Half of the slots at most are used. */
struct memory {
	struct slot {
		unsigned char key[KEY_BYTES];
		uint32_t value; /* 0: free, 1: good, else 2 + index in bad */
	} * slots;		/* owns */
	size_t slot_count, count;
	struct bad *bad; /* owns */
	size_t bad_count, bad_capacity;
	memory_added *added; /* NULL: nobody asks */
	void *context;
	int fd; /* appended to; -1: none */
};
enum { FREE, GOOD, FIRST_BAD };

static bool
read_key(const char *hex, unsigned char key[KEY_BYTES])
{
	for (int i = 0; i < KEY_BYTES; i++) {
		int value = 0;

		for (int digit = 0; digit < 2; digit++) {
			char c = hex[2 * i + digit];

			if (c >= '0' && c <= '9')
				value = value * 16 + c - '0';
			else if (c >= 'a' && c <= 'f')
				value = value * 16 + c - 'a' + 10;
			else
				return false;
		}
		key[i] = (unsigned char)value;
	}
	return true;
}

static struct slot *
slot_of(const struct memory *m, const unsigned char key[KEY_BYTES])
{
	size_t slot;

	memcpy(&slot, key, sizeof(slot));
	for (slot &= m->slot_count - 1;
		m->slots[slot].value && memcmp(m->slots[slot].key, key, KEY_BYTES) != 0;)
		slot = (slot + 1) & (m->slot_count - 1);
	return &m->slots[slot];
}

static void
grow(struct memory *m)
{
	struct memory old = *m;

	m->slot_count = old.slot_count ? 2 * old.slot_count : 1024;
	m->slots = mem_zalloc(m->slot_count * sizeof(*m->slots));
	for (size_t i = 0; i < old.slot_count; i++)
		if (old.slots[i].value)
			*slot_of(m, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

static void
put(struct memory *m, const unsigned char key[KEY_BYTES], uint32_t value)
{
	struct slot *slot;

	if (2 * (m->count + 1) > m->slot_count)
		grow(m);
	slot = slot_of(m, key);
	m->count += !slot->value;
	memcpy(slot->key, key, KEY_BYTES);
	slot->value = value;
}

/* A line that is none, such as one that a full disk cut, is stepped over. */
static void
read_lines(struct memory *m, struct str text)
{
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);
		unsigned char key[KEY_BYTES];

		if (end == LINE - 1 && read_key(text.data, key))
			put(m, key, GOOD);
		text = end == (size_t)-1 ? STR("") : str_slice(text, end + 1, text.len);
	}
}

/* ---- the file ---- */

static bool
refuse(const char *path, const char *why, struct error *err)
{
	return error_set(err, ERROR_SYSTEM,
		"%s: %s: what was verified is not remembered; remove it and it is made anew", path,
		why);
}

static bool
check(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return refuse(path, "is no file", err);
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return refuse(path, "others may read or write it", err);
	if (st.st_size > FILE_MAX)
		return refuse(path, "is too large", err);
	return true;
}

static bool
read_whole(struct memory *m, const char *path, struct error *err)
{
	struct buf text = {0};
	ssize_t n;
	bool ok;

	do {
		buf_reserve(&text, 65536);
		n = pread(m->fd, text.data + text.len, 65536, (off_t)text.len);
		text.len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	ok = n == 0;
	if (ok && !text.len)
		ok = write(m->fd, FIRST_LINE, sizeof(FIRST_LINE) - 1) ==
			     (ssize_t)sizeof(FIRST_LINE) - 1 ||
		     refuse(path, strerror(errno), err);
	else if (ok && !str_starts_with(buf_view(&text), STR(FIRST_LINE)))
		ok = refuse(path, "is no such file", err);
	else if (!ok)
		refuse(path, strerror(errno), err);
	else if (!str_ends_with(buf_view(&text), STR("\n")))
		ok = write(m->fd, "\n", 1) == 1 || refuse(path, strerror(errno), err);
	read_lines(m, ok ? buf_view(&text) : STR(""));
	buf_fini(&text);
	return ok;
}

bool
memory_open(struct memory **out, const char *path, struct error *err)
{
	struct memory *m = MEM_NEW(struct memory);
	bool ok = true;

	grow(m);
	*out = m;
	m->fd = -1;
	if (!path)
		return true;
	m->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (m->fd < 0)
		return refuse(path, strerror(errno), err);
	ok = check(m->fd, path, err) && read_whole(m, path, err);
	if (!ok) {
		close(m->fd);
		m->fd = -1;
	}
	return ok;
}

void
memory_close(struct memory *m)
{
	if (!m)
		return;
	if (m->fd >= 0)
		close(m->fd);
	for (size_t i = 0; i < m->bad_count; i++)
		free(m->bad[i].why);
	free(m->bad);
	free(m->slots);
	free(m);
}

enum verdict
memory_find(const struct memory *m, const char key[HASH_HEX], struct str *why)
{
	unsigned char bytes[KEY_BYTES];
	uint32_t value = read_key(key, bytes) ? slot_of(m, bytes)->value : FREE;

	*why = STR_ABSENT;
	if (value == FREE)
		return VERDICT_CHECKING;
	if (value == GOOD)
		return VERDICT_HOLDS;
	*why = str_from(m->bad[value - FIRST_BAD].why);
	return m->bad[value - FIRST_BAD].verdict;
}

void
memory_learn(struct memory *m, const char key[HASH_HEX], enum verdict verdict, struct str why)
{
	unsigned char bytes[KEY_BYTES];
	struct buf text = {0};

	if (!read_key(key, bytes) || slot_of(m, bytes)->value)
		return;
	if (verdict == VERDICT_HOLDS) {
		put(m, bytes, GOOD);
		return;
	}
	buf_str(&text, why);
	MEM_GROW(m->bad, m->bad_count, m->bad_capacity);
	m->bad[m->bad_count] = (struct bad){verdict, mem_strdup(buf_cstr(&text))};
	put(m, bytes, FIRST_BAD + (uint32_t)m->bad_count++);
	buf_fini(&text);
}

/* One write of one line: several programs may append at a time. What cannot be kept is verified
 * again. */
static void
keep(struct memory *m, const char key[HASH_HEX])
{
	char line[LINE];

	memcpy(line, key, LINE - 1);
	line[LINE - 1] = '\n';
	if (m->fd >= 0 && write(m->fd, line, LINE) != LINE) {
		close(m->fd);
		m->fd = -1;
	}
}

void
memory_add(struct memory *m, const char key[HASH_HEX], enum verdict verdict, struct str why)
{
	struct str known;

	if (memory_find(m, key, &known) != VERDICT_CHECKING)
		return;
	memory_learn(m, key, verdict, why);
	if (verdict == VERDICT_HOLDS)
		keep(m, key);
	if (m->added)
		m->added(m->context, key, verdict, why);
}

void
memory_watch(struct memory *m, memory_added *added, void *context)
{
	m->added = added;
	m->context = context;
}
