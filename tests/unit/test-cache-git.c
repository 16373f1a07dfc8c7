/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>

#include "tests/unit/t.h"
#include "tools/cache/git/git-index.h"
#include "tools/cache/git/git-url.h"
#include "tools/cache/source/path-set.h"
#include "tools/cache/source/paths.h"

TEST(splits_git_urls)
{
	static const struct {
		const char *spec, *url, *ref, *name;
	} cases[] = {
		{ "git+https://h/a/linux.git#v6.14", "https://h/a/linux.git",
		  "v6.14", "linux" },
		{ "git+https://h/a/linux.git@v6.14", "https://h/a/linux.git",
		  "v6.14", "linux" },
		{ "git+ssh://me@h/linux", "ssh://me@h/linux", "HEAD", "linux" },
		{ "git+ssh://me@h/linux/@a/b", "ssh://me@h/linux/", "a/b",
		  "linux" },
		{ "git+https://token@h/linux", NULL, NULL, NULL },
		{ "git+https://h/a@b/linux#x@y", "https://h/a@b/linux", "x@y",
		  "linux" },
		{ "git+ssh://git@h:22/x y", NULL, NULL, NULL },
		{ "git+git@h:x/linux-next.git@master", "git@h:x/linux-next.git",
		  "master", "linux-next" },
		{ "git+git@h:linux", "git@h:linux", "HEAD", "linux" },
		{ "git+https://h#a#b", "https://h#a", "b", "h_a" },
		{ "git+https://h/x#refs/pull/1/head", "https://h/x",
		  "refs/pull/1/head", "x" },
		{ "git+https://h/x#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		  "https://h/x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "x" },
		{ "git+https://h/x#AAAA", "https://h/x", "AAAA", "x" },
		{ "git+https://h/x#", NULL, NULL, NULL },
		{ "git+#x", NULL, NULL, NULL },
		{ "git+", NULL, NULL, NULL },
		{ "git+-x:y", NULL, NULL, NULL },
		{ "git+ext::sh#x", NULL, NULL, NULL },
		{ "git+https://a:b@h/x", NULL, NULL, NULL },
		{ "git+https://h/x#-a", NULL, NULL, NULL },
		{ "git+https://h/x#a.lock", NULL, NULL, NULL },
		{ "git+https://h/x#a..b", NULL, NULL, NULL },
		{ "git+https://h/x#a:b", NULL, NULL, NULL },
		{ "git+https://h/x#a//b", NULL, NULL, NULL },
		{ "git+javascript://h/x", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_git_url struct git_url u = { 0 };
		struct why why;
		int r = git_url_parse(cases[i].spec, &u, &why);

		printf("# %s\n", cases[i].spec);
		CHECK_INT(r, cases[i].url ? 0 : -EINVAL);
		if (r < 0)
			continue;
		CHECK(strcmp(u.url, cases[i].url) == 0);
		CHECK(strcmp(u.ref, cases[i].ref) == 0);
		CHECK(strcmp(u.name, cases[i].name) == 0);
	}
}

#define TAIL 20 /* the checksum, which is not looked at */

/* An index of version 2 with the file "a", or with no name. */
static uint8_t *make_index(size_t *ret_size, const char *name)
{
	size_t size = 12 + 64 + TAIL;
	uint8_t *data = calloc(1, size);

	CHECK(data);
	memcpy(data, "DIRC\0\0\0\2\0\0\0\1", 12);
	memcpy(data + 12 + 62, name, strlen(name));
	data[12 + 24 + 2] = 0x81;
	data[12 + 24 + 3] = 0xa4;
	*ret_size = size;
	return data;
}

TEST(reads_an_index)
{
	struct gindex x;
	size_t size;
	uint8_t *data = make_index(&size, "a");

	CHECK_INT(gindex_parse(data, size, &x), 0);
	CHECK_INT(x.count, 1);
	CHECK(strcmp(x.entries[0].path, "a") == 0);
	CHECK_INT(x.entries[0].mode, 0100644);
	CHECK(!x.has_tree);
	gindex_done(&x);
}

TEST(refuses_an_index_that_is_cut_or_odd)
{
	struct gindex x;
	size_t size, whole;
	uint8_t *data = make_index(&whole, "a");

	/* At its own size, so that a sanitizer sees what is read behind it. */
	for (size = 0; size < whole; size++) {
		uint8_t *cut = malloc(size ? size : 1);

		CHECK(cut);
		memcpy(cut, data, size);
		CHECK_INT(gindex_parse(cut, size, &x), -EBADMSG);
		free(cut);
	}
	data[7] = 5;
	CHECK_INT(gindex_parse(data, whole, &x), -ENOTSUP);
	data[7] = 2;
	data[8] = 0xff;
	CHECK_INT(gindex_parse(data, whole, &x), -EBADMSG);
	free(data);
	data = make_index(&whole, "");
	CHECK_INT(gindex_parse(data, whole, &x), -EBADMSG);
	free(data);
}

TEST(extensions_of_an_index_are_bounded)
{
	/* Name, size, and what the index then is. */
	static const struct {
		const char *head;
		int want;
	} cases[] = {
		{ "TREE\0\0\0\0", 0 },
		{ "XXXX\0\0\0\0", 0 },
		{ "link\0\0\0\0", -ENOTSUP },
		{ "sdir\0\0\0\0", -ENOTSUP },
		{ "TREE\0\0\0\1", -EBADMSG },
		{ "TREE\xff\xff\xff\xff", -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gindex x;
		size_t size;
		uint8_t *plain = make_index(&size, "a");
		uint8_t *data = calloc(1, size + 8);

		CHECK(data);
		memcpy(data, plain, size);
		memcpy(data + size - TAIL, cases[i].head, 8);
		free(plain);
		CHECK_INT(gindex_parse(data, size + 8, &x), cases[i].want);
		if (cases[i].want == 0)
			gindex_done(&x);
		else
			free(data);
	}
}

TEST(a_path_set_grows)
{
	struct path_set s = { 0 };
	char names[200][8];

	CHECK_INT(path_set_room(&s, 1), 0);
	for (int i = 0; i < 200; i++) {
		snprintf(names[i], sizeof(names[i]), "n/%d", i);
		CHECK(!path_set_has(&s, names[i], strlen(names[i])));
		CHECK_INT(path_set_add(&s, names[i], strlen(names[i])), 0);
		CHECK_INT(path_set_add(&s, names[i], strlen(names[i])), 0);
	}
	for (int i = 0; i < 200; i++)
		CHECK(path_set_has(&s, names[i], strlen(names[i])));
	CHECK(!path_set_has(&s, "n/", 2));
	CHECK_INT(s.count, 200);
	path_set_done(&s);
}

TEST(paths_are_sorted_and_once)
{
	struct paths a = { 0 }, b = { 0 };

	paths_sort(&a);
	CHECK_INT(a.count, 0);
	paths_add(&a, "b");
	paths_add(&a, "a");
	paths_add(&b, "b");
	paths_add(&b, "a-b");
	paths_move(&a, &b);
	paths_sort(&a);
	CHECK_INT(a.count, 3);
	CHECK(strcmp(a.names[0], "a") == 0);
	CHECK(strcmp(a.names[1], "a-b") == 0);
	CHECK(strcmp(a.names[2], "b") == 0);
	CHECK(!a.failed);
	paths_done(&a);
}
