/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where cgroups go, and whose may be swept, in trees of plain files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/sandbox/cgroup.h"

#define HYBRID                                                                 \
	"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"           \
	"34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"    \
	"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
#define PURE "30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n"

static void check_position(const char *mountinfo, const char *cgroup,
			   const char *mount, const char *path)
{
	struct cgroup_position p;
	struct why why = { 0 };

	CHECK_INT(cgroup_position_parse(mountinfo, cgroup, &p, &why), 0);
	CHECK(strcmp(p.mount, mount) == 0);
	CHECK(strcmp(p.path, path) == 0);
	cgroup_position_done(&p);
}

TEST(the_mount_is_looked_up_not_assumed)
{
	check_position(HYBRID, "3:cpuset:/\n0::/\n", "/sys/fs/cgroup/unified",
		       "");
	check_position(PURE, "0::/user.slice/a b.scope\n", "/sys/fs/cgroup",
		       "user.slice/a b.scope");
	check_position("1 1 0:1 / /with\\040blank rw - cgroup2 c rw\n",
		       "0::/a\n", "/with blank", "a");
}

TEST(the_path_is_relative_to_what_is_mounted)
{
	check_position("1 1 0:1 /a /m rw - cgroup2 c rw\n", "0::/a/b\n", "/m",
		       "b");
	check_position("1 1 0:1 /a /m rw - cgroup2 c rw\n", "0::/a\n", "/m",
		       "");
	check_position("1 1 0:1 /x /m rw - cgroup2 c rw\n"
		       "1 1 0:1 /y /n rw - tmpfs c rw\n"
		       "1 1 0:1 /a /o rw - cgroup2 c rw\n",
		       "0::/a/b\n", "/o", "b");
	check_position(PURE, "0::/..x\n", "/sys/fs/cgroup", "..x");
}

static void check_none(const char *mountinfo, const char *cgroup)
{
	struct cgroup_position p;
	struct why why = { 0 };

	CHECK_INT(cgroup_position_parse(mountinfo, cgroup, &p, &why), -ENOENT);
	CHECK(*why.text);
}

TEST(no_place_is_an_error)
{
	check_none("1 1 0:1 / /m rw - cgroup cgroup rw\n", "0::/\n");
	check_none(PURE, "3:cpuset:/\n");
	check_none(PURE, "0::/../other\n");
	check_none("1 1 0:1 /a /m rw - cgroup2 c rw\n", "0::/ab\n");
}

static char top[] = "/tmp/ktstr-test-XXXXXX";

static void put(const char *path, const char *text)
{
	char full[512];
	struct why why;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	*strrchr(full, '/') = '\0';
	CHECK_INT(file_make_folders(full, &why), 0);
	snprintf(full, sizeof(full), "%s/%s", top, path);
	CHECK_INT(file_publish(full, text, strlen(text), 0644, &why), 0);
}

static enum place_kind make_at(char *path, struct why *why)
{
	const struct cgroup_position where = { .mount = top, .path = path };
	struct place place = PLACE_EMPTY;
	struct place_want want = { .pid = getpid() };

	CPU_SET(0, &want.cpus);
	return place_make(&where, &want, &place, why);
}

/* Plain files cannot be a cpuset, but each refusal can be seen. */
TEST(kinds_of_refusal)
{
	struct why why = { 0 };
	char own[] = "slice/own", nothing[] = "", none[] = "none";

	CHECK(mkdtemp(top));
	CHECK_INT(make_at(none, &why), PLACE_NO_CGROUP2);
	put("cgroup.controllers", "cpu io\n");
	CHECK_INT(make_at(nothing, &why), PLACE_NO_CPUSET);
	put("slice/cgroup.controllers", "cpuset cpu\n");
	put("slice/own/cgroup.controllers", "cpu\n");
	CHECK_INT(make_at(own, &why), PLACE_SUBTREE_REFUSED);
	/* beside us it could be; the new folder has no cpuset.cpus */
	put("slice/cgroup.subtree_control", "cpuset\n");
	put("slice/own/cgroup.controllers", "cpuset\n");
	CHECK_INT(make_at(own, &why), PLACE_REFUSED);
	CHECK(strstr(why.text, "threaded"));
	/* the root needs no other place */
	put("cgroup.controllers", "cpuset\n");
	put("cgroup.subtree_control", "cpuset\n");
	CHECK_INT(make_at(nothing, &why), PLACE_REFUSED);
	CHECK(strstr(why.text, "cpuset.cpus"));
	CHECK_INT(file_remove_tree(top), 0);
}

TEST(only_those_of_dead_makers_are_swept)
{
	char own[256], dead[300], other[64] = "ktstr-sandbox-1-1-1";
	char reused[64], left[] = "ktstr-sandbox-1-1-2";
	unsigned long start = 0, namespace = 0;
	int pid = 0;
	struct stat st;

	CHECK(mkdtemp(top));
	int dir = open(top, O_RDONLY | O_DIRECTORY);
	CHECK_INT(place_name(own, sizeof(own)), 0);
	CHECK_INT(sscanf(own, "ktstr-sandbox-%d-%lu-%lu", &pid, &start,
			 &namespace),
		  3);
	CHECK_INT(pid, getpid());
	/* a number that was given to another process, and one of nobody */
	snprintf(reused, sizeof(reused), "ktstr-sandbox-%d-%lu-%lu", pid,
		 start - 1, namespace);
	snprintf(dead, sizeof(dead), "ktstr-sandbox-999999999-1-%lu",
		 namespace);
	CHECK_INT(mkdirat(dir, own, 0755) | mkdirat(dir, dead, 0755) |
			  mkdirat(dir, other, 0755) |
			  mkdirat(dir, reused, 0755) |
			  mkdirat(dir, "ktstr-sandbox-x", 0755),
		  0);
	/* of other PID namespaces: one whose maker keeps his lock, and one */
	CHECK_INT(mkdirat(dir, left, 0755), 0);
	int lock = openat(dir, other, O_RDONLY | O_DIRECTORY);
	CHECK_INT(flock(lock, LOCK_EX), 0);
	CHECK_INT(place_sweep(dir), 0);
	close(lock);
	CHECK(fstatat(dir, left, &st, 0) < 0);
	CHECK_INT(fstatat(dir, own, &st, 0), 0);
	CHECK_INT(fstatat(dir, other, &st, 0), 0);
	CHECK_INT(fstatat(dir, "ktstr-sandbox-x", &st, 0), 0);
	CHECK(fstatat(dir, dead, &st, 0) < 0);
	CHECK(fstatat(dir, reused, &st, 0) < 0);
	close(dir);
	CHECK_INT(file_remove_tree(top), 0);
}

static int lock_and_wait(int go)
{
	char byte;
	int fd = open(top, O_RDONLY | O_DIRECTORY);
	bool have = fd >= 0 && place_lock(fd);

	(void)!read(go, &byte, 1);
	return have ? 0 : 1;
}

TEST(a_lock_that_is_never_let_go_does_not_hang_us)
{
	int go[2], status, fd;

	snprintf(top, sizeof(top), "/tmp/ktstr-test-XXXXXX");
	CHECK(mkdtemp(top));
	CHECK_INT(pipe(go), 0);
	fd = open(top, O_RDONLY | O_DIRECTORY);
	CHECK(place_lock(fd));
	pid_t pid = fork();
	if (pid == 0) {
		close(go[1]);
		_exit(lock_and_wait(go[0]));
	}
	close(go[0]);
	close(go[1]);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(WEXITSTATUS(status), 1);
	close(fd);
	CHECK_INT(file_remove_tree(top), 0);
}
