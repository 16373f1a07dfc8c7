/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "vmm/guest/nfit.h"
#include "vmm/guest/unpack.h"

#define PATH_BYTES 32
#define TABLE	   40
#define SPA	   56

/* As QEMU 7.2 writes one for a region; @at: where it begins. */
static void add_spa(uint8_t *table, size_t at, uint64_t base, uint64_t size)
{
	static const uint8_t pmem[16] = { 0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4,
					  0x74, 0x40, 0xac, 0x43, 0x0d, 0x33,
					  0x18, 0xb7, 0x8c, 0xdb };

	table[at + 2] = SPA;
	memcpy(table + at + 16, pmem, sizeof(pmem));
	memcpy(table + at + 32, &base, 8);
	memcpy(table + at + 40, &size, 8);
}

static void finish(uint8_t *table, uint32_t len)
{
	uint8_t sum = 0;

	memcpy(table, "NFIT", 4);
	memcpy(table + 4, &len, 4);
	table[9] = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)-sum;
}

TEST(ranges_of_persistent_memory_are_found)
{
	uint8_t table[TABLE + 2 * SPA + 8 + SPA] = { 0 };
	struct nfit_range range[4];
	struct why why;

	add_spa(table, TABLE, UINT64_C(1) << 32, 4096);
	table[TABLE + SPA] = 4; /* another kind of structure */
	table[TABLE + SPA + 2] = 8;
	add_spa(table, TABLE + SPA + 8, UINT64_C(5) << 32, 8192);
	add_spa(table, TABLE + SPA + 8 + SPA, 1, 2);
	table[TABLE + SPA + 8 + SPA + 16] = 0; /* another kind of memory */
	finish(table, sizeof(table));
	CHECK_INT(nfit_read(table, sizeof(table), range, 4, &why), 2);
	CHECK(range[0].base == UINT64_C(1) << 32 && range[0].size == 4096);
	CHECK(range[1].base == UINT64_C(5) << 32 && range[1].size == 8192);
	CHECK_INT(nfit_read(table, sizeof(table), range, 1, &why), 1);
}

TEST(a_damaged_table_is_refused)
{
	uint8_t table[TABLE + SPA] = { 0 };
	struct nfit_range range[4];
	struct why why;

	add_spa(table, TABLE, 1, 2);
	finish(table, sizeof(table));
	CHECK_INT(nfit_read(table, sizeof(table), range, 4, &why), 1);
	table[TABLE + 40]++;
	CHECK_INT(nfit_read(table, sizeof(table), range, 4, &why), -EBADMSG);
	CHECK(strstr(why.text, "checksum"));
	for (size_t len = 0; len < sizeof(table); len++)
		CHECK_INT(nfit_read(table, len, range, 4, &why), -EBADMSG);
	for (unsigned int size = 0; size < 256; size++) {
		table[TABLE + 2] = (uint8_t)size;
		finish(table, sizeof(table));
		int r = nfit_read(table, sizeof(table), range, 4, &why);
		/* Behind a small one zeros begin, which have no size. */
		CHECK_INT(r, size == SPA ? 1 : -EBADMSG);
	}
}

/* Append an entry; @name has @name_len bytes with its NUL. */
static void add(struct str *s, unsigned int mode, const char *name,
		size_t name_len, const char *data, size_t len)
{
	str_addf(s,
		 "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		 1, mode, 0, 0, 1, 0, len, 0, 0, 0, 0, name_len, 0);
	str_add_bytes(s, name, name_len);
	while (s->len % 4)
		str_add_bytes(s, "", 1);
	/* One that claims more than there is has nothing. */
	if (len < 4096)
		str_add_bytes(s, data, len);
	while (s->len % 4)
		str_add_bytes(s, "", 1);
}

#define ADD(s, mode, name, text)                                               \
	add(s, mode, name, sizeof(name), text, strlen(text))

static int unpack_text(struct str *s, int root, struct why *why)
{
	int r = unpack(root, str_text(s), s->len, why);

	str_done(s);
	return r;
}

static int new_root(char *path)
{
	snprintf(path, PATH_BYTES, "/tmp/ktstr-unpack-XXXXXX");
	return open(mkdtemp(path), O_RDONLY | O_DIRECTORY);
}

TEST(an_archive_becomes_files)
{
	char path[PATH_BYTES], target[32] = "";
	auto_free char *text = NULL;
	auto_free char *again = NULL;
	struct str s = { 0 };
	struct stat st;
	struct why why;
	auto_fd int root = new_root(path);

	CHECK_INT(mkdirat(root, "old", 0700), 0);
	CHECK_INT(fchmodat(root, "old", 01777, 0), 0);
	ADD(&s, S_IFDIR | 0755, "old", "");
	ADD(&s, S_IFDIR | 0711, "new", "");
	ADD(&s, S_IFREG | 04755, "new/file", "some text");
	ADD(&s, S_IFREG | 0644, "old/empty", "");
	ADD(&s, S_IFLNK | 0777, "new/link", "../old");
	ADD(&s, S_IFREG | 0600, "new/link/through", "a link");
	ADD(&s, S_IFREG | 0600, "new/file", "other text");
	ADD(&s, 0, "TRAILER!!!", "");
	CHECK_INT(unpack_text(&s, root, &why), 0);
	CHECK_INT(file_read_at(root, "new/file", 99, &text), 10);
	CHECK(strcmp(text, "other text") == 0);
	CHECK_INT(file_read_at(root, "old/through", 99, &again), 6);
	CHECK(readlinkat(root, "new/link", target, sizeof(target) - 1) == 6 &&
	      strcmp(target, "../old") == 0);
	CHECK(fstatat(root, "old", &st, 0) == 0 &&
	      st.st_mode == (S_IFDIR | 01777));
	CHECK(fstatat(root, "new", &st, 0) == 0 &&
	      st.st_mode == (S_IFDIR | 0711));
	CHECK(fstatat(root, "new/file", &st, 0) == 0 &&
	      st.st_mode == (S_IFREG | 0600));
	CHECK(fstatat(root, "old/empty", &st, 0) == 0 && st.st_size == 0);
	file_remove_tree(path);
}

TEST(a_damaged_archive_is_refused)
{
	char path[PATH_BYTES];
	struct str s = { 0 };
	struct why why;
	auto_fd int root = new_root(path);

	/* However it is cut. */
	ADD(&s, S_IFREG | 0644, "file", "some text");
	ADD(&s, 0, "TRAILER!!!", "");
	for (size_t len = 0; len < s.len - 1; len++) {
		int r = unpack(root, s.text, len, &why);

		CHECK(r == -EBADMSG || (r == 0 && len >= s.len - 3));
	}
	str_done(&s);
	ADD(&s, S_IFREG | 0644, "../up", "text");
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	ADD(&s, S_IFREG | 0644, "a/../../up", "text");
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	ADD(&s, S_IFREG | 0644, "/up", "text");
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	ADD(&s, S_IFSOCK | 0644, "socket", "");
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	add(&s, S_IFREG | 0644, "a\0b", 4, "", 0);
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	add(&s, S_IFREG | 0644, "abc", 3, "", 0);
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	add(&s, S_IFREG | 0644, "", 0, "", 0);
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	add(&s, S_IFREG | 0644, "a", 2, "", 0xfffffff0);
	CHECK_INT(unpack_text(&s, root, &why), -EBADMSG);
	file_remove_tree(path);
}
