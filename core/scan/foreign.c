#include "core/scan/foreign.h"

struct magic {
	size_t offset;
	struct str bytes;
	struct foreign foreign;
};

#define BYTES(text)                                                                                \
	{                                                                                          \
		(text), sizeof(text) - 1                                                           \
	}

/* clang-format off */
static const struct magic magics[] = {
	{0, BYTES("PK\x03\x04"), {"zip", "unpack it with `unzip FILE`"}},
	{0, BYTES("PK\x05\x06"), {"zip", "it is an empty archive"}},
	{0, BYTES("\x28\xb5\x2f\xfd"), {"zstd", "unpack it with `zstd -d FILE`"}},
	{0, BYTES("BZh"), {"bzip2", "unpack it with `bunzip2 FILE`"}},
	{0, BYTES("\xfd" "7zXZ\0"), {"xz", "unpack it with `unxz FILE`"}},
	{0, BYTES("7z\xbc\xaf\x27\x1c"), {"7z", "unpack it with `7z x FILE`"}},
	{0, BYTES("\x04\x22\x4d\x18"), {"lz4", "unpack it with `lz4 -d FILE`"}},
	{0, BYTES("PAR1"), {"Parquet", "export it as JSON, e.g. `duckdb -c \"COPY (FROM 'FILE') TO 'FILE.json'\"`"}},
	{0, BYTES("Obj\x01"), {"Avro", "export it as JSON with `avrocat FILE`"}},
	{0, BYTES("ORC"), {"ORC", "export it as JSON"}},
	{0, BYTES("SQLite format 3\0"), {"an SQLite database", "a keywatch store is opened with --store"}},
	{0, BYTES("\xff\xfe"), {"UTF-16", "convert it with `iconv -f UTF-16 -t UTF-8 FILE`"}},
	{0, BYTES("\xfe\xff"), {"UTF-16", "convert it with `iconv -f UTF-16 -t UTF-8 FILE`"}},
	{0, BYTES("{\0"), {"UTF-16", "convert it with `iconv -f UTF-16LE -t UTF-8 FILE`"}},
	{0, BYTES("[\0"), {"UTF-16", "convert it with `iconv -f UTF-16LE -t UTF-8 FILE`"}},
	{0, BYTES("\0{"), {"UTF-16", "convert it with `iconv -f UTF-16BE -t UTF-8 FILE`"}},
	{0, BYTES("\0["), {"UTF-16", "convert it with `iconv -f UTF-16BE -t UTF-8 FILE`"}},
	/* With what stands behind it: only that keeps a word in a log from making an archive of it. */
	{257, BYTES("ustar\0"), {"tar", "unpack it with `tar -xf FILE`"}},
	{257, BYTES("ustar  \0"), {"tar", "unpack it with `tar -xf FILE`"}},
};
/* clang-format on */

/* UTF-16 without a mark: the next character has its zero byte, too. A single one is damage. */
static bool
goes_on_wide(struct str head)
{
	size_t zero = head.data[0] ? 3 : 2;

	return zero < head.len && head.data[zero] == '\0';
}

static bool
is_it(const struct magic *magic, struct str head)
{
	if (!str_starts_with(str_slice(head, magic->offset, head.len), magic->bytes))
		return false;
	return magic->bytes.len != 2 || !memchr(magic->bytes.data, 0, 2) || goes_on_wide(head);
}

const struct foreign *
foreign_find(struct str head)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (is_it(&magics[i], head))
			return &magics[i].foreign;
	return NULL;
}
