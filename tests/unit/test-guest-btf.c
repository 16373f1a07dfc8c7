/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Type information made by hand: an int, two structures, and what is damaged.
 */
#include "vmm/guest/btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stddef.h>

#include "tests/unit/t.h"

#define INFO(kind, count) ((unsigned int)(kind) << 24 | (count))

static const char texts[] = "\0int\0ops\0time\0box\0data";
enum { T_INT = 1, T_OPS = 5, T_TIME = 9, T_BOX = 14, T_DATA = 18 };

/* #1 int; #2 an array; #3 ops: int ?, int time at 12; #4 box: ops data at 64 */
static const unsigned int types[] = {
	T_INT,
	INFO(BTF_KIND_INT, 0),
	4,
	32,
	0,
	INFO(BTF_KIND_ARRAY, 0),
	0,
	1,
	1,
	8,
	T_OPS,
	INFO(BTF_KIND_STRUCT, 2),
	16,
	0,
	1,
	0,
	T_TIME,
	1,
	12 * 8,
	T_BOX,
	INFO(BTF_KIND_STRUCT, 1) | 1U << 31,
	80,
	T_DATA,
	3,
	64 * 8,
};

struct image {
	struct btf_header head;
	unsigned int types[sizeof(types) / 4];
	char texts[sizeof(texts)];
};

static struct image make(void)
{
	struct image i = {
		.head = { .magic = BTF_MAGIC,
			  .version = 1,
			  .hdr_len = sizeof(struct btf_header),
			  .type_len = sizeof(types),
			  .str_off = sizeof(types),
			  .str_len = sizeof(texts) },
	};

	memcpy(i.types, types, sizeof(types));
	memcpy(i.texts, texts, sizeof(texts));
	return i;
}

static int find(const struct image *i, size_t len, const char *structure,
		const char *member, unsigned int *ret_id, unsigned int *ret_at)
{
	struct btf_view v = { (const char *)i, len };

	return btf_member(&v, structure, member, ret_id, ret_at);
}

TEST(members_are_found)
{
	struct image i = make();
	unsigned int id, at;

	CHECK_INT(find(&i, sizeof(i), "ops", "time", &id, &at), 0);
	CHECK_INT(id, 3);
	CHECK_INT(at, 12);
	CHECK_INT(find(&i, sizeof(i), "box", "data", &id, &at), 0);
	CHECK_INT(id, 4);
	CHECK_INT(at, 64);
}

TEST(what_is_not_there_is_not_found)
{
	struct image i = make();
	unsigned int id, at;

	CHECK_INT(find(&i, sizeof(i), "ops", "data", &id, &at), -ENOENT);
	CHECK_INT(find(&i, sizeof(i), "none", "time", &id, &at), -ENOENT);
	CHECK_INT(find(&i, sizeof(i), "int", "time", &id, &at), -ENOENT);
}

TEST(what_is_damaged_is_refused)
{
	struct image i = make();
	unsigned int id, at;

	for (size_t len = 0;
	     len < offsetof(struct image, texts) + sizeof(texts); len++)
		CHECK_INT(find(&i, len, "box", "data", &id, &at), -EINVAL);
	i.head.magic++;
	CHECK_INT(find(&i, sizeof(i), "box", "data", &id, &at), -EINVAL);
	i = make();
	i.types[1] = INFO(31, 0); /* nobody knows how long it is */
	CHECK_INT(find(&i, sizeof(i), "box", "data", &id, &at), -EINVAL);
	i = make();
	i.types[11] = INFO(BTF_KIND_STRUCT, 0xffff);
	CHECK_INT(find(&i, sizeof(i), "box", "data", &id, &at), -EINVAL);
	i = make();
	i.texts[sizeof(texts) - 1] = 'x';
	CHECK_INT(find(&i, sizeof(i), "box", "data", &id, &at), -EINVAL);
}

TEST(types_have_names)
{
	struct image i = make();
	struct btf_view v = { (const char *)&i, sizeof(i) };

	CHECK(strcmp(btf_name(&v, 1), "int") == 0);
	CHECK(strcmp(btf_name(&v, 4), "box") == 0);
	CHECK(!btf_name(&v, 0));
	CHECK(!btf_name(&v, 2)); /* an array has none */
	CHECK(!btf_name(&v, 5));
	v.len = 10;
	CHECK(!btf_name(&v, 1));
}
