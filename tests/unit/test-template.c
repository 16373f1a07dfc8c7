/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders of templates as template-make.c writes them, and damaged ones. */
#include "tools/vm/template-store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/vm/template-files.h"

#define KEY "0123456789abcdef0123456789abcdef"

/* Two nodes, the second without memory: a page, a hole, half a page. */
#define RAM_BYTES (4096 * 3 + 2048)

#define ROOT "/tmp/test-template.XXXXXX"
static char root[] = ROOT;

static void put(int folder, json_t *files, const char *name, size_t len,
		bool is_memory)
{
	static char bytes[RAM_BYTES];
	int from = memfd_create(name, 0);

	memset(bytes, 'x', 4096);
	bytes[sizeof(bytes) - 1] = 'y';
	CHECK_INT(write(from, bytes, len), (long long)len);
	CHECK_INT(template_write(folder, name, from, files, is_memory, NULL),
		  0);
	close(from);
}

static void make(void)
{
	char path[200];
	json_t *files = json_object();
	struct why why;

	CHECK(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/" KEY, root);
	CHECK_INT(mkdir(path, 0700), 0);
	int folder = open(path, O_DIRECTORY);
	put(folder, files, "ram0", RAM_BYTES, true);
	put(folder, files, "state", 5000, false);
	put(folder, files, "console", 10, false);
	json_t *json = json_pack("{s:i,s:o}", "nodes", 2, "files", files);
	char *text = json_dumps(json, 0);
	snprintf(path, sizeof(path), "%s/" KEY "/metadata.json", root);
	CHECK_INT(file_publish(path, text, strlen(text), 0600, &why), 0);
	free(text);
	json_decref(json);
	close(folder);
}

static int try(struct why *why)
{
	struct template t = TEMPLATE_NONE;
	int r = template_open(root, KEY, &t, why);

	template_done(&t);
	return r;
}

static void gone(void)
{
	CHECK_INT(file_remove_tree(root), 0);
}

TEST(what_was_written_is_opened)
{
	struct template t = TEMPLATE_NONE;
	char bytes[RAM_BYTES];
	struct why why;
	struct stat st;

	make();
	CHECK_INT(template_open(root, KEY, &t, &why), 0);
	CHECK_INT(t.ram_count, 2);
	CHECK_INT(t.ram_fds[1], -1);
	CHECK_INT(pread(t.ram_fds[0], bytes, sizeof(bytes), 0), RAM_BYTES);
	CHECK(bytes[0] == 'x' && bytes[4095] == 'x' && bytes[4096] == 0);
	CHECK(bytes[RAM_BYTES - 2] == 0 && bytes[RAM_BYTES - 1] == 'y');
	CHECK_INT(fstat(t.ram_fds[0], &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(t.console_len, 10);
	CHECK_INT(memcmp(t.console, "xxxxxxxxxx", 10), 0);
	CHECK(template_is_current(&t));
	template_done(&t);
	gone();
}

TEST(pages_of_zeros_are_holes)
{
	struct template t = TEMPLATE_NONE;
	struct why why;

	make();
	CHECK_INT(template_open(root, KEY, &t, &why), 0);
	CHECK_INT(lseek(t.ram_fds[0], 0, SEEK_HOLE), 4096);
	CHECK_INT(lseek(t.ram_fds[0], 4096, SEEK_DATA), 4096 * 3);
	template_done(&t);
	gone();
}

TEST(none_is_told_from_a_damaged_one)
{
	struct why why;

	make();
	gone();
	CHECK_INT(try(&why), -ENOENT);
}

static void damage(const char *name, const char *how)
{
	char path[200], want[300];
	struct why why;

	memcpy(root, ROOT, sizeof(ROOT));
	make();
	snprintf(path, sizeof(path), "%s/" KEY "/%s", root, name);
	if (strcmp(how, "gone") == 0)
		CHECK_INT(unlink(path), 0);
	else if (strcmp(how, "short") == 0)
		CHECK_INT(truncate(path, 4), 0);
	else if (strcmp(how, "folder") == 0)
		CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	else
		CHECK_INT(file_publish(path, how, strlen(how), 0600, &why), 0);
	CHECK_INT(try(&why), -ESTALE);
	snprintf(want, sizeof(want), "template '%s/" KEY "' has a damaged '%s'",
		 root, name);
	CHECK(strcmp(why.text, want) == 0);
	gone();
}

TEST(a_damaged_file_is_named)
{
	damage("ram0", "gone");
	damage("ram0", "short");
	damage("ram0", "folder");
	damage("state", "gone");
	damage("state", "short");
	damage("console", "gone");
	damage("metadata.json", "gone");
	damage("metadata.json", "short");
	damage("metadata.json", "[]");
	damage("metadata.json", "{\"nodes\": 2, \"files\": 7}");
}

TEST(a_state_of_the_right_size_must_have_the_right_content)
{
	char path[200];
	struct why why;

	make();
	snprintf(path, sizeof(path), "%s/" KEY "/state", root);
	int fd = open(path, O_WRONLY);
	CHECK_INT(pwrite(fd, "z", 1, 4500), 1);
	close(fd);
	CHECK_INT(try(&why), -ESTALE);
	gone();
}

/* What each does leaves the memory's size as it was. */
static void flip(int fd)
{
	CHECK_INT(pwrite(fd, "X", 1, 100), 1);
}

static void grow_again(int fd)
{
	CHECK_INT(ftruncate(fd, 4096), 0);
	CHECK_INT(ftruncate(fd, RAM_BYTES), 0);
}

static void punch(int fd)
{
	CHECK_INT(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			    4096),
		  0);
}

static void fill(int fd)
{
	CHECK_INT(pwrite(fd, "z", 1, 5000), 1);
}

static void alter(void (*how)(int fd), int want)
{
	char path[200];
	struct why why;

	memcpy(root, ROOT, sizeof(ROOT));
	make();
	CHECK_INT(try(&why), 0); /* its memory is noted */
	snprintf(path, sizeof(path), "%s/" KEY "/ram0", root);
	int fd = open(path, O_RDWR);
	how(fd);
	/* A clock of the file system may stand still meanwhile. */
	CHECK_INT(futimens(fd, NULL), 0);
	close(fd);
	CHECK_INT(try(&why), want);
	if (want < 0)
		CHECK(strstr(why.text, "has a damaged 'ram0'"));
	gone();
}

TEST(memory_of_the_right_size_must_have_the_right_content)
{
	alter(flip, -ESTALE);
	alter(grow_again, -ESTALE);
	alter(punch, -ESTALE);
	alter(fill, -ESTALE);
}

static void write_zeros(int fd)
{
	char zeros[4096] = { 0 };

	CHECK_INT(pwrite(fd, zeros, sizeof(zeros), 4096), 4096);
}

TEST(memory_is_the_same_without_its_holes)
{
	alter(write_zeros, 0);
}

TEST(a_console_must_have_the_right_content)
{
	char path[200];
	struct why why;

	memcpy(root, ROOT, sizeof(ROOT));
	make();
	snprintf(path, sizeof(path), "%s/" KEY "/console", root);
	CHECK_INT(file_publish(path, "xxxxxxxxxy", 10, 0600, &why), 0);
	CHECK_INT(try(&why), -ESTALE);
	gone();
}

TEST(metadata_with_impossible_nodes_is_refused)
{
	static const char *const nodes[] = { "0", "-1", "65", "\"2\"" };

	for (int i = 0; i < 4; i++) {
		char path[200], text[2000], *old;
		struct why why;

		memcpy(root, ROOT, sizeof(ROOT));
		make();
		snprintf(path, sizeof(path), "%s/" KEY "/metadata.json", root);
		CHECK(file_read_at(AT_FDCWD, path, 2000, &old) > 0);
		char *at = strstr(old, "\"nodes\": 2");
		CHECK(at);
		snprintf(text, sizeof(text), "%.*s\"nodes\": %s%s",
			 (int)(at - old), old, nodes[i],
			 at + strlen("\"nodes\": 2"));
		CHECK_INT(file_publish(path, text, strlen(text), 0600, &why),
			  0);
		CHECK_INT(try(&why), -ESTALE);
		free(old);
		gone();
	}
}

TEST(one_in_use_is_listed_as_such)
{
	struct template t = TEMPLATE_NONE;
	struct template_info *list;
	struct why why;
	size_t count;

	make();
	CHECK_INT(template_open(root, KEY, &t, &why), 0);
	CHECK_INT(template_list(root, &list, &count, &why), 0);
	CHECK_INT(count, 1);
	CHECK(strcmp(list[0].key, KEY) == 0);
	CHECK(list[0].busy);
	CHECK(list[0].bytes >= 4096 * 4 && list[0].bytes < 100000);
	free(list);
	template_done(&t);
	CHECK_INT(template_list(root, &list, &count, &why), 0);
	CHECK(!list[0].busy);
	free(list);
	gone();
}

TEST(the_lock_of_a_dead_maker_goes)
{
	struct template_info *list;
	char held[200], dead[200];
	struct why why;
	size_t count;

	make();
	snprintf(held, sizeof(held), "%s/aa.lock", root);
	snprintf(dead, sizeof(dead), "%s/bb.lock", root);
	int fd = open(held, O_CREAT | O_RDWR, 0600);
	CHECK_INT(flock(fd, LOCK_EX), 0);
	close(open(dead, O_CREAT | O_RDWR, 0600));
	/* A listing only reads. */
	CHECK_INT(template_list(root, &list, &count, &why), 0);
	CHECK_INT(count, 1);
	CHECK_INT(access(dead, F_OK), 0);
	template_drop_locks(root);
	CHECK_INT(access(held, F_OK), 0);
	CHECK_INT(access(dead, F_OK), -1);
	free(list);
	gone();
}
