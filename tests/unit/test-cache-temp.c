/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"

static char folder[] = "/tmp/test-cache-temp.XXXXXX";

/* The folder of temporary folders, in a folder of ours. */
static const char *temps(void)
{
	static char path[sizeof(folder) + 8];

	snprintf(path, sizeof(path), "%s/.tmp", folder);
	return path;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

TEST(a_folder_goes_with_its_owner)
{
	struct temp a = TEMP_NONE, b = TEMP_NONE, c = TEMP_NONE;
	char path[128];
	struct why why;

	CHECK(mkdtemp(folder));
	CHECK_INT(temp_new(temps(), "one", &a, &why), 0);
	CHECK(exists(a.path));
	CHECK(fcntl(a.fd, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(temp_new(temps(), "two", &b, &why), 0);
	CHECK(exists(a.path) && exists(b.path));

	/* As if the owner of a had died. */
	snprintf(path, sizeof(path), "%s/file", a.path);
	CHECK_INT(mkdir(path, 0700), 0);
	CHECK_INT(close(a.fd), 0);
	CHECK_INT(temp_new(temps(), "three", &c, &why), 0);
	CHECK(!exists(a.path) && exists(b.path) && exists(c.path));

	temp_remove(&b);
	temp_remove(&c);
	free(a.path);
	temp_remove(&b); /* fine when there is none */
	CHECK_INT(rmdir(temps()), 0);
	CHECK_INT(rmdir(folder), 0);
}

TEST(what_was_inherited_keeps_a_folder)
{
	struct temp a = TEMP_NONE, b = TEMP_NONE;
	struct why why;
	int copy;

	CHECK(mkdtemp(folder));
	CHECK_INT(temp_new(temps(), "one", &a, &why), 0);
	copy = dup(a.fd);
	CHECK_INT(close(a.fd), 0);
	CHECK_INT(temp_new(temps(), "two", &b, &why), 0);
	CHECK(exists(a.path));
	CHECK_INT(close(copy), 0);
	temp_remove(&b);
	free(a.path);
	CHECK_INT(file_remove_tree(folder), 0);
}

/* Make the folder NAME in the place of temporary ones, with FILE in it. */
static void foreign(const char *name, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", temps(), name);
	CHECK_INT(mkdir(path, 0700), 0);
	if (!file)
		return;
	snprintf(path, sizeof(path), "%s/%s/%s", temps(), name, file);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK_INT(close(fd), 0);
}

static bool is_left(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", temps(), name);
	return exists(path);
}

TEST(only_what_has_our_mark_is_removed)
{
	struct temp a = TEMP_NONE;
	struct why why;

	CHECK(mkdtemp(folder));
	CHECK_INT(mkdir(temps(), 0700), 0);
	foreign("my.backup", "notes");
	foreign("put.abcdef", "notes");
	foreign("clean.up", "notes");
	foreign("mine", NULL);
	foreign("put.marked", TEMP_MARK);
	foreign("other", TEMP_MARK);
	/* As who was killed before the mark, or after its removal, left it. */
	foreign("put.killed", NULL);
	foreign("clean.key", NULL);
	CHECK_INT(temp_new(temps(), "one", &a, &why), 0);
	CHECK(is_left("my.backup/notes") && is_left("put.abcdef/notes"));
	CHECK(is_left("clean.up/notes") && is_left("mine"));
	CHECK(!is_left("put.marked") && !is_left("other"));
	CHECK(!is_left("put.killed") && !is_left("clean.key"));
	temp_remove(&a);
	CHECK_INT(file_remove_tree(folder), 0);
}

TEST(a_place_that_cannot_be_is_a_sentence)
{
	struct temp t = TEMP_NONE;
	struct why why;

	CHECK(temp_new("/proc/nothing/here", "x", &t, &why) < 0);
	CHECK(strstr(why.text, "/proc/nothing"));
}
