/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"
#include "vmm/guest/job.h"

#define TEST_TEXT "[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin\n"

static char top[64];

static void put_bytes(const char *name, const char *text, size_t len)
{
	char path[128];
	struct why why;

	if (!*top) {
		snprintf(top, sizeof(top), "/tmp/ktstr-test-XXXXXX");
		CHECK(mkdtemp(top));
	}
	snprintf(path, sizeof(path), "%s/%s", top, name);
	CHECK_INT(file_publish(path, text, len, 0644, &why), 0);
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* Read a job of that text, with a good test beside it. */
static int read_it(const char *text, struct job *j, struct why *why)
{
	int r;

	put("job", text);
	put("test", TEST_TEXT);
	put("name", "mine\n");
	r = job_read(top, j, why);
	file_remove_tree(top);
	*top = '\0';
	return r;
}

static void refused(const char *text, const char *sentence)
{
	struct why why = { .text = "" };
	struct job j;

	CHECK_INT(read_it(text, &j, &why), -EINVAL);
	if (!strstr(why.text, sentence))
		printf("# %s\n", why.text);
	CHECK(strstr(why.text, sentence));
	job_done(&j);
}

TEST(a_job_has_defaults)
{
	struct why why;
	struct job j;

	CHECK_INT(read_it("[job]\n", &j, &why), 0);
	CHECK_INT(j.seed, 1);
	CHECK(j.virtual_clock && !j.watchdog && !j.cores);
	CHECK(!j.test.check.value[CHECK_MAX_CORE_SHARING].set);
	CHECK(!j.scheduler && !j.args && !j.exec);
	CHECK_INT(j.limit_ns[PHASE_ATTACH], 3000000000);
	CHECK(strcmp(j.name, "mine") == 0);
	CHECK(strcmp(j.test.name, "mine") == 0);
	CHECK_INT(j.test.cgroup_count, 1);
	job_done(&j);
}

TEST(all_keys_are_read)
{
	struct why why;
	struct job j;

	CHECK_INT(read_it("[job]\nseed = 18446744073709551615\nclock = real\n"
			  "watchdog = yes\n"
			  "scheduler = /job/bin/x\narg = -v\narg = 'a b'\n"
			  "attach-limit = 5s\nshared-cores = yes\n",
			  &j, &why),
		  0);
	CHECK(j.seed == UINT64_MAX && !j.virtual_clock);
	CHECK(j.watchdog && j.test.check.value[CHECK_MAX_CORE_SHARING].set);
	CHECK(strcmp(j.scheduler, "/job/bin/x") == 0);
	CHECK_INT(words_count(j.args), 2);
	CHECK(strcmp(j.args[1], "a b") == 0);
	CHECK_INT(j.limit_ns[PHASE_ATTACH], 5000000000);
	job_done(&j);
}

TEST(what_is_watched_is_read_if_it_is_there)
{
	struct why why;
	struct job j;

	CHECK_INT(read_it("[job]\n", &j, &why), 0);
	CHECK(!j.layout && !j.repro);
	job_done(&j);
	put("monitor", "m\n");
	put("repro", "pid-at 1\n");
	CHECK_INT(read_it("[job]\n", &j, &why), 0);
	CHECK(strcmp(j.layout, "m\n") == 0);
	CHECK(strcmp(j.repro, "pid-at 1\n") == 0);
	job_done(&j);
}

TEST(a_command_needs_no_test)
{
	struct why why;
	struct job j;
	int r;

	put("job", "[job]\n");
	put_bytes("exec", "sh\0-c\0exit '3'\n\0", 17);
	r = job_read(top, &j, &why);
	CHECK_INT(r, 0);
	CHECK_INT(words_count(j.exec), 4);
	CHECK(strcmp(j.exec[2], "exit '3'\n") == 0 && j.exec[3][0] == '\0');
	job_done(&j);
	put_bytes("exec", "sh\0-c", 5);
	CHECK_INT(job_read(top, &j, &why), -EINVAL);
	CHECK(strstr(why.text, "no list of words"));
	job_done(&j);
	put_bytes("exec", "", 0);
	CHECK_INT(job_read(top, &j, &why), -EINVAL);
	job_done(&j);
	char exec[160];
	snprintf(exec, sizeof(exec), "%s/exec", top);
	CHECK_INT(unlink(exec), 0);
	put("job", "[job]\n");
	CHECK_INT(job_read(top, &j, &why), -ENOENT);
	CHECK(strstr(why.text, "'test'"));
	job_done(&j);
	file_remove_tree(top);
}

TEST(a_wrong_job_is_refused_with_its_place)
{
	refused("[job]\nsede = 1\n", "job:2:1: unknown key 'sede'");
	refused("[job]\nseed = -1\n", "job:2:8: 'seed' cannot be '-1'");
	refused("[job]\nclock = maybe\n", "'clock' cannot be 'maybe'");
	refused("[job]\nscheduler = scx\n", "'scheduler' cannot be 'scx'");
	refused("[job]\nscheduler = /x\narg = a b\n", "'arg' cannot be");
	refused("[job]\nattach-limit = 0\n", "'attach-limit' cannot be");
	refused("[job]\nexec = a\n", "unknown key 'exec'");
	refused("[jobs]\n", "job:1:1: unknown section");
	refused("[job]\narg = -v\n", "arguments but no scheduler");
}

TEST(a_wrong_test_is_refused_with_its_place)
{
	struct why why = { .text = "" };
	struct job j;

	put("job", "[job]\n");
	put("name", "mine");
	put("test", "[test]\nduration = 1\n");
	CHECK_INT(job_read(top, &j, &why), -EINVAL);
	CHECK(strstr(why.text, "mine.test:2:"));
	job_done(&j);
	file_remove_tree(top);
}
