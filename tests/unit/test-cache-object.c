/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/remote/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/cache/remote/manifest.h"
#include "tools/lib/file.h"

static char folder[] = "/tmp/ktstr-object.XXXXXX";

/* A file of the entry that is made, and its place in the metadata. */
static void add(json_t *files, const char *name, const char *text, mode_t mode)
{
	char path[200], hash[HASH_HEX_SIZE];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	CHECK(fd >= 0);
	CHECK_INT(file_write_all(fd, text, strlen(text)), 0);
	close(fd);
	CHECK_INT(hash_file(AT_FDCWD, path, hash), 0);
	json_object_set_new(files, name,
			    json_pack("{s:I, s:s}", "size",
				      (json_int_t)strlen(text), "sha256",
				      hash));
}

/* An entry whose files and fields come in one order or in the other. */
static struct entry make_entry(bool turned)
{
	static const char *const names[] = { "config", "vmlinux", "bzImage" };
	json_t *files = json_object(), *meta = json_object();
	char path[200];

	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/bpf", folder);
	CHECK_INT(mkdir(path, 0700), 0);
	for (int i = 0; i < 3; i++)
		add(files, names[turned ? 2 - i : i], names[turned ? 2 - i : i],
		    turned ? 0600 : 0444);
	add(files, turned ? "bpf/b" : "bpf/a", "x", 0600);
	add(files, turned ? "bpf/a" : "bpf/b", "x", 0600);
	add(files, "bpf/bpftool", "y", 0700);
	if (turned)
		json_object_set_new(meta, "label", json_string("l"));
	json_object_update_new(
		meta, json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}}",
				"format", ENTRY_FORMAT, "key", "k", "arch",
				"x86_64", "image_name", "bzImage", "built_at",
				"2026-01-01T00:00:00Z", "label", "l", "source",
				"type", "local", "source_tree_path",
				turned ? "/srv/a" : "/srv/b"));
	json_object_set_new(meta, "files", files);
	return (struct entry){ .key = strdup("k"),
			       .path = strdup(folder),
			       .meta = meta };
}

static char *write_object(bool turned, const char *key, size_t *ret_len)
{
	struct entry e = make_entry(turned);
	int fd = memfd_create("object", 0);
	struct why why = { .text = "" };
	char *bytes;

	if (object_write(&e, key, fd, &why) < 0)
		printf("# %s\n", why.text);
	CHECK_INT(file_remove_tree(e.path), 0);
	entry_done(&e);
	*ret_len = (size_t)lseek(fd, 0, SEEK_END);
	CHECK(*ret_len > 0);
	bytes = mmap(NULL, *ret_len, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(bytes != MAP_FAILED);
	return bytes;
}

TEST(equal_entries_are_equal_bytes)
{
	size_t a_len, b_len, c_len;
	char *a = write_object(false, NULL, &a_len);
	char *b = write_object(true, NULL, &b_len);

	/* Order, place, owner, time and permissions to write do not count. */
	CHECK_INT(a_len, b_len);
	CHECK(memcmp(a, b, a_len) == 0);
	(void)write_object(false, "0123456789abcdef", &c_len);
	CHECK(c_len > a_len);
}

TEST(a_signature_is_of_key_and_text)
{
	char a[HASH_HEX_SIZE], b[HASH_HEX_SIZE];

	manifest_sign("0123456789abcdef", "text", 4, a);
	manifest_sign("0123456789abcdef", "text", 4, b);
	CHECK(strcmp(a, b) == 0);
	CHECK_INT(strlen(a), HASH_HEX_SIZE - 1);
	manifest_sign("0123456789abcdeF", "text", 4, b);
	CHECK(strcmp(a, b) != 0);
	manifest_sign("0123456789abcdef", "texT", 4, b);
	CHECK(strcmp(a, b) != 0);
}

TEST(what_is_this_machines_is_taken_out)
{
	static const struct {
		const char *name, *value, *want;
	} cases[] = {
		{ "path", "/srv/me/l.tar.xz", "l.tar.xz" },
		{ "source_tree_path", "/srv/me/l", NULL },
		{ "url", "file:///srv/me", NULL },
		{ "url", "git+file:///srv/me#v6", NULL },
		{ "url", "https://u:p@h/x@y", "https://h/x@y" },
		{ "url", "https://h/x?t=s#r", "https://h/x#r" },
		{ "url", "https://h", "https://h" },
		{ "url", "https://u@h?a", "https://h" },
		{ "ref", "topic/x", "topic/x" },
		{ "label", "a b@c", "a b@c" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct entry e = { .meta = json_pack("{s:{s:s}}", "source",
						     cases[i].name,
						     cases[i].value) };
		char *text = NULL;
		json_t *got;

		CHECK_INT(manifest_make(&e, &text, NULL), 0);
		got = json_loads(text, 0, NULL);
		const char *value = json_string_value(json_object_get(
			json_object_get(got, "source"), cases[i].name));
		printf("# %s: %s\n", cases[i].value, value ? value : "null");
		CHECK(cases[i].want ? value && strcmp(value, cases[i].want) == 0
				    : !value);
		json_decref(got);
		free(text);
		entry_done(&e);
	}
}
