/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/program.h"

#include <errno.h>
#include <sys/stat.h>

#include "tests/unit/t.h"

static void finds(const char *path, const char *name, const char *want)
{
	setenv("PATH", path, 1);
	char *found = program_find(name);

	CHECK(want ? found && strcmp(found, want) == 0 : !found);
	free(found);
}

TEST(looks_through_the_path_in_order)
{
	finds("/no/such:/bin", "sh", "/bin/sh");
	finds("/no/such:/bin", "no-such-program", NULL);
	CHECK_INT(errno, ENOENT);
	finds("", "sh", NULL);
	unsetenv("PATH");
	CHECK(!program_find("sh"));
}

TEST(a_path_is_taken_as_it_is)
{
	finds("", "/bin/sh", "/bin/sh");
	finds("/bin", "/etc/passwd", NULL);
	CHECK_INT(errno, EACCES);
	finds("/bin", "./no/such", NULL);
	CHECK_INT(errno, ENOENT);
}

TEST(an_empty_part_is_the_current_folder)
{
	CHECK_INT(chdir("/bin"), 0);
	finds("/no/such:", "sh", NULL); /* nothing behind the last colon */
	finds(":/no/such", "sh", "sh");
}

TEST(what_is_no_file_is_no_program)
{
	char folder[] = "/tmp/test-program.XXXXXX", sub[64], fifo[64], path[80];

	CHECK(mkdtemp(folder) != NULL);
	snprintf(sub, sizeof(sub), "%s/sh", folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	snprintf(path, sizeof(path), "%s:/bin", folder);
	CHECK_INT(mkdir(sub, 0777), 0);
	CHECK_INT(mkfifo(fifo, 0777), 0);
	finds("/bin", folder, NULL);
	CHECK_INT(errno, EACCES);
	finds("/bin", fifo, NULL);
	CHECK_INT(errno, EACCES);
	finds(folder, "sh", NULL);
	CHECK_INT(errno, ENOENT);
	finds(path, "sh", "/bin/sh");
	CHECK_INT(rmdir(sub), 0);
	CHECK_INT(unlink(fifo), 0);
	CHECK_INT(rmdir(folder), 0);
}

TEST(no_name_is_no_program)
{
	errno = 0;
	CHECK(!program_find(""));
	CHECK_INT(errno, ENOENT);
}
